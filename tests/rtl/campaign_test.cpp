// SPDX-License-Identifier: Apache-2.0
// The part of the random campaign that runs with every change; rtl_campaign runs the large one.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/rtl/campaign_job.h"

namespace tandem::rtl_test {
namespace {

void run_campaign(const std::string& array, int jobs) {
  const Variant variant = load_variant(array);
  std::vector<std::uint64_t> counts(coverage_bins());
  Coverage coverage(counts);
  for (int i = 0; i < jobs; ++i) EXPECT_EQ(run_campaign_job(variant, 1, i, coverage).problem, "");
}

TEST(Campaign, JobsOn8x32MatchTheModel) { run_campaign("8x32", 90); }
TEST(Campaign, JobsOn16x16MatchTheModel) { run_campaign("16x16", 70); }
TEST(Campaign, JobsOn2x32MatchTheModel) { run_campaign("2x32", 70); }
TEST(Campaign, JobsOn32x4WithItsEightOutputPlanesMatchTheModel) { run_campaign("32x4", 70); }
TEST(Campaign, JobsOn8x8BehindABusOf64BitsMatchTheModel) { run_campaign("8x8@64", 40); }

TEST(Coverage, CountsBinsAndShowsTheMissingOnes) {
  std::vector<std::uint64_t> counts(coverage_bins());
  Coverage coverage(counts);
  coverage.hit("watchdog", "armed");
  coverage.hit("watchdog", "armed");
  EXPECT_NE(coverage_csv(counts).find("watchdog,armed,2\n"), std::string::npos);
  EXPECT_NE(coverage_csv(counts).find("watchdog,off,0\n"), std::string::npos);
  const std::string table = coverage_table(counts);
  const std::size_t line = table.find("watchdog ");
  ASSERT_NE(line, std::string::npos);
  EXPECT_EQ(table.substr(line, table.find('\n', line) - line).substr(32), "     1     2  off");
  EXPECT_THROW(coverage.hit("watchdog", "asleep"), std::logic_error);
}

// The plan in words has a row for every point, with the number of its bins, and no other.
TEST(Coverage, ThePlanIsTheWrittenOne) {
  std::ifstream file(std::string(TANDEM_SOURCE_DIR) + "/docs/verification.md");
  std::stringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  const std::size_t begin = document.find("| point | bins |");
  ASSERT_NE(begin, std::string::npos);
  const std::string table = document.substr(begin, document.find("\n\n", begin) - begin);
  std::string points;
  std::istringstream lines(table);
  for (std::string line; std::getline(lines, line);)
    points += line.substr(0, line.find('|', line.find('|', 1) + 1) + 1) + "\n";
  std::string expected = "| point | bins |\n|---|---:|\n";
  for (const CoveragePoint& point : coverage_plan()) {
    expected += "| " + point.name + " | " + std::to_string(point.bins.size()) + " |\n";
  }
  EXPECT_EQ(points, expected);
}

}  // namespace
}  // namespace tandem::rtl_test
