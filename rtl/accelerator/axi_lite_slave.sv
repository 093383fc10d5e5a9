// SPDX-License-Identifier: Apache-2.0
// AXI4-Lite to a register file. One write and one read at a time; address and data of a write may come in
// any order. Every output is a register, so nothing here couples the bus's ready and valid.
module axi_lite_slave (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        awvalid_i,
  output logic        awready_o,
  input  logic [31:0] awaddr_i,
  input  logic        wvalid_i,
  output logic        wready_o,
  input  logic [31:0] wdata_i,
  input  logic [3:0]  wstrb_i,
  output logic        bvalid_o,
  input  logic        bready_i,
  output logic [1:0]  bresp_o,
  input  logic        arvalid_i,
  output logic        arready_o,
  input  logic [31:0] araddr_i,
  output logic        rvalid_o,
  input  logic        rready_i,
  output logic [31:0] rdata_o,
  output logic [1:0]  rresp_o,

  output logic        write_o,
  output logic [11:0] write_address_o,
  output logic [31:0] write_data_o,
  output logic [3:0]  write_strobe_o,
  input  logic        write_error_i,
  output logic [11:0] read_address_o,
  input  logic [31:0] read_data_i,
  input  logic        read_error_i,

  output logic        busy_o
);

  logic aw_full_q, w_full_q, ar_full_q;
  logic b_error_q, r_error_q;

  assign awready_o = !aw_full_q;
  assign wready_o = !w_full_q;
  assign arready_o = !ar_full_q;
  assign write_o = aw_full_q && w_full_q && !bvalid_o;
  assign bresp_o = {b_error_q, 1'b0};
  assign rresp_o = {r_error_q, 1'b0};
  assign busy_o = aw_full_q || w_full_q || ar_full_q || bvalid_o || rvalid_o;

  wire read = ar_full_q && !rvalid_o;

  // The window is decoded by the interconnect: the bits above it are not looked at.
  wire unused = ^{awaddr_i[31:12], araddr_i[31:12]};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      aw_full_q <= 1'b0;
      w_full_q <= 1'b0;
      ar_full_q <= 1'b0;
      bvalid_o <= 1'b0;
      rvalid_o <= 1'b0;
      b_error_q <= 1'b0;
      r_error_q <= 1'b0;
      write_address_o <= '0;
      write_data_o <= '0;
      write_strobe_o <= '0;
      read_address_o <= '0;
      rdata_o <= '0;
    end else begin
      if (awvalid_i && awready_o) begin
        aw_full_q <= 1'b1;
        write_address_o <= awaddr_i[11:0];
      end
      if (wvalid_i && wready_o) begin
        w_full_q <= 1'b1;
        write_data_o <= wdata_i;
        write_strobe_o <= wstrb_i;
      end
      if (write_o) begin
        aw_full_q <= 1'b0;
        w_full_q <= 1'b0;
        bvalid_o <= 1'b1;
        b_error_q <= write_error_i;
      end
      if (bvalid_o && bready_i) bvalid_o <= 1'b0;

      if (arvalid_i && arready_o) begin
        ar_full_q <= 1'b1;
        read_address_o <= araddr_i[11:0];
      end
      if (read) begin
        ar_full_q <= 1'b0;
        rvalid_o <= 1'b1;
        rdata_o <= read_data_i;
        r_error_q <= read_error_i;
      end
      if (rvalid_o && rready_i) rvalid_o <= 1'b0;
    end
  end

endmodule
