// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/placed_jobs.h"

#include <algorithm>
#include <map>

#include "models/lowering/offload.h"

namespace tandem::lowering {

std::vector<accelerator::ConvJob> placed_jobs(const network::Model& model, const spec::Platform& platform,
                                              const Placement& placement, const ProgramItem& item) {
  const network::Network& network = *model.network;
  const auto unit = static_cast<std::size_t>(item.resource.accelerator);
  const accelerator::Array& array = platform.accelerators[unit].array;
  const GroupShape shape = group_shape(network, item.layer, array);
  const LayerPlacement& own = placement.layers[static_cast<std::size_t>(item.layer)];
  const TensorPlacement& input =
      placement.layers[static_cast<std::size_t>(network.layer(item.layer).inputs[0])].output;
  std::vector<accelerator::ConvJob> jobs = jobs_without_addresses(model, item.layer, item.range, array);
  int group = item.range.k0 / shape.out_channels;
  int channel = item.range.k0;
  for (accelerator::ConvJob& job : jobs) {
    const int in_group = channel - group * shape.out_channels;
    const PackedWeights& packed = own.packed[unit];
    accelerator::WeightShape step = shape.weights();
    step.out_channels = array.tm;
    const std::int64_t step_bytes = accelerator::packed_weight_bytes(step, array);
    const bool grouped = shape.form == accelerator::Form::grouped;
    const int first_input = grouped ? in_group - job.group_phase * array.tm : group * shape.in_channels;
    job.input = input.address + static_cast<std::uint64_t>(input.layout.offset(first_input, 0, 0));
    job.in_plane_stride = input.layout.plane_stride();
    job.output = own.output.address + static_cast<std::uint64_t>(own.output.layout.offset(channel, 0, 0));
    job.out_plane_stride = own.output.layout.plane_stride();
    const auto g = static_cast<std::size_t>(group);
    job.weights = packed.weights[g].address + static_cast<std::uint64_t>(in_group / array.tm * step_bytes);
    job.quant = packed.quant[g].address + static_cast<std::uint64_t>(16 * in_group);
    channel += job.out_channels;
    ++group;
  }
  return jobs;
}

std::vector<RungJob> rung_jobs(const network::Model& model, const spec::Platform& platform,
                               const Placement& placement, const std::vector<ProgramItem>& items,
                               const std::vector<std::size_t>& of_layer) {
  std::map<std::uint32_t, std::vector<RungJob>> by_unit;
  for (const std::size_t item : of_layer) {
    if (items[item].resource.accelerator < 0) continue;
    const auto unit = static_cast<std::uint32_t>(items[item].resource.accelerator);
    for (const accelerator::ConvJob& job : placed_jobs(model, platform, placement, items[item]))
      by_unit[unit].push_back({job, item, unit});
  }
  const auto size = [](const RungJob& one) {
    return std::int64_t{one.job.out_channels} * (one.job.row_end - one.job.row_begin);
  };
  std::vector<RungJob> all;
  for (auto& [unit, own] : by_unit) {
    if (own.size() > 2)
      std::stable_sort(own.begin(), own.end(),
                       [&](const RungJob& a, const RungJob& b) { return size(a) < size(b); });
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

}  // namespace tandem::lowering
