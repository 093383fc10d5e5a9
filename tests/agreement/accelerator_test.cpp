// SPDX-License-Identifier: Apache-2.0
// The two timing models of the accelerator against its RTL, alone in front of a memory of fixed latency that
// moves a beat a cycle each way. Prints a line a layer.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <deque>
#include <vector>

#include "models/accelerator/cycle_model.h"
#include "models/regs/accelerator_registers.h"
#include "tests/rtl/bench.h"
#include "tests/rtl/random_job.h"

namespace tandem::rtl_test {
namespace {

namespace regs = tandem::regs::accelerator;
using accelerator::Array;
using accelerator::ConvJob;
using accelerator::Step;

struct Layer {
  const char* name;
  ConvJob job;
};

// Plays a walk as its contract says.
std::int64_t play(const std::vector<Step>& steps, const Timing& memory) {
  std::vector<std::int64_t> done(steps.size());
  std::array<std::int64_t, 3> engine_free{};
  std::array<std::int64_t, 3> next_issue{};
  std::array<std::int64_t, 3> bus_free{};
  std::array<std::deque<std::int64_t>, 3> in_flight;
  std::int64_t end = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    const auto engine = static_cast<std::size_t>(step.engine);
    std::int64_t begin = engine_free[engine];
    for (const std::int32_t before : step.after)
      begin = std::max(begin, done[static_cast<std::size_t>(before)]);
    done[i] = begin + step.cycles.raw();
    const bool write = step.engine == Step::Engine::write;
    std::deque<std::int64_t>& flying = in_flight[engine];
    for (const accelerator::Burst& burst : step.bursts) {
      std::int64_t issue = std::max(begin, next_issue[engine]);
      if (flying.size() == static_cast<std::size_t>(accelerator::kMaxOutstandingReads)) {
        issue = std::max(issue, flying.front());
        flying.pop_front();
      }
      next_issue[engine] = issue + 1;
      const std::int64_t beats = burst.bytes / 16;
      const std::int64_t first = std::max(issue + (write ? 1 : memory.read_latency), bus_free[engine]);
      bus_free[engine] = first + beats;
      const std::int64_t answered = first + beats + (write ? memory.write_latency : 0);
      flying.push_back(answered);
      done[i] = std::max(done[i], answered);
    }
    engine_free[engine] = step.bursts.empty() ? done[i] : next_issue[engine];
    end = std::max(end, done[i]);
  }
  return end;
}

std::int64_t rtl_cycles(const Variant& variant, const PlacedJob& placed, Memory& memory,
                        const Timing& timing) {
  Bench bench(variant, memory, timing, 1);
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
  bench.ring(placed.descriptor);
  EXPECT_TRUE(bench.wait_for_interrupt(100'000'000));
  return static_cast<std::int64_t>(bench.read_counter(regs::kCyclesBusyLoOffset));
}

struct Bounds {
  double walk_worst, walk_mean, analytic_worst, analytic_mean;  // percent
};

void compare(const std::string& array, const std::vector<Layer>& layers, const Timing& timing,
             const Bounds& bounds) {
  const Variant variant = load_variant(array);
  accelerator::MemoryTiming memory_timing;
  memory_timing.read_latency = timing.read_latency;
  memory_timing.write_latency = timing.write_latency;
  double walk_sum = 0, analytic_sum = 0;
  std::printf("%-22s %10s %10s %8s %10s %8s\n", (array + " layer").c_str(), "rtl", "walk", "error%",
              "analytic", "error%");
  for (const Layer& layer : layers) {
    Memory memory(0x40000000, std::size_t{24} << 20);
    Random random(1);
    std::uint64_t offset = 0;
    const PlacedJob placed = place(layer.job, variant.array, memory, offset, random);
    const std::int64_t rtl = rtl_cycles(variant, placed, memory, timing);
    // The walk starts behind the descriptor's fetch: 8 beats behind the latency, and the doorbell's register.
    const std::int64_t walk =
        timing.read_latency + 8 + 3 + play(accelerator::walk(placed.job, variant.array), timing);
    const std::int64_t analytic =
        accelerator::analytic_cycles(placed.job, variant.array, memory_timing).raw();
    const auto error = [&](std::int64_t model) {
      return 100.0 * static_cast<double>(model - rtl) / static_cast<double>(rtl);
    };
    std::printf("%-22s %10ld %10ld %8.2f %10ld %8.2f\n", layer.name, static_cast<long>(rtl),
                static_cast<long>(walk), error(walk), static_cast<long>(analytic), error(analytic));
    EXPECT_LE(std::abs(error(walk)), bounds.walk_worst) << layer.name << " " << describe(placed.job);
    EXPECT_LE(std::abs(error(analytic)), bounds.analytic_worst) << layer.name << " " << describe(placed.job);
    walk_sum += std::abs(error(walk));
    analytic_sum += std::abs(error(analytic));
  }
  const auto count = static_cast<double>(layers.size());
  std::printf("%-22s %10s %10s %8.2f %10s %8.2f\n", "mean of |error|", "", "", walk_sum / count, "",
              analytic_sum / count);
  EXPECT_LE(walk_sum / count, bounds.walk_mean);
  EXPECT_LE(analytic_sum / count, bounds.analytic_mean);
}

std::vector<Layer> layers() {
  return {
      {"fire2 squeeze1x1", layer_shape(64, 56, 16, 1, 1, 0)},
      {"fire2 expand1x1", layer_shape(16, 56, 64, 1, 1, 0)},
      {"fire2 expand3x3", layer_shape(16, 56, 64, 3, 1, 1)},
      {"fire5 squeeze1x1", layer_shape(256, 28, 32, 1, 1, 0)},
      {"fire9 squeeze1x1", layer_shape(512, 14, 64, 1, 1, 0)},
      {"fire9 expand3x3", layer_shape(64, 14, 256, 3, 1, 1)},
      {"resnet 1x1/2", layer_shape(512, 28, 256, 1, 2, 0)},
      {"resnet conv4 3x3", layer_shape(256, 14, 64, 3, 1, 1)},
      {"resnet conv5 1x1", layer_shape(2048, 7, 256, 1, 1, 0)},
      {"alexnet conv2", layer_shape(48, 27, 64, 5, 1, 2)},
      {"alexnet fc6", layer_shape(256, 6, 128, 6, 1, 0)},
      {"fully connected", layer_shape(4096, 1, 400, 1, 1, 0)},
  };
}

TEST(Agreement, TimingModelsFollowTheRtlAt8x32) { compare("8x32", layers(), Timing{}, {1, 0.2, 1, 0.2}); }

TEST(Agreement, TimingModelsFollowTheRtlAt16x16) { compare("16x16", layers(), Timing{}, {1, 0.2, 1, 0.2}); }

TEST(Agreement, TimingModelsFollowTheRtlInFrontOfASlowMemory) {
  Timing slow;
  slow.read_latency = 100;
  slow.write_latency = 60;
  compare("8x32", layers(), slow, {2, 0.3, 2, 0.3});
}

}  // namespace
}  // namespace tandem::rtl_test
