// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/line_owners.h"

#include <algorithm>

namespace tandem::lowering {

namespace {

bool channels_overlap(const ProgramItem& a, const ProgramItem& b) {
  return a.range.k0 < b.range.k1 && b.range.k0 < a.range.k1;
}

}  // namespace

void give_lines_to_cores(const network::Network& network, const spec::Platform& platform,
                         std::vector<ProgramItem>& items) {
  const std::int64_t pixel = channel_block(platform);  // bytes in a plane: accelerators compute int8
  for (ProgramItem& cores : items) {
    if (cores.resource.cluster < 0) continue;
    const network::Shape output = network.layer(cores.layer).output;
    const auto pixels_of = [&](int row) { return std::int64_t{row} * output.w; };
    for (ProgramItem& unit : items) {
      if (unit.layer != cores.layer || !passes_caches(platform, unit.resource) ||
          !channels_overlap(unit, cores))
        continue;
      if (unit.range.p1 == cores.range.p0) {
        const std::int64_t meet = pixels_of(cores.range.p0);
        cores.before = meet * pixel % network::kCacheLineBytes / pixel;
        unit.after = -std::min(cores.before, pixels_of(unit.range.p1 - unit.range.p0));
      }
      if (unit.range.p0 == cores.range.p1) {
        const std::int64_t meet = pixels_of(cores.range.p1);
        const std::int64_t line_end = round_up(meet * pixel, network::kCacheLineBytes) / pixel;
        cores.after = std::min(line_end, pixels_of(output.h)) - meet;
        unit.before = -std::min(cores.after, pixels_of(unit.range.p1 - unit.range.p0));
      }
    }
  }
}

cpu::Share area_of(const ProgramItem& item, const network::Shape& output) {
  cpu::Share area = cpu::area_of(item.range, output);
  area.m0 -= item.before;
  area.m1 = std::max(area.m0, area.m1 + item.after);
  return area;
}

std::vector<AddressRange> lines_written_twice(const network::Network& network, const Placement& placement,
                                              const std::vector<ProgramItem>& items) {
  std::vector<AddressRange> lines;
  for (const ProgramItem& item : items) {
    if (item.resource.cluster < 0 || (item.before == 0 && item.after == 0)) continue;
    const TensorPlacement& tensor = placement.layers[static_cast<std::size_t>(item.layer)].output;
    const cpu::Share area = area_of(item, network.layer(item.layer).output);
    const std::int64_t pixel = std::int64_t{tensor.layout.block} * tensor.layout.element_bytes;
    const auto add = [&](std::int64_t in_plane) {
      const std::int64_t line = in_plane / network::kCacheLineBytes * network::kCacheLineBytes;
      for (std::int64_t plane = area.k0 / tensor.layout.block;
           plane < divide_up(area.k1, tensor.layout.block); ++plane) {
        lines.push_back(
            {tensor.address + static_cast<std::uint64_t>(plane * tensor.layout.plane_stride() + line),
             network::kCacheLineBytes});
      }
    };
    if (item.before > 0) add(area.m0 * pixel);
    if (item.after > 0) add((area.m1 - 1) * pixel);
  }
  return lines;
}

}  // namespace tandem::lowering
