// SPDX-License-Identifier: Apache-2.0
// Wherever rows of cores and of an accelerator that does not snoop meet: what the cores write back is whole
// lines of bytes they computed, and every line is somebody's.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <set>

#include "models/core/random.h"
#include "models/lowering/dataflow.h"
#include "models/lowering/line_owners.h"
#include "tests/unit/sketch.h"

namespace tandem::lowering {
namespace {

constexpr std::int64_t kLine = network::kCacheLineBytes;

struct Meeting {
  network::Network network;
  Placement placement;
  std::vector<ProgramItem> items;  // of layer 1: the upper rows, the lower rows
  network::Shape output;
};

// A layer of 2 planes whose first `rows` rows are the accelerator's, or the cores'.
Meeting meet(const char* array, int h, int w, int rows, bool unit_above) {
  spec::Platform platform = spec::read_platform("ultra96");
  platform.accelerators.front().array = accelerator::parse_array(array);
  const int channels = 2 * channel_block(platform);
  auto network = test::Sketch({16, h, w}).add(test::conv("a", channels, test::square(1))).build();
  const network::Model model = test::model_of_sizes(network, network::Precision::int8);
  Meeting made{*model.network, place(model, platform), {}, model.network->layer(1).output};
  ProgramItem unit, cores;
  unit.layer = cores.layer = 1;
  unit.resource = *find_resource(platform, "accelerator0");
  cores.resource = *find_resource(platform, "a53x4");
  unit.range = {0, channels, unit_above ? 0 : rows, unit_above ? rows : h};
  cores.range = {0, channels, unit_above ? rows : 0, unit_above ? h : rows};
  made.items = {unit, cores};
  give_lines_to_cores(made.network, platform, made.items);
  return made;
}

std::set<std::uint64_t> lines_in(const std::vector<AddressRange>& ranges) {
  std::set<std::uint64_t> lines;
  for (const AddressRange& range : ranges) {
    for (std::int64_t at = 0; at < range.bytes; at += kLine)
      lines.insert((range.address + static_cast<std::uint64_t>(at)) / static_cast<std::uint64_t>(kLine));
  }
  return lines;
}

TEST(LineOwners, ShareNoLineAndTheCoresComputeTheirsWhole) {
  Random random(7);
  for (int round = 0; round < 300; ++round) {
    const char* const array = std::array{"2x32", "4x32", "8x32", "16x16"}[random.below(4)];
    const int h = 2 + static_cast<int>(random.below(20)), w = 1 + static_cast<int>(random.below(30));
    const int rows = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(h - 1)));
    const bool unit_above = random.below(2) == 0;
    const Meeting made = meet(array, h, w, rows, unit_above);
    const std::string where = fmt::format("{} {}x{} at {}, {}", array, h, w, rows, unit_above);
    const TensorPlacement& tensor = made.placement.layers[1].output;
    const cpu::Share unit = area_of(made.items[0], made.output), cores = area_of(made.items[1], made.output);
    const auto of_unit = lines_in(lines_of(tensor, unit)), of_cores = lines_in(lines_of(tensor, cores));
    for (const std::uint64_t line : of_unit) EXPECT_FALSE(of_cores.contains(line)) << where;
    EXPECT_EQ(of_unit.size() + of_cores.size(), lines_in(lines_of(tensor, cpu::whole(made.output))).size())
        << where;
    // Of each of their lines, all pixels there are.
    const std::int64_t pixel = tensor.layout.block;
    EXPECT_EQ(cores.m0 * pixel % kLine, 0) << where;
    EXPECT_TRUE(cores.m1 * pixel % kLine == 0 || cores.m1 == std::int64_t{h} * w) << where;
    // The accelerator's rows in a line of the cores.
    std::set<std::uint64_t> both;
    const cpu::Share computed = cpu::area_of(made.items[0].range, made.output);
    for (const std::uint64_t line : lines_in(lines_of(tensor, computed))) {
      if (of_cores.contains(line)) both.insert(line);
    }
    EXPECT_EQ(lines_in(lines_written_twice(made.network, made.placement, made.items)), both) << where;
  }
}

}  // namespace
}  // namespace tandem::lowering
