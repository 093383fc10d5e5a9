// SPDX-License-Identifier: Apache-2.0
// From words of 16 bytes to the beats of the bus, lower half first. With a bus of 16 bytes nothing lies between.
module write_split #(
  parameter int BusBytes = 16  // 8 or 16
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  valid_i,
  output logic                  ready_o,
  input  logic [127:0]          data_i,
  input  logic [15:0]           strobe_i,
  input  logic                  last_i,
  output logic                  wvalid_o,
  input  logic                  wready_i,
  output logic [8*BusBytes-1:0] wdata_o,
  output logic [BusBytes-1:0]   wstrb_o,
  output logic                  wlast_o
);

  assign wvalid_o = valid_i;
  if (BusBytes == 16) begin : gen_whole
    wire unused = ^{clk_i, rst_ni};
    assign ready_o = wready_i;
    assign wdata_o = data_i;
    assign wstrb_o = strobe_i;
    assign wlast_o = last_i;
  end else begin : gen_halves
    logic upper_q;
    assign ready_o = wready_i && upper_q;
    assign wdata_o = data_i[64*upper_q +: 64];
    assign wstrb_o = strobe_i[8*upper_q +: 8];
    assign wlast_o = last_i && upper_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) upper_q <= 1'b0;
      else if (valid_i && wready_i) upper_q <= !upper_q;
    end
  end

endmodule
