// SPDX-License-Identifier: Apache-2.0
// Bias, multiplier and shift of Tm channels, for the groups in work and those loaded ahead (Slots).
module quant_table #(
  parameter int Tm = 16,
  parameter int Slots = 4,
  localparam int SlotBits = $clog2(Slots)
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                clear_i,
  input  logic                beat_i,  // one channel's entry
  input  logic [127:0]        data_i,
  output logic                loaded_o,
  input  logic [SlotBits-1:0] slot_i,
  output logic [32*Tm-1:0]    bias_o,
  output logic [32*Tm-1:0]    multiplier_o,
  output logic [6*Tm-1:0]     shift_o
);

  localparam int ChannelBits = $clog2(Tm);

  logic [SlotBits-1:0] slot_q;
  logic [ChannelBits-1:0] channel_q;

  wire group_ends = channel_q == ChannelBits'(Tm - 1);
  assign loaded_o = beat_i && group_ends;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      slot_q <= '0;
      channel_q <= '0;
    end else if (clear_i) begin
      slot_q <= '0;
      channel_q <= '0;
    end else if (beat_i) begin
      channel_q <= channel_q + ChannelBits'(1);
      if (group_ends) slot_q <= slot_q + SlotBits'(1);
    end
  end

  for (genvar m = 0; m < Tm; m++) begin : gen_channel
    logic [69:0] entry [Slots];
    always_ff @(posedge clk_i) begin
      if (beat_i && channel_q == ChannelBits'(m)) entry[slot_q] <= data_i[69:0];
    end
    assign {shift_o[6*m +: 6], multiplier_o[32*m +: 32], bias_o[32*m +: 32]} = entry[slot_i];
  end

  wire unused = ^data_i[127:70];

endmodule
