// SPDX-License-Identifier: Apache-2.0
// read_arbiter: one requester at a time, none that does not ask, its own payload, and a chosen one that keeps
// asking sees at most Requesters - 1 runs of others.
module read_arbiter_proof #(
  parameter int Requesters = 2,
  localparam int Bits = $clog2(Requesters)
) (
  input logic                     clk_i,
  input logic                     stop_i,
  input logic [Requesters-1:0]    valid_i,
  input logic [64*Requesters-1:0] address_i,
  input logic [20*Requesters-1:0] beats_i,
  input logic [2*Requesters-1:0]  id_i,
  input logic                     run_ready_i,
  input logic [Bits-1:0]          chosen_i
);

  logic started_q = 1'b0;  // verilator lint_off SYNCASYNCNET
  logic [Requesters-1:0] ready;
  logic run_valid;
  logic [63:0] run_address;
  logic [19:0] run_beats;
  logic [1:0] run_id;
  read_arbiter #(.Requesters(Requesters)) u_read_arbiter (
    .clk_i,
    .rst_ni(started_q),
    .stop_i,
    .valid_i,
    .ready_o(ready),
    .address_i,
    .beats_i,
    .id_i,
    .run_valid_o(run_valid),
    .run_ready_i,
    .run_address_o(run_address),
    .run_beats_o(run_beats),
    .run_id_o(run_id)
  );

  wire taken = run_valid && run_ready_i;
  wire [Requesters-1:0] granted = ready & valid_i;
  logic [Bits-1:0] chosen_q;
  logic [Bits:0] others_q;  // runs of others while the chosen one waits

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) chosen_q <= chosen_i;
    if (!started_q || !valid_i[chosen_q] || granted[chosen_q]) others_q <= '0;
    else if (taken) others_q <= others_q + 1'b1;
  end

  always_comb begin
    assume (32'(chosen_q) < Requesters);
    if (started_q) begin
      assert (run_valid == (valid_i != '0 && !stop_i));
      assert (taken == (granted != '0));  // what is taken belongs to somebody
      assert ((ready & (ready - Requesters'(1))) == '0);
      assert ((ready & ~valid_i) == '0);
      if (granted[chosen_q]) begin
        assert (run_address == address_i[64*chosen_q +: 64]);
        assert (run_beats == beats_i[20*chosen_q +: 20]);
        assert (run_id == id_i[2*chosen_q +: 2]);
      end
      assert (32'(others_q) < Requesters);
      cover (32'(others_q) == Requesters - 1 && granted[chosen_q]);
      cover (stop_i && run_ready_i && valid_i == '1);
      cover (granted[chosen_q] && valid_i == (Requesters'(1) << chosen_q) && chosen_q == Bits'(Requesters - 1));
    end
  end

endmodule
