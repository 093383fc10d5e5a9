// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram_spec.h"

#include <array>

namespace tandem::memory {
namespace {

// JEDEC JESD209-4B (LPDDR4), core timings of table "Core AC timing": tRCD 18 ns, tRPpb 18 ns, tRPab 21 ns,
// tRAS 42 ns, tRRD 10 ns, tFAW 40 ns, tRTP 7.5 ns, tWR 18 ns, tWTR 10 ns, tDQSCK 1.5 to 3.5 ns; refresh of an
// 8 Gb die (4 Gb a channel): tRFCab 180 ns, tREFI 3.904 us. Read and write latency of set A without DBI:
// 20/10 up to 1066 MHz, 32/16 up to 1866 MHz. A x16 channel opens rows of 1024 columns, 2 KiB. The same
// figures, in clocks, in DRAMSys (configs/memspec/JEDEC_512Mbx16_LPDDR4-2133.json and -3733.json) but for
// tRFCab, there of 8 Gb a channel: 280 ns.
constexpr DramTiming lpddr4(int read_latency, int write_latency) {
  DramTiming timing;
  timing.read_latency = read_latency;
  timing.write_latency = write_latency;
  return timing;
}

// Avnet Ultra96 hardware user's guide: 2 GB LPDDR4 (Micron MT53B512M32D2), 32 bits wide. Zynq UltraScale+ DC
// data sheet (DS925): LPDDR4 up to 2133 Mb/s a pin in the -1 grade, hence 1066 MHz. Its controller runs the
// two x16 channels in lock step, so they count as one of 32 bits with a 4 KiB row. Known deviation: the
// board's package (SBVA484) is limited to 1066 Mb/s, and Avnet's board files and U-Boot (zynqmp-zcu100-revC)
// run the memory at 533 MHz, half of what stands here; its tRFCab there is 180 ns as here.
const DramSpec& ultra96() {
  static const DramSpec spec{"lpddr4_2133_x32", Clock(Hertz(1'066'000'000)), 1, 32, 8, 4096, 4096, true,
                             lpddr4(20, 10)};
  return spec;
}

// HiSilicon Kirin 970 product page: LPDDR4X at 1866 MHz, quad channel, 4 x 16 bits, 29.8 GB/s. LPDDR4X
// (JESD209-4-1) keeps LPDDR4's core timings. How the SoC spreads addresses over its channels is not
// published; 256 bytes is ours. Known deviation: 6 GB on four channels are 12 Gb each, whose tRFCab is at
// least 280 ns (JESD209-4B), not the 180 ns here.
const DramSpec& hikey970() {
  static const DramSpec spec{"lpddr4x_3733_4x16", Clock(Hertz(1'866'000'000)), 4, 16, 8, 2048, 256, true,
                             lpddr4(32, 16)};
  return spec;
}

// ZCU104: 2 GB in four Micron MT40A256M16GE-083E (UG1267), DDR4 of 4 Gb x16: two bank groups of four banks,
// rows of 1024 columns (2 KiB a device, 8 KiB for the 64 bits). Xilinx configures it as DDR4-2133P although
// the parts are of the DDR4-2400 grade: XilinxBoardStore, boards/Xilinx/zcu104/1.1/preset.xml (1067 MHz, CL
// 15, CWL 14, tRCD and tRP 15 clocks, tRAS 33 ns, tFAW 30 ns), and U-Boot,
// board/xilinx/zynqmp/zynqmp-zcu104-revA/psu_init_gpl.c (PLL at 64 / 2 x 33.3 MHz). Its address map, in both:
// row above bank above bank group above column, no hash.
// Micron's data sheet (4gb_ddr4_dram.pdf, "AC timing parameters") for DDR4-2133 and JESD79-4C for a 2 KiB
// page: tCCD_L 5.355 ns, tRRD_S 5.3 ns, tRRD_L 6.4 ns, tWTR_S 2.5 ns, tWTR_L 7.5 ns, tRTP 7.5 ns, tWR 15 ns,
// tRFC1 of 4 Gb 260 ns, tREFI 7.8 us. The same in clocks (6, 6, 7, 3, 8, 8, 16) in Ramulator 2,
// src/dram/impl/DDR4.cpp, and, where its clocks of two show it, in the registers U-Boot writes. READ to WRITE
// is CL + burst - CWL + 2 clocks; strobes follow the clock, so there is no tDQSCK to add.
// 1066.67 MHz is rounded so that its period becomes 938 ps, as JEDEC does it, and 7.5 ns are 8 clocks.
const DramSpec& zcu104() {
  static const DramSpec spec = [] {
    DramSpec part{"ddr4_2133_x64", Clock(Hertz(1'066'666'666)), 1, 64, 8, 8192, 8192, false, {}, 2};
    DramTiming& timing = part.timing;
    timing.burst_length = 8;
    timing.read_latency = 15;
    timing.write_latency = 14;
    timing.rcd = timing.rp = timing.rp_all = part.clock.time(Cycles(15));
    timing.ras = Picoseconds{33'000};
    timing.rrd = Picoseconds{5'300};
    timing.rrd_l = Picoseconds{6'400};
    timing.faw = Picoseconds{30'000};
    timing.rtp = Picoseconds{7'500};
    timing.wr = Picoseconds{15'000};
    timing.wtr = Picoseconds{2'500};
    timing.wtr_l = Picoseconds{7'500};
    timing.ccd_l = Picoseconds{5'355};
    timing.dqsck = Picoseconds{0};
    timing.write_slack = 0;
    timing.rfc = Picoseconds{260'000};
    timing.refi = Picoseconds{7'800'000};
    return part;
  }();
  return spec;
}

std::array<const DramSpec*, 3> parts() { return {&ultra96(), &hikey970(), &zcu104()}; }

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
