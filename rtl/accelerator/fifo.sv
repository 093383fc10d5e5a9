// SPDX-License-Identifier: Apache-2.0
// First in, first out; the oldest entry is always visible. Depth is a power of two. Pushing into a full one or
// popping from an empty one is the user's mistake.
module fifo #(
  parameter int Width = 8,
  parameter int Depth = 4,
  localparam int LevelBits = $clog2(Depth + 1),
  localparam int PointerBits = $clog2(Depth)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 clear_i,
  input  logic                 push_i,
  input  logic [Width-1:0]     data_i,
  input  logic                 pop_i,
  output logic [Width-1:0]     data_o,
  output logic [LevelBits-1:0] level_o
);

  logic [Width-1:0] memory [Depth];
  logic [PointerBits-1:0] head_q, tail_q;

  assign data_o = memory[head_q];

  always_ff @(posedge clk_i) begin
    if (push_i) memory[tail_q] <= data_i;
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
      level_o <= '0;
    end else if (clear_i) begin
      head_q <= '0;
      tail_q <= '0;
      level_o <= '0;
    end else begin
      if (push_i) tail_q <= tail_q + PointerBits'(1);
      if (pop_i) head_q <= head_q + PointerBits'(1);
      if (push_i && !pop_i) level_o <= level_o + LevelBits'(1);
      if (pop_i && !push_i) level_o <= level_o - LevelBits'(1);
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (!clear_i) begin
      assert (!(push_i && !pop_i && level_o == LevelBits'(Depth)));
      assert (!(pop_i && level_o == '0));
    end
  end
`endif

endmodule
