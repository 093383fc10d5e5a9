// SPDX-License-Identifier: Apache-2.0
// One row of the array: the dot product of Tn inputs with the weights of one output channel, summed over the
// steps of a pixel, and the partial sums of that channel between weight slices.
//
//   cycle 0  operands            (valid_i, first_i, last_i, partial_i, keep_i, pixel_i)
//   cycle 1  dot product          and the partial sum read
//   cycle 2  sum                  a pixel's last step: done_o for the sum, or the partial sum is written
module pe #(
  parameter int Tn = 16,
  parameter int Accumulators = 1024,
  localparam int PixelBits = $clog2(Accumulators)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 valid_i,
  input  logic                 first_i,    // of the pixel in this slice
  input  logic                 last_i,
  input  logic                 partial_i,  // a slice before this one left a partial sum
  input  logic                 keep_i,     // a slice follows: leave one
  input  logic [PixelBits-1:0] pixel_i,
  input  logic [32*Tn-1:0]     features_i,      // sign extended
  input  logic [31:0]          features_sum_i,
  input  logic [8*Tn-1:0]      weights_i,
  output logic signed [31:0]   sum_o
);

  localparam int DotBits = 16 + $clog2(Tn);

  // Synthesis sees the sum of signed 8 x 8 bit products. For simulation the same is written as
  // w * x = (w + 128) * x - 128 * x: with unsigned weights nothing of a row needs a sign extension, and the sum
  // of x is the same for all rows; in 32 bits, which simulate fastest, and the register keeps the bits that
  // differ. rtl/formal proves the products equal. The functions take no arguments because a simulator would
  // copy these wide ones for every row.
`ifdef SYNTHESIS
  function automatic logic [31:0] dot();
    dot = 32'd0;
    for (int n = 0; n < Tn; n++) begin
      dot = dot + 32'($signed(features_i[32*n +: 8]) * $signed(weights_i[8*n +: 8]));
    end
  endfunction
  wire unused = ^{features_i, features_sum_i};
`else
  wire [8*Tn-1:0] offset_weights = weights_i ^ {Tn{8'h80}};
  function automatic logic [31:0] dot();
    dot = -(features_sum_i << 7);
    for (int n = 0; n < Tn; n++) begin
      dot = dot + features_i[32*n +: 32] * {24'd0, offset_weights[8*n +: 8]};
    end
  endfunction
`endif

  logic signed [DotBits-1:0] dot_q;
  logic valid1_q, first1_q, last1_q, partial1_q, keep1_q, write2_q;
  logic [PixelBits-1:0] pixel1_q, pixel2_q;
  logic signed [31:0] partial;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      valid1_q <= 1'b0;
      write2_q <= 1'b0;
    end else begin
      valid1_q <= valid_i;
      write2_q <= valid1_q && last1_q && keep1_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      dot_q <= DotBits'(dot());
      first1_q <= first_i;
      last1_q <= last_i;
      partial1_q <= partial_i;
      keep1_q <= keep_i;
      pixel1_q <= pixel_i;
    end
    if (valid1_q) begin
      sum_o <= 32'(dot_q) + (!first1_q ? sum_o : partial1_q ? partial : 32'sd0);
      pixel2_q <= pixel1_q;
    end
  end

  ram #(.Width(32), .Depth(Accumulators)) u_partial_sums (
    .clk_i,
    .write_i(write2_q),
    .write_address_i(pixel2_q),
    .write_data_i(sum_o),
    .read_i(valid_i && first_i && partial_i),
    .read_address_i(pixel_i),
    .read_data_o(partial)
  );

endmodule
