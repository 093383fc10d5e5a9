// SPDX-License-Identifier: Apache-2.0
// write_master: the bursts of a task cover each of its planes exactly, in order, in 1 to 16 beats, none across a
// page; a burst begins only when its beats are there, carries as many as it says and WLAST on the last; at most
// Outstanding are unanswered; what is offered stays until taken; a burst leaves soon when it may; after a stop
// none begins; the response counting returns to 0; a bad response is reported with the address of its burst.
// Order and content of tasks and beats are the FIFOs', which fifo_proof covers.
module write_master_proof #(
  parameter int Planes = 2,
  parameter int Depth = 32,
  parameter int Outstanding = 8,
  localparam int PlaneCountBits = $clog2(Planes + 1),
  localparam int PlaneBits = Planes > 1 ? $clog2(Planes) : 1,
  localparam int LevelBits = $clog2(Depth + 1),
  localparam int CountBits = $clog2(Outstanding + 1),
  localparam int SlotBits = $clog2(Outstanding)
) (
  input logic                      clk_i,
  input logic                      clear_i,
  input logic                      stop_i,
  input logic                      task_valid_i,
  input logic [59:0]               task_address_i,  // in beats
  input logic [31:0]               task_beats_i,
  input logic [PlaneCountBits-1:0] task_planes_i,
  input logic [27:0]               plane_stride_i,  // in beats
  input logic [Planes-1:0]         push_i,
  input logic [128*Planes-1:0]     data_i,
  input logic [16*Planes-1:0]      strobe_i,
  input logic                      awready_i,
  input logic                      wready_i,
  input logic                      bvalid_i,
  input logic [1:0]                bresp_i,
  input logic [SlotBits-1:0]       chosen_slot_i,
  input logic [PlaneBits-1:0]      chosen_plane_i
);

  logic started_q = 1'b0;  // verilator lint_off SYNCASYNCNET
  logic task_ready, nearly_full, awvalid, wvalid, wlast, idle, finished, error;
  logic [63:0] awaddr, error_address;
  logic [7:0] awlen;
  logic [127:0] wdata;
  logic [15:0] wstrb;
  write_master #(.Planes(Planes), .Depth(Depth), .Outstanding(Outstanding)) u_dut (
    .clk_i,
    .rst_ni(started_q),
    .clear_i,
    .stop_i,
    .task_valid_i,
    .task_ready_o(task_ready),
    .task_address_i({task_address_i, 4'd0}),
    .task_beats_i,
    .task_planes_i,
    .plane_stride_i({plane_stride_i, 4'd0}),
    .push_i,
    .data_i,
    .strobe_i,
    .nearly_full_o(nearly_full),
    .awvalid_o(awvalid),
    .awready_i,
    .awaddr_o(awaddr),
    .awlen_o(awlen),
    .wvalid_o(wvalid),
    .wready_i,
    .wdata_o(wdata),
    .wstrb_o(wstrb),
    .wlast_o(wlast),
    .bvalid_i,
    .bresp_i,
    .idle_o(idle),
    .finished_o(finished),
    .error_o(error),
    .error_address_o(error_address)
  );
`ifdef YOSYS
  (* hierconn *) wire \u_dut.task_pop ;
  (* hierconn *) wire [63:0] \u_dut.task_address ;
  (* hierconn *) wire [31:0] \u_dut.task_beats ;
  (* hierconn *) wire [PlaneCountBits-1:0] \u_dut.task_planes ;
  (* hierconn *) wire [2:0] \u_dut.tasks ;
  (* hierconn *) wire [LevelBits*Planes-1:0] \u_dut.level ;
  (* hierconn *) wire [PlaneBits-1:0] \u_dut.plane_q ;
  (* hierconn *) wire [1:0] \u_dut.state_q ;
  (* hierconn *) wire [64*Planes-1:0] \u_dut.address_q ;
  (* hierconn *) wire [32*Planes-1:0] \u_dut.left_q ;
  (* hierconn *) wire [4:0] \u_dut.beats_q ;
  (* hierconn *) wire [CountBits-1:0] \u_dut.flying_q ;
  (* hierconn *) wire [SlotBits-1:0] \u_dut.head_q ;
  (* hierconn *) wire [SlotBits-1:0] \u_dut.tail_q ;
  wire [64*Outstanding-1:0] words;  // prove.sh connects them
`else
  wire [64*Outstanding-1:0] words;
  for (genvar i = 0; i < Outstanding; i++) begin : gen_word
    assign words[64*i +: 64] = u_dut.address_of[i];
  end
`endif

  wire [PlaneBits-1:0] plane = u_dut.plane_q;  // the one that is sent
  logic aw_held_q, w_held_q, stopped_q;
  logic [71:0] aw_before_q;
  wire fresh = awvalid && !aw_held_q;  // the first cycle of a burst
  wire [8:0] beats = {1'b0, awlen} + 9'd1;
  wire w_taken = wvalid && wready_i;

  // What of the task has not yet been seen on the bus, a plane each.
  logic [60*Planes-1:0] next_q, next;
  logic [32*Planes-1:0] left_q, left;
  always_comb begin
    next = next_q;
    left = left_q;
    if (fresh) begin
      next[60*plane +: 60] = next_q[60*plane +: 60] + 60'(beats);
      left[32*plane +: 32] = left_q[32*plane +: 32] - 32'(beats);
    end
  end

  logic [LevelBits*Planes-1:0] level_q;  // beats of a plane, pushed and not sent
  logic [4:0] send_q;                    // beats of the burst after the one of this cycle
  logic [PlaneBits-1:0] burst_plane_q;
  wire [4:0] send = fresh ? beats[4:0] : send_q;
  logic [CountBits-1:0] addresses_q, datas_q;  // bursts whose address or data were taken, without an answer
  wire [CountBits-1:0] flying = addresses_q + CountBits'(awvalid);

  // Planes whose next burst may leave now, and how many bursts of others a chosen one of them has seen.
  wire [Planes-1:0] possible;
  for (genvar p = 0; p < Planes; p++) begin : gen_plane
    logic [4:0] burst;
    burst_length #(.CountBits(32)) u_burst_length (
      .page_beat_i(next[60*p +: 8]),
      .left_i(left[32*p +: 32]),
      .beats_o(burst)
    );
    assign possible[p] = left[32*p +: 32] != '0 && 32'(level_q[LevelBits*p +: LevelBits]) >=
                         32'(burst) + 32'(w_taken && plane == PlaneBits'(p));
  end
  wire able = possible != '0 && (!wvalid || (wready_i && wlast)) && (!awvalid || awready_i) && !stop_i &&
              flying != CountBits'(Outstanding);
  logic able_q, waiting_q;
  logic [PlaneBits-1:0] chosen_plane_q;
  logic [PlaneBits:0] others_q;
  wire [PlaneBits:0] others = fresh && plane == chosen_plane_q ? '0 :
                              others_q + (PlaneBits + 1)'(fresh && waiting_q);
  wire [PlaneBits-1:0] behind = chosen_plane_q - plane;  // planes from the last one to the chosen one

  logic [SlotBits-1:0] slot_q, issued_q, answered_q;
  logic chosen_q;
  logic [63:0] chosen_address_q;
  logic [63:0] chosen_word;  // where the unit keeps its address
  always_comb begin
    chosen_word = '0;
    for (int i = 0; i < Outstanding; i++) begin
      if (slot_q == SlotBits'(i)) chosen_word = words[64*i +: 64];
    end
  end
  wire [SlotBits-1:0] between = issued_q - answered_q;
  wire [SlotBits-1:0] ahead = slot_q - answered_q;
  wire [CountBits-1:0] seen = addresses_q + CountBits'(aw_held_q);

  always_ff @(posedge clk_i) begin
    started_q <= 1'b1;
    if (!started_q) begin
      aw_held_q <= 1'b0;
      w_held_q <= 1'b0;
      stopped_q <= 1'b0;
      left_q <= '0;
      level_q <= '0;
      send_q <= '0;
      addresses_q <= '0;
      datas_q <= '0;
      able_q <= 1'b0;
      waiting_q <= 1'b0;
      chosen_plane_q <= chosen_plane_i;
      others_q <= '0;
      slot_q <= chosen_slot_i;
      issued_q <= '0;
      answered_q <= '0;
      chosen_q <= 1'b0;
    end else begin
      aw_held_q <= awvalid && !awready_i;
      w_held_q <= wvalid && !wready_i;
      aw_before_q <= {awaddr, awlen};
      stopped_q <= stop_i;
      next_q <= next;
      left_q <= clear_i ? '0 : left;
      if (u_dut.task_pop) begin
        for (int p = 0; p < Planes; p++) begin
          next_q[60*p +: 60] <= u_dut.task_address[63:4] + 60'(plane_stride_i) * 60'(p);
          left_q[32*p +: 32] <= p < 32'(u_dut.task_planes) ? u_dut.task_beats : 32'd0;
        end
      end
      for (int p = 0; p < Planes; p++) begin
        level_q[LevelBits*p +: LevelBits] <= clear_i ? '0 :
            level_q[LevelBits*p +: LevelBits] + LevelBits'(push_i[p]) - LevelBits'(w_taken && plane == PlaneBits'(p));
      end
      send_q <= send - 5'(w_taken);
      if (fresh) burst_plane_q <= plane;
      addresses_q <= addresses_q + CountBits'(awvalid && awready_i) - CountBits'(bvalid_i);
      datas_q <= datas_q + CountBits'(w_taken && wlast) - CountBits'(bvalid_i);
      able_q <= able;
      waiting_q <= possible[chosen_plane_q];
      others_q <= possible[chosen_plane_q] ? others : '0;
      if (fresh) issued_q <= issued_q + SlotBits'(1);
      if (bvalid_i) answered_q <= answered_q + SlotBits'(1);
      if (bvalid_i && answered_q == slot_q) chosen_q <= 1'b0;
      if (fresh && issued_q == slot_q) begin
        chosen_q <= 1'b1;
        chosen_address_q <= awaddr;
      end
    end
  end

  always_comb begin
    // The contract: room is there for tasks and beats, a job is cleared when the bus is quiet, and responses
    // answer whole bursts.
    assume (started_q || (!task_valid_i && push_i == '0 && !bvalid_i && !clear_i));
    assume (!task_valid_i || (task_ready && task_beats_i != '0 && !clear_i));
    for (int p = 0; p < Planes; p++) begin
      assume (!push_i[p] || level_q[LevelBits*p +: LevelBits] != LevelBits'(Depth));
    end
    assume (!clear_i || (idle && (stop_i || finished)));
    // What the FIFO of tasks shows went into it.
    assume (u_dut.tasks == '0 || (u_dut.task_address[3:0] == '0 && u_dut.task_beats != '0));
    assume (32'(chosen_plane_q) < Planes);
    assume (!bvalid_i || (addresses_q != '0 && datas_q != '0));
    if (started_q) begin
      assert (!aw_held_q || (awvalid && aw_before_q == {awaddr, awlen}));
      assert (!w_held_q || wvalid);
      if (fresh) begin
        assert (left_q[32*plane +: 32] != '0);
        assert (awaddr == {next_q[60*plane +: 60], 4'd0});
        assert (beats >= 9'd1 && beats <= 9'd16 && 32'(beats) <= left_q[32*plane +: 32]);
        assert ({1'b0, awaddr[11:4]} + beats <= 9'd256);
        assert (32'(level_q[LevelBits*plane +: LevelBits]) >= 32'(beats));
        assert (send_q == '0);  // the burst before is out
      end
      assert (wvalid == (send != '0));
      assert (!wvalid || wlast == (send == 5'd1));
      assert (fresh || send == '0 || plane == burst_plane_q);
      assert (!able_q || fresh);  // at once
      assert (32'(others) < Planes);
      assert (u_dut.task_pop == (u_dut.tasks != '0 && left == '0 && !stop_i));
      assert (!stopped_q || !fresh);
      assert (flying <= CountBits'(Outstanding));
      assert (!idle || (flying == '0 && datas_q == '0 && !wvalid));
      assert (finished == (flying == '0 && !wvalid && left == '0 && u_dut.tasks == '0 && u_dut.state_q == 2'd0));
      assert (error == (bvalid_i && bresp_i[1]));
      if (bvalid_i && answered_q == slot_q) begin
        assert (chosen_q);
        assert (error_address == chosen_address_q);
      end

      // Why all this holds: the unit's registers are those of the model.
      assert (u_dut.state_q <= 2'd2);
      assert (u_dut.level == level_q);
      for (int p = 0; p < Planes; p++) assert (level_q[LevelBits*p +: LevelBits] <= LevelBits'(Depth));
      assert (u_dut.tasks <= 3'd4);
      assert (u_dut.left_q == left);
      assert (u_dut.state_q != 2'd0 || left == '0);
      for (int p = 0; p < Planes; p++) begin
        if (left[32*p +: 32] != '0) begin
          assert (u_dut.address_q[64*p +: 64] == {next[60*p +: 60], 4'd0});
        end
      end
      assert (others == '0 || (behind != '0 && 32'(others) + 32'(behind) <= Planes));
      assert ((awvalid || wvalid) == (u_dut.state_q == 2'd2));
      assert (!wvalid || u_dut.beats_q == send);
      assert (!wvalid || 32'(level_q[LevelBits*plane +: LevelBits]) >= 32'(send));
      assert (32'(plane) < Planes);
      assert (u_dut.flying_q == flying);
      assert (addresses_q <= CountBits'(Outstanding) && datas_q <= CountBits'(Outstanding));
      assert (flying == datas_q + CountBits'(wvalid));
      assert (u_dut.head_q == answered_q);
      assert (u_dut.tail_q == issued_q + SlotBits'(fresh));
      assert (send <= 5'd16);
      assert (seen[SlotBits-1:0] == between);
      assert (chosen_q == (CountBits'(ahead) < seen));
      assert (!chosen_q || chosen_word == chosen_address_q);
      assert (!(fresh && issued_q == slot_q) || chosen_word == awaddr);

      cover (flying == CountBits'(Outstanding));
      cover (fresh && beats == 9'd16 && awaddr[11:4] == 8'hf0 && left_q[32*plane +: 32] == 32'd17);
      cover (fresh && beats == 9'd1 && left_q[32*plane +: 32] != 32'd1);
      cover (fresh && plane == PlaneBits'(Planes - 1) && beats == 9'd3);
      cover (error && chosen_q && answered_q == slot_q && slot_q == '1);
      cover (fresh && 32'(others_q) == Planes - 1 && plane == chosen_plane_q);
      cover (u_dut.task_pop && send != '0);
      cover (clear_i && left != '0);
      cover (finished && issued_q == '1);
    end
  end

  wire unused = ^{nearly_full, wdata, wstrb};

endmodule
