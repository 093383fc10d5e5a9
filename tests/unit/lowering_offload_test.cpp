// SPDX-License-Identifier: Apache-2.0
// What an accelerator takes, why not, and as which jobs; and the commands of a core as words in memory.
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "models/core/random.h"
#include "models/lowering/command.h"
#include "models/lowering/offload.h"
#include "tests/unit/sketch.h"

namespace tandem::lowering {
namespace {

using network::LayerKind;
using network::Precision;
using network::Shape;
using test::conv;
using test::fully_connected;
using test::layer_of;
using test::model_of_sizes;
using test::pool;
using test::Sketch;
using test::square;

const accelerator::Array kArray = accelerator::parse_array("8x32");

std::string refusal(const Shape& input, const network::Layer& layer, Precision precision = Precision::int8) {
  return offload_refusal(model_of_sizes(Sketch(input).add(layer).build(), precision), 1, kArray);
}

TEST(Offload, TakesConvolutionsAndFullyConnectedLayers) {
  EXPECT_EQ(refusal({3, 224, 224}, conv("l", 64, square(3, 2))), "");
  EXPECT_EQ(refusal({64, 7, 7}, conv("l", 5, square(11, 4, 10))), "");
  EXPECT_EQ(refusal({64, 8, 8}, conv("l", 32, square(3, 1, 1), 2)), "");
  EXPECT_EQ(refusal({512, 7, 7}, fully_connected("l", 1000)), "");
}

TEST(Offload, SaysWhyNotWithNumbers) {
  EXPECT_EQ(refusal({8, 4, 4}, conv("l", 8, square(1)), Precision::fp32),
            "the accelerator computes int8, the run is fp32");
  EXPECT_EQ(refusal({8, 4, 4}, pool(LayerKind::max_pool, "l", square(2))),
            "the accelerator runs conv and fully_connected, not max_pool");
  EXPECT_EQ(refusal({8, 4, 4}, conv("l", 16, square(3), 8)),
            "groups of 1 input and 2 output channels are not multiples of 8 and 8");
  EXPECT_EQ(refusal({3, 8, 8}, conv("l", 3, square(3), 3)), "channel groups of an image of few channels");
  EXPECT_EQ(refusal({16, 4, 4}, conv("l", 24, square(1), 4)),
            "groups of 4 input and 6 output channels are not multiples of 8 and 8");
  EXPECT_EQ(refusal({16, 4, 4}, conv("l", 24, square(1), 2)),
            "groups of 8 input and 12 output channels are not multiples of 8 and 8");
  EXPECT_EQ(refusal({8, 20, 20}, conv("l", 8, square(12))),
            "kernel 12x12; the accelerator takes up to 11x11");
  EXPECT_EQ(refusal({8, 20, 20}, conv("l", 8, square(3, 5))), "stride 5x5; the accelerator takes 1 to 4");
  // A row of 8192 pixels of 64 channels is 512 KiB.
  EXPECT_EQ(refusal({64, 1, 8192}, conv("l", 8, square(1))),
            "needs 524288 bytes of feature buffer for one output row, has 262144");
  EXPECT_EQ(refusal({4096, 7, 7}, fully_connected("l", 8)),
            "products in one sum is 200704, allowed 1..131072");
}

TEST(Offload, AFullyConnectedLayerIsAConvolutionOfWhatWasThereBeforeTheFlatten) {
  const auto network = Sketch({40, 6, 5})
                           .add(conv("conv", 40, square(1)))
                           .add(layer_of(LayerKind::flatten, "flat"))
                           .add(fully_connected("fc", 10))
                           .build();
  const GroupShape shape = group_shape(*network, 3, kArray);
  EXPECT_EQ(shape.in_channels, 40);
  EXPECT_EQ(shape.kernel_h, 6);
  EXPECT_EQ(shape.kernel_w, 5);
  EXPECT_EQ(shape.out_channels, 10);
  EXPECT_EQ(shape.out_h * shape.out_w, 1);
}

TEST(Offload, SmallGroupsAreOneGroupedJobAndAnImageOfFewChannelsAFoldedOne) {
  const auto depthwise = Sketch({64, 9, 9}).add(conv("l", 64, square(3), 64)).build();
  const GroupShape grouped = group_shape(*depthwise, 1, kArray);
  EXPECT_EQ(grouped.form, accelerator::Form::grouped);
  EXPECT_EQ(grouped.groups, 1);
  EXPECT_EQ(grouped.channels_per_group, 1);
  EXPECT_EQ(grouped.out_channels, 64);
  // 8 outputs a step in chunks of 32 inputs: channel 40 is the second step of the second chunk.
  const auto jobs =
      jobs_without_addresses(model_of_sizes(depthwise, Precision::int8), 1, {40, 64, 0, 7}, kArray);
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(jobs[0].group_phase, 1);
  EXPECT_EQ(jobs[0].in_channels, 32);
  EXPECT_EQ(jobs[0].out_channels, 24);

  EXPECT_EQ(group_shape(*Sketch({3, 9, 9}).add(conv("l", 8, square(3))).build(), 1, kArray).form,
            accelerator::Form::folded);
  EXPECT_EQ(group_shape(*Sketch({5, 9, 9}).add(conv("l", 8, square(3))).build(), 1, kArray).form,
            accelerator::Form::dense);
  EXPECT_EQ(
      group_shape(*Sketch({3, 9, 9}).add(conv("l", 8, square(3))).build(), 1, accelerator::parse_array("8x4"))
          .form,
      accelerator::Form::dense);
}

TEST(Jobs, OneAGroupTouched) {
  network::Layer layer = conv("l", 48, square(3, 2, 1), 3, network::Activation::relu);
  layer.window.pad_left = 0;
  network::Model model = model_of_sizes(Sketch({24, 9, 9}).add(layer).build(), Precision::int8);
  model.quantization = {{0.5, -7}, {0.25, 11}};
  const auto jobs = jobs_without_addresses(model, 1, {8, 40, 1, 4}, kArray);
  ASSERT_EQ(jobs.size(), 3u);  // channels 8..16 of the first group, all of the second, 32..40 of the third
  EXPECT_EQ(jobs[0].out_channels, 8);
  EXPECT_EQ(jobs[1].out_channels, 16);
  EXPECT_EQ(jobs[2].out_channels, 8);
  for (const accelerator::ConvJob& job : jobs) {
    EXPECT_EQ(job.in_channels, 8);
    EXPECT_EQ(job.in_h, 9);
    EXPECT_EQ(job.out_h, 5);
    EXPECT_EQ(job.out_w, 4) << "9 + 0 + 1 - 3 columns in steps of 2";
    EXPECT_EQ(job.row_begin, 1);
    EXPECT_EQ(job.row_end, 4);
    EXPECT_EQ(job.pad_top, 1);
    EXPECT_EQ(job.pad_left, 0);
    EXPECT_EQ(job.in_zero_point, -7);
    EXPECT_EQ(job.out_zero_point, 11);
    EXPECT_EQ(job.clamp_min, 11);
    EXPECT_EQ(job.clamp_max, 127);
    EXPECT_GT(job.band_rows, 0);
    EXPECT_GT(job.chunks_per_slice, 0);
  }
  EXPECT_EQ(jobs_without_addresses(model, 1, {16, 32, 0, 5}, kArray).size(), 1u);
}

TEST(Command, ComesBackFromItsWords) {
  Random random(31);
  const auto word = [&] { return static_cast<std::uint32_t>(random.next()); };
  for (std::uint32_t opcode = 1; opcode <= static_cast<std::uint32_t>(kLastOpcode); ++opcode) {
    Command command;
    command.opcode = static_cast<Opcode>(opcode);
    command.layer = word();
    command.item = word();
    command.unit = word();
    command.participants = word();
    command.share = {static_cast<int>(random.below(1 << 16)), static_cast<int>(random.below(1 << 16)),
                     static_cast<std::int64_t>(random.below(1 << 28)),
                     static_cast<std::int64_t>(random.below(1 << 28))};
    command.address = random.next();
    command.bytes = random.next();
    command.polls = random.below(2) == 0;
    command.copy = word();
    const Command back = decode(encode(command));
    EXPECT_EQ(back.opcode, command.opcode);
    EXPECT_EQ(back.layer, command.layer);
    EXPECT_EQ(back.item, command.item);
    EXPECT_EQ(back.unit, command.unit);
    EXPECT_EQ(back.participants, command.participants);
    EXPECT_EQ(back.share, command.share);
    EXPECT_EQ(back.address, command.address);
    EXPECT_EQ(back.bytes, command.bytes);
    EXPECT_EQ(back.polls, command.polls);
    EXPECT_EQ(back.copy, command.copy);
  }
}

TEST(Command, AnythingElseIsNoCommand) {
  for (const std::uint32_t wrong :
       {0u, static_cast<std::uint32_t>(kLastOpcode) + 1, 0x54440001u, 0xffffffffu}) {
    CommandWords words{};
    words[0] = wrong;
    EXPECT_THROW(decode(words), SimulationError) << wrong;
  }
  try {
    decode(CommandWords{0xdeadbeef});
  } catch (const SimulationError& error) {
    EXPECT_STREQ(error.what(), "a core fetched 0xdeadbeef, which is no command");
  }
}

}  // namespace
}  // namespace tandem::lowering
