// SPDX-License-Identifier: Apache-2.0
// A whole machine for tests: a shipped network on a shipped platform under a planner.
#pragma once

#include <cstring>
#include <memory>
#include <string>

#include "dse/plan/planner.h"
#include "models/network/kernels/prepare.h"
#include "models/spec/platform.h"
#include "sim/platform/machine.h"

namespace tandem::sim {

struct Bench {
  spec::Platform platform;
  network::Model model;
  spec::Schedule schedule;
};

inline Bench make_bench(const std::string& platform, const std::string& network, network::Precision precision,
                        spec::Planner planner) {
  Bench bench;
  bench.platform = spec::read_platform(platform);
  bench.model = network::prepare_model(
      std::make_shared<const network::Network>(network::read_network(network)), precision, 1);
  const plan::Problem problem{
      bench.model, bench.platform, plan::allowed_core_groups(bench.platform, {}, "test"), {}, "test"};
  bench.schedule = plan::make_schedule(planner, problem, {});
  return bench;
}

inline std::string reference_sha256(const network::Model& model, int images) {
  std::vector<network::Tensor> outputs;
  for (int image = 0; image < images; ++image) {
    outputs.push_back(
        run_reference(model, make_image(model, image))[static_cast<std::size_t>(model.network->output())]);
  }
  return tensors_sha256(outputs);
}

// Changes every command of every core's list.
template <class Change>
void change_commands(lowering::Program& program, Change change) {
  for (const lowering::CoreProgram& core : program.cores) {
    for (lowering::Segment& segment : program.segments) {
      if (segment.address != core.address) continue;
      for (std::size_t at = 0; at < segment.bytes.size(); at += lowering::kCommandBytes) {
        lowering::CommandWords words{};
        std::memcpy(words.data(), segment.bytes.data() + at, sizeof words);
        lowering::Command command = lowering::decode(words);
        change(command);
        words = lowering::encode(command);
        std::memcpy(segment.bytes.data() + at, words.data(), sizeof words);
      }
    }
  }
}

}  // namespace tandem::sim
