// SPDX-License-Identifier: Apache-2.0
// Collects the results of one output plane into beats with strobes. The result of a pixel (Block bytes) goes to
// its position in the beat; a full beat, or the group's last, leaves at once. The int32 results of a raw job
// fill one beat or more a pixel, which leave in as many cycles; the next result comes no sooner.
module output_packer #(
  parameter int Block = 16,
  localparam int PixelsPerWord = 16 / Block,
  localparam int SelectBits = PixelsPerWord > 1 ? $clog2(PixelsPerWord) : 1
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic                  clear_i,
  input  logic                  raw_i,     // constant in a job
  input  logic                  valid_i,
  input  logic [32*Block-1:0]   result_i,  // a byte in bits 7..0 of each word, or whole words
  input  logic [SelectBits-1:0] position_i,
  input  logic                  last_i,
  output logic                  push_o,
  output logic [127:0]          data_o,
  output logic [15:0]           strobe_o
);

  localparam int RawBeats = Block > 4 ? Block / 4 : 1;
  localparam int RawPixels = Block < 4 ? 4 / Block : 1;  // int32 pixels in a beat
  localparam int RawBits = Block < 4 ? 32 * Block : 128;

  logic [127:0] data_q;
  logic [15:0] strobe_q;
  logic raw_push;
  logic [127:0] raw_data;

  wire raw_ends = RawPixels == 1 || position_i[0];
  wire byte_ends = position_i == SelectBits'(PixelsPerWord - 1);

  always_comb begin
    data_o = data_q;
    strobe_o = strobe_q;
    if (raw_i) begin
      if (RawPixels == 1) begin
        data_o = raw_data;
        strobe_o = '1;
      end else if (valid_i) begin
        for (int p = 0; p < RawPixels; p++) begin
          if (position_i[0] == 1'(p)) begin
            data_o[RawBits*p +: RawBits] = result_i[RawBits-1:0];
            strobe_o[RawBits/8*p +: RawBits/8] = '1;
          end
        end
      end
    end else if (valid_i) begin
      for (int p = 0; p < PixelsPerWord; p++) begin
        if (position_i == SelectBits'(p)) begin
          for (int c = 0; c < Block; c++) data_o[8*(Block*p+c) +: 8] = result_i[32*c +: 8];
          strobe_o[Block*p +: Block] = '1;
        end
      end
    end
  end

  assign push_o = (valid_i && (last_i || (raw_i ? raw_ends : byte_ends))) || raw_push;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      data_q <= '0;
      strobe_q <= '0;
    end else if (clear_i) begin
      strobe_q <= '0;
    end else if (valid_i) begin
      data_q <= data_o;
      strobe_q <= push_o ? '0 : strobe_o;
    end
  end

  // The beats of an int32 pixel behind its first.
  if (RawBeats > 1) begin : gen_raw_beats
    logic [128*(RawBeats-1)-1:0] rest_q;
    logic [2:0] left_q;
    assign raw_push = left_q != '0;
    assign raw_data = valid_i ? result_i[127:0] : rest_q[127:0];
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) left_q <= '0;
      else if (clear_i) left_q <= '0;
      else if (valid_i && raw_i) left_q <= 3'(RawBeats - 1);
      else if (raw_push) left_q <= left_q - 3'd1;
    end
    always_ff @(posedge clk_i) begin
      if (valid_i && raw_i) rest_q <= result_i[128*RawBeats-1:128];
      else if (raw_push) rest_q <= rest_q >> 128;
    end
  end else begin : gen_no_raw_beats
    assign raw_push = 1'b0;
    assign raw_data = 128'(result_i[RawBits-1:0]);
  end

endmodule
