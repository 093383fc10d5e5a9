// SPDX-License-Identifier: Apache-2.0
// The job behind the running one: its doorbell, and its descriptor, fetched while the other still runs. At most
// two jobs are in the accelerator. A descriptor that could not be fetched is handed over as failed, so that the
// error belongs to its own job and comes in its turn.
module job_fetch (
  input  logic clk_i,
  input  logic rst_ni,

  input  logic        doorbell_i,  // not while queue_full_o
  input  logic [63:0] doorbell_address_i,
  input  logic        running_i,   // a job before this one still runs
  input  logic        drop_i,      // forget everything
  input  logic        stop_i,      // nothing may be put on the bus; what was under way is fetched again
  input  logic        cancel_i,    // hand over as failed a descriptor that is still fetched
  input  logic [1:0]  cancel_cause_i,

  output logic         valid_o,  // the descriptor's run of 8 beats
  input  logic         ready_i,
  output logic [63:0]  address_o,
  input  logic         beat_i,
  input  logic [127:0] data_i,
  input  logic         error_i,  // this beat answers a descriptor and is bad
  input  logic [1:0]   response_i,
  input  logic [63:0]  error_address_i,

  output logic          job_valid_o,
  input  logic          job_taken_i,
  output logic [1023:0] job_o,
  output logic          failed_o,
  output logic [1:0]    failed_cause_o,     // as ERROR_INFO.cause
  output logic [1:0]    failed_response_o,
  output logic [63:0]   failed_address_o,
  output logic          fetching_o,
  output logic          busy_o,
  output logic          queue_full_o
);

  localparam logic [1:0] Empty = 2'd0, Fetch = 2'd1, Collect = 2'd2, Ready = 2'd3;

  logic [1:0]  state_q;
  logic        queued_q;
  logic [63:0] queued_address_q;
  logic [2:0]  beats_q;

  assign valid_o = state_q == Fetch && !stop_i;
  assign job_valid_o = state_q == Ready;
  assign fetching_o = state_q == Fetch || state_q == Collect;
  assign busy_o = state_q != Empty || queued_q;
  assign queue_full_o = queued_q || (state_q != Empty && running_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Empty;
      queued_q <= 1'b0;
      queued_address_q <= '0;
      address_o <= '0;
      beats_q <= '0;
      job_o <= '0;
      failed_o <= 1'b0;
      failed_cause_o <= '0;
      failed_response_o <= '0;
      failed_address_o <= '0;
    end else begin
      case (state_q)
        Empty: begin
          if (queued_q) begin
            address_o <= queued_address_q;
            queued_q <= 1'b0;
            failed_o <= 1'b0;
            state_q <= Fetch;
          end
        end
        Fetch: begin
          beats_q <= '0;
          if (ready_i && !stop_i) state_q <= Collect;
        end
        Collect: begin
          if (beat_i) begin
            job_o <= {data_i, job_o[1023:128]};
            beats_q <= beats_q + 3'd1;
            if (beats_q == 3'd7) state_q <= Ready;
            if (error_i && !failed_o) begin
              failed_o <= 1'b1;
              failed_cause_o <= 2'd0;
              failed_response_o <= response_i;
              failed_address_o <= error_address_i;
            end
          end
          if (stop_i && !(beat_i && beats_q == 3'd7)) begin
            failed_o <= 1'b0;
            state_q <= Fetch;
          end
        end
        Ready: if (job_taken_i) state_q <= Empty;
        default: state_q <= Empty;
      endcase
      if (cancel_i && fetching_o) begin
        failed_o <= 1'b1;
        failed_cause_o <= cancel_cause_i;
        failed_response_o <= '0;
        failed_address_o <= address_o;
        state_q <= Ready;
      end
      if (doorbell_i) begin
        queued_q <= 1'b1;
        queued_address_q <= doorbell_address_i;
      end
      if (drop_i) begin
        state_q <= Empty;
        queued_q <= 1'b0;
      end
    end
  end

endmodule
