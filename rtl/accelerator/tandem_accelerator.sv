// SPDX-License-Identifier: Apache-2.0
// Convolution accelerator: AXI4-Lite registers, one AXI4 master, level interrupt. See docs/accelerator.md.
// All outputs are functions of registers only.
module tandem_accelerator #(
  parameter int Tm = 8,   // output channels a cycle: 2, 4, 8, 16, 32
  parameter int Tn = 32,  // input channels a cycle: 4, 8, 16, 32
  parameter int WeightBytes = Tm * Tn > 256 ? 128 * Tm * Tn : 65536,  // half of the weight ring
  parameter int FeatureBytes = Tm * Tn > 512 ? 131072 : 262144,
  parameter int Accumulators = 1024,
  parameter int BusBytes = 16  // data width of the AXI4 master: 8 or 16
) (
  input  logic         clk_i,
  input  logic         rst_ni,

  input  logic         s_awvalid_i,
  output logic         s_awready_o,
  input  logic [31:0]  s_awaddr_i,
  input  logic         s_wvalid_i,
  output logic         s_wready_o,
  input  logic [31:0]  s_wdata_i,
  input  logic [3:0]   s_wstrb_i,
  output logic         s_bvalid_o,
  input  logic         s_bready_i,
  output logic [1:0]   s_bresp_o,
  input  logic         s_arvalid_i,
  output logic         s_arready_o,
  input  logic [31:0]  s_araddr_i,
  output logic         s_rvalid_o,
  input  logic         s_rready_i,
  output logic [31:0]  s_rdata_o,
  output logic [1:0]   s_rresp_o,

  output logic         m_arvalid_o,
  input  logic         m_arready_i,
  output logic [3:0]   m_arid_o,
  output logic [63:0]  m_araddr_o,
  output logic [7:0]   m_arlen_o,
  output logic [2:0]   m_arsize_o,
  output logic [1:0]   m_arburst_o,
  input  logic         m_rvalid_i,
  output logic         m_rready_o,
  input  logic [3:0]   m_rid_i,
  input  logic [8*BusBytes-1:0] m_rdata_i,
  input  logic [1:0]   m_rresp_i,
  input  logic         m_rlast_i,
  output logic         m_awvalid_o,
  input  logic         m_awready_i,
  output logic [3:0]   m_awid_o,
  output logic [63:0]  m_awaddr_o,
  output logic [7:0]   m_awlen_o,
  output logic [2:0]   m_awsize_o,
  output logic [1:0]   m_awburst_o,
  output logic         m_wvalid_o,
  input  logic         m_wready_i,
  output logic [8*BusBytes-1:0] m_wdata_o,
  output logic [BusBytes-1:0] m_wstrb_o,
  output logic         m_wlast_o,
  input  logic         m_bvalid_i,
  output logic         m_bready_o,
  input  logic [3:0]   m_bid_i,
  input  logic [1:0]   m_bresp_i,

  output logic         irq_o,
  output logic         idle_o
);

  localparam int Smaller = Tm < Tn ? Tm : Tn;
  localparam int Block = Smaller < 16 ? Smaller : 16;
  localparam int Banks = Tn / Block;
  localparam int OutPlanes = Tm / Block;
  localparam int StepBytes = Tm * Tn < 16 ? 16 : Tm * Tn;
  localparam int FeatureWords = FeatureBytes / 16 / Banks;
  localparam int WeightWords = 2 * WeightBytes / StepBytes;
  localparam int QuantSlots = 8;
  localparam int Bands = 4;
  localparam int Outstanding = 8;
  localparam int BurstWords = 16 * BusBytes / 16;  // the 16 beats of a burst, in the engines' words of 16 bytes
  localparam int FeatureBits = $clog2(FeatureWords);
  localparam int WeightBits = $clog2(WeightWords);
  localparam int PixelBits = $clog2(Accumulators);
  localparam int SlotBits = $clog2(QuantSlots);
  localparam int PlaneBits = $clog2(OutPlanes + 1);
  localparam int PixelsPerWord = 16 / Block;
  localparam int SelectBits = PixelsPerWord > 1 ? $clog2(PixelsPerWord) : 1;
  localparam int FoldPixels = Tn > 4 ? Tn / 4 : 1;
  localparam int LaneBits = Tn > 16 ? $clog2(Tn / 4) : 2;

  localparam logic [1:0] IdDescriptor = 2'd0, IdFeatures = 2'd1, IdWeights = 2'd2, IdQuant = 2'd3;

  // Registers.
  logic write, write_error, read_error, lite_busy;
  logic [11:0] write_address, read_address;
  logic [31:0] write_data, read_data;
  logic [3:0] write_strobe;
  axi_lite_slave u_axi_lite_slave (
    .clk_i,
    .rst_ni,
    .awvalid_i(s_awvalid_i),
    .awready_o(s_awready_o),
    .awaddr_i(s_awaddr_i),
    .wvalid_i(s_wvalid_i),
    .wready_o(s_wready_o),
    .wdata_i(s_wdata_i),
    .wstrb_i(s_wstrb_i),
    .bvalid_o(s_bvalid_o),
    .bready_i(s_bready_i),
    .bresp_o(s_bresp_o),
    .arvalid_i(s_arvalid_i),
    .arready_o(s_arready_o),
    .araddr_i(s_araddr_i),
    .rvalid_o(s_rvalid_o),
    .rready_i(s_rready_i),
    .rdata_o(s_rdata_o),
    .rresp_o(s_rresp_o),
    .write_o(write),
    .write_address_o(write_address),
    .write_data_o(write_data),
    .write_strobe_o(write_strobe),
    .write_error_i(write_error),
    .read_address_o(read_address),
    .read_data_i(read_data),
    .read_error_i(read_error),
    .busy_o(lite_busy)
  );

  logic busy, draining, queue_full, running, done_set, error_set, registers_clear;
  logic irq_enable, irq_done, irq_error, irq_done_kept, irq_error_kept, soft_reset, abort, doorbell;
  logic [3:0] error_engine;
  logic [1:0] error_response, error_cause;
  logic [31:0] watchdog;
  logic [63:0] error_address;
  logic [31:0] jobs_done, last_job, doorbell_lo, doorbell_hi;
  logic [63:0] cycles_busy, mac_active, read_beats, write_beats, stall_feature, stall_weight, stall_output;
  accelerator_registers #(
    .CapabilityArrayTm(8'(Tm)),
    .CapabilityArrayTn(8'(Tn)),
    .CapabilityArrayBusBytes(8'(BusBytes)),
    .CapabilityArrayBlock(8'(Block)),
    .CapabilityBuffersFeatureKib(16'(FeatureBytes / 1024)),
    .CapabilityBuffersWeightKib(16'(WeightBytes / 1024)),
    .CapabilityLimitsAccumulators(16'(Accumulators)),
    .CapabilityLimitsOutstandingReads(8'(Outstanding)),
    .CapabilityLimitsOutstandingWrites(8'(Outstanding))
  ) u_registers (
    .clk_i,
    .rst_ni,
    .write_i(write),
    .write_address_i(write_address),
    .write_data_i(write_data),
    .write_strobe_i(write_strobe),
    .write_error_o(write_error),
    .read_address_i(read_address),
    .read_data_o(read_data),
    .read_error_o(read_error),
    .status_busy_i(busy),
    .status_queue_full_i(queue_full),
    .status_draining_i(draining),
    .irq_status_done_set_i(done_set),
    .irq_status_done_clear_i(registers_clear),
    .irq_status_error_set_i(error_set),
    .irq_status_error_clear_i(registers_clear),
    .doorbell_lo_address_refuse_i(queue_full),
    .error_info_engine_i(error_engine),
    .error_info_response_i(error_response),
    .error_info_cause_i(error_cause),
    .error_addr_lo_address_i(error_address[31:0]),
    .error_addr_hi_address_i(error_address[63:32]),
    .jobs_done_value_i(jobs_done),
    .last_job_id_i(last_job),
    .cycles_busy_lo_count_i(cycles_busy[31:0]),
    .cycles_busy_hi_count_i(cycles_busy[63:32]),
    .mac_active_lo_count_i(mac_active[31:0]),
    .mac_active_hi_count_i(mac_active[63:32]),
    .read_beats_lo_count_i(read_beats[31:0]),
    .read_beats_hi_count_i(read_beats[63:32]),
    .write_beats_lo_count_i(write_beats[31:0]),
    .write_beats_hi_count_i(write_beats[63:32]),
    .stall_feature_lo_count_i(stall_feature[31:0]),
    .stall_feature_hi_count_i(stall_feature[63:32]),
    .stall_weight_lo_count_i(stall_weight[31:0]),
    .stall_weight_hi_count_i(stall_weight[63:32]),
    .stall_output_lo_count_i(stall_output[31:0]),
    .stall_output_hi_count_i(stall_output[63:32]),
    .control_irq_enable_o(irq_enable),
    .control_soft_reset_o(soft_reset),
    .control_abort_o(abort),
    .watchdog_cycles_o(watchdog),
    .irq_status_done_o(irq_done),
    .irq_status_error_o(irq_error),
    .irq_status_done_kept_o(irq_done_kept),
    .irq_status_error_kept_o(irq_error_kept),
    .doorbell_lo_address_write_o(doorbell),
    .doorbell_lo_address_o(doorbell_lo),
    .doorbell_hi_address_o(doorbell_hi)
  );
  assign irq_o = irq_enable && (irq_done || irq_error);
  assign idle_o = !busy && !lite_busy;

  // Control.
  logic fetch_valid, fetch_ready, next_valid, next_taken, next_failed, next_fetching, next_busy, cancel;
  logic start, clear, stop;
  logic [63:0] fetch_address, next_error_address;
  logic [1:0] next_cause, next_response, cancel_cause;
  logic [1023:0] next_job, job;
  logic loader_done, sequencer_done, array_busy, writer_finished, writer_idle, reader_idle, engines_idle, misfit;
  logic read_failed, write_failed;
  logic [63:0] read_failed_address, write_failed_address;
  logic step, waits_feature, waits_weight, waits_table, waits_output;
  wire [1:0] rid = m_rid_i[1:0];
  logic word;  // 16 bytes have arrived
  logic [127:0] word_data;
  logic [1:0] word_response;
  read_gather #(.BusBytes(BusBytes)) u_read_gather (
    .clk_i,
    .rst_ni,
    .rvalid_i(m_rvalid_i),
    .rid_i(rid),
    .rdata_i(m_rdata_i),
    .rresp_i(m_rresp_i),
    .valid_o(word),
    .data_o(word_data),
    .resp_o(word_response)
  );
  wire beat_descriptor = word && rid == IdDescriptor;
  wire beat_features = word && rid == IdFeatures;
  wire beat_weights = word && rid == IdWeights;
  wire beat_quant = word && rid == IdQuant;
  wire wrote = m_wvalid_o && m_wready_i;
  job_fetch u_job_fetch (
    .clk_i,
    .rst_ni,
    .doorbell_i(doorbell),
    .doorbell_address_i({doorbell_hi, doorbell_lo}),
    .running_i(running),
    .drop_i(soft_reset),
    .stop_i(stop),
    .cancel_i(cancel),
    .cancel_cause_i(cancel_cause),
    .valid_o(fetch_valid),
    .ready_i(fetch_ready),
    .address_o(fetch_address),
    .beat_i(beat_descriptor),
    .data_i(word_data),
    .error_i(read_failed),
    .response_i(word_response),
    .error_address_i(read_failed_address),
    .job_valid_o(next_valid),
    .job_taken_i(next_taken),
    .job_o(next_job),
    .failed_o(next_failed),
    .failed_cause_o(next_cause),
    .failed_response_o(next_response),
    .failed_address_o(next_error_address),
    .fetching_o(next_fetching),
    .busy_o(next_busy),
    .queue_full_o(queue_full)
  );
  job_control #(.Tm(Tm), .Tn(Tn), .BusBytes(BusBytes)) u_job_control (
    .clk_i,
    .rst_ni,
    .next_valid_i(next_valid),
    .next_taken_o(next_taken),
    .next_job_i(next_job),
    .next_address_i(fetch_address),
    .next_fetching_i(next_fetching),
    .next_failed_i(next_failed),
    .next_cause_i(next_cause),
    .next_response_i(next_response),
    .next_error_address_i(next_error_address),
    .cancel_o(cancel),
    .cancel_cause_o(cancel_cause),
    .soft_reset_i(soft_reset),
    .abort_i(abort),
    .watchdog_i(watchdog),
    .progress_i(step || m_rvalid_i || wrote || m_bvalid_i),
    .waits_for_i(waits_feature ? {2'd0, IdFeatures} : waits_table ? {2'd0, IdQuant} :
                 waits_weight ? {2'd0, IdWeights} : 4'd4),
    .job_o(job),
    .start_o(start),
    .clear_o(clear),
    .stop_o(stop),
    .finished_i(loader_done && sequencer_done && !array_busy && writer_finished && engines_idle),
    .bus_idle_i(reader_idle && writer_idle),
    .misfit_i(misfit),
    .read_error_i(read_failed && rid != IdDescriptor),
    .read_error_id_i(rid),
    .read_error_response_i(word_response),
    .read_error_address_i(read_failed_address),
    .write_error_i(write_failed),
    .write_error_response_i(m_bresp_i),
    .write_error_address_i(write_failed_address),
    .error_pending_i(irq_error_kept),
    .done_set_o(done_set),
    .error_set_o(error_set),
    .registers_clear_o(registers_clear),
    .error_engine_o(error_engine),
    .error_response_o(error_response),
    .error_cause_o(error_cause),
    .error_address_o(error_address),
    .jobs_done_o(jobs_done),
    .last_job_o(last_job),
    .running_o(running)
  );
  assign busy = running || next_busy;
  assign draining = stop;

  // What is read.
  logic load_valid;
  logic load_ready, run_valid, run_ready;
  logic [63:0] load_address, run_address;
  logic [19:0] load_beats, run_beats;
  logic [1:0] load_id, run_id, arid;
  logic [7:0] arlen, awlen;  // words of a burst, less one
  read_arbiter #(.Requesters(2)) u_read_arbiter (
    .clk_i,
    .rst_ni,
    .stop_i(stop),
    .valid_i({load_valid, fetch_valid}),
    .ready_o({load_ready, fetch_ready}),
    .address_i({load_address, fetch_address}),
    .beats_i({load_beats, 20'd8}),
    .id_i({load_id, IdDescriptor}),
    .run_valid_o(run_valid),
    .run_ready_i(run_ready),
    .run_address_o(run_address),
    .run_beats_o(run_beats),
    .run_id_o(run_id)
  );
  read_master #(.Outstanding(Outstanding), .MaxBeats(BurstWords)) u_read_master (
    .clk_i,
    .rst_ni,
    .stop_i(stop),
    .run_valid_i(run_valid),
    .run_ready_o(run_ready),
    .run_address_i(run_address),
    .run_beats_i(run_beats),
    .run_id_i(run_id),
    .arvalid_o(m_arvalid_o),
    .arready_i(m_arready_i),
    .araddr_o(m_araddr_o),
    .arlen_o(arlen),
    .arid_o(arid),
    .rvalid_i(word),
    .rlast_i(m_rlast_i),
    .rid_i(rid),
    .rresp_i(word_response),
    .idle_o(reader_idle),
    .engines_idle_o(engines_idle),
    .error_o(read_failed),
    .error_address_o(read_failed_address)
  );
  assign m_arid_o = {2'd0, arid};
  assign m_arlen_o = BusBytes == 16 ? arlen : {arlen[6:0], 1'b1};
  assign m_arsize_o = BusBytes == 16 ? 3'd4 : 3'd3;
  assign m_arburst_o = 2'd1;
  assign m_rready_o = 1'b1;

  logic band_start, band_busy, feature_free, weight_free, quant_free;
  logic [FeatureBits-1:0] band_base;
  logic [FeatureBits:0] band_words, feature_free_words;
  logic [19:0] band_segment_beats;
  logic [31:0] band_origin, band_pixels, band_out_pixel;
  logic signed [17:0] band_top;
  logic [15:0] band_rows;
  logic [WeightBits:0] weight_free_words;
  loader #(
    .Tm(Tm),
    .Tn(Tn),
    .Block(Block),
    .FeatureWords(FeatureWords),
    .WeightWords(WeightWords),
    .StepBytes(StepBytes),
    .Accumulators(Accumulators),
    .QuantSlots(QuantSlots),
    .Bands(Bands)
  ) u_loader (
    .clk_i,
    .rst_ni,
    .clear_i(clear),
    .start_i(start),
    .job_i(job),
    .done_o(loader_done),
    .misfit_o(misfit),
    .run_valid_o(load_valid),
    .run_ready_i(load_ready),
    .run_address_o(load_address),
    .run_beats_o(load_beats),
    .run_id_o(load_id),
    .band_start_o(band_start),
    .band_busy_i(band_busy),
    .band_base_o(band_base),
    .band_segment_beats_o(band_segment_beats),
    .band_words_o(band_words),
    .band_origin_o(band_origin),
    .band_top_o(band_top),
    .band_rows_o(band_rows),
    .band_pixels_o(band_pixels),
    .band_out_pixel_o(band_out_pixel),
    .feature_free_i(feature_free),
    .feature_free_words_i(feature_free_words),
    .weight_free_i(weight_free),
    .weight_free_words_i(weight_free_words),
    .quant_free_i(quant_free)
  );

  logic feature_loaded, weight_loaded, quant_loaded;
  logic step_first, step_last, step_partial, step_keep, step_group_ends;
  logic [FeatureBits-1:0] step_word;
  logic [SelectBits-1:0] step_select, step_position;
  logic [LaneBits-1:0] step_lane;
  logic [FoldPixels-1:0] step_pad;
  logic [WeightBits-1:0] step_weight, weight_word;
  logic [PixelBits-1:0] step_pixel;
  logic [PlaneBits-1:0] step_planes;
  logic [SlotBits-1:0] step_slot, slot;
  logic weight_read;
  logic [8*Tn-1:0] features;
  logic [8*StepBytes-1:0] weights;
  logic [32*Tm-1:0] bias, multiplier;
  logic [6*Tm-1:0] shift;
  feature_buffer #(.Block(Block), .Banks(Banks), .Words(FeatureWords)) u_feature_buffer (
    .clk_i,
    .rst_ni,
    .clear_i(clear),
    .folded_i(job[32*26+24]),
    .start_i(band_start),
    .base_i(band_base),
    .segment_beats_i(band_segment_beats),
    .planes_i(job[32*20 +: 16]),
    .beat_i(beat_features),
    .data_i(word_data),
    .busy_o(band_busy),
    .loaded_o(feature_loaded),
    .read_i(step),
    .word_i(step_word),
    .select_i(step_select),
    .lane_i(step_lane),
    .pad_i(step_pad),
    .pad_value_i(job[32*18 +: 8]),
    .features_o(features)
  );
  weight_buffer #(.StepBytes(StepBytes), .Words(WeightWords)) u_weight_buffer (
    .clk_i,
    .rst_ni,
    .clear_i(clear),
    .beat_i(beat_weights),
    .data_i(word_data),
    .loaded_o(weight_loaded),
    .read_i(weight_read),
    .word_i(weight_word),
    .weights_o(weights)
  );
  quant_table #(.Tm(Tm), .Slots(QuantSlots)) u_quant_table (
    .clk_i,
    .rst_ni,
    .clear_i(clear),
    .beat_i(beat_quant),
    .data_i(word_data),
    .loaded_o(quant_loaded),
    .slot_i(slot),
    .bias_o(bias),
    .multiplier_o(multiplier),
    .shift_o(shift)
  );

  // What is computed.
  logic task_valid, task_ready, hold;
  logic [63:0] task_address;
  logic [31:0] task_beats;
  logic [PlaneBits-1:0] task_planes;
  sequencer #(
    .Tm(Tm),
    .Tn(Tn),
    .Block(Block),
    .FeatureWords(FeatureWords),
    .WeightWords(WeightWords),
    .Accumulators(Accumulators),
    .QuantSlots(QuantSlots),
    .Bands(Bands)
  ) u_sequencer (
    .clk_i,
    .rst_ni,
    .clear_i(clear),
    .start_i(start),
    .job_i(job),
    .done_o(sequencer_done),
    .band_start_i(band_start),
    .band_segment_beats_i(band_segment_beats),
    .band_words_i(band_words),
    .band_origin_i(band_origin),
    .band_top_i(band_top),
    .band_rows_i(band_rows),
    .band_pixels_i(band_pixels),
    .band_out_pixel_i(band_out_pixel),
    .feature_loaded_i(feature_loaded),
    .weight_loaded_i(weight_loaded),
    .quant_loaded_i(quant_loaded),
    .feature_free_o(feature_free),
    .feature_free_words_o(feature_free_words),
    .weight_free_o(weight_free),
    .weight_free_words_o(weight_free_words),
    .task_valid_o(task_valid),
    .task_ready_i(task_ready),
    .task_address_o(task_address),
    .task_beats_o(task_beats),
    .task_planes_o(task_planes),
    .hold_i(hold),
    .array_busy_i(array_busy),
    .step_o(step),
    .step_word_o(step_word),
    .step_select_o(step_select),
    .step_lane_o(step_lane),
    .step_pad_o(step_pad),
    .step_weight_o(step_weight),
    .step_first_o(step_first),
    .step_last_o(step_last),
    .step_partial_o(step_partial),
    .step_keep_o(step_keep),
    .step_pixel_o(step_pixel),
    .step_position_o(step_position),
    .step_group_ends_o(step_group_ends),
    .step_planes_o(step_planes),
    .step_slot_o(step_slot),
    .stall_feature_o(waits_feature),
    .stall_weight_o(waits_weight),
    .stall_table_o(waits_table),
    .stall_output_o(waits_output)
  );

  logic result, result_group_ends;
  logic [32*Tm-1:0] result_words;
  logic [SelectBits-1:0] result_position;
  logic [PlaneBits-1:0] result_planes;
  array #(
    .Tm(Tm),
    .Tn(Tn),
    .Block(Block),
    .StepBytes(StepBytes),
    .WeightBits(WeightBits),
    .Accumulators(Accumulators),
    .SlotBits(SlotBits)
  ) u_array (
    .clk_i,
    .rst_ni,
    .clear_i(clear),
    .step_i(step),
    .weight_word_i(step_weight),
    .first_i(step_first),
    .last_i(step_last),
    .partial_i(step_partial),
    .keep_i(step_keep),
    .pixel_i(step_pixel),
    .position_i(step_position),
    .group_ends_i(step_group_ends),
    .planes_i(step_planes),
    .slot_i(step_slot),
    .busy_o(array_busy),
    .features_i(features),
    .weight_read_o(weight_read),
    .weight_word_o(weight_word),
    .weights_i(weights),
    .slot_o(slot),
    .bias_i(bias),
    .multiplier_i(multiplier),
    .shift_i(shift),
    .quant_free_o(quant_free),
    .rounding_i(job[32*26+27 +: 2]),
    .raw_i(job[32*26+26]),
    .zero_point_i(job[32*18+8 +: 8]),
    .clamp_min_i(job[32*18+16 +: 8]),
    .clamp_max_i(job[32*18+24 +: 8]),
    .result_o(result),
    .words_o(result_words),
    .position_o(result_position),
    .planes_o(result_planes),
    .group_ends_o(result_group_ends)
  );

  // What is written.
  logic [OutPlanes-1:0] push;
  logic [128*OutPlanes-1:0] push_data;
  logic [16*OutPlanes-1:0] push_strobe;
  logic send, sent, send_last;
  logic [127:0] send_data;
  logic [15:0] send_strobe;
  for (genvar p = 0; p < OutPlanes; p++) begin : gen_packer
    output_packer #(.Block(Block)) u_output_packer (
      .clk_i,
      .rst_ni,
      .clear_i(clear),
      .raw_i(job[32*26+26]),
      .valid_i(result && PlaneBits'(p) < result_planes),
      .result_i(result_words[32*Block*p +: 32*Block]),
      .position_i(result_position),
      .last_i(result_group_ends),
      .push_o(push[p]),
      .data_o(push_data[128*p +: 128]),
      .strobe_o(push_strobe[16*p +: 16])
    );
  end
  write_master #(.Planes(OutPlanes), .Depth(64), .Outstanding(Outstanding), .MaxBeats(BurstWords)) u_write_master (
    .clk_i,
    .rst_ni,
    .clear_i(clear),
    .stop_i(stop),
    .task_valid_i(task_valid),
    .task_ready_o(task_ready),
    .task_address_i(task_address),
    .task_beats_i(task_beats),
    .task_planes_i(task_planes),
    .plane_stride_i(job[32*11 +: 32]),
    .push_i(push),
    .data_i(push_data),
    .strobe_i(push_strobe),
    .nearly_full_o(hold),
    .awvalid_o(m_awvalid_o),
    .awready_i(m_awready_i),
    .awaddr_o(m_awaddr_o),
    .awlen_o(awlen),
    .wvalid_o(send),
    .wready_i(sent),
    .wdata_o(send_data),
    .wstrb_o(send_strobe),
    .wlast_o(send_last),
    .bvalid_i(m_bvalid_i),
    .bresp_i(m_bresp_i),
    .idle_o(writer_idle),
    .finished_o(writer_finished),
    .error_o(write_failed),
    .error_address_o(write_failed_address)
  );
  assign m_awid_o = 4'd4;
  assign m_awlen_o = BusBytes == 16 ? awlen : {awlen[6:0], 1'b1};
  assign m_awsize_o = BusBytes == 16 ? 3'd4 : 3'd3;
  write_split #(.BusBytes(BusBytes)) u_write_split (
    .clk_i,
    .rst_ni,
    .valid_i(send),
    .ready_o(sent),
    .data_i(send_data),
    .strobe_i(send_strobe),
    .last_i(send_last),
    .wvalid_o(m_wvalid_o),
    .wready_i(m_wready_i),
    .wdata_o(m_wdata_o),
    .wstrb_o(m_wstrb_o),
    .wlast_o(m_wlast_o)
  );
  assign m_awburst_o = 2'd1;
  assign m_bready_o = 1'b1;

  // Counters.
  counter u_cycles_busy (.clk_i, .rst_ni, .clear_i(registers_clear), .event_i(busy), .count_o(cycles_busy));
  counter u_mac_active (.clk_i, .rst_ni, .clear_i(registers_clear), .event_i(step), .count_o(mac_active));
  counter u_read_beats (.clk_i, .rst_ni, .clear_i(registers_clear), .event_i(m_rvalid_i), .count_o(read_beats));
  counter u_write_beats (
    .clk_i, .rst_ni, .clear_i(registers_clear), .event_i(wrote), .count_o(write_beats)
  );
  counter u_stall_feature (
    .clk_i, .rst_ni, .clear_i(registers_clear), .event_i(waits_feature), .count_o(stall_feature)
  );
  counter u_stall_weight (
    .clk_i, .rst_ni, .clear_i(registers_clear), .event_i(waits_weight), .count_o(stall_weight)
  );
  counter u_stall_output (
    .clk_i, .rst_ni, .clear_i(registers_clear), .event_i(waits_output), .count_o(stall_output)
  );

  wire unused = ^{m_rid_i[3:2], m_bid_i, step_weight, irq_done_kept};

endmodule
