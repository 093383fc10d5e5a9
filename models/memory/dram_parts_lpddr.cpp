// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram_parts.h"

namespace tandem::memory {
namespace {

// JEDEC JESD209-4B (LPDDR4), core timings of table "Core AC timing": tRCD 18 ns, tRPpb 18 ns, tRPab 21 ns,
// tRAS 42 ns, tRRD 10 ns, tFAW 40 ns, tRTP 7.5 ns and 8 clocks, tWR 18 ns, tWTR 10 ns and 8 clocks,
// tDQSCK 1.5 to 3.5 ns, tREFI 3.904 us; tRFCab by the density of a channel of one rank: 4 Gb 180 ns, 6 and 8
// Gb 280 ns. READ to WRITE is RL + tDQSCK + burst - WL and two clocks of preamble. A x16 channel opens rows
// of 1024 columns, 2 KiB. The same figures, in clocks, in DRAMSys
// (configs/memspec/JEDEC_512Mbx16_LPDDR4-2133.json and -3733.json).
DramTiming lpddr4(const Clock& clock, int read_latency, int write_latency, Picoseconds refresh) {
  DramTiming timing;
  timing.burst_length = 16;
  timing.read_latency = read_latency;
  timing.write_latency = write_latency;
  timing.rcd = Picoseconds{18'000};
  timing.rp = Picoseconds{18'000};
  timing.rp_all = Picoseconds{21'000};
  timing.ras = Picoseconds{42'000};
  timing.rrd = Picoseconds{10'000};
  timing.faw = Picoseconds{40'000};
  timing.rtp = longer(Picoseconds{7'500}, clock, 8);
  timing.wr = Picoseconds{18'000};
  timing.wtr = longer(Picoseconds{10'000}, clock, 8);
  timing.dqsck = Picoseconds{3'500};
  timing.turnaround = 2;
  timing.rfc = refresh;
  timing.refi = Picoseconds{3'904'000};
  timing.write_slack = 1;
  return timing;
}

// JEDEC JESD209-3C (LPDDR3), table "AC timing": tRCD 18 ns, tRPpb 18 ns, tRPab 21 ns (typical grade), tRAS 42
// ns, tRRD 10 ns, tFAW 50 ns, tRTP 7.5 ns, tWR 15 ns, tWTR 7.5 ns, tDQSCK 2.5 to 5.5 ns, tREFI 3.9 us; tRFCab
// 130 ns for a die of 4 Gb, 210 ns for 8 Gb. Their minima in clocks do not bind from 800 MHz up. READ to
// WRITE is RL + tDQSCK + burst - WL and one clock. A x32 device opens rows of 1024 columns, 4 KiB. The same
// in DRAMSys (MICRON_4Gb_LPDDR3-1600_32bit_A.json) and gem5 (LPDDR3_1600_1x32).
DramTiming lpddr3(int read_latency, int write_latency, Picoseconds refresh) {
  DramTiming timing;
  timing.burst_length = 8;
  timing.read_latency = read_latency;
  timing.write_latency = write_latency;
  timing.rcd = Picoseconds{18'000};
  timing.rp = Picoseconds{18'000};
  timing.rp_all = Picoseconds{21'000};
  timing.ras = Picoseconds{42'000};
  timing.rrd = Picoseconds{10'000};
  timing.faw = Picoseconds{50'000};
  timing.rtp = Picoseconds{7'500};
  timing.wr = Picoseconds{15'000};
  timing.wtr = Picoseconds{7'500};
  timing.dqsck = Picoseconds{5'500};
  timing.turnaround = 1;
  timing.rfc = refresh;
  timing.refi = Picoseconds{3'900'000};
  timing.write_slack = 1;
  return timing;
}

}  // namespace

// Avnet Ultra96 hardware user's guide: 2 GB LPDDR4 (Micron MT53B512M32D2), 32 bits wide. The package of its
// Zynq limits LPDDR4 to 1066 Mb/s, and U-Boot (board/xilinx/zynqmp/zynqmp-zcu100-revC/psu_init_gpl.c) runs it
// at 533 MHz with RL 14 and WL 8 (registers DRAMTMG2: 7 and 4 clocks of the half-rate controller; tRFCab is
// that of 4 Gb). Its address map (ADDRMAP0, 1 and 3 to 6): rank above row above bank above column, and the
// controller has no hash. The two x16 channels run in lock step, so they count as one of 32 bits with a 4 KiB
// row.
const DramSpec& lpddr4_ultra96() {
  static const DramSpec spec = [] {
    const Clock clock(Hertz(533'000'000));
    return DramSpec{
        "lpddr4_1066_x32", clock, 1, 32, 8, 4096, 4096, false, lpddr4(clock, 14, 8, Picoseconds{180'000})};
  }();
  return spec;
}

// Khadas VIM3: 4 GB (Pro) of LPDDR4, 32 bits. U-Boot of Khadas, board/khadas/kvim3/firmware/timing.c: 1608
// MHz, channels 0 and 1 as 32 bits, refresh as of 8 Gb; its list of address bits (ddr_dmc_remap) puts bank
// bits 12 to 14 between column and row, no hash. JESD209-4B, set A without DBI, over 1600 to 1866 MHz: RL 32,
// WL 16.
const DramSpec& lpddr4_khadas_vim3() {
  static const DramSpec spec = [] {
    const Clock clock(Hertz(1'608'000'000));
    return DramSpec{
        "lpddr4_3216_x32", clock, 1, 32, 8, 4096, 4096, false, lpddr4(clock, 32, 16, Picoseconds{280'000})};
  }();
  return spec;
}

// HiSilicon Kirin 970 product page: LPDDR4X at 1866 MHz, quad channel, 4 x 16 bits, 29.8 GB/s. LPDDR4X
// (JESD209-4-1) keeps LPDDR4's core timings; RL 32 and WL 16 as above. 6 GB on four channels are 12 Gb each,
// taken as two ranks of 6 Gb (assumption: one of 12 Gb would need 380 ns): tRFCab 280 ns. How the SoC spreads
// addresses is not published: 256 bytes a channel and the hash of the banks are ours.
const DramSpec& lpddr4x_hikey970() {
  static const DramSpec spec = [] {
    const Clock clock(Hertz(1'866'000'000));
    return DramSpec{
        "lpddr4x_3733_4x16", clock, 4, 16, 8, 2048, 256, true, lpddr4(clock, 32, 16, Picoseconds{280'000})};
  }();
  return spec;
}

// Radxa Rock Pi N10: U-Boot (arch/arm/dts/rk3399pro-rock-pi-n10-u-boot.dtsi) takes
// rk3399-sdram-lpddr3-4GB-1600.dtsi: two channels of 32 bits, LPDDR3 at 800 MHz, 15 row and 10 column bits,
// RL 12, WL 6, and in clocks tRAS 34, tRRD 8, tFAW 40, tWTR 6, tRP 15, tRFC 168 (8 Gb: 210 ns). The kernel of
// the published measurements holds the memory at 800 MHz. Channels alternate every 256 bytes and rows lie
// above banks above columns (drivers/ram/rockchip/sdram_rk3399.c: STRIDE_256B, ddr_cfg_2_rbc); no hash there.
const DramSpec& lpddr3_rk3399pro() {
  static const DramSpec spec{"lpddr3_1600_2x32",
                             Clock(Hertz(800'000'000)),
                             2,
                             32,
                             8,
                             4096,
                             256,
                             false,
                             lpddr3(12, 6, Picoseconds{210'000})};
  return spec;
}

// Hardkernel Odroid XU3: 2 GB LPDDR3 at 933 MHz, two channels of 32 bits, 14.9 GB/s (board page; the mainline
// kernel's table ends at 825 MHz). Samsung K3QF2F20DB: RL 14, WL 8 (exynos5422-odroid-core.dtsi, as
// JESD209-3C set A at 933 MHz); that file gives times in clocks of half the rate, its tRFC of 65 is 130 ns,
// of 4 Gb dies. How the SoC spreads addresses is not published: 256 bytes a channel and no hash are ours.
const DramSpec& lpddr3_odroid_xu3() {
  static const DramSpec spec{"lpddr3_1866_2x32",
                             Clock(Hertz(933'000'000)),
                             2,
                             32,
                             8,
                             4096,
                             256,
                             false,
                             lpddr3(14, 8, Picoseconds{130'000})};
  return spec;
}

}  // namespace tandem::memory
