// SPDX-License-Identifier: Apache-2.0
// int32 sum to int8: (sum + bias) * multiplier, rounded shift, zero point, clamp; or, raw, to int32 without the
// last two. Three cycles; rounding, zero point and clamp are constant while a job runs.
//
//   rounding_i  0 half up, 1 half to even, 2 half away from zero, 3 down
module requantise (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               valid_i,
  input  logic signed [31:0] sum_i,
  input  logic signed [31:0] bias_i,
  input  logic signed [31:0] multiplier_i,
  input  logic [5:0]         shift_i,
  input  logic [1:0]         rounding_i,
  input  logic               raw_i,
  input  logic signed [7:0]  zero_point_i,
  input  logic signed [7:0]  clamp_min_i,
  input  logic signed [7:0]  clamp_max_i,
  output logic [31:0]        word_o  // the byte in bits 7..0, or all of the raw result
);

  logic valid1_q, valid2_q;
  logic signed [31:0] biased_q, multiplier_q;
  logic [5:0] shift1_q, shift2_q;
  logic signed [63:0] product_q;

  // The product shifted and rounded. A function, so that a simulator works it out for a result only.
  function automatic logic signed [63:0] rounded(input logic signed [63:0] product, input logic [5:0] shift);
    logic [63:0] half;
    half = (64'd1 << shift) >> 1;  // the shifted one is dropped again where the shift is 0
    if (rounding_i == 2'd3 || shift == '0) half = '0;
    else if (rounding_i == 2'd1 && !(1'($unsigned(product) >> shift))) half = half - 64'd1;
    else if (rounding_i == 2'd2 && product[63]) half = half - 64'd1;
    rounded = $signed(product + $signed(half)) >>> shift;
  endfunction
  function automatic logic [7:0] clamped(input logic signed [63:0] value);
    clamped = value < 64'(clamp_min_i) ? clamp_min_i : value > 64'(clamp_max_i) ? clamp_max_i : value[7:0];
  endfunction

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid1_q <= 1'b0;
      valid2_q <= 1'b0;
    end else begin
      valid1_q <= valid_i;
      valid2_q <= valid1_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      biased_q <= sum_i + bias_i;
      multiplier_q <= multiplier_i;
      shift1_q <= shift_i;
    end
    if (valid1_q) begin
      product_q <= 64'(biased_q) * 64'(multiplier_q);
      shift2_q <= shift1_q;
    end
    if (valid2_q) begin
      if (raw_i) word_o <= 32'(rounded(product_q, shift2_q));
      else word_o[7:0] <= clamped(rounded(product_q, shift2_q) + 64'(zero_point_i));
    end
  end

endmodule
