// SPDX-License-Identifier: Apache-2.0
// pe: both ways in which the dot product is written, that for simulation and that for synthesis, are the sum of the
// signed products. The first product is of any two bytes; the others are 0, 1 or -128, which shows that they are
// added: all positions are the same loop. The registers hold nothing but the last operands, so three cycles are all.
module pe_proof #(
  parameter int Tn = 2
) (
  input logic            clk_i,
  input logic [7:0]      feature_i,
  input logic [7:0]      weight_i,
  input logic [2*Tn-1:2] others_i
);

  localparam int DotBits = 16 + $clog2(Tn);
  logic started_q = 1'b0;  // verilator lint_off SYNCASYNCNET

  logic [32*Tn-1:0] features;
  logic [8*Tn-1:0] weights;
  logic [31:0] features_sum;
  logic signed [31:0] feature, weight, expected, expected_q;
  always_comb begin
    features_sum = '0;
    expected = '0;
    for (int n = 0; n < Tn; n++) begin
      feature = {{24{feature_i[7]}}, feature_i};
      weight = {{24{weight_i[7]}}, weight_i};
      if (n > 0) begin
        feature = others_i[2*n] ? 32'sd1 : 32'sd0;
        weight = others_i[2*n+1] ? -32'sd128 : 32'sd1;
      end
      features[32*n +: 32] = feature;
      weights[8*n +: 8] = weight[7:0];
      features_sum = features_sum + feature;
      expected = expected + feature * weight;
    end
  end

  logic [31:0] sum;
  pe #(.Tn(Tn), .Accumulators(2)) u_dut (
    .clk_i,
    .rst_ni(started_q),
    .valid_i(1'b1),
    .first_i(1'b1),
    .last_i(1'b1),
    .partial_i(1'b0),
    .keep_i(1'b0),
    .pixel_i('0),
    .features_i(features),
    .features_sum_i(features_sum),
    .weights_i(weights),
    .sum_o(sum)
  );
`ifdef YOSYS
  (* hierconn *) wire [DotBits-1:0] \u_dut.dot_q ;
`endif

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    expected_q <= expected;
  end

  wire [DotBits-1:0] dot = u_dut.dot_q;

  always_comb begin
    if (started_q) begin
      assert (dot == expected_q[DotBits-1:0]);
      assert (expected_q[31:DotBits-1] == {33 - DotBits{dot[DotBits-1]}});  // no bit of it is lost
      cover (expected_q == -128 * 127 - 128);
      cover (expected_q == 128 * 128 + 1);
    end
  end

  wire unused = ^sum;

endmodule
