// SPDX-License-Identifier: Apache-2.0
// axi_lite_slave: every write is strobed into the registers once, with the address and data that were accepted
// for it in whatever order, and answered once; every read is answered once with what the register file showed
// for its address; answers stay until taken; none comes without a request; all come in bounded time, cycles in
// which the master keeps its half or its ready back not counted. Nothing is assumed of the master.
module axi_lite_slave_proof (
  input logic        clk_i,
  input logic        awvalid_i,
  input logic [31:0] awaddr_i,
  input logic        wvalid_i,
  input logic [31:0] wdata_i,
  input logic [3:0]  wstrb_i,
  input logic        bready_i,
  input logic        arvalid_i,
  input logic [31:0] araddr_i,
  input logic        rready_i,
  input logic        write_error_i,
  input logic [31:0] read_data_i,
  input logic        read_error_i
);

  logic started_q = 1'b0;  // verilator lint_off SYNCASYNCNET
  logic awready, wready, bvalid, arready, rvalid, write, busy;
  logic [1:0] bresp, rresp;
  logic [31:0] rdata, write_data;
  logic [11:0] write_address, read_address;
  logic [3:0] write_strobe;
  axi_lite_slave u_axi_lite_slave (
    .clk_i,
    .rst_ni(started_q),
    .awvalid_i,
    .awready_o(awready),
    .awaddr_i,
    .wvalid_i,
    .wready_o(wready),
    .wdata_i,
    .wstrb_i,
    .bvalid_o(bvalid),
    .bready_i,
    .bresp_o(bresp),
    .arvalid_i,
    .arready_o(arready),
    .araddr_i,
    .rvalid_o(rvalid),
    .rready_i,
    .rdata_o(rdata),
    .rresp_o(rresp),
    .write_o(write),
    .write_address_o(write_address),
    .write_data_o(write_data),
    .write_strobe_o(write_strobe),
    .write_error_i,
    .read_address_o(read_address),
    .read_data_i,
    .read_error_i,
    .busy_o(busy)
  );

  wire aw_taken = awvalid_i && awready;
  wire w_taken = wvalid_i && wready;
  wire b_taken = bvalid && bready_i;
  wire ar_taken = arvalid_i && arready;
  wire r_taken = rvalid && rready_i;

  // Writes: halves accepted and not yet strobed, the answer due, and how many addresses and data words are
  // ahead of the answers.
  logic address_held_q, data_held_q, answer_due_q, answer_error_q;
  logic [11:0] address_q;
  logic [31:0] data_q;
  logic [3:0] strobe_q;
  logic [1:0] addresses_q, datas_q;
  logic [1:0] write_waits_q, aw_waits_q, w_waits_q;
  // Reads.
  logic read_held_q, value_due_q, value_error_q;
  logic [11:0] read_address_q;
  logic [31:0] value_q;
  logic [1:0] reads_q, read_waits_q, ar_waits_q;
  wire fetch = read_held_q && !value_due_q;

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      address_held_q <= 1'b0;
      data_held_q <= 1'b0;
      answer_due_q <= 1'b0;
      addresses_q <= '0;
      datas_q <= '0;
      write_waits_q <= '0;
      aw_waits_q <= '0;
      w_waits_q <= '0;
      read_held_q <= 1'b0;
      value_due_q <= 1'b0;
      reads_q <= '0;
      read_waits_q <= '0;
      ar_waits_q <= '0;
    end else begin
      if (write) begin
        address_held_q <= 1'b0;
        data_held_q <= 1'b0;
        answer_error_q <= write_error_i;
      end
      if (aw_taken) begin
        address_held_q <= 1'b1;
        address_q <= awaddr_i[11:0];
      end
      if (w_taken) begin
        data_held_q <= 1'b1;
        data_q <= wdata_i;
        strobe_q <= wstrb_i;
      end
      answer_due_q <= write || (answer_due_q && !b_taken);
      addresses_q <= addresses_q + 2'(aw_taken) - 2'(b_taken);
      datas_q <= datas_q + 2'(w_taken) - 2'(b_taken);
      if (b_taken || !(address_held_q && data_held_q)) write_waits_q <= '0;
      else if (!bvalid) write_waits_q <= write_waits_q + 2'd1;
      if (aw_taken || !awvalid_i || !data_held_q) aw_waits_q <= '0;
      else if (!bvalid || bready_i) aw_waits_q <= aw_waits_q + 2'd1;
      if (w_taken || !wvalid_i || !address_held_q) w_waits_q <= '0;
      else if (!bvalid || bready_i) w_waits_q <= w_waits_q + 2'd1;

      if (fetch) begin
        read_held_q <= 1'b0;
        value_q <= read_data_i;
        value_error_q <= read_error_i;
      end
      if (ar_taken) begin
        read_held_q <= 1'b1;
        read_address_q <= araddr_i[11:0];
      end
      value_due_q <= fetch || (value_due_q && !r_taken);
      reads_q <= reads_q + 2'(ar_taken) - 2'(r_taken);
      if (r_taken || !read_held_q) read_waits_q <= '0;
      else if (!rvalid) read_waits_q <= read_waits_q + 2'd1;
      if (ar_taken || !arvalid_i) ar_waits_q <= '0;
      else if (!rvalid || rready_i) ar_waits_q <= ar_waits_q + 2'd1;
    end
  end

  always_comb begin
    if (started_q) begin
      // Nothing is overwritten before its strobe; the strobe has what was accepted, and once.
      assert (!aw_taken || !address_held_q);
      assert (!w_taken || !data_held_q);
      assert (!write || (address_held_q && data_held_q && !answer_due_q));
      assert (!write || write_address == address_q);
      assert (!write || (write_data == data_q && write_strobe == strobe_q));
      // An answer exactly while one is due; it does not change before it is taken.
      assert (bvalid == answer_due_q);
      assert (!bvalid || bresp == {answer_error_q, 1'b0});
      assert (!bvalid || (addresses_q != '0 && datas_q != '0));
      assert (addresses_q <= 2'd2 && datas_q <= 2'd2);
      // In bounded time.
      assert (write_waits_q <= 2'd1 && aw_waits_q <= 2'd2 && w_waits_q <= 2'd2);

      assert (!ar_taken || !read_held_q);
      assert (!fetch || read_address == read_address_q);
      assert (rvalid == value_due_q);
      assert (!rvalid || (rdata == value_q && rresp == {value_error_q, 1'b0}));
      assert (!rvalid || reads_q != '0);
      assert (reads_q <= 2'd2);
      assert (read_waits_q <= 2'd1 && ar_waits_q <= 2'd2);

      assert (busy == (address_held_q || data_held_q || answer_due_q || read_held_q || value_due_q));

      cover (write && bresp == 2'd2 && addresses_q == 2'd1);
      cover (b_taken && addresses_q == 2'd2 && datas_q == 2'd2 && bresp == 2'd2);
      cover (data_held_q && !address_held_q && aw_taken);
      cover (address_held_q && !data_held_q && w_taken);
      cover (r_taken && reads_q == 2'd2 && rresp == 2'd2 && rdata == 32'hdead_beef);
      cover (aw_waits_q == 2'd1 && awvalid_i);
    end
  end

endmodule
