// SPDX-License-Identifier: Apache-2.0
// The AXI write channels. A task is the results of one group in one band: the same number of beats in each of
// up to Planes planes, a plane stride apart. A burst is only begun when all of its beats are in the plane's
// FIFO, so it never waits for data.
module write_master #(
  parameter int Planes = 1,
  parameter int Depth = 64,  // beats of a plane's FIFO
  parameter int Outstanding = 8,
  parameter int MaxBeats = 16,  // of a burst
  localparam int PlaneCountBits = $clog2(Planes + 1)
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        clear_i,
  input  logic        stop_i,  // begin nothing more; what is on the bus finishes

  input  logic                      task_valid_i,
  output logic                      task_ready_o,
  input  logic [63:0]               task_address_i,
  input  logic [31:0]               task_beats_i,
  input  logic [PlaneCountBits-1:0] task_planes_i,
  input  logic [31:0]               plane_stride_i,

  input  logic [Planes-1:0]     push_i,
  input  logic [128*Planes-1:0] data_i,
  input  logic [16*Planes-1:0]  strobe_i,
  output logic                  nearly_full_o,

  output logic         awvalid_o,
  input  logic         awready_i,
  output logic [63:0]  awaddr_o,
  output logic [7:0]   awlen_o,
  output logic         wvalid_o,
  input  logic         wready_i,
  output logic [127:0] wdata_o,
  output logic [15:0]  wstrb_o,
  output logic         wlast_o,
  input  logic         bvalid_i,
  input  logic [1:0]   bresp_i,

  output logic        idle_o,      // nothing on the bus
  output logic        finished_o,  // and no task left
  output logic        error_o,
  output logic [63:0] error_address_o
);

  localparam int PlaneBits = Planes > 1 ? $clog2(Planes) : 1;
  localparam int LevelBits = $clog2(Depth + 1);
  localparam int CountBits = $clog2(Outstanding + 1);
  localparam int SlotBits = $clog2(Outstanding);
  localparam int Tasks = 4;

  localparam logic [1:0] Idle = 2'd0, Select = 2'd1, Send = 2'd2;

  logic task_pop;
  logic [63:0] task_address;
  logic [31:0] task_beats;
  logic [PlaneCountBits-1:0] task_planes;
  logic [2:0] tasks;
  fifo #(.Width(64 + 32 + PlaneCountBits), .Depth(Tasks)) u_tasks (
    .clk_i,
    .rst_ni,
    .clear_i,
    .push_i(task_valid_i),
    .data_i({task_address_i, task_beats_i, task_planes_i}),
    .pop_i(task_pop),
    .data_o({task_address, task_beats, task_planes}),
    .level_o(tasks)
  );
  assign task_ready_o = tasks != 3'(Tasks);

  logic pop;
  logic [PlaneBits-1:0] plane_q;
  logic [128*Planes-1:0] data;
  logic [16*Planes-1:0] strobe;
  logic [LevelBits*Planes-1:0] level;
  logic [Planes-1:0] nearly_full_q;
  for (genvar p = 0; p < Planes; p++) begin : gen_plane
    fifo #(.Width(144), .Depth(Depth)) u_results (
      .clk_i,
      .rst_ni,
      .clear_i,
      .push_i(push_i[p]),
      .data_i({strobe_i[16*p +: 16], data_i[128*p +: 128]}),
      .pop_i(pop && plane_q == PlaneBits'(p)),
      .data_o({strobe[16*p +: 16], data[128*p +: 128]}),
      .level_o(level[LevelBits*p +: LevelBits])
    );
    // Room for the results already on their way through the array.
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) nearly_full_q[p] <= 1'b0;
      else nearly_full_q[p] <= level[LevelBits*p +: LevelBits] > LevelBits'(Depth - 16);
    end
  end
  assign nearly_full_o = |nearly_full_q;

  logic [1:0] state_q;
  logic [64*Planes-1:0] address_q;
  logic [32*Planes-1:0] left_q;
  logic [4:0] beats_q;
  logic [CountBits-1:0] flying_q;

  wire all_written = left_q == '0;
  assign pop = wvalid_o && wready_i;
  wire sent = (!wvalid_o || (wready_i && wlast_o)) && (!awvalid_o || awready_i);

  // Every plane's next burst, and whether its beats are all there.
  logic [5*Planes-1:0] plane_beats;
  logic [Planes-1:0] ready;
  for (genvar p = 0; p < Planes; p++) begin : gen_burst
    wire [31:0] left = left_q[32*p +: 32];
    wire popped = pop && plane_q == PlaneBits'(p);
    burst_length #(.CountBits(32), .MaxBeats(MaxBeats)) u_burst_length (
      .page_beat_i(address_q[64*p+4 +: 8]),
      .left_i(left),
      .beats_o(plane_beats[5*p +: 5])
    );
    assign ready[p] = left != '0 &&
                      32'(level[LevelBits*p +: LevelBits]) >= 32'(plane_beats[5*p +: 5]) + 32'(popped);
  end

  // The planes take turns.
  logic [PlaneBits-1:0] next, turn;
  always_comb begin
    next = plane_q;
    turn = plane_q;
    for (int p = Planes; p >= 1; p--) begin
      turn = (plane_q + PlaneBits'(p)) & PlaneBits'(Planes - 1);
      if (ready[turn]) next = turn;
    end
  end
  wire [63:0] address = address_q[64*next +: 64];
  wire [4:0] beats = plane_beats[5*next +: 5];

  // The next burst may follow at once.
  wire free = state_q == Select || (state_q == Send && sent);
  wire issue = free && !stop_i && ready != '0 && flying_q != CountBits'(Outstanding);

  // The next task is taken when the last burst of the one before is on its way.
  assign task_pop = all_written && tasks != '0 && !stop_i;
  assign wdata_o = data[128*plane_q +: 128];
  assign wstrb_o = strobe[16*plane_q +: 16];
  assign wlast_o = beats_q == 5'd1;
  assign idle_o = state_q != Send && flying_q == '0;
  assign finished_o = state_q == Idle && tasks == '0 && flying_q == '0;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      plane_q <= '0;
      address_q <= '0;
      left_q <= '0;
      beats_q <= '0;
      flying_q <= '0;
      awvalid_o <= 1'b0;
      awaddr_o <= '0;
      awlen_o <= '0;
      wvalid_o <= 1'b0;
    end else begin
      if (awready_i) awvalid_o <= 1'b0;
      if (pop) begin
        beats_q <= beats_q - 5'd1;
        if (wlast_o) wvalid_o <= 1'b0;
      end
      if (task_pop) begin
        for (int p = 0; p < Planes; p++) begin
          address_q[64*p +: 64] <= task_address + 64'(plane_stride_i) * 64'(p);
          left_q[32*p +: 32] <= p < 32'(task_planes) ? task_beats : 32'd0;
        end
      end
      case (state_q)
        Idle: if (task_pop) state_q <= Select;
        Select: if (all_written && !task_pop) state_q <= Idle;
        Send: if (sent) state_q <= Select;
        default: state_q <= Idle;
      endcase
      if (issue) begin
        awvalid_o <= 1'b1;
        awaddr_o <= address;
        awlen_o <= {3'd0, beats} - 8'd1;
        wvalid_o <= 1'b1;
        beats_q <= beats;
        plane_q <= next;
        address_q[64*next +: 64] <= address + {55'd0, beats, 4'd0};
        left_q[32*next +: 32] <= left_q[32*next +: 32] - 32'(beats);
        state_q <= Send;
      end
      if (issue != bvalid_i) begin
        flying_q <= issue ? flying_q + CountBits'(1) : flying_q - CountBits'(1);
      end
      if (clear_i) begin
        state_q <= Idle;
        left_q <= '0;
      end
    end
  end

  // Responses come in the order of the bursts: one ID.
  logic [63:0] address_of [Outstanding];
  logic [SlotBits-1:0] head_q, tail_q;
  assign error_o = bvalid_i && bresp_i[1];
  assign error_address_o = address_of[head_q];

  always_ff @(posedge clk_i) begin
    if (issue) address_of[tail_q] <= address;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
    end else begin
      if (issue) tail_q <= tail_q + SlotBits'(1);
      if (bvalid_i) head_q <= head_q + SlotBits'(1);
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (bvalid_i) assert (flying_q != '0);
    if (clear_i) assert (state_q != Send);
  end
`endif

  wire unused = bresp_i[0];

endmodule
