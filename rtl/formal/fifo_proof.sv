// SPDX-License-Identifier: Apache-2.0
// fifo: what comes out is what went in, in order, nothing lost and nothing twice; the level is right. The slot
// to watch is chosen freely: pushes and pops are counted modulo Depth, and the pop of the chosen number must
// give the data of the push of that number.
module fifo_proof #(
  parameter int Width = 2,
  parameter int Depth = 4,
  localparam int LevelBits = $clog2(Depth + 1),
  localparam int PointerBits = $clog2(Depth)
) (
  input logic                   clk_i,
  input logic                   clear_i,
  input logic                   push_i,
  input logic [Width-1:0]       data_i,
  input logic                   pop_i,
  input logic [PointerBits-1:0] slot_i
);

  logic started_q = 1'b0;  // verilator lint_off SYNCASYNCNET
  logic [Width-1:0] data;
  logic [LevelBits-1:0] level;
  fifo #(.Width(Width), .Depth(Depth)) u_fifo (
    .clk_i,
    .rst_ni(started_q),
    .clear_i,
    .push_i,
    .data_i,
    .pop_i,
    .data_o(data),
    .level_o(level)
  );

`ifdef YOSYS
  (* hierconn *) wire [PointerBits-1:0] \u_fifo.head_q ;
  (* hierconn *) wire [PointerBits-1:0] \u_fifo.tail_q ;
  wire [Width*Depth-1:0] words;  // prove.sh connects them
`else
  wire [Width*Depth-1:0] words;
  for (genvar i = 0; i < Depth; i++) begin : gen_word
    assign words[Width*i +: Width] = u_fifo.memory[i];
  end
`endif

  logic [PointerBits-1:0] slot_q, pushes_q, pops_q;
  logic [LevelBits-1:0] count_q;
  logic [Width-1:0] kept_q;
  logic held_q;  // the chosen slot is in use

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) slot_q <= slot_i;
    if (!started_q || clear_i) begin
      pushes_q <= '0;
      pops_q <= '0;
      count_q <= '0;
      held_q <= 1'b0;
    end else begin
      pushes_q <= pushes_q + PointerBits'(push_i);
      pops_q <= pops_q + PointerBits'(pop_i);
      count_q <= count_q + LevelBits'(push_i) - LevelBits'(pop_i);
      if (pop_i && pops_q == slot_q) held_q <= 1'b0;
      if (push_i && pushes_q == slot_q) begin
        held_q <= 1'b1;
        kept_q <= data_i;
      end
    end
  end

  wire [PointerBits-1:0] ahead = slot_q - pops_q;  // entries before the chosen one
  wire shown = count_q != '0 && pops_q == slot_q;

  always_comb begin
    // The contract of the user.
    assume (started_q || (!push_i && !pop_i));
    assume (!push_i || pop_i || count_q != LevelBits'(Depth));
    assume (!pop_i || count_q != '0);
    if (started_q) begin
      assert (level == count_q);
      assert (count_q <= LevelBits'(Depth));
      assert (!shown || held_q);
      assert (!shown || data == kept_q);
      // Why all this holds: the unit's pointers are these counts, and a slot is in use between them.
      assert (u_fifo.head_q == pops_q && u_fifo.tail_q == pushes_q);
      assert (pushes_q == pops_q + count_q[PointerBits-1:0]);
      assert (!held_q || words[Width*slot_q +: Width] == kept_q);
      assert (held_q == (LevelBits'(ahead) < count_q));

      cover (count_q == LevelBits'(Depth) && push_i && pop_i);
      cover (shown && pushes_q == slot_q && count_q == LevelBits'(Depth) && kept_q == '1);
      cover (shown && pop_i && clear_i && data == Width'(1));
    end
  end

endmodule
