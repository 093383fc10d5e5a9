// SPDX-License-Identifier: Apache-2.0
// Collects the results of one output plane into beats with strobes. The result of a pixel (Block bytes) goes to
// its position in the beat; a full beat, or the group's last, leaves at once.
module output_packer #(
  parameter int Block = 16,
  localparam int PixelsPerWord = 16 / Block,
  localparam int SelectBits = PixelsPerWord > 1 ? $clog2(PixelsPerWord) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  valid_i,
  input  logic [8*Block-1:0]    result_i,
  input  logic [SelectBits-1:0] position_i,
  input  logic                  last_i,
  output logic                  push_o,
  output logic [127:0]          data_o,
  output logic [15:0]           strobe_o
);

  logic [127:0] data_q;
  logic [15:0] strobe_q;

  assign push_o = valid_i && (last_i || position_i == SelectBits'(PixelsPerWord - 1));

  always_comb begin
    data_o = data_q;
    strobe_o = strobe_q;
    for (int p = 0; p < PixelsPerWord; p++) begin
      if (position_i == SelectBits'(p)) begin
        data_o[8*Block*p +: 8*Block] = result_i;
        strobe_o[Block*p +: Block] = '1;
      end
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      data_q <= '0;
      strobe_q <= '0;
    end else if (clear_i) begin
      strobe_q <= '0;
    end else if (valid_i) begin
      data_q <= data_o;
      strobe_q <= push_o ? '0 : strobe_o;
    end
  end

endmodule
