// SPDX-License-Identifier: Apache-2.0
// The ring of weights: one word holds the Tm x Tn weights of one step. Beats arrive in order; loaded_o pulses
// when a step is complete.
module weight_buffer #(
  parameter int StepBytes = 256,  // at least a beat
  parameter int Words = 512,
  localparam int WordBits = $clog2(Words)
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   clear_i,
  input  logic                   beat_i,
  input  logic [127:0]           data_i,
  output logic                   loaded_o,
  input  logic                   read_i,
  input  logic [WordBits-1:0]    word_i,
  output logic [8*StepBytes-1:0] weights_o
);

  localparam int Beats = StepBytes / 16;
  localparam int BeatBits = Beats > 1 ? $clog2(Beats) : 1;

  logic [WordBits-1:0] word_q;
  logic [BeatBits-1:0] beat_q;

  wire step_ends = beat_q == BeatBits'(Beats - 1);
  assign loaded_o = beat_i && step_ends;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      word_q <= '0;
      beat_q <= '0;
    end else if (clear_i) begin
      word_q <= '0;
      beat_q <= '0;
    end else if (beat_i) begin
      beat_q <= step_ends ? '0 : beat_q + BeatBits'(1);
      if (step_ends) word_q <= word_q + WordBits'(1);
    end
  end

  // The beats of a step are collected and written as one word.
  logic [8*StepBytes-1:0] step;
  if (Beats > 1) begin : gen_collect
    logic [8*StepBytes-129:0] collected_q;
    for (genvar b = 0; b < Beats - 1; b++) begin : gen_beat
      always_ff @(posedge clk_i) begin
        if (beat_i && beat_q == BeatBits'(b)) collected_q[128*b +: 128] <= data_i;
      end
    end
    assign step = {data_i, collected_q};
  end else begin : gen_single
    assign step = data_i;
  end

  ram #(.Width(8 * StepBytes), .Depth(Words)) u_ram (
    .clk_i,
    .write_i(loaded_o),
    .write_address_i(word_q),
    .write_data_i(step),
    .read_i,
    .read_address_i(word_i),
    .read_data_o(weights_o)
  );

endmodule
