// SPDX-License-Identifier: Apache-2.0
// The AXI read address channel: cuts runs of beats into bursts, keeps at most Outstanding of them in flight,
// and remembers the address of each so that a bad response can be reported. The data channel is always ready:
// whoever orders a run has reserved the room for it.
module read_master #(
  parameter int Outstanding = 8,
  parameter int MaxBeats = 16  // of a burst
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        stop_i,   // forget the run; bursts already on the bus finish

  input  logic        run_valid_i,
  output logic        run_ready_o,
  input  logic [63:0] run_address_i,  // a multiple of 16
  input  logic [19:0] run_beats_i,    // at least 1
  input  logic [1:0]  run_id_i,

  output logic        arvalid_o,
  input  logic        arready_i,
  output logic [63:0] araddr_o,
  output logic [7:0]  arlen_o,
  output logic [1:0]  arid_o,
  input  logic        rvalid_i,
  input  logic        rlast_i,
  input  logic [1:0]  rid_i,
  input  logic [1:0]  rresp_i,

  output logic        idle_o,
  output logic        engines_idle_o,  // but for a descriptor, which has ID 0
  output logic        error_o,
  output logic [63:0] error_address_o
);

  localparam int CountBits = $clog2(Outstanding + 1);
  localparam int SlotBits = $clog2(Outstanding);

  logic        active_q;
  logic [63:0] address_q;
  logic [19:0] left_q;
  logic [1:0]  id_q;
  logic [CountBits-1:0] flying_q;
  logic [1:0] descriptors_q;  // of those in flight

  logic [4:0] beats;
  burst_length #(.CountBits(20), .MaxBeats(MaxBeats)) u_burst_length (
    .page_beat_i(address_q[11:4]),
    .left_i(left_q),
    .beats_o(beats)
  );

  wire last_burst = left_q == {15'd0, beats};
  wire issue = active_q && !stop_i && (!arvalid_o || arready_i) &&
               flying_q != CountBits'(Outstanding);
  wire returned = rvalid_i && rlast_i;

  assign run_ready_o = !active_q || (issue && last_burst);
  assign idle_o = !active_q && flying_q == '0;
  assign engines_idle_o = !(active_q && id_q != '0) && flying_q == {{CountBits - 2{1'b0}}, descriptors_q};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      address_q <= '0;
      left_q <= '0;
      id_q <= '0;
      flying_q <= '0;
      descriptors_q <= '0;
      arvalid_o <= 1'b0;
      araddr_o <= '0;
      arlen_o <= '0;
      arid_o <= '0;
    end else begin
      if (arready_i) arvalid_o <= 1'b0;
      if (issue) begin
        arvalid_o <= 1'b1;
        araddr_o <= address_q;
        arlen_o <= {3'd0, beats} - 8'd1;
        arid_o <= id_q;
        address_q <= address_q + {55'd0, beats, 4'd0};
        left_q <= left_q - {15'd0, beats};
        if (last_burst) active_q <= 1'b0;
      end
      if (run_valid_i && run_ready_o) begin
        active_q <= 1'b1;
        address_q <= run_address_i;
        left_q <= run_beats_i;
        id_q <= run_id_i;
      end
      if (stop_i) active_q <= 1'b0;
      if (issue != returned) begin
        flying_q <= issue ? flying_q + CountBits'(1) : flying_q - CountBits'(1);
      end
      if ((issue && id_q == '0) != (returned && rid_i == '0)) begin
        descriptors_q <= issue && id_q == '0 ? descriptors_q + 2'd1 : descriptors_q - 2'd1;
      end
    end
  end

  // One queue of addresses an ID, because responses of different IDs may overtake each other.
  logic [63:0] address_of [4 * Outstanding];
  logic [4*SlotBits-1:0] head_q, tail_q;

  assign error_o = rvalid_i && rresp_i[1];
  assign error_address_o = address_of[{rid_i, head_q[rid_i*SlotBits +: SlotBits]}];

  always_ff @(posedge clk_i) begin
    if (issue) address_of[{id_q, tail_q[id_q*SlotBits +: SlotBits]}] <= address_q;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
    end else begin
      if (issue) tail_q[id_q*SlotBits +: SlotBits] <= tail_q[id_q*SlotBits +: SlotBits] + SlotBits'(1);
      if (returned) head_q[rid_i*SlotBits +: SlotBits] <= head_q[rid_i*SlotBits +: SlotBits] + SlotBits'(1);
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rvalid_i) assert (flying_q != '0);
  end
`endif

  wire unused = rresp_i[0];

endmodule
