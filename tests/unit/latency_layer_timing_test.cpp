// SPDX-License-Identifier: Apache-2.0
// The time of a whole layer: what its two sides take from each other, and what the protocol costs.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/latency/layer_timing.h"
#include "models/memory/dram_rates.h"
#include "models/memory/dram_spec.h"
#include "models/network/kernels/prepare.h"
#include "tests/unit/sketch.h"

namespace tandem::latency {
namespace {

using lowering::ProgramItem;
using network::LayerId;

class TimingOnUltra96 : public testing::Test {
 protected:
  explicit TimingOnUltra96(const char* network = "squeezenet_v1_1")
      : platform_(spec::read_platform("ultra96")),
        model_(network::sized_model(std::make_shared<const network::Network>(network::read_network(network)),
                                    network::Precision::int8)) {}

  [[nodiscard]] LayerId id(const char* name) const { return test::id_of(*model_.network, name); }

  [[nodiscard]] std::vector<ProgramItem> split(LayerId layer, int channels) const {
    const network::Shape output = model_.network->layer(layer).output;
    const auto unit = *lowering::find_resource(platform_, "accelerator0");
    const auto cores = *lowering::find_resource(platform_, "a53x4");
    std::vector<ProgramItem> items;
    if (channels > 0) items.push_back({layer, unit, {0, channels, 0, output.h}, {}, 4, 0});
    if (channels < output.c) items.push_back({layer, cores, {channels, output.c, 0, output.h}, {}, 4, 0});
    return items;
  }

  [[nodiscard]] LayerTiming::Run run(Extensions extensions = {}) const {
    LayerTiming::Run run;
    run.cores = 4;
    run.unit_reads.assign(static_cast<std::size_t>(model_.network->size()), true);
    run.extensions = extensions;
    return run;
  }
  [[nodiscard]] Picoseconds time(LayerId layer, int channels, const LayerTiming::Run& with) const {
    const LatencyModel latency(model_, platform_, {});
    return LayerTiming(latency, model_, platform_, with).time_of(layer, split(layer, channels)).time;
  }

  spec::Platform platform_;
  network::Model model_;
};

class TimingOnAlexnet : public TimingOnUltra96 {
 protected:
  TimingOnAlexnet() : TimingOnUltra96("alexnet") {}
};

TEST_F(TimingOnAlexnet, TwoSidesThatStreamWeightsGetNoMoreThanTheMemoryHas) {
  const LatencyModel latency(model_, platform_, {});
  const LayerTiming timing(latency, model_, platform_, run());
  const LayerTiming apart(latency, model_, platform_, run({.contention = false}));
  const memory::DramSpec& dram = *memory::find_dram(platform_.dram.type);
  const double sustained = dram.peak_bytes_per_second() * memory::implied_rates(dram).stream_share;
  const LayerId fc6 = id("fc6");
  for (const int channels : {1600, 2048, 2400}) {
    const LayerTime shared = timing.time_of(fc6, split(fc6, channels));
    const LayerTime alone = apart.time_of(fc6, split(fc6, channels));
    const double weights = static_cast<double>(model_.network->macs(fc6));
    const double longest =
        1e-12 * static_cast<double>(std::max(shared.parts[0].busy, shared.parts[1].busy).raw());
    EXPECT_LE(weights / longest, sustained * 1.01) << channels;
    EXPECT_GT(shared.time, alone.time) << channels;
    EXPECT_GE(shared.parts[0].busy, alone.parts[0].busy) << channels;
    EXPECT_GE(shared.parts[1].busy, alone.parts[1].busy) << channels;
  }
}

TEST_F(TimingOnAlexnet, ASideAloneIsNotSlowed) {
  const LayerId fc6 = id("fc6");
  for (const int channels : {0, 4096})
    EXPECT_EQ(time(fc6, channels, run()), time(fc6, channels, run({.contention = false})));
}

TEST_F(TimingOnUltra96, AStepOfAKernelStartsItsThreadsOneAfterTheOther) {
  platform_.runtime.thread_start = Picoseconds(10'000'000);
  const LayerId expand = id("fire5_expand1x1");  // one step: no im2col
  const auto with = run(), without = run({.thread_start = false});
  const Picoseconds late = time(expand, 0, with) - time(expand, 0, without);
  EXPECT_GE(late, platform_.runtime.thread_start * 2) << "the fourth thread has the smallest share";
  EXPECT_LE(late, platform_.runtime.thread_start * 3);
  EXPECT_EQ(time(expand, 128, with), time(expand, 128, without)) << "the accelerator has no threads";
}

TEST_F(TimingOnUltra96, PollingSavesTheInterruptAndCostsHalfAnInterval) {
  platform_.runtime.interrupt_latency = Picoseconds(50'000'000);
  platform_.runtime.poll_interval = Picoseconds(1'000'000);
  const LayerId conv = id("fire2_squeeze");
  auto polling = run();
  polling.wait = spec::WaitPolicy::polling;
  const Picoseconds saved = time(conv, 16, run()) - time(conv, 16, polling);
  EXPECT_LT(saved, Picoseconds(50'000'000));
  EXPECT_GT(saved, Picoseconds(49'000'000));
}

TEST_F(TimingOnUltra96, LinesAnAcceleratorWroteAreDroppedOnceAndReadFromMemory) {
  const LatencyModel latency(model_, platform_, {});
  LayerTiming timing(latency, model_, platform_, run());
  const LayerId squeeze = id("fire2_squeeze"), left = id("fire2_expand1x1"), right = id("fire2_expand3x3");
  const Picoseconds from_cores = [&] {
    LayerTiming other = timing;
    other.commit(squeeze, split(squeeze, 0));
    return other.time_of(left, split(left, 0)).time;
  }();
  timing.commit(squeeze, split(squeeze, 16));
  EXPECT_GT(timing.time_of(left, split(left, 0)).time, from_cores);
  const Picoseconds first = timing.time_of(right, split(right, 0)).time;
  timing.commit(left, split(left, 0));
  const Picoseconds second = timing.time_of(right, split(right, 0)).time;
  EXPECT_GE(first - second, platform_.runtime.barrier) << "who drops lines meets the others before it reads";
}

TEST_F(TimingOnUltra96, WhatNoAcceleratorReadsIsNotWrittenBack) {
  auto nobody = run();
  nobody.unit_reads.assign(nobody.unit_reads.size(), false);
  const LayerId conv = id("conv1");
  EXPECT_GT(time(conv, 0, run()) - time(conv, 0, nobody), platform_.runtime.barrier);
}

}  // namespace
}  // namespace tandem::latency
