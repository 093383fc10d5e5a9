// SPDX-License-Identifier: Apache-2.0
// A 64-bit event counter.
module counter (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        clear_i,
  input  logic        event_i,
  output logic [63:0] count_o
);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_o <= '0;
    else if (clear_i) count_o <= '0;
    else if (event_i) count_o <= count_o + 64'd1;
  end

endmodule
