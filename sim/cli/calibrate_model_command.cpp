// SPDX-License-Identifier: Apache-2.0
// `tandem calibrate PLATFORM --out MODEL.toml`: the published latency model of a platform, fitted to random
// convolutions that are simulated on it, each whole on the accelerator and whole on the cores. Part of them
// is only predicted.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <thread>

#include "dse/plan/builder.h"
#include "models/core/random.h"
#include "models/network/kernels/prepare.h"
#include "sim/cli/children.h"
#include "sim/cli/commands.h"
#include "sim/cli/progress.h"
#include "sim/platform/machine.h"

namespace tandem::cli {

using latency::PublishedSample;

namespace {

constexpr int kFitted = 40, kOthers = 20;

// A convolution as networks have them, and one behind it that reads what it wrote on the accelerator, so that
// cores have to write their results back.
std::shared_ptr<const network::Network> random_network(int index) {
  Random random(1, "calibration " + std::to_string(index));
  const int kernels[] = {1, 1, 3, 3, 5};
  const int kernel = kernels[random.below(5)];
  const int size = 7 * (1 << random.below(4));  // 7 to 56
  const std::int64_t most = 64 * 56 / size;
  const int in = 8 * static_cast<int>(random.between(2, std::max<std::int64_t>(2, most / 2)));
  const int out = 8 * static_cast<int>(random.between(2, std::max<std::int64_t>(2, most / 2)));
  network::Layer input, conv, reader;
  input.kind = network::LayerKind::input;
  input.name = "data";
  input.declared_shape = {in, size, size};
  conv.kind = reader.kind = network::LayerKind::conv;
  conv.name = "measured";
  conv.conv.out_channels = out;
  conv.window.kernel_h = conv.window.kernel_w = kernel;
  conv.window.pad_top = conv.window.pad_bottom = conv.window.pad_left = conv.window.pad_right = kernel / 2;
  reader.name = "reader";
  reader.conv.out_channels = 16;
  return std::make_shared<const network::Network>(network::Network::build(
      "calibration", {input, conv, reader}, {{}, {"data"}, {"measured"}}, {"calibration", 0, 0}));
}

// Of the measured layer: its time, and of that the maintenance, in seconds.
struct Seconds {
  double layer = 0, maintenance = 0;
};

Seconds simulate_whole(const plan::Problem& problem, bool on_unit, bool rtl) {
  plan::ScheduleBuilder builder(problem, "calibration");
  const auto [measured, reader] = std::pair(builder.layers()[0], builder.layers()[1]);
  builder.add_split(measured, on_unit ? builder.split_points(measured).back() : 0);
  builder.add_split(reader, builder.split_points(reader).back());
  sim::MachineOptions options;
  options.rtl = rtl;
  options.values = false;
  const spec::RunResult result = sim::simulate(problem.platform, problem.model, builder.finish(), 1, options);
  Seconds seconds;
  seconds.layer = 1e-12 * static_cast<double>((result.layers[0].end - result.layers[0].start).raw());
  for (const auto& [resource, account] : result.layers[0].account) {
    const double time = 1e-12 * static_cast<double>(account.sum[spec::Reason::coherence].raw());
    seconds.maintenance = std::max(seconds.maintenance, time / account.tracks);
  }
  return seconds;
}

PublishedSample sample_of(const spec::Platform& platform, int index, bool rtl) {
  const network::Model model = network::sized_model(random_network(index), network::Precision::int8);
  const spec::Cluster& cluster = platform.clusters.front();
  const plan::Problem problem{model, platform, {lowering::core_group_name(cluster, cluster.cores)}, {}, ""};
  PublishedSample sample;
  const network::Layer& layer = model.network->layer(1);
  sample.layer = latency::descriptor_of(*model.network, 1, layer.output.c);
  sample.lines =
      sample.layer.input_lines + sample.layer.pixels * sample.layer.channels / network::kCacheLineBytes;
  // SystemC elaborates once a process.
  const auto measure = [&](bool on_unit) {
    const std::string text =
        run_in_children(1, 1,
                        [&](int) {
                          const Seconds one = simulate_whole(problem, on_unit, rtl);
                          return fmt::format("{:.17g} {:.17g}", one.layer, one.maintenance);
                        },
                        {})
            .front();
    Seconds seconds;
    std::istringstream(text) >> seconds.layer >> seconds.maintenance;
    return seconds;
  };
  sample.unit_seconds = measure(true).layer;
  const Seconds cores = measure(false);
  sample.core_seconds = cores.layer - cores.maintenance;
  sample.coherence_seconds = cores.maintenance;
  return sample;
}

}  // namespace

int calibrate_model_command(const std::string& name, const std::string& array, bool rtl,
                            const std::string& out) {
  spec::Platform platform = spec::read_platform(name);
  if (platform.accelerators.empty()) {
    throw InputError({platform.file, 0, 0}, "accelerator",
                     "is missing: platform " + platform.name + " has none to calibrate a model for");
  }
  if (!array.empty()) {
    platform.accelerators.front().array = accelerator::parse_array(array);
    if (platform.accelerators.front().array.tm == 0) {
      throw InputError({"--accelerator", 0, 0}, "",
                       "\"" + array + "\" is no array; allowed is " + accelerator::kAllowedArrays);
    }
  }
  const spec::Cluster& cluster = platform.clusters.front();
  latency::PublishedModel model;
  model.platform = platform.name;
  model.array = platform.accelerators.front().array;
  model.cores = lowering::core_group_name(cluster, cluster.cores);
  std::vector<PublishedSample> fitted, others;
  Progress progress("simulating layers");
  for (int i = 0; i < kFitted + kOthers; ++i) {
    (i < kFitted ? fitted : others).push_back(sample_of(platform, i, rtl));
    progress.step(i + 1, kFitted + kOthers);
  }
  latency::fit(model, fitted, others);
  const std::string text = latency::write_published_model(model);
  std::ofstream file(out, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw InputError({out, 0, 0}, "--out", "cannot be written");
  fmt::print(
      "{} {} beside {}: {} layers fitted, {} others\n"
      "accelerator  {:.2f} % off on fitted layers, {:.2f} % on others\n"
      "cores        {:.2f} % off on fitted layers, {:.2f} % on others\n"
      "coherence    {:.2f} % off on fitted layers\n",
      model.platform, accelerator::to_string(model.array), model.cores, model.fitted, model.others,
      model.unit_residual, model.unit_error, model.core_residual, model.core_error, model.coherence_residual);
  return 0;
}

}  // namespace tandem::cli
