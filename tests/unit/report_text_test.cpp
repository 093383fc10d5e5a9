// SPDX-License-Identifier: Apache-2.0
// The tables people read: aligned, with units, at most 100 columns wide.
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "dse/report/table.h"
#include "dse/report/text_report.h"
#include "tests/unit/sample_result.h"

namespace tandem::report {
namespace {

using test::sample_result;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

TEST(Table, AlignsWordsLeftAndNumbersRight) {
  Table table({{"layer", Table::Align::left}, {"time us"}, {"kind", Table::Align::left}});
  table.row({"a", "1.5", "conv"});
  table.row({"longer name", "12345678.5", "max_pool"});
  table.row({"sum", "", "."});
  EXPECT_EQ(table.text(),
            "layer           time us  kind\n"
            "-----------  ----------  --------\n"
            "a                   1.5  conv\n"
            "longer name  12345678.5  max_pool\n"
            "sum                      .\n");
}

TEST(Table, ALetterOfSeveralBytesIsOneColumn) {
  Table table({{"name", Table::Align::left}, {"\u00b5s"}});
  table.row({"K\u00fcche", "1"});
  table.row({"abcde", "23"});
  EXPECT_EQ(table.text(), "name   \u00b5s\n-----  --\nK\u00fcche   1\nabcde  23\n");
}

TEST(Table, WithoutRowsIsItsHead) { EXPECT_EQ(Table({{"a"}, {"long"}}).text(), "a  long\n-  ----\n"); }

TEST(RunText, ShowsWhoDidWhatInTheFirstImage) {
  const std::vector<std::string> lines = lines_of(run_text(sample_result()));
  EXPECT_EQ(lines.at(0), "sample on ultra96, int8, planner cosched, 2 images");
  EXPECT_EQ(lines.at(2), "layer  kind      a53x4  accelerator0  start us  time us  idle %  model us");
  EXPECT_EQ(lines.at(4), "conv1  conv         24            40     100.0   1000.0    20.0     950.0");
  EXPECT_EQ(lines.at(5), "pool   max_pool     64             .    1100.0    400.0       .     950.0");
  EXPECT_EQ(lines.at(6), "");
  EXPECT_EQ(lines.at(7),
            "1 more layer only joins or passes on tensors in place; under a resource: its output channels");
}

TEST(RunText, SpeaksOfLayersInPlaceWhereThereAreSome) {
  spec::RunResult result = sample_result();
  for (spec::LayerResult& layer : result.layers) layer.in_place = false;
  const std::vector<std::string> lines = lines_of(run_text(result));
  EXPECT_EQ(std::count(lines.begin(), lines.end(), "under a resource: its output channels"), 1);
}

TEST(RunText, SmallEnergiesKeepTheirDigits) {
  spec::RunResult result = sample_result();
  result.energy_parts = {
      {"a53", Picojoules(1.23456e6)}, {"board", Picojoules(1.23456e11)}, {"dram", Picojoules(0)}};
  EXPECT_NE(run_text(result).find("a53 0.00123, board 123.46, dram 0.00\n"), std::string::npos);
}

TEST(RunText, AClosedFormIsNotHeldAgainstItself) {
  spec::RunResult result = sample_result();
  result.cpu_fidelity = "analytic";
  result.output_sha256.clear();
  EXPECT_EQ(run_text(result).find("predicted"), std::string::npos);
}

TEST(RunText, TotalsHoldTheFigures) {
  const std::string text = run_text(sample_result());
  for (const char* part :
       {"2.500 ms an image, predicted 2.000 ms (-20.0 %)", "400.00 images/s", "7.00 mJ an image",
        "a53 4.00, dram 3.00", "50.0 % of its MACs used", "1.000 GB/s, 4.00 MB read, 1.00 MB written",
        "75 % row hits", "equals the reference"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
  }
}

TEST(RunText, SaysWhenTheOutputIsWrong) {
  spec::RunResult result = sample_result();
  result.output_sha256 = "beef";
  const std::string text = run_text(result);
  EXPECT_NE(text.find("DIFFERS from the reference"), std::string::npos);
  EXPECT_EQ(text.find("equals the reference"), std::string::npos);
}

TEST(RunText, FitsAHundredColumnsWhateverTheNames) {
  spec::RunResult result = sample_result();
  result.layers[0].name = "inception_4e/a_convolution_with_a_long_name";
  result.layers[1].kind = "fully_connected";
  for (spec::LayerResult& layer : result.layers) layer.end = layer.end + test::microseconds(1'000'000);
  for (const std::string& line : lines_of(run_text(result))) EXPECT_LE(line.size(), 100u) << line;
}

TEST(CompareText, HasARowAPlanner) {
  Json comparison;
  for (const char* planner : {"accelerator-only", "cosched"}) {
    spec::RunResult result = sample_result();
    result.planner = planner;
    Json row = result_json(result);
    row["speedup_vs_accelerator_only"] = planner == std::string("cosched") ? 1.25 : 1.0;
    row["energy_reduction_percent"] = planner == std::string("cosched") ? 10.0 : 0.0;
    comparison["rows"].push_back(row);
  }
  comparison["rows"][1]["output_sha256"] = "beef";
  const std::vector<std::string> lines = lines_of(compare_text(comparison));
  EXPECT_EQ(lines.at(0), "sample on ultra96, int8, accelerator model");
  EXPECT_EQ(lines.at(4).substr(0, 16), "accelerator-only");
  EXPECT_EQ(lines.at(4).substr(lines.at(4).size() - 5), "exact");
  EXPECT_NE(lines.at(5).find("1.250"), std::string::npos);
  EXPECT_EQ(lines.at(5).substr(lines.at(5).size() - 7), "DIFFERS");
  for (const std::string& line : lines) EXPECT_LE(line.size(), 100u) << line;
}

TEST(RunText, AShortPipelineHasNoSteadyState) {
  spec::RunResult result = sample_result();
  result.stages.resize(3);
  result.images = 5;
  EXPECT_NE(run_text(result).find("no steady state: 3 stages have one from 6 images on (--set images=6)"),
            std::string::npos);
  result.images = 6;
  EXPECT_EQ(run_text(result).find("no steady state"), std::string::npos);
}

TEST(CompareText, MarksThroughputThatIsNotSteady) {
  Json comparison;
  for (const std::size_t stages : {std::size_t{0}, std::size_t{2}, std::size_t{3}}) {
    spec::RunResult result = sample_result();
    result.stages.resize(stages);
    result.images = 4;
    Json row = result_json(result);
    row["speedup_vs_accelerator_only"] = row["energy_reduction_percent"] = nullptr;
    comparison["rows"].push_back(row);
  }
  const std::vector<std::string> lines = lines_of(compare_text(comparison));
  EXPECT_EQ(lines.at(4).find('~'), std::string::npos);
  EXPECT_EQ(lines.at(5).find('~'), std::string::npos);
  EXPECT_NE(lines.at(6).find('~'), std::string::npos);
  EXPECT_NE(lines.back().find("its steady state shows from --set images=6 on"), std::string::npos)
      << lines.back();
}

TEST(CompareText, WithoutABaseHasNoRatios) {
  Json row = result_json(sample_result());
  row["speedup_vs_accelerator_only"] = nullptr;
  row["energy_reduction_percent"] = nullptr;
  Json comparison;
  comparison["rows"].push_back(row);
  const std::string text = compare_text(comparison);
  EXPECT_NE(text.find(" .  "), std::string::npos) << text;
  EXPECT_EQ(text.find("against accelerator-only"), std::string::npos) << text;
}

TEST(DescribeText, FitsAHundredColumns) {
  for (const char* name : {"googlenet", "resnet50", "tiny"}) {
    const network::Network network = network::read_network(name);
    const std::vector<std::string> lines = lines_of(network_text(network));
    EXPECT_EQ(lines.size(), static_cast<std::size_t>(network.size()) + 4)
        << "a title, a blank, a head and its rule";
    for (const std::string& line : lines) EXPECT_LE(line.size(), 100u) << line;
  }
  for (const char* name : {"ultra96", "zcu104", "hikey970"}) {
    const spec::Platform platform = spec::read_platform(name);
    const std::string text = platform_text(platform);
    for (const std::string& line : lines_of(text)) EXPECT_LE(line.size(), 100u) << line;
    const Json json = platform_json(platform);
    EXPECT_EQ(json["clusters"].size(), platform.clusters.size());
    EXPECT_EQ(json["accelerators"].size(), platform.accelerators.size());
  }
  EXPECT_EQ(platform_json(spec::read_platform("ultra96"))["accelerators"][0]["registers"], "0xa0000000");
}

}  // namespace
}  // namespace tandem::report
