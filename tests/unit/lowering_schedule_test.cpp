// SPDX-License-Identifier: Apache-2.0
// Every way a schedule can fail to fit its network and platform, with the message that says so.
#include <gtest/gtest.h>

#include <functional>

#include "models/lowering/check_schedule.h"
#include "tests/unit/sketch.h"

namespace tandem::lowering {
namespace {

using network::LayerKind;
using network::Precision;
using test::conv;
using test::layer_of;
using test::model_of_sizes;
using test::pool;
using test::Sketch;
using test::square;

// data -> a (20 channels, 8 rows of 9 pixels) -> pool -> grouped (2 x 16) -> drop
class CheckSchedule : public testing::Test {
 protected:
  CheckSchedule()
      : platform_(spec::read_platform("ultra96")),
        model_(model_of_sizes(Sketch({8, 8, 9})
                                  .add(conv("a", 20, square(1)))
                                  .add(pool(LayerKind::max_pool, "pool", square(1)))
                                  .add(conv("wide", 32, square(1)))
                                  .add(conv("grouped", 32, square(1), 2))
                                  .add(layer_of(LayerKind::dropout, "drop"))
                                  .build(),
                              Precision::int8)) {
    schedule_.network = "sketch";
    give("a", "a53x4", 0, 20);
    give("pool", "a53x4", 0, 20);
    give("wide", "a53x4", 0, 32);
    give("grouped", "a53x4", 0, 32);
  }

  void give(const std::string& layer, const std::string& resource, int k0, int k1, int p0 = 0, int p1 = 8) {
    schedule_.items.push_back({layer, resource, k0, k1, p0, p1, Picoseconds(5)});
  }
  // Takes the layer's items away, so that a test can give others.
  void free(const std::string& layer) {
    std::erase_if(schedule_.items, [&](const spec::WorkItem& item) { return item.layer == layer; });
  }

  std::string messages() const {
    try {
      resolve_items(schedule_, model_, platform_, layer_roles(model_, channel_block(platform_)));
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  }

  spec::Platform platform_;
  network::Model model_;
  spec::Schedule schedule_;
};

TEST_F(CheckSchedule, ItemsComeInTheOrderOfTheirLayersWithTheirResources) {
  std::swap(schedule_.items[0], schedule_.items[3]);
  const auto items = resolve_items(schedule_, model_, platform_, layer_roles(model_, 8));
  ASSERT_EQ(items.size(), 4u);
  for (std::size_t i = 0; i < items.size(); ++i) EXPECT_EQ(items[i].layer, static_cast<int>(i) + 1);
  EXPECT_EQ(items[0].resource.cores, 4);
  EXPECT_EQ(items[0].resource.accelerator, -1);
  EXPECT_EQ(items[0].range, (network::OutputRange{0, 20, 0, 8}));
  EXPECT_EQ(items[0].predicted, Picoseconds(5));
}

TEST_F(CheckSchedule, AKernelIsTakenOverOrRefusedWithWhatIsAllowed) {
  schedule_.items[2].kernel = "interleaved";
  const auto items = resolve_items(schedule_, model_, platform_, layer_roles(model_, 8));
  EXPECT_EQ(items[2].kernel, cpu::Kernel::interleaved);
  EXPECT_EQ(items[0].kernel, std::nullopt) << "the library chooses";
  schedule_.items[2].kernel = "winograd-hybrid";
  schedule_.items[1].kernel = "gemv";
  schedule_.items[3].resource = "accelerator0";
  schedule_.items[3].kernel = "interleaved";
  const std::string text = messages();
  EXPECT_NE(
      text.find("item[2]: kernel \"winograd-hybrid\" cannot compute wide; allowed is one of interleaved"),
      std::string::npos)
      << text;
  EXPECT_NE(text.find("item[1]: pool has no choice of kernels; leave the key out"), std::string::npos)
      << text;
  EXPECT_NE(text.find("item[3]: gives a kernel to accelerator0; only cores have a choice"), std::string::npos)
      << text;
}

TEST_F(CheckSchedule, TakesSplitsOnTheStepsOfTheArrayAndItsGroups) {
  free("a");
  give("a", "accelerator0", 8, 20);
  give("a", "a53x2", 0, 8, 0, 3);
  give("a", "a53x4", 0, 8, 3, 8);
  free("grouped");
  give("grouped", "accelerator0", 0, 24);
  give("grouped", "a53x1", 24, 32);
  EXPECT_EQ(messages(), "");
}

TEST_F(CheckSchedule, OfAnotherNetwork) {
  schedule_.network = "alexnet";
  EXPECT_EQ(messages(), "schedule: network: is for \"alexnet\", the run has \"sketch\"");
}

TEST_F(CheckSchedule, UnknownLayer) {
  give("b", "a53x4", 0, 20);
  EXPECT_EQ(messages(), "schedule: item[4]: layer \"b\" is not in the network");
}

TEST_F(CheckSchedule, UnknownResource) {
  for (const char* name : {"a73x4", "a53x5", "a53x0", "a53", "accelerator1"}) {
    schedule_.items[0].resource = name;
    const std::string said = messages();
    EXPECT_EQ(said.substr(0, said.find('\n')),
              "schedule: item[0]: resource \"" + std::string(name) +
                  "\" is not on the platform; allowed is a53x4, accelerator0 or "
                  "fewer cores of one");
  }
}

TEST_F(CheckSchedule, RangeOutsideTheLayer) {
  const auto with = [&](int k0, int k1, int p0, int p1) {
    free("a");
    give("a", "a53x4", k0, k1, p0, p1);
    const std::string said = messages();
    return said.substr(0, said.find('\n'));
  };
  EXPECT_EQ(with(0, 21, 0, 8),
            "schedule: item[3]: channels [0, 21), rows [0, 8) lie outside the layer's 20x8x9");
  EXPECT_EQ(with(0, 20, 0, 9),
            "schedule: item[3]: channels [0, 20), rows [0, 9) lie outside the layer's 20x8x9");
  EXPECT_EQ(with(8, 8, 0, 8),
            "schedule: item[3]: channels [8, 8), rows [0, 8) lie outside the layer's 20x8x9");
  EXPECT_EQ(with(-8, 20, 0, 8),
            "schedule: item[3]: channels [-8, 20), rows [0, 8) lie outside the layer's 20x8x9");
  EXPECT_EQ(with(0, 20, 5, 4),
            "schedule: item[3]: channels [0, 20), rows [5, 4) lie outside the layer's 20x8x9");
}

TEST_F(CheckSchedule, Overlap) {
  give("a", "accelerator0", 0, 8);
  EXPECT_EQ(messages(), "schedule: a: two items write the same outputs: on a53x4 and accelerator0");
}

TEST_F(CheckSchedule, OverlapThatAddsUpToTheRightArea) {
  free("wide");
  give("wide", "a53x4", 0, 16);
  give("wide", "a53x4", 0, 16);
  EXPECT_EQ(messages(), "schedule: wide: two items write the same outputs: on a53x4 and a53x4");
}

TEST_F(CheckSchedule, EveryHole) {
  free("wide");
  free("a");
  give("a", "a53x4", 0, 16);
  EXPECT_EQ(messages(),
            "schedule: a: its items cover 128 of 160 channel rows\n"
            "schedule: wide: its items cover 0 of 256 channel rows");
}

TEST_F(CheckSchedule, CoresOffThePlanes) {
  free("a");
  give("a", "a53x4", 0, 12);
  give("a", "a53x2", 12, 20);
  EXPECT_EQ(messages(),
            "schedule: item[3]: channels [0, 12) do not lie on planes of 8 channels\n"
            "schedule: item[4]: channels [12, 20) do not lie on planes of 8 channels");
}

TEST_F(CheckSchedule, AcceleratorOffItsSteps) {
  free("a");
  give("a", "accelerator0", 0, 12);
  give("a", "a53x4", 16, 20);
  EXPECT_EQ(messages(), "schedule: item[3]: channels [0, 12) do not lie on steps of the array's 8 channels");
}

TEST_F(CheckSchedule, StepsOfAWideArrayCountInsideAGroup) {
  platform_.accelerators[0].array = accelerator::parse_array("16x16");
  free("grouped");
  give("grouped", "accelerator0", 0, 16);
  give("grouped", "a53x4", 16, 32);
  EXPECT_EQ(messages(), "");
  free("grouped");
  give("grouped", "accelerator0", 0, 24);
  give("grouped", "a53x4", 24, 32);
  EXPECT_EQ(messages(),
            "schedule: item[3]: channels [0, 24) do not lie on steps of the array's 16 channels\n"
            "schedule: item[4]: channels [24, 32) do not lie on planes of 16 channels");
}

TEST_F(CheckSchedule, LayerTheAcceleratorCannotRun) {
  free("pool");
  give("pool", "accelerator0", 0, 20);
  EXPECT_EQ(messages(),
            "schedule: item[3]: pool cannot run on accelerator0: the accelerator runs conv and "
            "fully_connected, not "
            "max_pool");
}

TEST_F(CheckSchedule, WorkForALayerThatHasNone) {
  give("drop", "a53x4", 0, 32);
  EXPECT_EQ(messages(), "schedule: drop: needs no work items: its output is where its inputs are");
  schedule_.items.pop_back();
  give("data", "a53x4", 0, 8);
  EXPECT_EQ(messages(), "schedule: data: needs no work items: its output is where its inputs are");
}

// 9 pixels of 8 channels are 72 bytes: rows 0..3 end inside a line of 64.
TEST_F(CheckSchedule, RowsThatMeetInsideALineOfAnAcceleratorThatDoesNotSnoop) {
  free("wide");
  give("wide", "accelerator0", 0, 32, 0, 3);
  give("wide", "a53x4", 0, 32, 3, 8);
  const auto resolve = [&] {
    return resolve_items(schedule_, model_, platform_, layer_roles(model_, channel_block(platform_)));
  };
  auto items = resolve();
  EXPECT_EQ(items[3].before, 3) << "27 pixels of 8 bytes: the line begins with the 25th";
  EXPECT_EQ(items[2].after, -3);
  platform_.accelerators[0].coherent = true;
  items = resolve();
  EXPECT_EQ(items[3].before, 0) << "it sees what the caches hold";
  EXPECT_EQ(items[2].after, 0);
}

TEST_F(CheckSchedule, SaysAllAtOnce) {
  schedule_.network = "other";
  schedule_.items[0].resource = "gpu";
  give("b", "a53x4", 0, 20);
  const std::string said = messages();
  EXPECT_NE(said.find("is for \"other\""), std::string::npos);
  EXPECT_NE(said.find("item[0]: resource \"gpu\""), std::string::npos);
  EXPECT_NE(said.find("item[4]: layer \"b\""), std::string::npos);
}

}  // namespace
}  // namespace tandem::lowering
