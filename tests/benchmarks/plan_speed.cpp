// SPDX-License-Identifier: Apache-2.0
// How long the exact planner takes once the cost table is there: plan_speed [--benchmark_...]
// The networks on HiKey 970's 4+4 cores, and every network's table on the joint resources of edge_soc.
#include <benchmark/benchmark.h>

#include <memory>

#include "dse/pipeline/solve.h"
#include "dse/plan/pipeline_costs.h"
#include "tests/unit/sketch.h"

namespace {

using namespace tandem;

pipeline::CostTable table_of(const char* network, const char* platform_name, network::Precision precision,
                             plan::StageResources resources) {
  const network::Model model = test::model_of_sizes(
      std::make_shared<const network::Network>(network::read_network(network)), precision);
  const spec::Platform platform = spec::read_platform(platform_name);
  return plan::pipeline_costs({model, platform, plan::allowed_core_groups(platform, {}, ""), {}, ""},
                              resources);
}

void fastest(benchmark::State& state, const char* network) {
  const pipeline::CostTable table =
      table_of(network, "hikey970", network::Precision::fp32, plan::StageResources::cores);
  for (auto _ : state) {
    const pipeline::Exact exact(table);
    benchmark::DoNotOptimize(exact.least_period());
  }
}
BENCHMARK_CAPTURE(fastest, mobilenet_v1, "mobilenet_v1")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fastest, resnet50, "resnet50")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fastest, squeezenet, "squeezenet")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fastest, alexnet, "alexnet")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(fastest, googlenet, "googlenet")->Unit(benchmark::kMillisecond);

void with_certificate(benchmark::State& state, const char* network) {
  const pipeline::CostTable table =
      table_of(network, "hikey970", network::Precision::fp32, plan::StageResources::cores);
  for (auto _ : state) benchmark::DoNotOptimize(pipeline::solve(table, pipeline::Method::exact, {}));
}
BENCHMARK_CAPTURE(with_certificate, mobilenet_v1, "mobilenet_v1")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(with_certificate, resnet50, "resnet50")->Unit(benchmark::kMillisecond);

void joint(benchmark::State& state, const char* network) {
  const pipeline::CostTable table =
      table_of(network, "edge_soc", network::Precision::int8, plan::StageResources::cores_and_accelerator);
  for (auto _ : state) {
    const pipeline::Exact exact(table);
    benchmark::DoNotOptimize(exact.least_period());
  }
}
BENCHMARK_CAPTURE(joint, resnet50, "resnet50")->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
