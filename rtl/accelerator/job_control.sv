// SPDX-License-Identifier: Apache-2.0
// The life of a job: descriptor checked, run, interrupt. After an error, an abort or a soft reset nothing new is
// put on the bus, what is on it finishes, every engine is cleared, and the next job can run. The watchdog tells
// at once, because a bus that never answers would never let it finish; so it does when the bus falls silent
// before the end of another failure. What the registers say of an error changes when it is told, not when it happens:
// the host may still be busy with the one before.
module job_control #(
  parameter int Tm = 16,
  parameter int Tn = 16,
  parameter int BusBytes = 16
) (
  input  logic clk_i,
  input  logic rst_ni,

  input  logic          next_valid_i,  // from job_fetch
  output logic          next_taken_o,
  input  logic [1023:0] next_job_i,
  input  logic [63:0]   next_address_i,
  input  logic          next_fetching_i,
  input  logic          next_failed_i,
  input  logic [1:0]    next_cause_i,
  input  logic [1:0]    next_response_i,
  input  logic [63:0]   next_error_address_i,
  output logic          cancel_o,      // the descriptor that is being fetched
  output logic [1:0]    cancel_cause_o,

  input  logic        soft_reset_i,
  input  logic        abort_i,
  input  logic [31:0] watchdog_i,  // cycles, 0: off
  input  logic        progress_i,  // a beat or a step
  input  logic [3:0]  waits_for_i, // the engine that the job waits for

  output logic [1023:0] job_o,
  output logic          start_o,
  output logic          clear_o,  // all engines back to their start
  output logic          stop_o,   // put nothing new on the bus

  input  logic        finished_i,  // all engines
  input  logic        bus_idle_i,
  input  logic        misfit_i,
  input  logic        read_error_i,  // of the running job: not of a descriptor
  input  logic [1:0]  read_error_id_i,
  input  logic [1:0]  read_error_response_i,
  input  logic [63:0] read_error_address_i,
  input  logic        write_error_i,
  input  logic [1:0]  write_error_response_i,
  input  logic [63:0] write_error_address_i,

  input  logic        error_pending_i,  // IRQ_STATUS.error, less what the host clears now: keep what was told
  output logic        done_set_o,
  output logic        error_set_o,
  output logic        registers_clear_o,
  output logic [3:0]  error_engine_o,
  output logic [1:0]  error_response_o,
  output logic [1:0]  error_cause_o,
  output logic [63:0] error_address_o,
  output logic [31:0] jobs_done_o,
  output logic [31:0] last_job_o,
  output logic        running_o
);

  localparam logic [31:0] Mark = 32'h5444_0001;
  localparam logic [3:0] EngineDescriptor = 4'd0, EngineOutput = 4'd4;
  localparam logic [1:0] CauseBus = 2'd0, CauseDescriptor = 2'd1, CauseWatchdog = 2'd2, CauseAbort = 2'd3;
  localparam logic [2:0] Idle = 3'd0, Check = 3'd1, Run = 3'd2, Finish = 3'd3, Drain = 3'd4;

  logic [2:0]  state_q;
  logic        failed_q, reset_q, ok_q;
  logic        quick_q;  // a failure to tell at once: the bus may never let it drain
  logic        told_q;
  logic        fetch_failed_q;
  logic [1:0]  fetch_cause_q, fetch_response_q;
  logic [63:0] address_q, fetch_error_address_q;
  logic [3:0]  failure_engine_q;  // why the job failed, until it is told
  logic [1:0]  failure_response_q, failure_cause_q;
  logic [63:0] failure_address_q;
  logic [31:0] silent_q;

  // A loop bound of 0 would never be met.
  wire bounds_ok = job_o[32*12 +: 16] != '0 && job_o[32*13 +: 16] != '0 && job_o[32*13+16 +: 16] != '0 &&
                   job_o[32*14+16 +: 16] != '0 && job_o[32*15+16 +: 16] > job_o[32*15 +: 16] &&
                   job_o[32*16 +: 8] != '0 && job_o[32*19 +: 16] != '0 && job_o[32*19+16 +: 16] != '0 &&
                   job_o[32*20 +: 16] != '0 && job_o[32*20+16 +: 16] != '0 && job_o[32*21 +: 16] != '0 &&
                   job_o[32*21+16 +: 16] != '0 && job_o[32*22 +: 16] != '0 && job_o[32*23 +: 16] != '0 &&
                   job_o[32*23+16 +: 16] != '0 && job_o[32*28 +: 8] != '0;
  // A folded job has one plane and an array that can hold several pixels a step.
  wire form_ok = !job_o[32*26+24] || (Tn >= 8 && job_o[32*20 +: 16] == 16'd1 && !job_o[32*26+25]);
  // The engines count in beats.
  wire aligned = address_q[6:0] == '0 && job_o[67:64] == '0 && job_o[131:128] == '0 && job_o[195:192] == '0 &&
                 job_o[259:256] == '0 && job_o[323:320] == '0 && job_o[355:352] == '0;
  wire descriptor_ok = job_o[31:0] == Mark && job_o[32*26 +: 24] == {8'(BusBytes), 8'(Tn), 8'(Tm)} &&
                       bounds_ok && form_ok && aligned;

  wire active = state_q == Check || state_q == Run;
  wire waits = active || state_q == Drain || (state_q == Idle && next_fetching_i);
  wire checked = state_q == Check && ok_q;
  wire expired = watchdog_i != '0 && silent_q >= watchdog_i;
  wire bus_error = read_error_i || write_error_i;
  wire bad_descriptor = (state_q == Run && misfit_i) || (checked && !fetch_failed_q && !descriptor_ok);
  wire fetch_failed = checked && fetch_failed_q;
  wire fails = active && !failed_q && (bus_error || fetch_failed || bad_descriptor || expired || abort_i);
  wire drained = state_q == Drain && bus_idle_i;

  assign next_taken_o = state_q == Idle && next_valid_i;
  assign cancel_o = state_q == Idle && next_fetching_i && (expired || abort_i);
  assign cancel_cause_o = abort_i ? CauseAbort : CauseWatchdog;
  assign start_o = checked && descriptor_ok && !fails && !soft_reset_i;
  assign clear_o = (state_q == Check && !ok_q) || drained;
  assign stop_o = state_q == Drain;
  assign done_set_o = state_q == Finish;
  assign error_set_o = state_q == Drain && failed_q && !reset_q && !told_q && (bus_idle_i || quick_q || expired);
  assign registers_clear_o = drained && reset_q;
  assign running_o = state_q != Idle;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      address_q <= '0;
      ok_q <= 1'b0;
      told_q <= 1'b0;
      quick_q <= 1'b0;
      failed_q <= 1'b0;
      reset_q <= 1'b0;
      fetch_failed_q <= 1'b0;
      fetch_cause_q <= '0;
      fetch_response_q <= '0;
      fetch_error_address_q <= '0;
      failure_engine_q <= '0;
      failure_response_q <= '0;
      failure_cause_q <= '0;
      failure_address_q <= '0;
      job_o <= '0;
      error_engine_o <= '0;
      error_response_o <= '0;
      error_cause_o <= '0;
      error_address_o <= '0;
      jobs_done_o <= '0;
      last_job_o <= '0;
      silent_q <= '0;
    end else begin
      silent_q <= progress_i || drained || !waits ? '0 : silent_q + 32'd1;
      case (state_q)
        Idle: begin
          failed_q <= 1'b0;
          told_q <= 1'b0;
          quick_q <= 1'b0;
          ok_q <= 1'b0;
          if (next_taken_o) begin
            job_o <= next_job_i;
            if (next_failed_i) job_o[63:32] <= '0;  // what did not come has no id
            address_q <= next_address_i;
            fetch_failed_q <= next_failed_i || abort_i;
            fetch_cause_q <= next_failed_i || !abort_i ? next_cause_i : CauseAbort;
            fetch_response_q <= next_failed_i || !abort_i ? next_response_i : '0;
            fetch_error_address_q <= next_failed_i || !abort_i ? next_error_address_i : next_address_i;
            state_q <= Check;
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
          if (error_set_o) begin
            told_q <= 1'b1;
            last_job_o <= job_o[63:32];
            if (!error_pending_i) begin
              error_engine_o <= failure_engine_q;
              error_response_o <= failure_response_q;
              error_cause_o <= failure_cause_q;
              error_address_o <= failure_address_q;
            end
          end
          if (drained) state_q <= Idle;
        end
        default: state_q <= Idle;
      endcase
      if (fails) begin
        failed_q <= 1'b1;
        quick_q <= fetch_failed ? fetch_cause_q == CauseWatchdog : expired && !bus_error && !bad_descriptor;
        state_q <= Drain;
        failure_response_q <= '0;
        failure_address_q <= address_q;
        if (read_error_i || write_error_i) begin
          failure_engine_q <= read_error_i ? {2'd0, read_error_id_i} : EngineOutput;
          failure_response_q <= read_error_i ? read_error_response_i : write_error_response_i;
          failure_cause_q <= CauseBus;
          failure_address_q <= read_error_i ? read_error_address_i : write_error_address_i;
        end else if (fetch_failed) begin
          failure_engine_q <= EngineDescriptor;
          failure_response_q <= fetch_response_q;
          failure_cause_q <= fetch_cause_q;
          failure_address_q <= fetch_error_address_q;
        end else if (bad_descriptor) begin
          failure_engine_q <= EngineDescriptor;
          failure_cause_q <= CauseDescriptor;
        end else begin
          failure_engine_q <= abort_i ? EngineDescriptor : waits_for_i;
          failure_cause_q <= abort_i ? CauseAbort : CauseWatchdog;
        end
      end
      if (soft_reset_i) begin
        reset_q <= 1'b1;
        state_q <= Drain;
      end
      if (registers_clear_o) begin
        reset_q <= 1'b0;
        jobs_done_o <= '0;
        last_job_o <= '0;
        error_engine_o <= '0;
        error_response_o <= '0;
        error_cause_o <= '0;
        error_address_o <= '0;
      end
    end
  end

endmodule
