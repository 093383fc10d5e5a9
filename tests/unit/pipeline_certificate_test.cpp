// SPDX-License-Identifier: Apache-2.0
// Certificates hold as they are written, and no tampered one does.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "dse/check/table.h"
#include "dse/check/verify.h"
#include "dse/pipeline/bound.h"
#include "dse/pipeline/certificate.h"
#include "tests/unit/pipeline_tables.h"

namespace tandem::pipeline {
namespace {

using Form = test::Shape;

// What the checker says of a text: "" when it holds.
std::string verdict(const std::string& text) {
  std::istringstream stream(text);
  return check::wrong(check::read_statement(stream));
}

Answer best(const Exact& exact, const CostTable& table, Goal goal) {
  switch (goal.objective) {
    case Objective::latency: {
      const Plan plan = *exact.least(Sum::latency, goal.limit.value_or(kNever));
      return {goal, plan, plan.latency, true};
    }
    case Objective::energy: {
      const Plan plan = *least_energy(table, exact, goal.limit.value_or(kNever));
      return {goal, plan, plan.energy, true};
    }
    default: {
      const Plan plan = exact.least_period();
      return {goal, plan, plan.period, true};
    }
  }
}

std::string certificate_of(const CostTable& table, Goal goal) {
  const Exact exact(table);
  return certificate(table, exact, best(exact, table, goal));
}

TEST(Certificate, HoldsForEveryObjectiveOnRandomProblems) {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    const CostTable table = test::random_table(random, 6, seed % 2 == 0 ? Form::chain : Form::branches);
    Goal goal{static_cast<Objective>(seed % 3), std::nullopt};
    if (seed % 5 == 0 && goal.objective != Objective::throughput)
      goal.limit = Exact(table).least_period().period + random.between(0, 20);
    ASSERT_EQ(verdict(certificate_of(table, goal)), "");
  }
}

// A better plan than the claimed one exists, and the statement is consistent otherwise: only the refutation
// can object.
TEST(Certificate, AWorsePlanIsRefusedWhateverTheObjective) {
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Random random(seed);
    const CostTable table = test::random_table(random, 6, seed % 2 == 0 ? Form::chain : Form::branches);
    const Goal goal{static_cast<Objective>(seed % 3), std::nullopt};
    const Exact exact(table);
    const Answer honest = best(exact, table, goal);
    std::vector<int> everything(table.layers.size());
    for (int layer = 0; layer < table.size(); ++layer) everything[static_cast<std::size_t>(layer)] = layer;
    Answer worse{goal, evaluated(table, {{0, everything, 0, 0}}), 0, true};
    worse.bound = worse.value();
    if (worse.value() == honest.value()) continue;
    ++refused;
    ASSERT_EQ(verdict(certificate(table, exact, worse)).substr(0, 15), "the refutation:");
    // Its own reach list, but without saying that the end is reached.
    std::string text = certificate(table, exact, worse);
    for (std::size_t at = 0; (at = text.find("\nreach ", at)) != std::string::npos; ++at) {
      const std::size_t end = text.find('\n', at + 1);
      const std::string whole = fmt::format(" {}", table.size());
      if (text.substr(end - whole.size(), whole.size()) == whole)
        text.replace(end - whole.size(), whole.size(), fmt::format(" {}", table.size() - 1));
    }
    ASSERT_EQ(verdict(text).substr(0, 15), "the refutation:");
  }
  EXPECT_GT(refused, 300);
}

CostTable big_little() {
  CostTable table;
  table.network = "net";
  table.types = {{"big", 2, false}, {"LITTLE", 2, false}};
  for (int layer = 0; layer < 8; ++layer) {
    table.layers.push_back(fmt::format("conv{}", layer));
    table.inputs.push_back(layer == 0 ? std::vector<int>{} : std::vector<int>{layer - 1});
  }
  for (int type = 0; type < 2; ++type) {
    for (int cores = 1; cores <= 2; ++cores) {
      Group group;
      group.usage = type == 0 ? std::vector<int>{cores, 0} : std::vector<int>{0, cores};
      for (int layer = 0; layer < 8; ++layer) {
        group.time.push_back((type + 1) * 1'000'000 * (layer % 3 + 2) / cores);
        group.energy.push_back((2 - type) * 1000 * (layer + 1));
      }
      table.groups.push_back(group);
    }
  }
  return table;
}

// Every number of the text, one at a time, one more or one less: what still is a certificate must be refused,
// unless the change is one that leaves it true, and of those the places are known.
// 43,875 usages. A mark that says too little leaves a stage that leads beyond it.
TEST(Certificate, OfAMachineOfManyTypesHoldsToo) {
  CostTable table = big_little();
  table.types = {{"a", 64, false}, {"b", 26, false}, {"c", 24, false}};
  for (Group& group : table.groups) group.usage.push_back(0);
  table.groups[0].usage = {40, 0, 0};
  table.groups[1].usage = {64, 0, 0};
  table.groups[2].usage = {0, 20, 0};
  table.groups[3].usage = {0, 3, 24};
  const std::string text = certificate_of(table, {});
  EXPECT_EQ(verdict(text), "");
  const std::string mark = "\nreach 64 26 24 ";
  const std::size_t at = text.find(mark);
  ASSERT_NE(at, std::string::npos);
  std::string less = text;
  less.replace(at, less.find('\n', at + 1) - at, mark + "0");
  EXPECT_NE(verdict(less).find("leads beyond what reach says"), std::string::npos) << verdict(less);
}

TEST(Certificate, EveryChangedNumberOfTheAnswerIsRefused) {
  const std::string text = certificate_of(big_little(), {Objective::throughput, std::nullopt});
  ASSERT_EQ(verdict(text), "");
  std::size_t changed = 0;
  for (std::size_t begin = text.find("\nstage "); begin < text.size(); ++begin) {
    if (!std::isdigit(static_cast<unsigned char>(text[begin])) || text[begin - 1] != ' ') continue;
    const std::size_t end = text.find_first_of(" \n", begin);
    const std::size_t line = text.rfind('\n', begin) + 1;
    // A bound below the claim stays a bound; a reach beyond what can be reached stays closed unless it is
    // all.
    const bool may_hold = text.compare(line, 6, "reach ") == 0 || text.compare(line, 6, "bound ") == 0;
    for (const int by : {-1, +1}) {
      const std::int64_t value = std::stoll(text.substr(begin, end - begin)) + by;
      if (value < 0) continue;
      const std::string other = text.substr(0, begin) + std::to_string(value) + text.substr(end);
      std::string why = "unreadable";
      try {
        why = verdict(other);
      } catch (const check::Unreadable&) {
      }
      if (!may_hold) {
        EXPECT_NE(why, "") << other.substr(line, end - line);
        ++changed;
      }
    }
  }
  EXPECT_GT(changed, 20u);
}

std::string tampered(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return verdict(text.replace(at, from.size(), to));
}

TEST(Certificate, SaysWhatIsWrongWithAnAnswer) {
  const CostTable table = big_little();
  const std::string text = certificate_of(table, {Objective::throughput, std::nullopt});
  const std::size_t stage = text.find("\nstage ");
  const std::string first = text.substr(stage, text.find('\n', stage + 1) - stage);
  EXPECT_EQ(tampered(text, first, first + first),
            "the answer: stage 1 uses a resource that earlier stages have");
  EXPECT_EQ(tampered(text, first, ""), "the answer: stage 0 reads layer " +
                                           std::to_string(std::count(first.begin(), first.end(), ' ') - 2) +
                                           " before it is made");
  EXPECT_NE(tampered(text, "limit none", "limit 1000").find("takes longer than the limit"),
            std::string::npos);
  EXPECT_EQ(tampered(text, "objective throughput", "objective latency"),
            "the refutation: reach speaks of periods only");
  EXPECT_EQ(tampered(text, "type 2 core big", "type 1 core big"),
            "the problem: group 1 uses more than there is");
  EXPECT_EQ(tampered(text, "layer 1 0 conv1", "layer 1 1 conv1"), "the problem: layer 1 reads a later one");
  EXPECT_EQ(tampered(text, "layer 1 3 conv4", "layer 2 2 3 conv4"),
            "the refutation: reach speaks of chains only");
}

TEST(Certificate, IsNoCertificateWhenALineIsMissing) {
  const std::string text = certificate_of(big_little(), {Objective::latency, std::nullopt});
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  for (std::size_t without = 0; without < lines.size(); ++without) {
    std::string rest;
    for (std::size_t i = 0; i < lines.size(); ++i) rest += i == without ? "" : lines[i] + "\n";
    try {
      EXPECT_NE(verdict(rest), "") << lines[without];
    } catch (const check::Unreadable&) {
    }
  }
}

TEST(Certificate, AnInexactAnswerHasPricesThatProveItsBound) {
  CostTable table = big_little();
  const Exact exact(table);
  Answer answer = best(exact, table, {Objective::throughput, std::nullopt});
  answer.proved = false;
  answer.bound = lower_bound(table).period;
  const std::string text = certificate(table, exact, answer);
  ASSERT_NE(text.find("refutation prices"), std::string::npos);
  EXPECT_EQ(verdict(text), "");
  const std::string bound = fmt::format("bound {}", answer.bound);
  EXPECT_EQ(tampered(text, bound, fmt::format("bound {}", answer.bound + 1)),
            "the refutation: the prices give a lower bound");
  for (Group& group : table.groups) group.time[3] = 90'000'000;
  const Exact again(table);
  answer = best(again, table, {Objective::throughput, std::nullopt});
  answer.proved = false;
  answer.bound = lower_bound(table).period;
  EXPECT_NE(certificate(table, again, answer).find("refutation layer"), std::string::npos);
  EXPECT_EQ(verdict(certificate(table, again, answer)), "");
}

TEST(Certificate, IsComparedWithThePersonsTable) {
  const std::string text = certificate_of(big_little(), {Objective::throughput, std::nullopt});
  std::istringstream stream(text);
  const check::Statement statement = check::read_statement(stream);
  std::string csv = "network,layer,core_type,cores,time_ms\nother,x,y,1,1\n";
  for (int layer = 0; layer < 8; ++layer) {
    for (const Group& group : big_little().groups) {
      const bool big = group.usage[0] > 0;
      csv += "net,conv" + std::to_string(layer) + (big ? ",big," : ",LITTLE,") +
             std::to_string(group.usage[big ? 0 : 1]) + "," +
             std::to_string(static_cast<double>(group.time[static_cast<std::size_t>(layer)]) * 1e-9) + "\n";
    }
  }
  const auto differs = [&](const std::string& from, const std::string& to) {
    std::string changed = csv;
    const std::size_t at = from.empty() ? 0 : changed.find(from);
    EXPECT_NE(at, std::string::npos);
    std::istringstream table(changed.replace(at, from.size(), to));
    return check::differs_from_table(statement, table);
  };
  EXPECT_EQ(differs("", ""), "");
  EXPECT_EQ(differs("net,conv1,big,1,0.003000", "net,conv1,big,1,0.003001"),
            "line 7 of the table has another time than the certificate");
  EXPECT_EQ(differs("net,conv1,big,1,0.003000\n", ""), "the certificate has times that are not in the table");
  EXPECT_EQ(differs("net,conv0,big,2", "net,conv0,big,3"),
            "line 4 of the table is of cores that the certificate does not have");
  EXPECT_EQ(differs("net,conv7,big,1", "net,conv8,big,1"),
            "line 31 of the table has a layer where the certificate has another");
}

}  // namespace
}  // namespace tandem::pipeline
