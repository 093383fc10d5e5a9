// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "dse/sweep/space.h"
#include "tests/unit/sweep_bench.h"

namespace tandem::sweep {
namespace {

const char* const kFile =
    "base = \"quickstart\"\nper = [\"net\"]\nconstraints = [\"a * b <= 16\"]\n"
    "[set]\nimages = 2\n\"fidelity.cpu\" = \"analytic\"\n"
    "[[axis]]\nname = \"net\"\nkey = \"network\"\nvalues = [\"tiny\", \"alexnet\"]\n"
    "[[axis]]\nname = \"a\"\nkey = \"platform.interconnect.width_bytes\"\npowers_of_two = [4, 32]\n"
    "[[axis]]\nname = \"b\"\nkey = \"seed\"\nrange = [1, 4]\n"
    "[[derived]]\nname = \"c\"\nkey = \"schedule.cores\"\nvalue = \"'a53x' + b\"\n"
    "[[objective]]\nvalue = \"latency_ms\"\n";

class SweepSpace : public testing::Test {
 protected:
  SweepSpace() : sweep_(read_sweep(folder_.write("s.toml", kFile))), space_(sweep_) {}
  test::Folder folder_;
  Sweep sweep_;
  Space space_;
  Point free_ = Point(3, -1);
};

std::string refusal(const std::string& text) {
  const test::Folder folder;
  try {
    read_sweep(folder.write("s.toml", text));
  } catch (const InputError& error) {
    std::string all = error.what();
    for (std::size_t at; (at = all.find(folder.file(""))) != std::string::npos;)
      all.erase(at, folder.file("").size());
    return all;
  }
  return "";
}

TEST_F(SweepSpace, GridHoldsWhatConstraintsAllowInOrder) {
  const std::vector<Point> points = grid_points(space_, free_);
  // a of 4, 8, 16, 32 with b from 1 to 4: 4 + 2 + 1 + 0 keep a * b <= 16, for each network.
  EXPECT_EQ(points.size(), 14U);
  EXPECT_EQ(size_of(space_).points, 14);
  EXPECT_TRUE(std::is_sorted(points.begin(), points.end()));
  EXPECT_EQ(space_.combinations(), 32);
}

TEST_F(SweepSpace, AssignmentsAreWhatSetTakes) {
  const std::vector<std::string> expected = {
      "fidelity.cpu=\"analytic\"",           "images=2", "network=\"alexnet\"",
      "platform.interconnect.width_bytes=8", "seed=2",   "schedule.cores=a53x2"};
  EXPECT_EQ(space_.assignments({1, 1, 1}), expected);
}

TEST_F(SweepSpace, PerMakesAGroupOfEachValue) {
  const std::vector<Point> groups = space_.groups();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(space_.group_name(groups[1]), "net=alexnet");
  for (const Point& point : grid_points(space_, groups[1])) EXPECT_EQ(point[0], 1);
}

TEST_F(SweepSpace, RandomPointsAreDistinctAllowedAndSeeded) {
  const std::vector<Point> points = random_points(space_, free_, 10, 7);
  EXPECT_EQ(std::set<Point>(points.begin(), points.end()).size(), 10U);
  for (const Point& point : points) EXPECT_TRUE(space_.allows(point));
  EXPECT_EQ(random_points(space_, free_, 10, 7), points);
  EXPECT_NE(random_points(space_, free_, 10, 8), points);
  EXPECT_EQ(random_points(space_, free_, 1000, 7).size(), 14U) << "no more than there are";
}

TEST(SweepLatin, UsesEveryChoiceEquallyOften) {
  const test::Folder folder;
  const Sweep sweep = read_sweep(folder.write("s.toml", test::kTwoAxes));
  const Space space(sweep);
  const std::vector<Point> points = latin_points(space, Point(2, -1), 20, 3);
  ASSERT_EQ(points.size(), 20U);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::set<int> choices;
    for (const Point& point : points) choices.insert(point[axis]);
    EXPECT_EQ(choices.size(), 20U) << "axis " << axis;
  }
}

TEST(SweepFile, ReportsEverythingWithItsPlace) {
  const std::string all = refusal(
      "base = \"quickstart\"\nper = [\"z\"]\nconstraints = [\"x <\", \"xx > 1\"]\n"
      "[[axis]]\nname = \"x\"\nkey = \"images\"\nvalues = []\n"
      "[[axis]]\nname = \"x\"\nkey = \"seed\"\nrange = [3, 1]\n"
      "[strategy]\nkind = \"random\"\n");
  EXPECT_NE(all.find("s.toml:2:7: per: \"z\" is no axis; allowed is one of x, x"), std::string::npos) << all;
  EXPECT_NE(all.find("s.toml:3:15: constraints: \"x <\": at character 4: a value is missing"),
            std::string::npos)
      << all;
  EXPECT_NE(all.find("\"xx\" is unknown"), std::string::npos) << all;
  EXPECT_NE(all.find("has no values"), std::string::npos) << all;
  EXPECT_NE(all.find("\"x\" is given twice"), std::string::npos) << all;
  EXPECT_NE(all.find("range: is [from, to]"), std::string::npos) << all;
  EXPECT_NE(all.find("strategy.points: is missing"), std::string::npos) << all;
  EXPECT_NE(all.find("objective: is missing"), std::string::npos) << all;
}

TEST(SweepFile, AnObjectiveWithoutValueIsOneMistake) {
  const test::Folder folder;
  const std::string path =
      folder.write("s.toml",
                   "base = \"edge_soc\"\n[[axis]]\nname = \"x\"\nkey = \"images\"\nvalues = "
                   "[1, 2]\n[[objective]]\nname = \"time\"\ngoal = \"min\"\n");
  try {
    read_sweep(path);
    FAIL() << "accepted";
  } catch (const InputError& error) {
    EXPECT_EQ(error.problems().size(), 1U) << error.what();
    EXPECT_NE(std::string(error.what()).find("objective[0].value: is missing"), std::string::npos)
        << error.what();
  }
}

// Each value doubles the one before in length of its definition, not in time to compute it.
TEST(SweepFile, LongChainsOfDerivedValuesAreNoTrap) {
  std::ostringstream text;
  text << test::kTwoAxes;
  std::string before = "x";
  for (int i = 0; i < 60; ++i) {
    const std::string name = fmt::format("d{}", i);
    text << fmt::format("[[derived]]\nname = \"{0}\"\nvalue = \"({1} + {1}) / 2\"\n", name, before);
    before = name;
  }
  const test::Folder folder;
  const Sweep sweep = read_sweep(folder.write("s.toml", text.str()));
  EXPECT_EQ(text_of(Space(sweep).values({4, 0}).back().second), "5");
}

}  // namespace
}  // namespace tandem::sweep
