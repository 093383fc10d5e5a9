// SPDX-License-Identifier: Apache-2.0
// Cost tables: what they mean, and what is wrong with them, by the row.
#include <gtest/gtest.h>

#include "dse/pipeline/cost_csv.h"
#include "models/core/error.h"
#include "tests/unit/own_file.h"

namespace tandem::pipeline {
namespace {

const std::string kHead = "network,layer,core_type,cores,time_ms\n";

CostTable read(const std::string& text, const std::string& network = "", const Allowed& allowed = {}) {
  const test::OwnFile file("pipeline_costs.csv", text);
  return read_cost_csv(file.path(), network, allowed);
}

// Every problem on a line, without the file's name.
std::string problems(const std::string& text, const std::string& network = "", const Allowed& allowed = {}) {
  try {
    read(text, network, allowed);
  } catch (const InputError& error) {
    std::string all;
    for (const Problem& problem : error.problems()) {
      all += to_string(Problem{{std::string(1, 't'), problem.place.line, 0}, problem.key, problem.message});
      all += '\n';
    }
    return all;
  }
  return "";
}

TEST(CostCsv, LayersStandWhereTheyFirstAppear) {
  const CostTable table = read(kHead +
                               "n,conv1,big,1,2.5\nn,conv1,big,2,1.5\nn,pool,big,2,0\nn,pool,big,1,0.25\n"
                               "n,conv1,small,3,4\nn,pool,small,3,0.000000001\n");
  EXPECT_EQ(table.network, "n");
  EXPECT_EQ(table.layers, (std::vector<std::string>{"conv1", "pool"}));
  EXPECT_TRUE(table.is_chain());
  EXPECT_EQ(table.types, (std::vector<ResourceType>{{"big", 2, false}, {"small", 3, false}}));
  ASSERT_EQ(table.groups.size(), 3u);
  EXPECT_EQ(table.groups[0].usage, (std::vector<int>{1, 0}));
  EXPECT_EQ(table.groups[0].time, (std::vector<std::int64_t>{2'500'000'000, 250'000'000}));
  EXPECT_EQ(table.groups[1].time, (std::vector<std::int64_t>{1'500'000'000, 0}));
  EXPECT_EQ(table.groups[2].usage, (std::vector<int>{0, 3}));
  EXPECT_EQ(table.groups[2].time, (std::vector<std::int64_t>{4'000'000'000, 1}));
  EXPECT_FALSE(table.knows_energy());
}

TEST(CostCsv, EnergiesAndAcceleratorsAreOptional) {
  const CostTable table = read("network,layer,core_type,cores,time_ms,energy_mj\nn,a,accelerator0,1,1,2.5\n");
  EXPECT_TRUE(table.types[0].is_accelerator);
  EXPECT_EQ(table.groups[0].energy, (std::vector<std::int64_t>{2'500'000'000}));
  EXPECT_EQ(resource_names(table, table.groups[0]), (std::vector<std::string>{"accelerator0"}));
}

TEST(CostCsv, OneNetworkOfSeveral) {
  const std::string text = kHead + "one,a,big,1,1\ntwo,b,big,1,2\n";
  EXPECT_EQ(read(text, "two").layers, (std::vector<std::string>{"b"}));
  EXPECT_EQ(problems(text), "t: network: the table has several, choose one of one, two with --network\n");
  EXPECT_EQ(problems(text, "tow"),
            "t: network: no row is of \"tow\", did you mean \"two\"?; the table has one, two\n");
}

TEST(CostCsv, AnAbsentGroupIsNotAvailableButOneThatLacksALayerIsWrong) {
  EXPECT_EQ(problems(kHead + "n,a,big,1,1\nn,a,big,2,1\nn,b,big,2,1\nn,c,big,2,1\nn,b,big,1,1\n"),
            "t:2: cores: 1 of big begin here and lack layer \"c\"; allowed are all layers, or none\n");
}

TEST(CostCsv, EveryWrongRowIsNamed) {
  EXPECT_EQ(problems(kHead +
                     "n,a,big,1,-1\nn,b,big,0,1\nn,c,big,two,1\nn,d,big,1.5,1\nn,e,big,1,nan\n"
                     "n,f,big,1,1\nn,f,big,1,2\nn,,big,1,1\nn,g,,1,1\nn,h,accelerator0,2,1\nn,i,big,1,1e99\n"
                     "n,j,big,1,\n"),
            "t:2: time_ms: \"-1\" is no number from 0 to 1000000\n"
            "t:3: cores: \"0\" is no number from 1 to 64\n"
            "t:4: cores: \"two\" is no number from 1 to 64\n"
            "t:5: cores: \"1.5\" is no whole number\n"
            "t:6: time_ms: \"nan\" is no number from 0 to 1000000\n"
            "t:8: layer: \"f\" on 1 big stands in line 7 already\n"
            "t:9: layer: is empty\n"
            "t:10: core_type: is empty\n"
            "t:11: cores: \"2\" is no number from 1 to 1\n"
            "t:12: time_ms: \"1e99\" is no number from 0 to 1000000\n"
            "t:13: time_ms: \"\" is no number from 0 to 1000000\n");
}

TEST(CostCsv, CoresTheMachineDoesNotHave) {
  const Allowed allowed{{{"a73", 4, false}, {"a53", 4, false}}, "hikey970"};
  EXPECT_EQ(problems(kHead + "n,a,a72,2,1\nn,a,a53,5,1\nn,a,a73,1,1\n", "n", allowed),
            "t:2: core_type: \"a72\" is none of hikey970, did you mean \"a73\"?; allowed is one of a73, a53\n"
            "t:3: cores: is 5, but hikey970 has 4 of a53\n");
}

TEST(CostCsv, FilesThatAreNoTable) {
  EXPECT_EQ(problems(""), "t: cannot be read, or is empty\n");
  EXPECT_EQ(problems(kHead), "t: has a header, but no row\n");
  EXPECT_EQ(problems(kHead + "n,a,big,1\n"), "t:2: 4 fields, the header has 5\n");
  EXPECT_EQ(problems("network,layer,core_type,cores\nn,a,big,1\n"),
            "t:1: time_ms: is no column; the file has network, layer, core_type, cores\n");
  EXPECT_EQ(problems(kHead + "n,a,big,1,1\nn,b\x1b[2J,big,1,1\n"),
            "t:3: a field has a control character; allowed is text\n");
}

}  // namespace
}  // namespace tandem::pipeline
