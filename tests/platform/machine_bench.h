// SPDX-License-Identifier: Apache-2.0
// A whole machine for tests: a shipped network on a shipped platform under a planner.
#pragma once

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

}  // namespace tandem::sim
