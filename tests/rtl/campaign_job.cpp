// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/campaign_job.h"

#include <algorithm>

#include "models/accelerator/cycle_model.h"
#include "models/accelerator/geometry.h"
#include "models/regs/accelerator_registers.h"

namespace tandem::rtl_test {

namespace regs = tandem::regs::accelerator;
using accelerator::Array;
using accelerator::ConvJob;

namespace {

constexpr std::uint64_t kGuardBytes = 4096;  // of pattern around everything
constexpr std::int64_t kLimit = 20'000'000;  // cycles

Timing random_timing(Random& random) {
  Timing timing;
  timing.read_latency = static_cast<int>(random.between(1, 80));
  timing.write_latency = static_cast<int>(random.between(1, 60));
  timing.jitter = random.below(2) == 0 ? 0 : static_cast<int>(random.between(1, 50));
  timing.stall_percent = random.below(2) == 0 ? 0 : static_cast<int>(random.between(1, 70));
  timing.interleave = random.below(2) == 0;
  return timing;
}

// An address of which the job reads or writes the beat.
std::uint64_t touched_address(const PlacedJob& placed, const Array& array, int engine, Random& random) {
  const ConvJob& job = placed.job;
  const accelerator::Geometry g = accelerator::geometry_of(job, array);
  const auto pick = [&](std::int64_t count) {
    return static_cast<std::uint64_t>(random.between(0, count - 1));
  };
  switch (engine) {
    case 0:
      return placed.descriptor + 16 * pick(8);
    case 1: {
      const std::int64_t bands = divide_up(job.row_end - job.row_begin, job.band_rows);
      const int row = job.row_begin + static_cast<int>(pick(bands)) * job.band_rows;
      const accelerator::Band band = accelerator::band_at(job, g, row);
      return job.input + pick(g.in_planes) * static_cast<std::uint64_t>(job.in_plane_stride) +
             static_cast<std::uint64_t>(band.segment_offset) + 16 * pick(band.segment_words);
    }
    case 2:
      return job.weights + 16 * pick(accelerator::packed_weight_bytes(job, array) / 16);
    case 3:
      return job.quant + 16 * pick(std::int64_t{g.groups} * array.tm);
    default: {
      const std::int64_t begin = std::int64_t{job.row_begin} * job.out_w;
      const std::int64_t end = std::int64_t{job.row_end} * job.out_w;
      const auto pixel = static_cast<std::uint64_t>(random.between(begin, end - 1));
      return job.output + pick(g.written_planes) * static_cast<std::uint64_t>(job.out_plane_stride) +
             pixel * static_cast<std::uint64_t>(accelerator::out_pixel_bytes(job, g)) / 16 * 16;
    }
  }
}

// A memory as large as it must be, with the job's parts in it; the rest is pattern.
Memory prepare(CampaignJob& job, const Array& array, Random& random) {
  const ConvJob first = random_tiling(random, random_shape(random, array, kCampaignWork), array);
  const bool queued = random.below(4) == 0;
  ConvJob second;
  if (queued) second = random_tiling(random, random_shape(random, array, kCampaignWork / 4), array);
  std::uint64_t offset = kGuardBytes + 16 * random.below(300);
  job.bytes = offset + placed_bytes(first, array) + (queued ? placed_bytes(second, array) : 0) + kGuardBytes;
  job.bytes = (job.bytes + 15) / 16 * 16;
  constexpr std::uint64_t k4GiB = std::uint64_t{1} << 32;
  switch (random.below(3)) {
    case 0:
      job.base = 0x40000000;
      break;
    case 1:
      job.base = 0x7'fffe'0000;
      break;
    default:
      job.base = k4GiB - random.below(job.bytes) / 4096 * 4096;
  }
  Memory memory(job.base, job.bytes);
  for (std::size_t i = 0; i < memory.data().size(); ++i) {
    memory.data()[i] = static_cast<std::uint8_t>(i * 37 + 11);
  }
  job.first = place(first, array, memory, offset, random);
  if (queued) job.second = place(second, array, memory, offset, random);
  return memory;
}

void choose_error(CampaignJob& job, const Array& array, Random& random) {
  if (random.below(4) != 0) return;
  InjectedError error;
  error.response = random.below(2) == 0 ? Response::slave_error : Response::decode_error;
  error.in_queued_descriptor = job.second && random.below(4) == 0;
  error.engine = error.in_queued_descriptor ? 0 : static_cast<int>(random.below(5));
  error.address =
      touched_address(error.in_queued_descriptor ? *job.second : job.first, array, error.engine, random);
  job.error = error;
}

std::string check_error(Bench& bench, const InjectedError& error) {
  const std::uint32_t info = bench.read_register(regs::kErrorInfoOffset).data;
  const std::uint32_t wanted = static_cast<std::uint32_t>(error.engine) << regs::kErrorInfoEngineShift |
                               static_cast<std::uint32_t>(error.response) << regs::kErrorInfoResponseShift;
  if (info != wanted) return "ERROR_INFO is " + std::to_string(info) + ", not " + std::to_string(wanted);
  const std::uint64_t address = bench.read_register(regs::kErrorAddrLoOffset).data |
                                std::uint64_t{bench.read_register(regs::kErrorAddrHiOffset).data} << 32;
  if (address > error.address || address + 256 <= error.address) return "ERROR_ADDR is of another burst";
  return "";
}

// The jobs run, and where a beat was answered with an error the failed one runs again.
std::string run(Bench& bench, const CampaignJob& job, const Array& array, Finished& finished) {
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
  bench.write_register(regs::kWatchdogOffset, job.watchdog);
  if (job.error) {
    const bool write = job.error->engine == 4;
    bench.inject({job.error->address, job.error->address + 16, !write, write, job.error->response});
  }
  bench.ring(job.first.descriptor);
  const PlacedJob* last = &job.first;
  if (job.second) {
    for (int i = 0; i < job.second_after; ++i) bench.cycle();
    bench.ring(job.second->descriptor);
    last = &*job.second;
  }
  if (!bench.wait_until_idle(kLimit)) return "it never ends";
  if (!bench.pins().irq_o) return "no interrupt";
  std::uint32_t done = job.second ? 2 : 1;
  std::uint32_t status = regs::kIrqStatusDoneMask;
  if (job.error) {
    --done;
    status = regs::kIrqStatusErrorMask | (job.second ? regs::kIrqStatusDoneMask : 0);
  }
  if (bench.read_register(regs::kIrqStatusOffset).data != status) return "IRQ_STATUS is wrong";
  if (bench.read_register(regs::kJobsDoneOffset).data != done) return "JOBS_DONE is wrong";
  if (job.error) {
    if (std::string problem = check_error(bench, *job.error); !problem.empty()) return problem;
    last = job.error->in_queued_descriptor ? &*job.second : &job.first;
    bench.forget_faults();
    bench.write_register(regs::kIrqStatusOffset, status);
    bench.ring(last->descriptor);
    if (!bench.wait_until_idle(kLimit)) return "it never ends after an error";
    if (bench.read_register(regs::kIrqStatusOffset).data != regs::kIrqStatusDoneMask) {
      return "the job after an error does not end well";
    }
  }
  if (bench.read_register(regs::kLastJobOffset).data != last->job.id) return "LAST_JOB is wrong";
  if (bench.read_counter(regs::kReadBeatsLoOffset) != bench.observed().read_beats)
    return "READ_BEATS is wrong";
  if (bench.read_counter(regs::kWriteBeatsLoOffset) != bench.observed().write_beats)
    return "WRITE_BEATS is wrong";
  if (!job.error) {
    std::int64_t steps = accelerator::mac_cycles(job.first.job, array).raw();
    if (job.second) steps += accelerator::mac_cycles(job.second->job, array).raw();
    const auto active = static_cast<std::int64_t>(bench.read_counter(regs::kMacActiveLoOffset));
    if (active != steps) {
      return "MAC_ACTIVE is " + std::to_string(active) + ", not " + std::to_string(steps);
    }
  }
  finished.observed = bench.observed();
  finished.waited_for_features = bench.read_counter(regs::kStallFeatureLoOffset) > 0;
  finished.waited_for_weights = bench.read_counter(regs::kStallWeightLoOffset) > 0;
  finished.waited_for_output = bench.read_counter(regs::kStallOutputLoOffset) > 0;
  if (bench.reads_outstanding() + bench.writes_outstanding() != 0) return "something is left on the bus";
  return bench.violations().empty() ? "" : bench.violations().front();
}

std::string describe_all(const CampaignJob& job) {
  std::string text = describe(job.first.job);
  if (job.second)
    text += "; queued after " + std::to_string(job.second_after) + ": " + describe(job.second->job);
  if (job.error) {
    text += "; error of engine " + std::to_string(job.error->engine) + " at " +
            std::to_string(job.error->address - job.base) + " of the memory";
  }
  return text;
}

}  // namespace

CampaignResult run_campaign_job(const Variant& variant, std::uint64_t seed, int index, Coverage& coverage) {
  CampaignJob job;
  job.array = accelerator::to_string(variant.array);
  Random random(seed, job.array + " job " + std::to_string(index));
  Memory memory = prepare(job, variant.array, random);
  choose_error(job, variant.array, random);
  job.timing = random_timing(random);
  job.second_after = random.below(2) == 0 ? 0 : static_cast<int>(random.below(2000));
  job.watchdog = random.below(3) == 0 ? 20'000 : 0;  // no bus here is silent for so long
  Memory expected = memory;
  accelerator::execute(job.first.job, variant.array, expected);
  if (job.second) accelerator::execute(job.second->job, variant.array, expected);

  Bench bench(variant, memory, job.timing, random.next());
  Finished finished;
  std::string problem = run(bench, job, variant.array, finished);
  if (problem.empty() && memory.data() != expected.data()) {
    const auto at = std::mismatch(memory.data().begin(), memory.data().end(), expected.data().begin()).first -
                    memory.data().begin();
    problem = "first difference " + std::to_string(at) + " bytes into the memory, the output begins at " +
              std::to_string(job.first.job.output - job.base);
  }
  if (!problem.empty()) {
    return {problem + " (" + job.array + " job " + std::to_string(index) + ": " + describe_all(job) + ")",
            bench.now()};
  }
  collect(job, finished, variant.array, memory, coverage);
  return {"", bench.now()};
}

}  // namespace tandem::rtl_test
