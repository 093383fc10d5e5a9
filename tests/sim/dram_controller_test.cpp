// SPDX-License-Identifier: Apache-2.0
// The DRAM behind the interconnect: bandwidth, latency, contention, bytes. Expected figures are computed from
// the parts' timing, not measured here.
#include <gtest/gtest.h>

#include <numeric>

#include "models/core/error.h"
#include "models/core/random.h"
#include "models/memory/dram_rates.h"
#include "tests/sim/bus_bench.h"

namespace tandem::sim::test {
namespace {

constexpr std::uint64_t kSize = std::uint64_t{1} << 30;

DramControllerSpec controller(const std::string& part) {
  DramControllerSpec spec;
  spec.dram = *memory::find_dram(part);
  spec.base = kBase;
  spec.size = kSize;
  spec.request_latency = Picoseconds{10'000};
  spec.response_latency = Picoseconds{10'000};
  return spec;
}

// A fabric fast and wide enough that the DRAM is the bottleneck.
InterconnectSpec wide_fabric(int masters) {
  InterconnectSpec spec = fabric(masters, 1);
  for (auto* ports : {&spec.masters, &spec.targets})
    for (BusPortSpec& each : *ports) each.width = 128;
  spec.regions[0].size = kSize;
  return spec;
}

struct DramBench {
  explicit DramBench(const std::string& part, int masters = 1, int outstanding = 32)
      : queue("queue"), bus("bus", queue, wide_fabric(masters)), dram("dram", queue, controller(part)) {
    bus.target_port(0).bind(dram.socket);
    for (int i = 0; i < masters; ++i) {
      ports.push_back(std::make_unique<BusMaster>(fmt::format("m{}", i).c_str(), queue,
                                                  BusMasterSpec{outstanding, outstanding, 0}));
      ports.back()->socket.bind(bus.master_port(static_cast<std::size_t>(i)));
    }
    last.resize(ports.size());
  }

  void issue(std::size_t master, BusCommand command, std::uint64_t address, std::uint32_t bytes,
             std::uint8_t* data = nullptr, std::uint32_t id = 0) {
    BusRequest request;
    request.command = command;
    request.address = address;
    request.bytes = bytes;
    request.data = data;
    request.id = id;
    request.done = [this, master](BusStatus status) {
      EXPECT_EQ(status, BusStatus::okay);
      last[master] = now();
    };
    ports[master]->issue(std::move(request));
  }
  double share_of_peak(std::int64_t bytes, Picoseconds time) const {
    return static_cast<double>(bytes) / (static_cast<double>(time.raw()) * 1e-12) /
           dram.spec().dram.peak_bytes_per_second();
  }

  EventQueue queue;
  Interconnect bus;
  DramController dram;
  std::vector<std::unique_ptr<BusMaster>> ports;
  std::vector<Picoseconds> last;
};

class Streaming : public testing::TestWithParam<std::string> {};

TEST_P(Streaming, ReadsReachMostOfPeak) {
  DramBench bench(GetParam());
  constexpr std::int64_t kBytes = 4 << 20;
  for (std::int64_t i = 0; i < kBytes; i += 256)
    bench.issue(0, BusCommand::read, kBase + static_cast<std::uint64_t>(i), 256, nullptr,
                static_cast<std::uint32_t>(i / 256 % 16));
  run_simulation(kLong);
  const double share = bench.share_of_peak(kBytes, bench.last[0]);
  RecordProperty("share_of_peak", fmt::format("{:.3f}", share));
  EXPECT_GE(share, 0.85) << bench.dram.row_hit_rate();
  EXPECT_LE(share, 1.01 * memory::implied_rates(bench.dram.spec().dram).stream_share);
  EXPECT_GE(bench.dram.row_hit_rate(), 0.9);
}

TEST_P(Streaming, MergedPayloadsMoveAsFast) {
  DramBench bench(GetParam(), 1, 8);
  constexpr std::int64_t kBytes = 4 << 20;
  for (std::int64_t i = 0; i < kBytes; i += 4096)
    bench.issue(0, BusCommand::read, kBase + static_cast<std::uint64_t>(i), 4096);
  run_simulation(kLong);
  // A payload of the whole queue's length lies in one row, so in one bank group.
  const memory::DramSpec& part = bench.dram.spec().dram;
  const double group = part.groups == 1 ? 1.0 : 4.0 / 6.0;  // burst over tCCD_L, in clocks
  EXPECT_GE(bench.share_of_peak(kBytes, bench.last[0]), 0.85 * group);
}

TEST_P(Streaming, CopyPaysForTurningTheBusRound) {
  DramBench bench(GetParam());
  constexpr std::int64_t kBytes = 2 << 20;
  for (std::int64_t i = 0; i < kBytes; i += 256) {
    bench.issue(0, BusCommand::read, kBase + static_cast<std::uint64_t>(i), 256);
    bench.issue(0, BusCommand::write, kBase + (256u << 20) + static_cast<std::uint64_t>(i), 256);
  }
  run_simulation(kLong);
  const double share = bench.share_of_peak(2 * kBytes, bench.last[0]);
  RecordProperty("share_of_peak", fmt::format("{:.3f}", share));
  EXPECT_GE(share, 0.6);
  EXPECT_LE(share, 0.98 * memory::implied_rates(bench.dram.spec().dram).stream_share);
}

INSTANTIATE_TEST_SUITE_P(Parts, Streaming, testing::ValuesIn(memory::dram_names()),
                         [](const auto& each) { return each.param; });

// Two streams of DDR4 reads, `apart` bytes from each other.
double two_streams(std::uint64_t apart) {
  DramBench bench("ddr4_2133_x64", 2);
  constexpr std::int64_t kBytes = 1 << 20;
  const auto row = static_cast<std::uint64_t>(bench.dram.spec().dram.row_bytes);
  for (std::uint64_t i = 0; i < kBytes; i += 256)
    for (std::uint64_t m = 0; m < 2; ++m) {
      // Rows of bank group 0 only; the second stream is moved by `apart`.
      const std::uint64_t address = i / row * 2 * row + i % row + m * ((64u << 20) + apart);
      bench.issue(m, BusCommand::read, kBase + address, 256);
    }
  run_simulation(kLong);
  return bench.share_of_peak(2 * kBytes, std::max(bench.last[0], bench.last[1]));
}

// The column distance within a bank group, 6 clocks against a burst of 4, bounds a stream that stays in one.
TEST(DramBankGroups, OneGroupReachesTwoThirdsOfPeak) {
  const std::uint64_t two_banks = 16'384;  // same group, another bank
  const double share = two_streams(two_banks);
  EXPECT_LE(share, 4.0 / 6.0);
  EXPECT_GE(share, 0.85 * 4.0 / 6.0);
}

TEST(DramBankGroups, StreamsInTwoGroupsReachMostOfPeak) { EXPECT_GE(two_streams(8'192), 0.85); }

// A dependent read of another row of the same bank: PRE, ACT, READ, data; the same row: READ, data.
TEST(DramLatency, RowMissCostsPrechargeAndActivate) {
  DramBench bench("lpddr4_1066_x32");
  const memory::DramSpec& part = bench.dram.spec().dram;
  const auto row_stride = static_cast<std::uint64_t>(part.row_bytes) * static_cast<std::uint64_t>(part.banks);
  // The rows 0 and `banks` meet in bank 0, XORed or not.
  const std::uint64_t far = kBase + row_stride * static_cast<std::uint64_t>(part.banks);
  std::vector<Picoseconds> times;
  const std::vector<std::uint64_t> addresses = {kBase, kBase + 64, far, far + 64};
  std::function<void(std::size_t)> next = [&](std::size_t i) {
    if (i == addresses.size()) return;
    BusRequest request;
    request.address = addresses[i];
    request.bytes = 64;
    const Picoseconds begin = now();
    request.done = [&, i, begin](BusStatus) {
      times.push_back(now() - begin);
      next(i + 1);
    };
    bench.ports[0]->issue(std::move(request));
  };
  next(0);
  run_simulation(kLong);
  ASSERT_EQ(times.size(), 4u);
  const Picoseconds miss_cost = part.timing.rcd + part.timing.rp;
  const std::int64_t slack = 2 * part.clock.period().raw() + 2'000;  // clock grids of DRAM and fabric
  EXPECT_NEAR(static_cast<double>((times[2] - times[1]).raw()), static_cast<double>(miss_cost.raw()),
              static_cast<double>(slack));
  EXPECT_NEAR(static_cast<double>((times[0] - times[1]).raw()), static_cast<double>(part.timing.rcd.raw()),
              static_cast<double>(slack));
  EXPECT_NEAR(static_cast<double>(times[3].raw()), static_cast<double>(times[1].raw()),
              static_cast<double>(slack));
  // Whole way of a row hit: both pipelines, both crossings, RL and the burst, one beat at the ports.
  const std::int64_t hit =
      (part.clock.period() * part.timing.read_latency + part.burst_time()).raw() + 2 * 10'000 + 4 * 1'000;
  EXPECT_NEAR(static_cast<double>(times[1].raw()), static_cast<double>(hit), static_cast<double>(slack));
}

// Random rows of random banks through the interconnect: what is waiting is fewer than the queue takes, so the
// rate stays a little below what the banks allow.
TEST(DramLatency, RandomReadsComeNearWhatTheBanksAllow) {
  DramBench bench("lpddr4_1066_x32");
  const memory::DramSpec& part = bench.dram.spec().dram;
  Random random(7);
  constexpr int kReads = 4000;
  for (int i = 0; i < kReads; ++i)
    bench.issue(0, BusCommand::read, kBase + random.below(kSize / 64) * 64, 64, nullptr,
                static_cast<std::uint32_t>(i % 32));
  run_simulation(kLong);
  const double rate = kReads / (static_cast<double>(bench.last[0].raw()) * 1e-12);
  const double implied = memory::implied_rates(part).random_per_second;
  EXPECT_GE(rate, 0.9 * implied);
  EXPECT_LE(rate, implied);
  EXPECT_LT(bench.dram.row_hit_rate(), 0.05);
}

TEST(DramContention, TwoStreamsShareTheBandwidthEvenly) {
  DramBench bench("lpddr4_1066_x32", 2, 16);
  constexpr std::int64_t kBytes = 1 << 20;
  for (std::int64_t i = 0; i < kBytes; i += 256)
    for (std::size_t m = 0; m < 2; ++m)
      bench.issue(m, BusCommand::read, kBase + (m << 28) + static_cast<std::uint64_t>(i), 256);
  run_simulation(kLong);
  EXPECT_NEAR(static_cast<double>(bench.last[0].raw()), static_cast<double>(bench.last[1].raw()),
              0.02 * static_cast<double>(bench.last[0].raw()));
  EXPECT_GE(bench.share_of_peak(2 * kBytes, bench.last[1]), 0.75);
}

// Both streams want another row of the same bank all the time, and with a third of writes every request grows
// older than the age limit: closing a row for each of them would cost half the bandwidth.
TEST(DramContention, StreamsThatMeetInOneBankDoNotCollapse) {
  DramBench bench("lpddr4_1066_x32", 2, 16);
  constexpr std::uint64_t kPayloads = 8000;
  for (std::uint64_t i = 0; i < kPayloads; ++i)
    for (std::size_t m = 0; m < 2; ++m)
      bench.issue(m, i % 3 == 0 ? BusCommand::write : BusCommand::read, kBase + (m << 28) + i * 256, 256);
  run_simulation(kLong);
  const Picoseconds end = std::max(bench.last[0], bench.last[1]);
  EXPECT_GE(bench.share_of_peak(2 * 256 * kPayloads, end), 0.65);
}

TEST(DramContention, StreamSlowsDownALoneReader) {
  const auto latency = [](DramBench& bench, int streams) {
    constexpr std::int64_t kBytes = 1 << 20;
    if (streams > 0)
      for (std::int64_t i = 0; i < kBytes; i += 256)
        bench.issue(1, BusCommand::read, kBase + (1u << 28) + static_cast<std::uint64_t>(i), 256);
    Picoseconds total{0};
    int count = 0;
    Random random(3);
    std::function<void()> next = [&] {
      if (count == 200) return;
      BusRequest request;
      request.address = kBase + random.below(1u << 20) * 64;
      request.bytes = 64;
      const Picoseconds begin = now();
      request.done = [&, begin](BusStatus) {
        total += now() - begin;
        ++count;
        next();
      };
      bench.ports[0]->issue(std::move(request));
    };
    next();
    run_simulation(kLong);
    return total / 200;
  };
  // Two benches of one process elaborate together, and run one after the other on the same clock.
  DramBench loaded("lpddr4_1066_x32", 2, 16);
  const Picoseconds contended = latency(loaded, 1);
  const memory::DramSpec& part = loaded.dram.spec().dram;
  const Picoseconds lone = part.timing.rp + part.timing.rcd + part.clock.period() * part.timing.read_latency +
                           part.burst_time() + Picoseconds{24'000};
  EXPECT_GT(contended.raw(), lone.raw() * 5 / 4);
  EXPECT_LT(contended.raw(), loaded.dram.spec().scheduler.age_limit.raw() + lone.raw() * 4);
}

TEST(DramBytes, WhatIsWrittenIsReadThroughTheBusAndDirectly) {
  DramBench bench("lpddr4x_3733_4x16");
  std::vector<std::uint8_t> out(4096), in(4096), in_again(100);
  std::iota(out.begin(), out.end(), std::uint8_t{1});
  bench.issue(0, BusCommand::write, kBase + 0x20000, 4096, out.data());
  run_simulation(kLong);
  bench.issue(0, BusCommand::read, kBase + 0x20000, 4096, in.data());
  bench.issue(0, BusCommand::read, kBase + 0x20000 + 33, 100, in_again.data());
  run_simulation(kLong);
  EXPECT_EQ(in, out);
  EXPECT_TRUE(std::equal(in_again.begin(), in_again.end(), out.begin() + 33));
  EXPECT_EQ(*bench.dram.at(kBase + 0x20000 + 5, 1), 6);
  EXPECT_EQ(*bench.dram.at(kBase + 0x21000, 1), 0);
}

TEST(DramBytes, DirectAccessOutsideIsAnErrorWithTheAddress) {
  DramBench bench("lpddr4_1066_x32");
  EXPECT_NO_THROW(bench.dram.at(kBase + kSize - 8, 8));
  EXPECT_THROW(bench.dram.at(kBase + kSize - 8, 9), SimulationError);
  EXPECT_THROW(bench.dram.at(kBase - 1, 1), SimulationError);
  try {
    bench.dram.at(0x10, 4);
    FAIL();
  } catch (const SimulationError& error) {
    EXPECT_NE(std::string(error.what()).find("0x10"), std::string::npos);
  }
}

TEST(DramCounting, ColumnsBytesAndRefreshesAddUp) {
  DramBench bench("lpddr4_1066_x32");
  constexpr std::int64_t kBytes = 1 << 20;
  for (std::int64_t i = 0; i < kBytes; i += 256)
    bench.issue(0, BusCommand::read, kBase + static_cast<std::uint64_t>(i), 256);
  run_simulation(kLong);
  const memory::DramCounters counters = bench.dram.counters();
  const memory::DramSpec& part = bench.dram.spec().dram;
  EXPECT_EQ(counters.reads, kBytes / part.access_bytes());
  EXPECT_EQ(counters.data_busy, part.burst_time() * counters.reads);
  // A row opened ahead may be lost to a refresh before its access: at most one in a bank.
  const std::int64_t misses = counters.reads - counters.row_hits;
  EXPECT_GE(misses, kBytes / part.row_bytes);
  EXPECT_GE(counters.activates, misses);
  EXPECT_LE(counters.activates, misses + counters.refreshes * part.banks);
  EXPECT_NEAR(static_cast<double>(counters.refreshes), static_cast<double>(bench.last[0] / part.timing.refi),
              1.0);
}

}  // namespace
}  // namespace tandem::sim::test
