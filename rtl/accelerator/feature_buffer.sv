// SPDX-License-Identifier: Apache-2.0
// The ring of input bands: Banks banks of beats as they lie in memory. Plane p of a band fills bank p % Banks;
// the planes of one chunk share an address, so one read gives the Tn inputs of a pixel (and its neighbours in
// the word, which the pixel select drops). Arriving beats are stored in order; when a chunk's last one is in,
// loaded_o pulses.
//
// A folded plane (blocks of 4 channels) goes round the first FoldBanks banks beat by beat. Their words are cut
// into lanes of one pixel with an address each, so one read gives the FoldPixels pixels from any pixel on.
module feature_buffer #(
  parameter int Block = 16,
  parameter int Banks = 1,
  parameter int Words = 1024,  // a bank
  localparam int WordBits = $clog2(Words),
  localparam int Tn = Block * Banks,
  localparam int PixelsPerWord = 16 / Block,
  localparam int SelectBits = PixelsPerWord > 1 ? $clog2(PixelsPerWord) : 1,
  localparam int FoldBanks = Tn > 16 ? Tn / 16 : 1,
  localparam int FoldPixels = Tn > 4 ? Tn / 4 : 1,
  localparam int Lanes = 4 * FoldBanks,
  localparam int LaneBits = $clog2(Lanes)
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     clear_i,

  input  logic                     folded_i,  // constant in a job
  input  logic                     start_i,   // of a band; the one before is complete
  input  logic [WordBits-1:0]      base_i,
  input  logic [19:0]              segment_beats_i,
  input  logic [15:0]              planes_i,
  input  logic                     beat_i,
  input  logic [127:0]             data_i,
  output logic                     busy_o,
  output logic                     loaded_o,

  input  logic                     read_i,
  input  logic [WordBits-1:0]      word_i,
  input  logic [SelectBits-1:0]    select_i,  // pixel in the word
  input  logic [LaneBits-1:0]      lane_i,    // folded: where the first pixel lies
  input  logic [FoldPixels-1:0]    pad_i,     // a bit a folded pixel, else bit 0
  input  logic [7:0]               pad_value_i,
  output logic [8*Block*Banks-1:0] features_o  // two cycles after read_i
);

  localparam int BankBits = Banks > 1 ? $clog2(Banks) : 1;

  logic [WordBits-1:0] chunk_base_q, word_q;
  logic [19:0] left_q, segment_beats_q;
  logic [15:0] planes_left_q;
  logic [BankBits-1:0] bank_q;

  wire plane_ends = left_q == 20'd1;
  wire last_plane = planes_left_q == 16'd1;
  wire chunk_ends = bank_q == BankBits'(Banks - 1);
  wire fold_round_ends = bank_q == BankBits'(FoldBanks - 1);
  wire [WordBits-1:0] next_chunk = chunk_base_q + segment_beats_q[WordBits-1:0];

  assign loaded_o = beat_i && plane_ends && (folded_i || chunk_ends || last_plane);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_o <= 1'b0;
      chunk_base_q <= '0;
      word_q <= '0;
      left_q <= '0;
      segment_beats_q <= '0;
      planes_left_q <= '0;
      bank_q <= '0;
    end else if (clear_i) begin
      busy_o <= 1'b0;
    end else if (start_i) begin
      busy_o <= 1'b1;
      chunk_base_q <= base_i;
      word_q <= base_i;
      left_q <= segment_beats_i;
      segment_beats_q <= segment_beats_i;
      planes_left_q <= planes_i;
      bank_q <= '0;
    end else if (beat_i) begin
      left_q <= left_q - 20'd1;
      if (folded_i) begin
        bank_q <= fold_round_ends ? '0 : bank_q + BankBits'(1);
        if (fold_round_ends) word_q <= word_q + WordBits'(1);
        if (plane_ends) busy_o <= 1'b0;
      end else begin
        word_q <= word_q + WordBits'(1);
        if (plane_ends) begin
          left_q <= segment_beats_q;
          planes_left_q <= planes_left_q - 16'd1;
          bank_q <= chunk_ends ? '0 : bank_q + BankBits'(1);
          word_q <= chunk_ends ? next_chunk : chunk_base_q;
          if (chunk_ends) chunk_base_q <= next_chunk;
          if (last_plane) busy_o <= 1'b0;
        end
      end
    end
  end

  logic read1_q, folded1_q;
  logic [FoldPixels-1:0] pad1_q;
  logic [SelectBits-1:0] select1_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) read1_q <= 1'b0;
    else read1_q <= read_i;
  end
  always_ff @(posedge clk_i) begin
    if (read_i) begin
      pad1_q <= pad_i;
      select1_q <= select_i;
      folded1_q <= folded_i;
    end
  end

  logic [128*Banks-1:0] words;
  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    wire write = beat_i && bank_q == BankBits'(b);
    if (b < FoldBanks && FoldPixels > 1) begin : gen_lanes
      for (genvar l = 0; l < 4; l++) begin : gen_lane
        // Pixels that lie before the first one belong to the next word.
        localparam int Lane = 4 * b + l;
        wire next;
        if (Lane < Lanes - 1) begin : gen_next
          assign next = folded_i && lane_i > LaneBits'(Lane);
        end else begin : gen_no_next
          assign next = 1'b0;
        end
        ram #(.Width(32), .Depth(Words)) u_ram (
          .clk_i,
          .write_i(write),
          .write_address_i(word_q),
          .write_data_i(data_i[32*l +: 32]),
          .read_i,
          .read_address_i(word_i + WordBits'(next)),
          .read_data_o(words[128*b+32*l +: 32])
        );
      end
    end else begin : gen_word
      ram #(.Width(128), .Depth(Words)) u_ram (
        .clk_i,
        .write_i(write),
        .write_address_i(word_q),
        .write_data_i(data_i),
        .read_i(read_i && !folded_i),
        .read_address_i(word_i),
        .read_data_o(words[128*b +: 128])
      );
    end
  end

  // The word or the pixels that are asked for.
  if (FoldPixels > 1) begin : gen_fold
    wire [32*Lanes-1:0] lanes = words[32*Lanes-1:0];
    logic [LaneBits-1:0] lane1_q;
    always_ff @(posedge clk_i) begin
      if (read_i) lane1_q <= lane_i;
      if (read1_q && folded1_q) begin
        for (int p = 0; p < FoldPixels; p++) begin
          features_o[32*p +: 32] <=
              pad1_q[p] ? {4{pad_value_i}} : lanes[32*LaneBits'(lane1_q + LaneBits'(p)) +: 32];
        end
      end else if (read1_q) begin
        for (int b = 0; b < Banks; b++) begin
          features_o[8*Block*b +: 8*Block] <=
              pad1_q[0] ? {Block{pad_value_i}} : words[128*b+8*Block*select1_q[SelectBits-1:0] +: 8*Block];
        end
      end
    end
  end else begin : gen_no_fold
    wire unused = ^{lane_i, folded1_q};
    always_ff @(posedge clk_i) begin
      if (read1_q) begin
        for (int b = 0; b < Banks; b++) begin
          features_o[8*Block*b +: 8*Block] <=
              pad1_q[0] ? {Block{pad_value_i}} : words[128*b+8*Block*select1_q[SelectBits-1:0] +: 8*Block];
        end
      end
    end
  end

endmodule
