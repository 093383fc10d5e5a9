// SPDX-License-Identifier: Apache-2.0
// Orders everything a job reads, in the order of its use: for every group of a band the features its slice is
// the first to need, the quantisation table and the slice's weights. Each is ordered as soon as its buffer has
// room, so loading runs ahead of the array by as much as the rings hold. Also works out each band's geometry.
module loader #(
  parameter int Tm = 16,
  parameter int Tn = 16,
  parameter int Block = 16,
  parameter int FeatureWords = 1024,  // a bank
  parameter int WeightWords = 512,
  parameter int StepBytes = 256,
  parameter int Accumulators = 1024,
  parameter int QuantSlots = 4,
  parameter int Bands = 4,  // in the ring at once
  localparam int FeatureBits = $clog2(FeatureWords),
  localparam int WeightBits = $clog2(WeightWords)
) (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          clear_i,
  input  logic          start_i,
  input  logic [1023:0] job_i,
  output logic          done_o,      // everything is ordered
  output logic          misfit_o,    // the job asks for more than the buffers have: it can never run

  output logic          run_valid_o,
  input  logic          run_ready_i,
  output logic [63:0]   run_address_o,
  output logic [19:0]   run_beats_o,
  output logic [1:0]    run_id_o,

  output logic                   band_start_o,  // the following describe the band whose features come next
  input  logic                   band_busy_i,
  output logic [FeatureBits-1:0] band_base_o,
  output logic [19:0]            band_segment_beats_o,
  output logic [FeatureBits:0]   band_words_o,
  output logic [31:0]            band_origin_o,     // pixel address of the first window's corner
  output logic signed [17:0]     band_top_o,        // its row in the input
  output logic [15:0]            band_rows_o,
  output logic [31:0]            band_pixels_o,
  output logic [31:0]            band_out_pixel_o,  // index of the band's first output pixel in its plane

  input  logic                 feature_free_i,
  input  logic [FeatureBits:0] feature_free_words_i,
  input  logic                 weight_free_i,
  input  logic [WeightBits:0]  weight_free_words_i,
  input  logic                 quant_free_i
);

  localparam int PixelsPerWord = 16 / Block;
  localparam int BlockBits = $clog2(Block);
  localparam int PixelBits = 4 - BlockBits;  // pixel in a word
  localparam int StepBeatBits = $clog2(StepBytes / 16);
  localparam int BankBits = $clog2(Tn / Block);
  localparam int FoldBankBits = Tn > 16 ? $clog2(Tn / 16) : 0;  // banks that a folded plane goes round
  localparam int LaneBits = FoldBankBits + 2;
  // Grouped: chunks of one output group, or output groups of one chunk.
  localparam int GroupChunks = Tm > Tn ? Tm / Tn : 1;
  localparam int Phases = Tn > Tm ? Tn / Tm : 1;
  localparam int PhaseBits = Phases > 1 ? $clog2(Phases) : 1;

  localparam int QuantBits = $clog2(QuantSlots + 1);
  localparam int BandBits = $clog2(Bands + 1);

  localparam logic [3:0] Idle = 4'd0, Rows = 4'd1, Bottom = 4'd2, Clamp = 4'd3, Products = 4'd4, Segment = 4'd5,
                         Words = 4'd6, Room = 4'd7, Features = 4'd8, Quant = 4'd9, Weights = 4'd10,
                         Done = 4'd11;

  wire [63:0] input_address = job_i[64*1 +: 64];
  wire [63:0] weight_address = job_i[64*3 +: 64];
  wire [63:0] quant_address = job_i[64*4 +: 64];
  wire [31:0] plane_stride = job_i[32*10 +: 32];
  wire [15:0] in_h = job_i[32*13 +: 16];
  wire [15:0] in_w = job_i[32*13+16 +: 16];
  wire [15:0] out_w = job_i[32*14+16 +: 16];
  wire [15:0] row_begin = job_i[32*15 +: 16];
  wire [15:0] row_end = job_i[32*15+16 +: 16];
  wire [7:0]  stride_h = job_i[32*16+16 +: 8];
  wire [7:0]  pad_top = job_i[32*17 +: 8];
  wire [7:0]  pad_left = job_i[32*17+8 +: 8];
  wire [15:0] band_rows = job_i[32*19 +: 16];
  wire [15:0] chunks_per_slice = job_i[32*19+16 +: 16];
  wire [15:0] planes = job_i[32*20 +: 16];
  wire [15:0] chunks = job_i[32*21 +: 16];
  wire [15:0] groups = job_i[32*21+16 +: 16];
  wire [15:0] slices = job_i[32*22 +: 16];
  wire [15:0] rows_extent = job_i[32*22+16 +: 16];
  wire [15:0] slice_words = job_i[32*23 +: 16];
  wire [15:0] last_slice_words = job_i[32*23+16 +: 16];
  wire        folded = job_i[32*26+24];
  wire        grouped = job_i[32*26+25];
  wire [PhaseBits-1:0] first_phase = job_i[32*27 +: PhaseBits];

  logic [3:0]  state_q;
  logic [15:0] row_q;
  logic signed [25:0] bottom_q;
  logic [15:0] in_begin_q, in_end_q;
  logic [31:0] begin_pixel_q, end_pixel_q, top_pixel_q;
  logic [31:0] words_q;
  logic [63:0] segment_address_q, run_weight_q, run_quant_q;
  logic [15:0] plane_q, target_q, group_q, slice_q;
  logic [PhaseBits-1:0] phase_q;
  logic [FeatureBits:0] feature_used_q;
  logic [WeightBits:0] weight_used_q;
  logic [QuantBits-1:0] quant_used_q;
  logic [BandBits-1:0] bands_used_q;
  logic [31:0] begin_offset_q;  // bytes in the plane, a multiple of a beat
  logic [31:0] segment_beats_q;

  wire [15:0] rows_left = row_end - row_q;
  wire last_band = rows_left == band_rows_o;
  wire last_group = group_q == groups - 16'd1;
  wire last_slice = slice_q == slices - 16'd1;
  wire [15:0] words = last_slice ? last_slice_words : slice_words;
  wire [31:0] begin_byte = begin_pixel_q << (folded ? 2 : BlockBits);
  wire [31:0] end_byte = end_pixel_q << (folded ? 2 : BlockBits);

  // Planes that must be ordered before the next slice's weights.
  wire phase_ends = phase_q == PhaseBits'(Phases - 1);
  wire [15:0] slice_planes = grouped ? 16'(GroupChunks) << BankBits : chunks_per_slice << BankBits;
  wire grows = grouped ? last_slice && phase_ends : 1'b1;
  wire [16:0] grown = {1'b0, target_q} + {1'b0, slice_planes};
  wire [15:0] next_target = !grows ? target_q : grown > {1'b0, planes} ? planes : grown[15:0];
  wire [15:0] first_target = slice_planes > planes ? planes : slice_planes;

  // Each engine takes the words it needs of the descriptor.
  wire unused = ^{job_i, begin_byte[3:0]};

  wire room_features = !band_busy_i && bands_used_q != BandBits'(Bands) &&
                       32'(feature_used_q) + words_q <= 32'(FeatureWords);
  wire room_weights = 32'(weight_used_q) + 32'(words) <= 32'(WeightWords);
  wire room_quant = quant_used_q != QuantBits'(QuantSlots);

  assign done_o = state_q == Done;
  assign band_start_o = state_q == Room && room_features;
  // A plane's bytes are counted in 32 bits, and so are a band's words: with a segment that fits they cannot overflow.
  wire too_far = (end_pixel_q >> (folded ? 30 : 32 - BlockBits)) != '0;
  wire too_many_words = segment_beats_q > 32'(FeatureWords << FoldBankBits) || words_q > 32'(FeatureWords);
  wire too_many_sums = slices != 16'd1 && band_pixels_o > 32'(Accumulators);
  assign misfit_o = (state_q == Room && (too_far || too_many_words || too_many_sums)) ||
                    (state_q == Weights && 32'(words) > 32'(WeightWords));
  assign band_segment_beats_o = segment_beats_q[19:0];
  assign band_words_o = words_q[FeatureBits:0];

  assign run_valid_o = state_q == Features || (state_q == Quant && room_quant) ||
                       (state_q == Weights && room_weights);
  assign run_id_o = state_q == Features ? 2'd1 : state_q == Weights ? 2'd2 : 2'd3;
  assign run_address_o = state_q == Features ? segment_address_q :
                         state_q == Weights ? run_weight_q : run_quant_q;
  assign run_beats_o = state_q == Features ? segment_beats_q[19:0] :
                       state_q == Weights ? 20'(words) << StepBeatBits : 20'(Tm);

  wire taken = run_valid_o && run_ready_i;
  wire take_weights = taken && state_q == Weights;
  wire take_quant = taken && state_q == Quant;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      row_q <= '0;
      band_top_o <= '0;
      band_rows_o <= '0;
      bottom_q <= '0;
      in_begin_q <= '0;
      in_end_q <= '0;
      begin_pixel_q <= '0;
      end_pixel_q <= '0;
      top_pixel_q <= '0;
      band_pixels_o <= '0;
      band_out_pixel_o <= '0;
      begin_offset_q <= '0;
      segment_beats_q <= '0;
      band_origin_o <= '0;
      band_base_o <= '0;
      words_q <= '0;
      segment_address_q <= '0;
      run_weight_q <= '0;
      run_quant_q <= '0;
      plane_q <= '0;
      target_q <= '0;
      phase_q <= '0;
      group_q <= '0;
      slice_q <= '0;
    end else if (clear_i) begin
      state_q <= Idle;
      band_base_o <= '0;
      words_q <= '0;
    end else begin
      case (state_q)
        Idle: begin
          if (start_i) begin
            state_q <= Rows;
            row_q <= row_begin;
            band_top_o <= 18'(32'(row_begin) * 32'(stride_h) - 32'(pad_top));
          end
        end
        Rows: begin
          band_rows_o <= rows_left < band_rows ? rows_left : band_rows;
          state_q <= Bottom;
        end
        Bottom: begin
          bottom_q <= 26'(band_top_o) + 26'((26'(band_rows_o) - 26'd1) * 26'(stride_h)) + 26'(rows_extent);
          in_begin_q <= band_top_o < 18'sd0 ? 16'd0 :
                        band_top_o > $signed({2'b0, in_h - 16'd1}) ? in_h - 16'd1 : band_top_o[15:0];
          state_q <= Clamp;
        end
        Clamp: begin
          in_end_q <= bottom_q > $signed({10'b0, in_h}) ? in_h :
                      bottom_q <= $signed({10'b0, in_begin_q}) ? in_begin_q + 16'd1 : bottom_q[15:0];
          state_q <= Products;
        end
        Products: begin
          begin_pixel_q <= 32'(in_begin_q) * 32'(in_w);
          end_pixel_q <= 32'(in_end_q) * 32'(in_w);
          top_pixel_q <= 32'(band_top_o) * 32'(in_w);
          band_pixels_o <= 32'(band_rows_o) * 32'(out_w);
          band_out_pixel_o <= 32'(row_q) * 32'(out_w);
          band_base_o <= band_base_o + words_q[FeatureBits-1:0];  // behind the band before
          state_q <= Segment;
        end
        Segment: begin
          begin_offset_q <= {begin_byte[31:4], 4'd0};
          segment_beats_q <= ((end_byte + 32'd15) >> 4) - {4'd0, begin_byte[31:4]};
          // What lies in the buffer begins at pixel `begin` rounded down to a word.
          band_origin_o <= (32'(band_base_o) << (folded ? LaneBits : PixelBits)) +
                           (begin_pixel_q & (folded ? 32'd3 : 32'(PixelsPerWord - 1))) +
                           (top_pixel_q - begin_pixel_q) - 32'(pad_left);
          state_q <= Words;
        end
        Words: begin
          words_q <= folded ? (segment_beats_q + 32'((1 << FoldBankBits) - 1)) >> FoldBankBits
                            : segment_beats_q * 32'(chunks);
          state_q <= Room;
        end
        Room: begin
          segment_address_q <= input_address + 64'(begin_offset_q);
          run_weight_q <= weight_address;
          run_quant_q <= quant_address;
          plane_q <= '0;
          target_q <= first_target;
          phase_q <= first_phase;
          group_q <= '0;
          slice_q <= '0;
          if (room_features) state_q <= Features;
        end
        Features: begin
          if (taken) begin
            segment_address_q <= segment_address_q + 64'(plane_stride);
            plane_q <= plane_q + 16'd1;
            if (plane_q == target_q - 16'd1) state_q <= slice_q == '0 ? Quant : Weights;
          end
        end
        Quant: begin
          if (taken) begin
            run_quant_q <= run_quant_q + 64'(16 * Tm);
            state_q <= Weights;
          end
        end
        Weights: begin
          if (taken) begin
            run_weight_q <= run_weight_q + (64'(words) << (StepBeatBits + 4));
            slice_q <= slice_q + 16'd1;
            target_q <= next_target;
            if (next_target != plane_q) state_q <= Features;
            if (last_slice) begin
              slice_q <= '0;
              group_q <= group_q + 16'd1;
              phase_q <= phase_ends ? '0 : phase_q + PhaseBits'(1);
              if (next_target == plane_q) state_q <= Quant;
              if (last_group) begin
                row_q <= row_q + band_rows_o;
                band_top_o <= band_top_o + 18'(32'(band_rows_o) * 32'(stride_h));
                state_q <= last_band ? Done : Rows;
              end
            end
          end
        end
        Done: state_q <= Done;
        default: state_q <= Idle;
      endcase
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      feature_used_q <= '0;
      weight_used_q <= '0;
      quant_used_q <= '0;
      bands_used_q <= '0;
    end else if (clear_i) begin
      feature_used_q <= '0;
      weight_used_q <= '0;
      quant_used_q <= '0;
      bands_used_q <= '0;
    end else begin
      feature_used_q <= feature_used_q + (band_start_o ? band_words_o : '0) -
                        (feature_free_i ? feature_free_words_i : '0);
      weight_used_q <= weight_used_q + (take_weights ? words[WeightBits:0] : '0) -
                       (weight_free_i ? weight_free_words_i : '0);
      quant_used_q <= quant_used_q + QuantBits'(take_quant) -
                      QuantBits'(quant_free_i);
      bands_used_q <= bands_used_q + BandBits'(band_start_o) -
                      BandBits'(feature_free_i);
    end
  end

endmodule
