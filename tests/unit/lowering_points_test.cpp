// SPDX-License-Identifier: Apache-2.0
// Changes of operating points and wait policies on their way from a schedule to the cores' commands.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>

#include "dse/plan/planner.h"
#include "models/core/error.h"
#include "models/lowering/program.h"
#include "models/network/kernels/prepare.h"

namespace tandem::lowering {
namespace {

struct Subject {
  spec::Platform platform;
  network::Model model;
  spec::Schedule schedule;
};

Subject subject(const std::string& platform, spec::Planner planner) {
  Subject made;
  made.platform = spec::read_platform(platform);
  made.model = network::prepare_model(std::make_shared<const network::Network>(network::read_network("tiny")),
                                      network::Precision::int8, 1);
  const plan::Problem problem{
      made.model, made.platform, plan::allowed_core_groups(made.platform, {}, "test"), {}, "test"};
  made.schedule = plan::make_schedule(planner, problem, {});
  return made;
}

std::vector<Command> commands_of(const Program& program, std::size_t core) {
  std::vector<Command> commands;
  const CoreProgram& own = program.cores[core];
  for (const Segment& segment : program.segments) {
    if (segment.address != own.address) continue;
    for (std::size_t i = 0; i < own.commands; ++i) {
      CommandWords words{};
      std::memcpy(words.data(), segment.bytes.data() + i * kCommandBytes, sizeof words);
      commands.push_back(decode(words));
    }
  }
  return commands;
}

TEST(LoweredWait, PollingMarksEveryWaitAndNothingElse) {
  Subject made = subject("ultra96", spec::Planner::cosched);
  for (const spec::WaitPolicy wait : {spec::WaitPolicy::interrupt, spec::WaitPolicy::polling}) {
    made.schedule.wait = wait;
    const Program program = lower(made.schedule, made.model, made.platform, 1);
    int waits = 0;
    for (const Command& command : commands_of(program, 0)) {
      const bool is_wait = command.opcode == Opcode::wait_accelerator ||
                           command.opcode == Opcode::start_accelerator || command.opcode == Opcode::barrier;
      waits += is_wait ? 1 : 0;
      EXPECT_EQ(command.polls, is_wait && wait == spec::WaitPolicy::polling);
    }
    EXPECT_GT(waits, 0);
  }
}

TEST(LoweredPoints, ReachEveryCoreOfTheClusterAndComeBackWithTheImage) {
  Subject made = subject("hikey970", spec::Planner::cpu_only);
  const std::string layer = made.schedule.items.back().layer;
  made.schedule.points = {{layer, "a53", Hertz(1'018'000'000)}};
  const Program program = lower(made.schedule, made.model, made.platform, 1);
  for (std::size_t core = 0; core < program.cores.size(); ++core) {
    std::vector<std::uint64_t> hertz;
    for (const Command& command : commands_of(program, core)) {
      if (command.opcode == Opcode::operating_point) hertz.push_back(command.bytes);
    }
    const bool a53 =
        made.platform.clusters[static_cast<std::size_t>(program.cores[core].cluster)].name == "a53";
    EXPECT_EQ(hertz, a53 ? (std::vector<std::uint64_t>{0, 1'018'000'000}) : std::vector<std::uint64_t>{});
  }
}

std::string refusal(const std::vector<spec::PointChange>& points) {
  Subject made = subject("hikey970", spec::Planner::cpu_only);
  made.schedule.points = points;
  for (spec::PointChange& change : made.schedule.points) {
    if (change.layer == "last") change.layer = made.schedule.items.back().layer;
  }
  try {
    lower(made.schedule, made.model, made.platform, 1);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(LoweredPoints, ThatDoNotFitAreRefusedAllAtOnce) {
  constexpr Hertz kPoint{1'018'000'000};
  EXPECT_EQ(refusal({{"last", "a73", kPoint}, {"last", "a53", kPoint}}), "");
  const std::string both = refusal({{"nowhere", "a73", kPoint}, {"last", "a72", kPoint}});
  EXPECT_NE(both.find("operating_point[0].layer: \"nowhere\" is no layer with work"), std::string::npos)
      << both;
  EXPECT_NE(both.find("operating_point[1].cluster: \"a72\" is no cluster of hikey970"), std::string::npos)
      << both;
  const std::string frequency = refusal({{"last", "a73", Hertz(1'000'000'000)}});
  EXPECT_NE(frequency.find("1000 MHz is no operating point of a73; allowed is one of 682 MHz"),
            std::string::npos)
      << frequency;
  EXPECT_NE(refusal({{"last", "a73", kPoint}, {"last", "a73", kPoint}}).find("already changes a73"),
            std::string::npos);
}

}  // namespace
}  // namespace tandem::lowering
