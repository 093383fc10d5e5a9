// SPDX-License-Identifier: Apache-2.0
#include "tests/agreement/network_jobs.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "models/core/locate.h"
#include "models/lowering/offload.h"
#include "models/network/graph.h"

namespace tandem::rtl_test {

std::vector<std::string> shipped_networks() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(project_root() + "/configs/networks")) {
    if (entry.path().extension() == ".toml" && entry.path().stem() != "tiny") {
      names.push_back(entry.path().stem());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<LayerJob> conv_jobs(const std::string& name, const accelerator::Array& array, int& refused) {
  network::Model model;
  model.network = std::make_shared<network::Network>(network::read_network(name));
  model.quantization.resize(static_cast<std::size_t>(model.network->size()));
  std::vector<LayerJob> jobs;
  refused = 0;
  for (network::LayerId id = 0; id < model.network->size(); ++id) {
    const network::Layer& layer = model.network->layer(id);
    if (layer.kind != network::LayerKind::conv) continue;
    if (!lowering::offload_refusal(model, id, array).empty()) {
      ++refused;
      continue;
    }
    const std::int64_t macs = model.network->macs(id);
    const auto parts = lowering::jobs_without_addresses(model, id, network::whole(layer.output), array);
    for (const accelerator::ConvJob& job : parts) {
      const auto words = accelerator::encode(job, array);
      const auto same = std::find_if(jobs.begin(), jobs.end(), [&](const LayerJob& other) {
        return accelerator::encode(other.job, array) == words;
      });
      if (same != jobs.end()) {
        ++same->times;
        if (!same->layers.ends_with(layer.name)) same->layers += " " + layer.name;
      } else {
        jobs.push_back(
            {name, layer.name, job, macs / static_cast<std::int64_t>(parts.size()), 1, layer.name});
      }
    }
  }
  return jobs;
}

}  // namespace tandem::rtl_test
