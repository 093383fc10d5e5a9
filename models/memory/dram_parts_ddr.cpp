// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram_parts.h"

namespace tandem::memory {
namespace {

// DDR4-2133P (1067 MHz, CL 15, CWL 14, tRCD and tRP 15 clocks) of 4 Gb devices, what two pages have in
// common. Micron's data sheet (4gb_ddr4_dram.pdf, "AC timing parameters") and JESD79-4C: tCCD_L 5.355 ns,
// tWTR_S 2.5 ns, tWTR_L 7.5 ns, tRTP 7.5 ns, tWR 15 ns, tRFC1 of 4 Gb 260 ns, tREFI 7.8 us. The same in
// clocks (6, 3, 8, 8, 16) in Ramulator 2, src/dram/impl/DDR4.cpp. READ to WRITE is CL + burst - CWL + 2
// clocks; strobes follow the clock, so there is no tDQSCK to add. 1066.67 MHz is rounded so that its period
// becomes 938 ps, as JEDEC does it, and 7.5 ns are 8 clocks.
constexpr Clock kDdr4Clock(Hertz(1'066'666'666));

DramTiming ddr4_2133p() {
  DramTiming timing;
  timing.burst_length = 8;
  timing.read_latency = 15;
  timing.write_latency = 14;
  timing.rcd = timing.rp = timing.rp_all = kDdr4Clock.time(Cycles(15));
  timing.ras = Picoseconds{33'000};
  timing.faw = Picoseconds{30'000};
  timing.rtp = Picoseconds{7'500};
  timing.wr = Picoseconds{15'000};
  timing.wtr = Picoseconds{2'500};
  timing.wtr_l = Picoseconds{7'500};
  timing.ccd_l = Picoseconds{5'355};
  timing.dqsck = Picoseconds{0};
  timing.turnaround = 2;
  timing.write_slack = 0;
  timing.rfc = Picoseconds{260'000};
  timing.refi = Picoseconds{7'800'000};
  return timing;
}

}  // namespace

// ZCU104: 2 GB in four Micron MT40A256M16GE-083E (UG1267), DDR4 of 4 Gb x16: two bank groups of four banks,
// rows of 1024 columns (2 KiB a device, 8 KiB for the 64 bits). Xilinx configures it as DDR4-2133P although
// the parts are of the DDR4-2400 grade: XilinxBoardStore, boards/Xilinx/zcu104/1.1/preset.xml (tRAS 33 ns,
// tFAW 30 ns), and U-Boot, board/xilinx/zynqmp/zynqmp-zcu104-revA/psu_init_gpl.c (PLL at 64 / 2 x 33.3 MHz).
// Its address map, in both: row above bank above bank group above column, no hash. JESD79-4C for a 2 KiB
// page: tRRD_S 5.3 ns, tRRD_L 6.4 ns.
const DramSpec& ddr4_zcu104() {
  static const DramSpec spec = [] {
    DramSpec part{"ddr4_2133_x64", kDdr4Clock, 1, 64, 8, 8192, 8192, false, ddr4_2133p(), 2};
    part.timing.rrd = Picoseconds{5'300};
    part.timing.rrd_l = Picoseconds{6'400};
    return part;
  }();
  return spec;
}

// ZCU106: 4 GB SODIMM on the processing system's 64 bits (UG1244), configured as eight x8 devices of 4 Gb,
// DDR4-2133P: XilinxBoardStore, boards/Xilinx/zcu106/2.6/preset.xml (four bank groups of four banks, 15 row
// and 10 column bits, tRAS 33 ns, tFAW 30 ns, ROW_BANK_COL), and U-Boot,
// board/xilinx/zynqmp/zynqmp-zcu106-revA/psu_init_gpl.c (PLL as on ZCU104; ADDRMAP1 and 8: bank groups below
// banks below rows, no hash; tRFC 278 clocks). A row is 1 KiB a device, 8 KiB in all; JESD79-4C for that
// page: tRRD_S 3.7 ns, tRRD_L 5.3 ns, as U-Boot writes them (4 and 6 clocks).
const DramSpec& ddr4_zcu106() {
  static const DramSpec spec = [] {
    DramSpec part{"ddr4_2133_8x8", kDdr4Clock, 1, 64, 16, 8192, 8192, false, ddr4_2133p(), 4};
    part.timing.rrd = Picoseconds{3'700};
    part.timing.rrd_l = Picoseconds{5'300};
    return part;
  }();
  return spec;
}

// ZedBoard hardware user's guide: 512 MB in two Micron MT41K128M16HA-15E, DDR3 of 2 Gb x16, 32 bits, 533 MHz.
// U-Boot, board/xilinx/zynq/zynq-zed/ps7_init_gpl.c, in clocks of 1.875 ns (PLL at 32 / 2 x 33.3 MHz): CL and
// tRCD and tRP 7, CWL 6, tRAS 20, tRRD 6, tFAW 24, tRFC 86, read to write 7, write to read 14, write to
// precharge 18. They are DDR3-1066F of JESD79-3F (tRAS 37.5 ns, tRRD 10 ns of a 2 KiB page, tRTP, tWTR 7.5 ns
// or 4 clocks, tWR 15 ns, tRFC of 2 Gb 160 ns, tREFI 7.8 us) but for tFAW, which is the -15E's 45 ns. Address
// map there (addrmap_bank, _col, _row): row above bank above column, no hash. A row is 2 KiB a device, 4 KiB
// in all.
const DramSpec& ddr3_zedboard() {
  static const DramSpec spec = [] {
    const Clock clock(Hertz(533'333'333));
    DramSpec part{"ddr3_1066_x32", clock, 1, 32, 8, 4096, 4096, false, {}};
    DramTiming& timing = part.timing;
    timing.burst_length = 8;
    timing.read_latency = 7;
    timing.write_latency = 6;
    timing.rcd = timing.rp = timing.rp_all = clock.time(Cycles(7));
    timing.ras = Picoseconds{37'500};
    timing.rrd = Picoseconds{10'000};
    timing.faw = Picoseconds{45'000};
    timing.rtp = longer(Picoseconds{7'500}, clock, 4);
    timing.wr = Picoseconds{15'000};
    timing.wtr = longer(Picoseconds{7'500}, clock, 4);
    timing.dqsck = Picoseconds{0};
    timing.turnaround = 2;
    timing.write_slack = 0;
    timing.rfc = Picoseconds{160'000};
    timing.refi = Picoseconds{7'800'000};
    return part;
  }();
  return spec;
}

}  // namespace tandem::memory
