// SPDX-License-Identifier: Apache-2.0
// The ring of input bands: Banks banks of beats as they lie in memory. Plane p of a band fills bank p % Banks;
// the planes of one chunk share an address, so one read gives the Tn inputs of a pixel (and its neighbours in
// the word, which the pixel select drops). Arriving beats are stored in order; when the band's last one is in,
// loaded_o pulses.
module feature_buffer #(
  parameter int Block = 16,
  parameter int Banks = 1,
  parameter int Words = 1024,  // a bank
  localparam int WordBits = $clog2(Words),
  localparam int PixelsPerWord = 16 / Block,
  localparam int SelectBits = PixelsPerWord > 1 ? $clog2(PixelsPerWord) : 1
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     clear_i,

  input  logic                     start_i,  // of a band; the one before is complete
  input  logic [WordBits-1:0]      base_i,
  input  logic [WordBits:0]        segment_words_i,
  input  logic [15:0]              planes_i,
  input  logic                     beat_i,
  input  logic [127:0]             data_i,
  output logic                     busy_o,
  output logic                     loaded_o,

  input  logic                     read_i,
  input  logic [WordBits-1:0]      word_i,
  input  logic [SelectBits-1:0]    select_i,
  input  logic                     pad_i,
  input  logic [7:0]               pad_value_i,
  output logic [8*Block*Banks-1:0] features_o  // two cycles after read_i
);

  localparam int BankBits = Banks > 1 ? $clog2(Banks) : 1;

  logic [WordBits-1:0] chunk_base_q, word_q;
  logic [WordBits:0] left_q, segment_words_q;
  logic [15:0] planes_left_q;
  logic [BankBits-1:0] bank_q;

  wire plane_ends = left_q == (WordBits + 1)'(1);
  wire chunk_ends = bank_q == BankBits'(Banks - 1);
  wire [WordBits-1:0] next_chunk = chunk_base_q + segment_words_q[WordBits-1:0];

  assign loaded_o = beat_i && plane_ends && planes_left_q == 16'd1;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      busy_o <= 1'b0;
      chunk_base_q <= '0;
      word_q <= '0;
      left_q <= '0;
      segment_words_q <= '0;
      planes_left_q <= '0;
      bank_q <= '0;
    end else if (clear_i) begin
      busy_o <= 1'b0;
    end else if (start_i) begin
      busy_o <= 1'b1;
      chunk_base_q <= base_i;
      word_q <= base_i;
      left_q <= segment_words_i;
      segment_words_q <= segment_words_i;
      planes_left_q <= planes_i;
      bank_q <= '0;
    end else if (beat_i) begin
      word_q <= word_q + WordBits'(1);
      left_q <= left_q - (WordBits + 1)'(1);
      if (plane_ends) begin
        left_q <= segment_words_q;
        planes_left_q <= planes_left_q - 16'd1;
        bank_q <= chunk_ends ? '0 : bank_q + BankBits'(1);
        word_q <= chunk_ends ? next_chunk : chunk_base_q;
        if (chunk_ends) chunk_base_q <= next_chunk;
        if (planes_left_q == 16'd1) busy_o <= 1'b0;
      end
    end
  end

  logic read1_q, pad1_q;
  logic [SelectBits-1:0] select1_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) read1_q <= 1'b0;
    else read1_q <= read_i;
  end
  always_ff @(posedge clk_i) begin
    if (read_i) begin
      pad1_q <= pad_i;
      select1_q <= select_i;
    end
  end

  for (genvar b = 0; b < Banks; b++) begin : gen_bank
    logic [127:0] word;
    ram #(.Width(128), .Depth(Words)) u_ram (
      .clk_i,
      .write_i(beat_i && bank_q == BankBits'(b)),
      .write_address_i(word_q),
      .write_data_i(data_i),
      .read_i,
      .read_address_i(word_i),
      .read_data_o(word)
    );
    always_ff @(posedge clk_i) begin
      if (read1_q) begin
        features_o[8*Block*b +: 8*Block] <=
            pad1_q ? {Block{pad_value_i}} : word[8*Block*select1_q[SelectBits-1:0] +: 8*Block];
      end
    end
  end

endmodule
