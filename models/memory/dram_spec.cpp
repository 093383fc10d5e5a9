// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram_spec.h"

#include <array>

namespace tandem::memory {
namespace {

// JEDEC JESD209-4B (LPDDR4), core timings of table "Core AC timing": tRCD 18 ns, tRPpb 18 ns, tRPab 21 ns,
// tRAS 42 ns, tRRD 10 ns, tFAW 40 ns, tRTP 7.5 ns, tWR 18 ns, tWTR 10 ns, tDQSCK 1.5 to 3.5 ns; refresh of an
// 8 Gb die (4 Gb a channel): tRFCab 180 ns, tREFI 3.904 us. Read and write latency of set A without DBI:
// 20/10 up to 1066 MHz, 32/16 up to 1866 MHz. A x16 channel opens rows of 1024 columns, 2 KiB.
constexpr DramTiming lpddr4(int read_latency, int write_latency) {
  DramTiming timing;
  timing.read_latency = read_latency;
  timing.write_latency = write_latency;
  return timing;
}

// Avnet Ultra96 hardware user's guide: 2 GB LPDDR4 (Micron MT53B512M32D2), 32 bits wide. Zynq UltraScale+ DC
// data sheet (DS925): LPDDR4 up to 2133 Mb/s a pin in the -1 grade, hence 1066 MHz. Its controller runs the
// two x16 channels in lock step, so they count as one of 32 bits with a 4 KiB row.
const DramSpec& ultra96() {
  static const DramSpec spec{"lpddr4_2133_x32", Clock(Hertz(1'066'000'000)), 1, 32, 8, 4096, 4096, true,
                             lpddr4(20, 10)};
  return spec;
}

// HiSilicon Kirin 970 product page: LPDDR4X at 1866 MHz, quad channel, 4 x 16 bits, 29.8 GB/s. LPDDR4X
// (JESD209-4-1) keeps LPDDR4's core timings. How the SoC spreads addresses over its channels is not
// published; 256 bytes is ours.
const DramSpec& hikey970() {
  static const DramSpec spec{"lpddr4x_3733_4x16", Clock(Hertz(1'866'000'000)), 4, 16, 8, 2048, 256, true,
                             lpddr4(32, 16)};
  return spec;
}

std::array<const DramSpec*, 2> parts() { return {&ultra96(), &hikey970()}; }

}  // namespace

const DramSpec* find_dram(std::string_view name) {
  for (const DramSpec* part : parts())
    if (part->name == name) return part;
  return nullptr;
}

std::vector<std::string> dram_names() {
  std::vector<std::string> names;
  for (const DramSpec* part : parts()) names.push_back(part->name);
  return names;
}

}  // namespace tandem::memory
