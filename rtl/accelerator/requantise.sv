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

  // What is added before the shift; the shifted one is dropped again where the shift is 0.
  wire [63:0] half = (64'd1 << shift2_q) >> 1;
  wire [63:0] above = $unsigned(product_q) >> shift2_q;
  wire down = rounding_i == 2'd3 || shift2_q == '0;
  wire one_less = (rounding_i == 2'd1 && !above[0]) || (rounding_i == 2'd2 && product_q[63]);
  wire [63:0] addend = down ? 64'd0 : one_less ? half - 64'd1 : half;
  wire signed [63:0] rounded = $signed(product_q + $signed(addend)) >>> shift2_q;
  wire signed [63:0] moved = rounded + 64'(zero_point_i);

  wire unused = ^above[63:1];

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
      if (raw_i) word_o <= rounded[31:0];
      else word_o[7:0] <= moved < 64'(clamp_min_i) ? clamp_min_i : moved > 64'(clamp_max_i) ? clamp_max_i : moved[7:0];
    end
  end

endmodule
