// SPDX-License-Identifier: Apache-2.0
// Who may order the next run of reads. One requester at a time, in turn: after a run of requester r is taken,
// those behind r come first, so a waiting one sees at most Requesters - 1 runs of others before its own. While
// stop_i is high nobody is granted.
module read_arbiter #(
  parameter int Requesters = 2
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic stop_i,

  input  logic [Requesters-1:0]    valid_i,
  output logic [Requesters-1:0]    ready_o,  // taken in this cycle where valid
  input  logic [64*Requesters-1:0] address_i,
  input  logic [20*Requesters-1:0] beats_i,
  input  logic [2*Requesters-1:0]  id_i,

  output logic        run_valid_o,
  input  logic        run_ready_i,
  output logic [63:0] run_address_o,
  output logic [19:0] run_beats_o,
  output logic [1:0]  run_id_o
);

  logic [Requesters-1:0] behind_q;  // the requesters behind the one granted last
  wire [Requesters-1:0] waiting = (valid_i & behind_q) != '0 ? valid_i & behind_q : valid_i;
  wire [Requesters-1:0] grant = waiting & (~waiting + Requesters'(1));

  assign run_valid_o = valid_i != '0 && !stop_i;
  assign ready_o = run_ready_i && !stop_i ? grant : '0;

  always_comb begin
    run_address_o = '0;
    run_beats_o = '0;
    run_id_o = '0;
    for (int r = 0; r < Requesters; r++) begin
      if (grant[r]) begin
        run_address_o = address_i[64*r +: 64];
        run_beats_o = beats_i[20*r +: 20];
        run_id_o = id_i[2*r +: 2];
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) behind_q <= '0;
    else if (run_valid_o && run_ready_i) behind_q <= ~(grant | (grant - Requesters'(1)));
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    assert ((ready_o & (ready_o - Requesters'(1))) == '0);
  end
`endif

endmodule
