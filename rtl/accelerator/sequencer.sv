// SPDX-License-Identifier: Apache-2.0
// The tile loop of the array: one step (chunk, ky, kx of one output pixel) a cycle. Addresses move by additions
// only. Between two slices lies one cycle, in which the next one is waited for: its input chunks, its weights,
// and a place for its results.
module sequencer #(
  parameter int Tm = 16,
  parameter int Tn = 16,
  parameter int Block = 16,
  parameter int FeatureWords = 1024,
  parameter int WeightWords = 512,
  parameter int Accumulators = 1024,
  parameter int QuantSlots = 4,
  parameter int Bands = 4,
  localparam int FeatureBits = $clog2(FeatureWords),
  localparam int WeightBits = $clog2(WeightWords),
  localparam int PixelsPerWord = 16 / Block,
  localparam int SelectBits = PixelsPerWord > 1 ? $clog2(PixelsPerWord) : 1,
  localparam int PixelBits = $clog2(Accumulators),
  localparam int SlotBits = $clog2(QuantSlots),
  localparam int FoldPixels = Tn > 4 ? Tn / 4 : 1,
  localparam int LaneBits = Tn > 16 ? $clog2(Tn / 4) : 2,
  localparam int OutPlanes = Tm / Block,
  localparam int PlaneBits = $clog2(OutPlanes + 1)
) (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          clear_i,
  input  logic          start_i,
  input  logic [1023:0] job_i,
  output logic          done_o,

  input  logic                   band_start_i,
  input  logic [19:0]            band_segment_beats_i,
  input  logic [FeatureBits:0]   band_words_i,
  input  logic [31:0]            band_origin_i,
  input  logic signed [17:0]     band_top_i,
  input  logic [15:0]            band_rows_i,
  input  logic [31:0]            band_pixels_i,
  input  logic [31:0]            band_out_pixel_i,

  input  logic                 feature_loaded_i,
  input  logic                 weight_loaded_i,
  input  logic                 quant_loaded_i,
  output logic                 feature_free_o,
  output logic [FeatureBits:0] feature_free_words_o,
  output logic                 weight_free_o,
  output logic [WeightBits:0]  weight_free_words_o,

  // results of a group, for the writer
  output logic                 task_valid_o,
  input  logic                 task_ready_i,
  output logic [63:0]          task_address_o,  // of the first plane's first beat
  output logic [31:0]          task_beats_o,    // of every plane
  output logic [PlaneBits-1:0] task_planes_o,

  input  logic                 hold_i,        // results cannot leave
  input  logic                 array_busy_i,  // steps are still on their way to a sum

  // one step
  output logic                   step_o,
  output logic [FeatureBits-1:0] step_word_o,
  output logic [SelectBits-1:0]  step_select_o,
  output logic [LaneBits-1:0]    step_lane_o,
  output logic [FoldPixels-1:0]  step_pad_o,
  output logic [WeightBits-1:0]  step_weight_o,
  output logic                   step_first_o,
  output logic                   step_last_o,
  output logic                   step_partial_o,
  output logic                   step_keep_o,
  output logic [PixelBits-1:0]   step_pixel_o,
  output logic [SelectBits-1:0]  step_position_o,  // of the result in its beat
  output logic                   step_group_ends_o,
  output logic [PlaneBits-1:0]   step_planes_o,
  output logic [SlotBits-1:0]    step_slot_o,

  output logic stall_feature_o,
  output logic stall_weight_o,  // or the quantisation table
  output logic stall_table_o,   // only that
  output logic stall_output_o
);

  localparam int BlockBits = $clog2(Block);
  localparam int OutPlaneBits = $clog2(OutPlanes);
  localparam int WordPixelBits = 4 - BlockBits;
  localparam int AddressBits = FeatureBits + (LaneBits > WordPixelBits ? LaneBits : WordPixelBits);  // of a pixel
  localparam int BandBits = $clog2(Bands + 1);
  localparam int SlotCountBits = $clog2(QuantSlots + 1);
  localparam int RawBeats = Block > 4 ? Block / 4 : 1;  // a plane's int32 pixel
  localparam int GroupChunkBits = Tm > Tn ? $clog2(Tm / Tn) : 0;
  localparam int Phases = Tn > Tm ? Tn / Tm : 1;
  localparam int PhaseBits = Phases > 1 ? $clog2(Phases) : 1;

  localparam logic [2:0] Idle = 3'd0, Band = 3'd1, Slice = 3'd2, Run = 3'd3, Done = 3'd4;

  wire [63:0] output_address = job_i[64*2 +: 64];
  wire [31:0] plane_stride = job_i[32*11 +: 32];
  wire [15:0] in_h = job_i[32*13 +: 16];
  wire [15:0] in_w = job_i[32*13+16 +: 16];
  wire [15:0] out_w = job_i[32*14+16 +: 16];
  wire [15:0] row_end = job_i[32*15+16 +: 16];
  wire [15:0] row_begin = job_i[32*15 +: 16];
  wire [7:0]  kernel_h = job_i[32*16 +: 8];
  wire [7:0]  stride_h = job_i[32*16+16 +: 8];
  wire [7:0]  stride_w = job_i[32*16+24 +: 8];
  wire [7:0]  pad_left = job_i[32*17+8 +: 8];
  wire [7:0]  dilation_h = job_i[32*17+16 +: 8];
  wire [15:0] chunks_per_slice = job_i[32*19+16 +: 16];
  wire [15:0] written_planes = job_i[32*20+16 +: 16];
  wire [15:0] chunks = job_i[32*21 +: 16];
  wire [15:0] groups = job_i[32*21+16 +: 16];
  wire [15:0] slices = job_i[32*22 +: 16];
  wire [15:0] slice_words = job_i[32*23 +: 16];
  wire [15:0] last_slice_words = job_i[32*23+16 +: 16];
  wire [31:0] row_pixels = job_i[32*24 +: 32];   // stride_h * in_w
  wire [31:0] line_pixels = job_i[32*25 +: 32];  // dilation_h * in_w
  wire        folded = job_i[32*26+24];
  wire        grouped = job_i[32*26+25];
  wire        raw = job_i[32*26+26];
  wire [PhaseBits-1:0] first_phase = job_i[32*27 +: PhaseBits];
  wire [7:0]  steps_across = job_i[32*28 +: 8];
  wire [7:0]  across_pixels = job_i[32*28+8 +: 8];

  // The bands whose features are ordered, oldest first.
  localparam int RecordBits = 20 + FeatureBits + 1 + AddressBits + 18 + 16 + 32 + 32;
  logic band_pop;
  logic [BandBits-1:0] bands;
  logic [19:0] segment_beats;
  logic [FeatureBits:0] band_words;
  logic [AddressBits-1:0] origin;
  logic signed [17:0] band_top;
  logic [15:0] band_rows;
  logic [31:0] band_pixels, band_out_pixel;
  fifo #(.Width(RecordBits), .Depth(Bands)) u_bands (
    .clk_i,
    .rst_ni,
    .clear_i,
    .push_i(band_start_i),
    .data_i({band_segment_beats_i, band_words_i, band_origin_i[AddressBits-1:0], band_top_i, band_rows_i,
             band_pixels_i, band_out_pixel_i}),
    .pop_i(band_pop),
    .data_o({segment_beats, band_words, origin, band_top, band_rows, band_pixels, band_out_pixel}),
    .level_o(bands)
  );

  logic [2:0] state_q;
  logic [16:0] loaded_chunks_q;
  logic [WeightBits:0] loaded_words_q;
  logic [SlotCountBits-1:0] loaded_quants_q;

  logic [15:0] rows_done_q, group_q, slice_q, row_q, x_q, step_q;
  logic [15:0] planes_left_q, needed_q;
  logic [PhaseBits-1:0] phase_q;
  logic [2:0] raw_left_q;
  logic [AddressBits-1:0] group_offset_q;  // grouped: of the output group's chunk
  logic [63:0] out_plane_q;  // of the group's first plane
  logic [WeightBits-1:0] weight_base_q;
  logic [SlotBits-1:0] slot_q;
  logic [7:0] kx_q, ky_q;
  logic [31:0] pixel_q;
  logic [AddressBits-1:0] address_q, line_q, chunk_q, corner_q, row_corner_q;  // nested starts, in pixels
  logic [AddressBits-1:0] chunk_offset_q, slice_offset_q;                      // of chunks before this
  logic signed [17:0] iy_q, ix_q, top_q, left_q;

  wire last_slice = slice_q == slices - 16'd1;
  wire last_group = group_q == groups - 16'd1;
  wire last_band = rows_done_q + band_rows == row_end - row_begin;
  wire [15:0] words = last_slice ? last_slice_words : slice_words;
  wire kx_ends = kx_q == steps_across - 8'd1;
  wire ky_ends = ky_q == kernel_h - 8'd1;
  wire pixel_ends = step_q == words - 16'd1;
  wire x_ends = x_q == out_w - 16'd1;
  wire row_ends = row_q == band_rows - 16'd1;
  wire slice_ends = step_o && pixel_ends && x_ends && row_ends;
  wire group_ends = slice_ends && last_slice;
  wire band_ends = group_ends && last_group;
  wire [AddressBits-1:0] chunk_pixels = AddressBits'(segment_beats) << WordPixelBits;
  wire phase_ends = phase_q == PhaseBits'(Phases - 1);
  // Chunks of the band that the next slice needs.
  wire grows = grouped ? group_ends && phase_ends : 1'b1;
  wire [16:0] grown = {1'b0, needed_q} + (grouped ? 17'd1 << GroupChunkBits : {1'b0, chunks_per_slice});
  wire [15:0] first_needed = grouped ? 16'd1 << GroupChunkBits : chunks_per_slice;

  wire features_here = loaded_chunks_q >= {1'b0, needed_q};
  wire words_here = 32'(loaded_words_q) >= 32'(words);
  wire weights_here = words_here && (slice_q != '0 || loaded_quants_q != '0);
  // A sum must have been kept before it is read again, which only a band of one pixel could miss; a new group
  // needs a place in the writer.
  wire outputs_here = slice_q != '0 ? !(array_busy_i && band_pixels == 32'd1) : task_ready_i;
  wire begin_slice = state_q == Slice && features_here && weights_here && outputs_here;

  wire [31:0] out_byte = band_out_pixel << (raw ? BlockBits + 2 : BlockBits);
  wire [31:0] out_bytes = band_pixels << (raw ? BlockBits + 2 : BlockBits);
  assign task_valid_o = begin_slice && slice_q == '0;
  assign task_address_o = out_plane_q + {32'd0, out_byte[31:4], 4'd0};
  assign task_beats_o = (out_bytes + 32'(out_byte[3:0]) + 32'd15) >> 4;
  assign task_planes_o = planes_left_q < 16'(OutPlanes) ? PlaneBits'(planes_left_q) : PlaneBits'(OutPlanes);

  assign done_o = state_q == Done;
  // The beats of an int32 result leave one after the other.
  wire raw_waits = raw && last_slice && pixel_ends && raw_left_q != '0;
  assign step_o = state_q == Run && !hold_i && !raw_waits;
  assign step_word_o = folded ? address_q[LaneBits +: FeatureBits] : address_q[WordPixelBits +: FeatureBits];
  assign step_lane_o = address_q[LaneBits-1:0];
  for (genvar p = 0; p < FoldPixels; p++) begin : gen_pad  // unsigned: negative is far outside
    wire signed [17:0] column = ix_q + 18'(p);
    assign step_pad_o[p] = 32'(iy_q) >= 32'(in_h) || 32'(column) >= 32'(in_w);
  end
  assign step_weight_o = weight_base_q + step_q[WeightBits-1:0];
  assign step_first_o = step_q == '0;
  assign step_last_o = pixel_ends;
  assign step_partial_o = slice_q != '0;
  assign step_keep_o = !last_slice;
  assign step_pixel_o = pixel_q[PixelBits-1:0];
  assign step_group_ends_o = group_ends;
  assign step_planes_o = task_planes_o;
  assign step_slot_o = slot_q;
  wire [31:0] out_pixel = band_out_pixel + pixel_q;
  if (PixelsPerWord > 1) begin : gen_select
    assign step_select_o = address_q[WordPixelBits-1:0];
    assign step_position_o = out_pixel[WordPixelBits-1:0];
  end else begin : gen_no_select
    assign step_select_o = '0;
    assign step_position_o = '0;
  end

  assign feature_free_o = band_ends;
  assign feature_free_words_o = band_words;
  assign weight_free_o = slice_ends;
  assign weight_free_words_o = words[WeightBits:0];
  assign band_pop = band_ends;

  assign stall_feature_o = (state_q == Band && bands == '0) || (state_q == Slice && !features_here);
  assign stall_weight_o = state_q == Slice && features_here && !weights_here;
  assign stall_table_o = stall_weight_o && words_here;
  assign stall_output_o = (state_q == Slice && features_here && weights_here && !outputs_here) ||
                          (state_q == Run && (hold_i || raw_waits));

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      loaded_chunks_q <= '0;
      loaded_words_q <= '0;
      loaded_quants_q <= '0;
    end else if (clear_i) begin
      loaded_chunks_q <= '0;
      loaded_words_q <= '0;
      loaded_quants_q <= '0;
    end else begin
      loaded_chunks_q <= loaded_chunks_q + 17'(feature_loaded_i) - (band_ends ? {1'b0, chunks} : 17'd0);
      loaded_words_q <= loaded_words_q + (WeightBits + 1)'(weight_loaded_i) -
                        (slice_ends ? words[WeightBits:0] : '0);
      loaded_quants_q <= loaded_quants_q + SlotCountBits'(quant_loaded_i) - SlotCountBits'(group_ends);
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      rows_done_q <= '0;
      group_q <= '0;
      slice_q <= '0;
      planes_left_q <= '0;
      needed_q <= '0;
      phase_q <= '0;
      raw_left_q <= '0;
      group_offset_q <= '0;
      out_plane_q <= '0;
      weight_base_q <= '0;
      slot_q <= '0;
    end else if (clear_i) begin
      state_q <= Idle;
      weight_base_q <= '0;
      slot_q <= '0;
      raw_left_q <= '0;
    end else begin
      raw_left_q <= step_o && step_last_o ? 3'(RawBeats - 1) : raw_left_q == '0 ? '0 : raw_left_q - 3'd1;
      case (state_q)
        Idle: begin
          rows_done_q <= '0;
          if (start_i) state_q <= Band;
        end
        Band: begin
          group_q <= '0;
          slice_q <= '0;
          planes_left_q <= written_planes;
          out_plane_q <= output_address;
          needed_q <= first_needed > chunks ? chunks : first_needed;
          phase_q <= first_phase;
          group_offset_q <= '0;
          if (bands != '0) state_q <= Slice;
        end
        Slice: if (begin_slice) state_q <= Run;
        Run: begin
          if (slice_ends) begin
            weight_base_q <= weight_base_q + words[WeightBits-1:0];
            slice_q <= slice_q + 16'd1;
            if (grows) needed_q <= grown > {1'b0, chunks} ? chunks : grown[15:0];
            state_q <= Slice;
          end
          if (group_ends) begin
            slice_q <= '0;
            group_q <= group_q + 16'd1;
            slot_q <= slot_q + SlotBits'(1);
            phase_q <= phase_ends ? '0 : phase_q + PhaseBits'(1);
            if (grouped && phase_ends) group_offset_q <= group_offset_q + (chunk_pixels << GroupChunkBits);
            planes_left_q <= planes_left_q - 16'(OutPlanes);
            out_plane_q <= out_plane_q + (64'(plane_stride) << OutPlaneBits);
          end
          if (band_ends) begin
            rows_done_q <= rows_done_q + band_rows;
            state_q <= last_band ? Done : Band;
          end
        end
        Done: state_q <= Done;
        default: state_q <= Idle;
      endcase
    end
  end

  // The five nested loops of a slice.
  wire [AddressBits-1:0] next_line = line_q + line_pixels[AddressBits-1:0];
  wire [AddressBits-1:0] next_chunk = chunk_q + chunk_pixels;
  wire [AddressBits-1:0] next_corner = corner_q + AddressBits'(stride_w);
  wire [AddressBits-1:0] next_row = row_corner_q + row_pixels[AddressBits-1:0];
  wire [AddressBits-1:0] slice_offset = slice_q == '0 ? group_offset_q : slice_offset_q;

  always_ff @(posedge clk_i) begin
    if (begin_slice) begin
      row_q <= '0;
      x_q <= '0;
      step_q <= '0;
      kx_q <= '0;
      ky_q <= '0;
      pixel_q <= '0;
      address_q <= origin + slice_offset;
      line_q <= origin + slice_offset;
      chunk_q <= origin + slice_offset;
      corner_q <= origin + slice_offset;
      row_corner_q <= origin + slice_offset;
      chunk_offset_q <= slice_offset + chunk_pixels;
      slice_offset_q <= slice_offset;
      iy_q <= band_top;
      top_q <= band_top;
      ix_q <= -$signed({10'd0, pad_left});
      left_q <= -$signed({10'd0, pad_left});
    end else if (step_o) begin
      if (!kx_ends) begin
        kx_q <= kx_q + 8'd1;
        step_q <= step_q + 16'd1;
        address_q <= address_q + AddressBits'(across_pixels);
        ix_q <= ix_q + $signed({10'd0, across_pixels});
      end else begin
        kx_q <= '0;
        ix_q <= left_q;
        if (!ky_ends) begin
          ky_q <= ky_q + 8'd1;
          step_q <= step_q + 16'd1;
          address_q <= next_line;
          line_q <= next_line;
          iy_q <= iy_q + $signed({10'd0, dilation_h});
        end else begin
          ky_q <= '0;
          iy_q <= top_q;
          if (!pixel_ends) begin
            step_q <= step_q + 16'd1;
            address_q <= next_chunk;
            line_q <= next_chunk;
            chunk_q <= next_chunk;
            chunk_offset_q <= chunk_offset_q + chunk_pixels;
          end else begin
            step_q <= '0;
            pixel_q <= pixel_q + 32'd1;
            chunk_offset_q <= slice_offset_q + chunk_pixels;
            if (!x_ends) begin
              x_q <= x_q + 16'd1;
              address_q <= next_corner;
              line_q <= next_corner;
              chunk_q <= next_corner;
              corner_q <= next_corner;
              ix_q <= left_q + $signed({10'd0, stride_w});
              left_q <= left_q + $signed({10'd0, stride_w});
            end else begin
              x_q <= '0;
              row_q <= row_q + 16'd1;
              address_q <= next_row;
              line_q <= next_row;
              chunk_q <= next_row;
              corner_q <= next_row;
              row_corner_q <= next_row;
              ix_q <= -$signed({10'd0, pad_left});
              left_q <= -$signed({10'd0, pad_left});
              iy_q <= top_q + $signed({10'd0, stride_h});
              top_q <= top_q + $signed({10'd0, stride_h});
              if (row_ends) slice_offset_q <= chunk_offset_q;  // where the next slice's chunks begin
            end
          end
        end
      end
    end
  end

  wire unused = ^{job_i, band_origin_i, segment_beats, line_pixels, row_pixels, pixel_q, out_pixel};

endmodule
