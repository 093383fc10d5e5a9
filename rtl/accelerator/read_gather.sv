// SPDX-License-Identifier: Apache-2.0
// From the beats of the bus to words of 16 bytes, for each ID, whose beats may mix. Bursts begin on a word. With a
// bus of 16 bytes nothing lies between.
module read_gather #(
  parameter int BusBytes = 16  // 8 or 16
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  rvalid_i,
  input  logic [1:0]            rid_i,
  input  logic [8*BusBytes-1:0] rdata_i,
  input  logic [1:0]            rresp_i,
  output logic                  valid_o,
  output logic [127:0]          data_o,
  output logic [1:0]            resp_o  // the worse of the word's beats
);

  if (BusBytes == 16) begin : gen_whole
    wire unused = ^{clk_i, rst_ni, rid_i};
    assign valid_o = rvalid_i;
    assign data_o = rdata_i;
    assign resp_o = rresp_i;
  end else begin : gen_halves
    logic [3:0]   half_q;  // by ID: its lower half is here
    logic [255:0] data_q;
    logic [7:0]   resp_q;
    wire [1:0] lower = resp_q[2*rid_i +: 2];

    assign valid_o = rvalid_i && half_q[rid_i];
    assign data_o = {rdata_i, data_q[64*rid_i +: 64]};
    assign resp_o = lower > rresp_i ? lower : rresp_i;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) half_q <= '0;
      else if (rvalid_i) half_q[rid_i] <= !half_q[rid_i];
    end
    always_ff @(posedge clk_i) begin
      if (rvalid_i && !half_q[rid_i]) begin
        data_q[64*rid_i +: 64] <= rdata_i;
        resp_q[2*rid_i +: 2] <= rresp_i;
      end
    end
  end

endmodule
