// SPDX-License-Identifier: Apache-2.0
// Fidelity `analytic`: it keeps the planner's promise, adds up, and does not depend on what was asked before.
#include <gtest/gtest.h>

#include "dse/plan/planner.h"
#include "models/accelerator/cycle_model.h"
#include "models/latency/analytic_run.h"
#include "models/lowering/offload.h"
#include "models/network/kernels/prepare.h"

namespace tandem::latency {
namespace {

network::Model sized(const char* name) {
  return network::sized_model(std::make_shared<const network::Network>(network::read_network(name)),
                              network::Precision::int8);
}

spec::Schedule schedule_of(const network::Model& model, const spec::Platform& platform,
                           spec::Planner planner) {
  const plan::Problem problem{model, platform, plan::allowed_core_groups(platform, {}, "test"), {}, "test"};
  return plan::make_schedule(planner, problem, {});
}

// But for the write-back of what no accelerator reads after all.
TEST(AnalyticRun, IsWhatThePlannerPredicted) {
  for (const char* name : {"ultra96", "zedboard", "edge_soc"}) {
    for (const char* network : {"squeezenet_v1_1", "mobilenet_v1", "tiny"}) {
      const spec::Platform platform = spec::read_platform(name);
      const network::Model model = sized(network);
      const spec::Schedule schedule = schedule_of(model, platform, spec::Planner::cosched);
      const auto predicted = static_cast<double>(schedule.predicted_latency.raw());
      const auto answered = static_cast<double>(analytic_run(platform, model, schedule, 1, {}).latency.raw());
      EXPECT_NEAR(answered / predicted, 1.0, platform.accelerators[0].coherent ? 1e-9 : 5e-3)
          << network << " on " << name;
      EXPECT_LE(answered, predicted) << network << " on " << name;
    }
  }
}

TEST(AnalyticRun, ImagesOfOneStageFollowOneAnother) {
  const spec::Platform platform = spec::read_platform("edge_soc");
  const network::Model model = sized("tiny");
  const spec::Schedule schedule = schedule_of(model, platform, spec::Planner::cosched);
  const spec::RunResult one = analytic_run(platform, model, schedule, 1, {});
  const spec::RunResult three = analytic_run(platform, model, schedule, 3, {});
  EXPECT_EQ(three.latency, one.latency);
  EXPECT_EQ(three.total, one.total * 3);
  EXPECT_EQ(three.layers.size(), 3 * one.layers.size());
  EXPECT_EQ(three.layers.back().end, three.total);
  EXPECT_NEAR(three.energy.raw(), one.energy.raw(), 1e-3 * one.energy.raw()) << "but for whole refreshes";
  EXPECT_TRUE(one.output_sha256.empty());
}

TEST(AnalyticRun, ASlowerPointTakesLongerAndPollingMoreEnergy) {
  const spec::Platform platform = spec::read_platform("edge_soc");
  const network::Model model = sized("squeezenet_v1_1");
  spec::Schedule schedule = schedule_of(model, platform, spec::Planner::cosched);
  const spec::RunResult fast = analytic_run(platform, model, schedule, 1, {});
  const spec::RunResult slow = analytic_run(platform, model, schedule, 1, {{"a73", Hertz(682'000'000)}});
  EXPECT_GT(slow.latency, fast.latency);
  EXPECT_LT(slow.energy_parts.at("a73").raw() / static_cast<double>(slow.latency.raw()),
            fast.energy_parts.at("a73").raw() / static_cast<double>(fast.latency.raw()))
      << "power";
  schedule.wait = spec::WaitPolicy::polling;
  EXPECT_GT(analytic_run(platform, model, schedule, 1, {}).energy.raw(), fast.energy.raw());
}

// The closed form of a job's traffic is that of its bursts.
TEST(AnalyticRun, TrafficIsThatOfTheWalk) {
  const network::Model model = sized("squeezenet_v1_1");
  int jobs = 0;
  for (const char* text : {"8x32", "16x16", "2x8", "32x32"}) {
    const accelerator::Array array = accelerator::parse_array(text);
    for (network::LayerId id = 0; id < model.network->size(); ++id) {
      if (!lowering::offload_refusal(model, id, array).empty()) continue;
      for (accelerator::ConvJob job : lowering::jobs_without_addresses(
               model, id, network::whole(model.network->layer(id).output), array)) {
        job.in_plane_stride = 4096 * 64;
        job.out_plane_stride = 4096 * 64;
        std::int64_t read = accelerator::kJobBytes, written = 0;
        for (const accelerator::Step& step : accelerator::walk(job, array)) {
          for (const accelerator::Burst& burst : step.bursts)
            (step.engine == accelerator::Step::Engine::write ? written : read) += burst.bytes;
        }
        const accelerator::Traffic traffic = accelerator::traffic_of(job, array);
        EXPECT_EQ(traffic.read_bytes, read) << text << " " << model.network->layer(id).name;
        EXPECT_EQ(traffic.write_bytes, written) << text << " " << model.network->layer(id).name;
        ++jobs;
      }
    }
  }
  EXPECT_GT(jobs, 50);
}

// Answers are remembered by shape, array and memory: each must still be its own.
TEST(AnalyticRun, RememberedCyclesAreThoseOfTheRecurrence) {
  const network::Model model = sized("mobilenet_v1");
  const accelerator::Array array = accelerator::parse_array("16x16");
  const accelerator::MemoryTiming timings[] = {{}, {80, 40, 16}, {40, 20, 4}, {40, 60, 16}};
  int differ = 0;
  for (int round = 0; round < 2; ++round) {
    for (network::LayerId id = 0; id < model.network->size(); ++id) {
      if (!lowering::offload_refusal(model, id, array).empty()) continue;
      for (const accelerator::ConvJob& job : lowering::jobs_without_addresses(
               model, id, network::whole(model.network->layer(id).output), array)) {
        for (const accelerator::MemoryTiming& memory : timings) {
          const Cycles cycles = accelerator::analytic_cycles(job, array, memory);
          EXPECT_EQ(cycles, accelerator::recurrence_cycles(job, array, memory));
          differ += cycles != accelerator::analytic_cycles(job, array, {}) ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GT(differ, 50);
}

// Passing over groups that repeat is exact, whatever the memory's latency in parts of a cycle and its rate.
TEST(AnalyticRun, GroupsThatRepeatMayBePassedOver) {
  const accelerator::MemoryTiming timings[] = {
      {23.3752, 9.0, 16}, {180.0 + 1.0 / 3, 40.2, 16}, {611.7044, 40.2, 13.7}, {95.25, 7.125, 3.9}};
  std::int64_t groups = 0;
  for (const char* name : {"alexnet", "mobilenet_v1", "squeezenet"}) {
    const network::Model model = sized(name);
    for (const char* text : {"2x32", "8x32", "16x16"}) {
      const accelerator::Array array = accelerator::parse_array(text);
      for (network::LayerId id = 0; id < model.network->size(); ++id) {
        if (!lowering::offload_refusal(model, id, array).empty()) continue;
        for (const accelerator::ConvJob& job : lowering::jobs_without_addresses(
                 model, id, network::whole(model.network->layer(id).output), array)) {
          const accelerator::MemoryTiming& memory = timings[static_cast<std::size_t>(id) % 4];
          EXPECT_EQ(accelerator::recurrence_cycles(job, array, memory),
                    accelerator::recurrence_cycles(job, array, memory, accelerator::Repeats::followed))
              << name << " " << text << " " << model.network->layer(id).name;
          groups += divide_up(job.out_channels, array.tm);
        }
      }
    }
  }
  EXPECT_GT(groups, 1000);
}

}  // namespace
}  // namespace tandem::latency
