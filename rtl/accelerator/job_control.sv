// SPDX-License-Identifier: Apache-2.0
// The life of a job: doorbell, descriptor, run, interrupt. One job may wait behind the running one. After an
// error or a soft reset nothing new is put on the bus, what is on it finishes, every engine is cleared, and the
// next job can run.
module job_control #(
  parameter int Tm = 16,
  parameter int Tn = 16,
  parameter int BusBytes = 16
) (
  input  logic clk_i,
  input  logic rst_ni,

  input  logic        doorbell_i,
  input  logic [63:0] doorbell_address_i,
  input  logic        soft_reset_i,

  output logic        fetch_valid_o,  // the descriptor's run of 8 beats
  input  logic        fetch_ready_i,
  output logic [63:0] fetch_address_o,
  input  logic        fetch_beat_i,
  input  logic [127:0] fetch_data_i,

  output logic [1023:0] job_o,
  output logic          start_o,
  output logic          clear_o,  // all engines back to their start
  output logic          stop_o,   // put nothing new on the bus

  input  logic        finished_i,  // all engines
  input  logic        bus_idle_i,
  input  logic        misfit_i,
  input  logic        read_error_i,
  input  logic [1:0]  read_error_id_i,
  input  logic [1:0]  read_error_response_i,
  input  logic [63:0] read_error_address_i,
  input  logic        write_error_i,
  input  logic [1:0]  write_error_response_i,
  input  logic [63:0] write_error_address_i,

  input  logic        error_pending_i,  // IRQ_STATUS.error: keep what was latched
  output logic        done_set_o,
  output logic        error_set_o,
  output logic        registers_clear_o,
  output logic [3:0]  error_engine_o,
  output logic [1:0]  error_response_o,
  output logic [63:0] error_address_o,
  output logic [31:0] jobs_done_o,
  output logic [31:0] last_job_o,
  output logic        busy_o,
  output logic        queue_full_o,
  output logic        running_o
);

  localparam logic [31:0] Mark = 32'h5444_0001;
  localparam logic [3:0] EngineDescriptor = 4'd0, EngineOutput = 4'd4;
  localparam logic [2:0] Idle = 3'd0, Fetch = 3'd1, Collect = 3'd2, Check = 3'd3, Run = 3'd4, Finish = 3'd5,
                         Drain = 3'd6;

  logic [2:0]  state_q;
  logic        queued_q, failed_q, reset_q;
  logic [63:0] queued_address_q, address_q;
  logic [2:0]  beats_q;
  logic        ok_q;

  // A loop bound of 0 would never be met.
  wire bounds_ok = job_o[32*12 +: 16] != '0 && job_o[32*13 +: 16] != '0 && job_o[32*13+16 +: 16] != '0 &&
                   job_o[32*14+16 +: 16] != '0 && job_o[32*15+16 +: 16] > job_o[32*15 +: 16] &&
                   job_o[32*16 +: 8] != '0 && job_o[32*16+8 +: 8] != '0 && job_o[32*19 +: 16] != '0 &&
                   job_o[32*20 +: 16] != '0 && job_o[32*20+16 +: 16] != '0 && job_o[32*21 +: 16] != '0 &&
                   job_o[32*21+16 +: 16] != '0 && job_o[32*22 +: 16] != '0 && job_o[32*23 +: 16] != '0 &&
                   job_o[32*23+16 +: 16] != '0;
  // The engines count in beats.
  wire aligned = address_q[6:0] == '0 && job_o[67:64] == '0 && job_o[131:128] == '0 && job_o[195:192] == '0 &&
                 job_o[259:256] == '0 && job_o[323:320] == '0 && job_o[355:352] == '0;
  wire descriptor_ok = job_o[31:0] == Mark && job_o[32*26 +: 24] == {8'(BusBytes), 8'(Tn), 8'(Tm)} &&
                       bounds_ok && aligned;

  wire active = state_q == Fetch || state_q == Collect || state_q == Check || state_q == Run;
  wire bus_error = read_error_i || write_error_i;
  wire bad_descriptor = (state_q == Run && misfit_i) || (state_q == Check && ok_q && !descriptor_ok);
  wire fails = active && (bus_error || bad_descriptor);
  wire drained = state_q == Drain && bus_idle_i;

  assign fetch_valid_o = state_q == Fetch;
  assign fetch_address_o = address_q;
  assign start_o = state_q == Check && ok_q && descriptor_ok && !bus_error && !soft_reset_i;
  assign clear_o = (state_q == Check && !ok_q) || drained;
  assign stop_o = state_q == Drain;
  assign done_set_o = state_q == Finish;
  assign error_set_o = drained && failed_q && !reset_q;
  assign registers_clear_o = drained && reset_q;
  assign busy_o = state_q != Idle || queued_q;
  assign queue_full_o = queued_q;
  assign running_o = state_q != Idle;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      queued_q <= 1'b0;
      queued_address_q <= '0;
      address_q <= '0;
      beats_q <= '0;
      ok_q <= 1'b0;
      failed_q <= 1'b0;
      reset_q <= 1'b0;
      job_o <= '0;
      error_engine_o <= '0;
      error_response_o <= '0;
      error_address_o <= '0;
      jobs_done_o <= '0;
      last_job_o <= '0;
    end else begin
      if (doorbell_i) begin
        queued_q <= 1'b1;
        queued_address_q <= doorbell_address_i;
      end
      case (state_q)
        Idle: begin
          failed_q <= 1'b0;
          if (queued_q) begin
            address_q <= queued_address_q;
            queued_q <= 1'b0;
            state_q <= Fetch;
          end
        end
        Fetch: begin
          beats_q <= '0;
          ok_q <= 1'b0;
          if (fetch_ready_i) state_q <= Collect;
        end
        Collect: begin
          if (fetch_beat_i) begin
            job_o <= {fetch_data_i, job_o[1023:128]};
            beats_q <= beats_q + 3'd1;
            if (beats_q == 3'd7) state_q <= Check;
          end
        end
        Check: begin
          ok_q <= 1'b1;  // the engines are cleared in the first of the two cycles
          if (start_o) state_q <= Run;
        end
        Run: if (finished_i) state_q <= Finish;
        Finish: begin
          jobs_done_o <= jobs_done_o + 32'd1;
          last_job_o <= job_o[63:32];
          state_q <= Idle;
        end
        Drain: begin
          if (drained) begin
            if (!reset_q) last_job_o <= job_o[63:32];
            state_q <= Idle;
          end
        end
        default: state_q <= Idle;
      endcase
      if (fails && !failed_q) begin
        failed_q <= 1'b1;
        state_q <= Drain;
        if (!error_pending_i) begin
          error_engine_o <= read_error_i ? {2'd0, read_error_id_i} :
                            write_error_i ? EngineOutput : EngineDescriptor;
          error_response_o <= read_error_i ? read_error_response_i :
                              write_error_i ? write_error_response_i : 2'd0;
          error_address_o <= read_error_i ? read_error_address_i :
                             write_error_i ? write_error_address_i : address_q;
        end
      end
      if (soft_reset_i) begin
        reset_q <= 1'b1;
        state_q <= Drain;
        queued_q <= 1'b0;
      end
      if (registers_clear_o) begin
        reset_q <= 1'b0;
        jobs_done_o <= '0;
        last_job_o <= '0;
        error_engine_o <= '0;
        error_response_o <= '0;
        error_address_o <= '0;
      end
    end
  end

endmodule
