// SPDX-License-Identifier: Apache-2.0
// A machine that is broken on purpose ends with a clear message that names the culprit; it never hangs and
// never gives a result.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "models/core/error.h"
#include "tests/platform/machine_bench.h"

namespace tandem::sim {
namespace {

using lowering::Command;
using lowering::Opcode;
using lowering::Program;

// The first job's descriptor, changed.
template <class Change>
void change_first_job(Program& program, const accelerator::Array& array, Change change) {
  for (lowering::Segment& segment : program.segments) {
    if (segment.bytes.size() != accelerator::kJobBytes || segment.address % accelerator::kJobBytes != 0)
      continue;
    std::array<std::uint32_t, accelerator::kJobWords> words{};
    std::memcpy(words.data(), segment.bytes.data(), sizeof words);
    accelerator::ConvJob job = accelerator::decode(words);
    if (job.id != 1) continue;
    change(job);
    words = accelerator::encode(job, array);
    std::memcpy(segment.bytes.data(), words.data(), sizeof words);
    return;
  }
  FAIL() << "no job in the program";
}

std::string failure(spec::Planner planner, bool rtl, int images, std::function<void(Program&)> tamper) {
  const Bench bench = make_bench("ultra96", "tiny", network::Precision::int8, planner);
  MachineOptions options;
  options.rtl = rtl;
  options.tamper = std::move(tamper);
  try {
    simulate(bench.platform, bench.model, bench.schedule, images, options);
  } catch (const SimulationError& error) {
    return error.what();
  }
  return "no failure";
}

const accelerator::Array kArray{.tm = 8, .tn = 32};
constexpr std::uint64_t kNowhere = 0xdead'0000'0000;

class Fault : public testing::TestWithParam<bool> {};  // rtl

TEST_P(Fault, ReadOutsideTheMemoryMapIsADecodeErrorOfTheAccelerator) {
  const std::string message = failure(spec::Planner::accelerator_only, GetParam(), 1, [](Program& program) {
    change_first_job(program, kArray, [](accelerator::ConvJob& job) { job.input = kNowhere; });
  });
  EXPECT_NE(message.find("accelerator0 reports DECERR at address 0xdead0000"), std::string::npos) << message;
}

TEST_P(Fault, WriteOutsideTheMemoryMapIsADecodeErrorOfTheAccelerator) {
  const std::string message = failure(spec::Planner::accelerator_only, GetParam(), 1, [](Program& program) {
    change_first_job(program, kArray, [](accelerator::ConvJob& job) { job.output = kNowhere; });
  });
  EXPECT_NE(message.find("accelerator0 reports DECERR at address 0xdead0000"), std::string::npos) << message;
}

TEST_P(Fault, MissingCleanIsAStaleReadOfTheAccelerator) {
  const std::string message = failure(spec::Planner::cosched, GetParam(), 1, [](Program& program) {
    change_commands(program, [](Command& command) {
      if (command.opcode == Opcode::clean) command.bytes = 0;
    });
  });
  EXPECT_NE(message.find("stale read: accelerator0 reads the line"), std::string::npos) << message;
}

TEST_P(Fault, MissingInvalidateIsAStaleReadOfTheCluster) {
  const std::string message = failure(spec::Planner::cosched, GetParam(), 2, [](Program& program) {
    change_commands(program, [](Command& command) {
      if (command.opcode == Opcode::invalidate) command.bytes = 0;
    });
  });
  EXPECT_NE(message.find("stale read: cluster a53 uses its cached line"), std::string::npos) << message;
}

INSTANTIATE_TEST_SUITE_P(Fidelity, Fault, testing::Bool(),
                         [](const auto& test) { return std::string(test.param ? "Rtl" : "Model"); });

TEST(CoreFault, CommandsOutsideTheMemoryMapEndTheRunWithTheirAddress) {
  const std::string message = failure(spec::Planner::cpu_only, false, 1,
                                      [](Program& program) { program.cores.back().address = kNowhere; });
  EXPECT_NE(message.find("core 3 of cluster a53: decode error on a read of address 0xdead00000000"),
            std::string::npos)
      << message;
}

TEST(CoreFault, RunningIntoDataIsNoCommand) {
  const std::string message = failure(spec::Planner::cpu_only, false, 1, [](Program& program) {
    program.cores.front().address = 0;  // nothing was put there
  });
  EXPECT_NE(message.find("which is no command"), std::string::npos) << message;
}

TEST(CoreFault, BarrierThatNobodyCompletesIsADeadlockWithItsCores) {
  const std::string message = failure(spec::Planner::cpu_only, false, 1, [](Program& program) {
    change_commands(program, [](Command& command) {
      if (command.opcode == Opcode::barrier) command.participants += 1;
    });
  });
  EXPECT_NE(message.find("deadlock"), std::string::npos) << message;
  EXPECT_NE(message.find("a53_core2 waits for the other cores at a barrier"), std::string::npos) << message;
}

TEST(CoreFault, JobThatIsNeverStartedIsADeadlockOnItsInterrupt) {
  const std::string message = failure(spec::Planner::accelerator_only, false, 1, [](Program& program) {
    change_commands(program, [](Command& command) {
      if (command.opcode == Opcode::start_accelerator) command = {.opcode = Opcode::clean};
    });
  });
  EXPECT_NE(message.find("waits for the interrupt of accelerator0"), std::string::npos) << message;
}

TEST(TimeLimit, EndsTheRunAndNamesTheLayer) {
  const Bench bench = make_bench("ultra96", "tiny", network::Precision::int8, spec::Planner::cpu_only);
  MachineOptions options;
  options.rtl = false;
  options.time_limit = Picoseconds(20'000'000);
  try {
    simulate(bench.platform, bench.model, bench.schedule, 1, options);
    FAIL() << "no failure";
  } catch (const SimulationError& error) {
    EXPECT_NE(std::string(error.what()).find("time limit of 20 us reached in layer conv1"), std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace tandem::sim
