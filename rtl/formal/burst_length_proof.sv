// SPDX-License-Identifier: Apache-2.0
// burst_length: 1 to MaxBeats beats, not more than are left, not across a page, and never shorter than these allow.
module burst_length_proof #(
  parameter int CountBits = 20,
  parameter int MaxBeats = 16
) (
  input logic                 clk_i,
  input logic [7:0]           page_beat_i,
  input logic [CountBits-1:0] left_i
);

  logic started_q = 1'b0;  // the provers want a register
  always_ff @(posedge clk_i) started_q <= 1'b1;

  logic [4:0] beats;
  burst_length #(.CountBits(CountBits), .MaxBeats(MaxBeats)) u_burst_length (.page_beat_i, .left_i, .beats_o(beats));

  wire [8:0] behind = {1'b0, page_beat_i} + 9'(beats);

  always_comb begin
    assume (left_i != '0);
    if (started_q) begin
      assert (beats >= 5'd1 && beats <= 5'(MaxBeats));
      assert (CountBits'(beats) <= left_i);
      assert (behind <= 9'd256);
      assert (beats == 5'(MaxBeats) || CountBits'(beats) == left_i || behind == 9'd256);
      cover (beats == 5'(MaxBeats) && behind == 9'd256);
      cover (beats == 5'd1 && left_i == '1);
      cover (CountBits'(beats) == left_i && behind < 9'd256);
    end
  end

endmodule
