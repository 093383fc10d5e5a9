// SPDX-License-Identifier: Apache-2.0
// Layer evaluations a second of the closed form, on one core: what a sweep at fidelity `analytic` lives by.
// One evaluation is the time of one layer under one split.
//  splits   every split of every layer, as the planner cosched asks; a new model each round, as for a new
//  design
//           point
//  points   whole design points: planner cosched and the analytic run, another operating point each time
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "dse/plan/builder.h"
#include "models/lowering/resources.h"
#include "models/network/kernels/prepare.h"

namespace {

using namespace tandem;

const char* const kNetworks[] = {"alexnet",       "googlenet",  "mobilenet_v1",    "resnet18", "resnet50",
                                 "resnet50_v1_5", "squeezenet", "squeezenet_v1_1", "vgg16"};

network::Model model_named(const std::string& name) {
  return network::sized_model(std::make_shared<const network::Network>(network::read_network(name)),
                              network::Precision::int8);
}

void splits(benchmark::State& state) {
  const network::Model model = model_named(kNetworks[state.range(0)]);
  const spec::Platform platform = spec::read_platform("edge_soc");
  const plan::Problem problem{model, platform, {"a73x4"}, {}, "benchmark"};
  std::int64_t evaluations = 0;
  for (auto _ : state) {
    const plan::ScheduleBuilder builder(problem, "benchmark");
    for (const network::LayerId layer : builder.layers()) {
      for (const int split : builder.split_points(layer)) {
        benchmark::DoNotOptimize(builder.time_of(layer, builder.items_of(layer, {split, 0, 1})).time);
        ++evaluations;
      }
    }
  }
  state.SetLabel(kNetworks[state.range(0)]);
  state.counters["evaluations/s"] =
      benchmark::Counter(static_cast<double>(evaluations), benchmark::Counter::kIsRate);
}
BENCHMARK(splits)->DenseRange(0, 8)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
