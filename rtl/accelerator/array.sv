// SPDX-License-Identifier: Apache-2.0
// From a step to bytes: the Tm rows of the array, their requantisation and the delay lines of what belongs to
// each step. Operands arrive two cycles after the step (features) and are read one cycle after it (weights).
//
//   step | feature read | weight read | dot | sum | bias | product | byte
module array #(
  parameter int Tm = 16,
  parameter int Tn = 16,
  parameter int Block = 16,
  parameter int StepBytes = 256,
  parameter int WeightBits = 9,
  parameter int Accumulators = 1024,
  parameter int SlotBits = 2,
  localparam int PixelsPerWord = 16 / Block,
  localparam int SelectBits = PixelsPerWord > 1 ? $clog2(PixelsPerWord) : 1,
  localparam int PixelBits = $clog2(Accumulators),
  localparam int PlaneBits = $clog2(Tm / Block + 1)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  input  logic                  step_i,
  input  logic [WeightBits-1:0] weight_word_i,
  input  logic                  first_i,
  input  logic                  last_i,
  input  logic                  partial_i,
  input  logic                  keep_i,
  input  logic [PixelBits-1:0]  pixel_i,
  input  logic [SelectBits-1:0] position_i,
  input  logic                  group_ends_i,
  input  logic [PlaneBits-1:0]  planes_i,
  input  logic [SlotBits-1:0]   slot_i,
  output logic                  busy_o,

  input  logic [8*Tn-1:0]        features_i,
  output logic                   weight_read_o,
  output logic [WeightBits-1:0]  weight_word_o,
  input  logic [8*StepBytes-1:0] weights_i,
  output logic [SlotBits-1:0]    slot_o,
  input  logic [32*Tm-1:0]       bias_i,
  input  logic [32*Tm-1:0]       multiplier_i,
  input  logic [6*Tm-1:0]        shift_i,
  output logic                   quant_free_o,

  input  logic [1:0]        rounding_i,
  input  logic              raw_i,
  input  logic signed [7:0] zero_point_i,
  input  logic signed [7:0] clamp_min_i,
  input  logic signed [7:0] clamp_max_i,

  output logic                  result_o,
  output logic [32*Tm-1:0]      words_o,
  output logic [SelectBits-1:0] position_o,
  output logic [PlaneBits-1:0]  planes_o,
  output logic                  group_ends_o
);

  // What travels with a step to the array, and with a result behind it.
  localparam int TagBits = SelectBits + 1 + PlaneBits + SlotBits;
  localparam int FlagBits = 4 + PixelBits;
  logic step1_q, step2_q;
  logic [FlagBits-1:0] flags1_q, flags2_q;
  logic [TagBits-1:0] tag_q [1:7];
  logic result3_q;
  logic [7:4] result_q;
  logic [WeightBits-1:0] weight_word_q;

  wire [TagBits-1:0] tag = {position_i, group_ends_i, planes_i, slot_i};
  wire first2, last2, partial2, keep2;
  wire [PixelBits-1:0] pixel2;
  assign {first2, last2, partial2, keep2, pixel2} = flags2_q;

  assign weight_read_o = step1_q;
  assign weight_word_o = weight_word_q;
  assign busy_o = step1_q || step2_q || result3_q || |result_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      step1_q <= 1'b0;
      step2_q <= 1'b0;
      result3_q <= 1'b0;
      result_q <= '0;
    end else if (clear_i) begin
      step1_q <= 1'b0;
      step2_q <= 1'b0;
      result3_q <= 1'b0;
      result_q <= '0;
    end else begin
      step1_q <= step_i;
      step2_q <= step1_q;
      result3_q <= step2_q && last2;  // also of slices whose sums are kept: busy_o covers their write
      result_q <= {result_q[6:4], result3_q && !keep3_q};
    end
  end

  logic keep3_q;
  always_ff @(posedge clk_i) begin
    if (step_i) begin
      flags1_q <= {first_i, last_i, partial_i, keep_i, pixel_i};
      tag_q[1] <= tag;
      weight_word_q <= weight_word_i;
    end
    if (step1_q) begin
      flags2_q <= flags1_q;
      tag_q[2] <= tag_q[1];
    end
    if (step2_q) begin
      tag_q[3] <= tag_q[2];
      keep3_q <= keep2;
    end
    if (result3_q) tag_q[4] <= tag_q[3];
    if (result_q[4]) tag_q[5] <= tag_q[4];
    if (result_q[5]) tag_q[6] <= tag_q[5];
    if (result_q[6]) tag_q[7] <= tag_q[6];
  end

  assign slot_o = tag_q[4][SlotBits-1:0];

  wire [32*Tn-1:0] features;
  for (genvar n = 0; n < Tn; n++) begin : gen_feature
    assign features[32*n +: 32] = {{24{features_i[8*n+7]}}, features_i[8*n +: 8]};
  end
  logic [31:0] features_sum;
  always_comb begin
    features_sum = '0;
    for (int n = 0; n < Tn; n++) features_sum = features_sum + features[32*n +: 32];
  end

  for (genvar m = 0; m < Tm; m++) begin : gen_row
    logic signed [31:0] sum;
    pe #(.Tn(Tn), .Accumulators(Accumulators)) u_pe (
      .clk_i,
      .rst_ni,
      .valid_i(step2_q),
      .first_i(first2),
      .last_i(last2),
      .partial_i(partial2),
      .keep_i(keep2),
      .pixel_i(pixel2),
      .features_i(features),
      .features_sum_i(features_sum),
      .weights_i(weights_i[8*Tn*m +: 8*Tn]),
      .sum_o(sum)
    );
    requantise u_requantise (
      .clk_i,
      .rst_ni,
      .valid_i(result_q[4]),
      .sum_i(sum),
      .bias_i(bias_i[32*m +: 32]),
      .multiplier_i(multiplier_i[32*m +: 32]),
      .shift_i(shift_i[6*m +: 6]),
      .rounding_i,
      .raw_i,
      .zero_point_i,
      .clamp_min_i,
      .clamp_max_i,
      .word_o(words_o[32*m +: 32])
    );
  end

  assign result_o = result_q[7];
  wire [SlotBits-1:0] slot7;
  assign {position_o, group_ends_o, planes_o, slot7} = tag_q[7];
  assign quant_free_o = result_q[7] && group_ends_o;

  // Steps of arrays below a beat are padded in memory.
  wire unused = ^{weights_i, slot7};

endmodule
