// SPDX-License-Identifier: Apache-2.0
// What the planners' closed form must get right: it grows with work, its parts add up, and it knows its
// platform.
#include "models/latency/latency_model.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "models/cpu/share.h"
#include "models/lowering/kernel_steps.h"
#include "models/lowering/offload.h"
#include "tests/unit/sketch.h"

namespace tandem::latency {
namespace {

using network::OutputRange;
using network::Precision;
using test::model_of_sizes;

network::Model model_named(const char* name) {
  return model_of_sizes(std::make_shared<const network::Network>(network::read_network(name)),
                        Precision::int8);
}

class OnUltra96 : public testing::Test {
 protected:
  OnUltra96() : platform_(spec::read_platform("ultra96")), model_(model_named("squeezenet_v1_1")) {}

  [[nodiscard]] lowering::Resource resource(const char* name) const {
    return *lowering::find_resource(platform_, name);
  }

  // Calls visit(layer, channels) for every layer the accelerator can run.
  template <class Visit>
  void for_each_offloadable(const Visit& visit) {
    int count = 0;
    for (network::LayerId id = 0; id < model_.network->size(); ++id) {
      if (!lowering::offload_refusal(model_, id, platform_.accelerators[0].array).empty()) continue;
      SCOPED_TRACE(model_.network->layer(id).name);
      visit(id, model_.network->layer(id).output);
      ++count;
    }
    EXPECT_EQ(count, 26) << "convolutions of SqueezeNet";
  }

  [[nodiscard]] std::vector<lowering::KernelStep> steps_of(network::LayerId id,
                                                           const cpu::Share& share) const {
    return lowering::kernel_steps(model_, lowering::place(model_, platform_), platform_.clusters[0].core, id,
                                  {0, 4, cpu::whole(model_.network->layer(id).output), share});
  }
  [[nodiscard]] Cycles cycles_of(network::LayerId id, const cpu::Share& share) const {
    Cycles cycles{0};
    for (const lowering::KernelStep& step : steps_of(id, share))
      cycles += cpu::cycles_of(step.work, platform_.clusters[0].core, Precision::int8);
    return cycles;
  }

  spec::Platform platform_;
  network::Model model_;
};

TEST_F(OnUltra96, EachSideTakesLongerTheMoreChannelsItGets) {
  const LatencyModel latency(model_, platform_, {});
  for_each_offloadable([&](network::LayerId id, const network::Shape& output) {
    Picoseconds unit_before{0};
    Picoseconds cores_before{0};
    for (int k = 8; k <= output.c; k += 8) {
      const Picoseconds unit = latency.compute(id, resource("accelerator0"), {0, k, 0, output.h});
      EXPECT_GT(unit, unit_before) << k << " channels";
      unit_before = unit;
      const Picoseconds cores = latency.compute(id, resource("a53x4"), {output.c - k, output.c, 0, output.h});
      EXPECT_GE(cores, cores_before) << k << " channels";
      cores_before = cores;
    }
  });
}

TEST_F(OnUltra96, MoreCoresAreNeverSlower) {
  const LatencyModel latency(model_, platform_, {});
  for (network::LayerId id = 1; id < model_.network->size(); ++id) {
    const OutputRange all = network::whole(model_.network->layer(id).output);
    const Picoseconds one = latency.compute(id, resource("a53x1"), all);
    Picoseconds before = one;
    for (const char* group : {"a53x2", "a53x3", "a53x4"}) {
      const Picoseconds now = latency.compute(id, resource(group), all);
      EXPECT_LE(now, before) << model_.network->layer(id).name << " on " << group;
      before = now;
    }
    EXPECT_GE(before * 4, one - Picoseconds(4)) << "four cores are at most four times as fast";
  }
}

TEST_F(OnUltra96, TheCoresTimeHoldsTheKernelsCycles) {
  const LatencyModel latency(model_, platform_, {});
  for_each_offloadable([&](network::LayerId id, const network::Shape& output) {
    const auto shares = cpu::deal(cpu::whole(output), 4, 8);
    const Picoseconds compute = Clock(Hertz(1'200'000'000)).time(cycles_of(id, shares[0]));
    const Picoseconds all = latency.compute(id, resource("a53x4"), network::whole(output));
    EXPECT_GT(all, compute);
    EXPECT_LT(all, compute * 2) << "memory takes less than the arithmetic in these layers";
  });
}

TEST_F(OnUltra96, TheAcceleratorsTimeIsNeverBelowItsArray) {
  const LatencyModel latency(model_, platform_, {});
  for_each_offloadable([&](network::LayerId id, const network::Shape& output) {
    const std::int64_t cycles = divide_up(model_.network->macs(id), platform_.accelerators[0].array.macs());
    EXPECT_GT(latency.compute(id, resource("accelerator0"), network::whole(output)),
              Clock(platform_.accelerators[0].clock).time(Cycles(cycles)));
  });
}

TEST_F(OnUltra96, APinnedFrequencyScalesTheArithmeticOfItsClusterAlone) {
  const LatencyModel fast(model_, platform_, {});
  const LatencyModel slow(model_, platform_, {{"a53", Hertz(600'000'000)}});
  const network::LayerId id = test::id_of(*model_.network, "conv1");
  const network::Shape output = model_.network->layer(id).output;
  const Picoseconds before = fast.compute(id, resource("a53x4"), network::whole(output));
  const Picoseconds after = slow.compute(id, resource("a53x4"), network::whole(output));
  const auto shares = cpu::deal(cpu::whole(output), 4, 8);
  const auto steps = steps_of(id, shares[0]);
  EXPECT_EQ(steps.size(), 2u) << "im2col and the product";
  Picoseconds difference{0};
  for (const lowering::KernelStep& step : steps) {
    const Cycles cycles = cpu::cycles_of(step.work, platform_.clusters[0].core, Precision::int8);
    difference += Clock(Hertz(600'000'000)).time(cycles) - Clock(Hertz(1'200'000'000)).time(cycles);
  }
  EXPECT_EQ(after - before, difference);
  EXPECT_EQ(fast.compute(id, resource("accelerator0"), network::whole(output)),
            slow.compute(id, resource("accelerator0"), network::whole(output)));
}

TEST_F(OnUltra96, AnUnknownMemoryIsAnInputError) {
  platform_.dram.type = "lpddr4_1066";
  try {
    const LatencyModel latency(model_, platform_, {});
    FAIL() << "no such memory";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("dram.type: \"lpddr4_1066\" is unknown"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("lpddr4_1066_x32"), std::string::npos) << error.what();
  }
}

TEST_F(OnUltra96, AStreamIsNeverFasterThanMemory) {
  const LatencyModel latency(model_, platform_, {});
  // Two bursts in flight over the load-to-use time, the last data of a burst (all but the first 64 bytes, at
  // 32 bits and 1066 million transfers a second), and what other rows and refresh cost.
  const double seconds = static_cast<double>(latency.load_latency().raw()) * 1e-12 + 192.0 / (4 * 1066e6);
  EXPECT_LT(latency.stream_rate(512), 512 / seconds);
  EXPECT_GT(latency.stream_rate(512), 0.9 * 512 / seconds);
  EXPECT_NEAR(latency.stream_rate(1 << 20), 4 * 1066e6, 4 * 1066e6 * 1e-3);
}

TEST_F(OnUltra96, ABurstThatDoesNotFitWaits) {
  const LatencyModel latency(model_, platform_, {});
  EXPECT_EQ(latency.stream_rate(511), latency.stream_rate(256));
  EXPECT_EQ(latency.stream_rate(767), latency.stream_rate(512));
  EXPECT_LT(latency.stream_rate(64), latency.stream_rate(128)) << "shorter bursts";
}

TEST_F(OnUltra96, BurstsThatTakeTurnsStandBehindEachOther) {
  const LatencyModel latency(model_, platform_, {});
  EXPECT_EQ(latency.shared_stream_rate(256, 1), latency.stream_rate(256)) << "one is alone";
  EXPECT_LT(latency.shared_stream_rate(1024, 1), latency.stream_rate(1024));
  EXPECT_LT(latency.shared_stream_rate(1024, 0.5), latency.shared_stream_rate(1024, 1));
}

}  // namespace
}  // namespace tandem::latency
