// SPDX-License-Identifier: Apache-2.0
// Beats of the next burst of a run: at most MaxBeats, never across a 4 KiB page.
module burst_length #(
  parameter int CountBits = 20,
  parameter int MaxBeats = 16  // 1 to 16
) (
  input  logic [7:0]           page_beat_i,  // address bits 11..4
  input  logic [CountBits-1:0] left_i,       // beats of the run still to go, at least 1
  output logic [4:0]           beats_o
);

  wire [8:0] to_page_end = 9'd256 - {1'b0, page_beat_i};
  wire [4:0] room = to_page_end > 9'(MaxBeats) ? 5'(MaxBeats) : to_page_end[4:0];

  assign beats_o = left_i < {{CountBits - 5{1'b0}}, room} ? left_i[4:0] : room;

endmodule
