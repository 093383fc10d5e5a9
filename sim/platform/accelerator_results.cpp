// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/accelerator_results.h"

namespace tandem::sim {

void add_accelerators(const spec::Platform& platform, const network::Network& network,
                      const lowering::Program& program,
                      const std::vector<std::unique_ptr<Accelerator>>& accelerators,
                      spec::RunResult& result) {
  std::vector<std::int64_t> macs(platform.accelerators.size(), 0);
  std::vector<std::int64_t> conv_macs(macs.size(), 0);
  for (const lowering::ProgramItem& item : program.items) {
    if (item.resource.accelerator < 0) continue;
    const network::Shape output = network.layer(item.layer).output;
    const std::int64_t own = network.macs(item.layer) / (std::int64_t{output.c} * output.h) *
                             (item.range.k1 - item.range.k0) * (item.range.p1 - item.range.p0) *
                             result.images;
    const auto unit = static_cast<std::size_t>(item.resource.accelerator);
    macs[unit] += own;
    if (network.layer(item.layer).kind == network::LayerKind::conv) conv_macs[unit] += own;
  }
  for (std::size_t i = 0; i < accelerators.size(); ++i) {
    const AcceleratorCounters counters = accelerators[i]->counters();
    spec::AcceleratorResult unit{
        platform.accelerators[i].name, counters.jobs, counters.busy.raw(), macs[i], 0, 0, 0.0};
    unit.conv_macs = conv_macs[i];
    for (const spec::LayerResult& layer : result.layers) {
      const auto busy = layer.busy.find(unit.name);
      if (layer.kind == to_string(network::LayerKind::conv) && busy != layer.busy.end()) {
        unit.conv_cycles += busy->second / Clock(platform.accelerators[i].clock).period();
      }
    }
    if (unit.conv_cycles > 0) {
      unit.utilization =
          static_cast<double>(unit.conv_macs) / (static_cast<double>(unit.conv_cycles) *
                                                 static_cast<double>(platform.accelerators[i].array.macs()));
    }
    result.accelerators.push_back(unit);
    result.simulation.rtl_cycles += counters.evaluated_cycles;
  }
}

}  // namespace tandem::sim
