// SPDX-License-Identifier: Apache-2.0
// A schedule survives its file, and a file that is no schedule is refused with its places.
#include <gtest/gtest.h>

#include "models/spec/schedule.h"
#include "tests/unit/config_text.h"

namespace tandem::spec {
namespace {

using test::ConfigText;

Schedule example() {
  Schedule schedule;
  schedule.network = "a \"quoted\" \\ name\twith all of it";
  schedule.planner = "by hand";
  schedule.predicted_latency = Picoseconds(123'456'789'012'345);
  schedule.stages = {{"first", "last", {"a53x4", "accelerator0"}}, {"", "\n", {}, {"a", "\"b\""}}};
  schedule.queue_depth = 3;
  schedule.images_in_flight = 1;
  schedule.items = {{"conv/1", "accelerator0", 0, 64, 0, 56, Picoseconds(1)},
                    {"conv/1", "a53x4", 64, 1000, 0, 56, Picoseconds(999'999'999'999)},
                    {"\xc3\xbc", "a53x1", 0, 8, 3, 4, Picoseconds(0), "winograd-hybrid"}};
  schedule.wait = WaitPolicy::polling;
  schedule.points = {{"conv/1", "a53", Hertz(999'999'999)}};
  return schedule;
}

TEST(ScheduleFile, ComesBackAsItWas) {
  const Schedule schedule = example();
  const Schedule back = read_schedule(ConfigText(write_schedule_toml(schedule)).write().path());
  EXPECT_EQ(back, schedule);
  EXPECT_EQ(write_schedule_toml(back), write_schedule_toml(schedule));
}

TEST(ScheduleFile, OfNothingComesBackToo) {
  EXPECT_EQ(read_schedule(ConfigText(write_schedule_toml(Schedule{})).write().path()), Schedule{});
}

std::string said(const std::string& text) {
  return ConfigText(text).messages([](const std::string& path) { read_schedule(path); });
}

TEST(ScheduleErrors, AnotherFormat) {
  EXPECT_EQ(said("format = 2\nnetwork = \"n\"\nplanner = \"p\"\n"),
            "f.toml:1:10: format: is 2; allowed is 1 to 1");
  EXPECT_EQ(said("network = \"n\"\nplanner = \"p\"\n"),
            "f.toml:1:1: format: is missing; give an integer from 1 to 1");
}

TEST(ScheduleErrors, RangesThatAreNone) {
  const auto item = [](const std::string& channels, const std::string& rows) {
    return said(
        "format = 1\nnetwork = \"n\"\nplanner = \"p\"\n[[item]]\nlayer = \"l\"\nresource = \"r\"\nchannels "
        "= " +
        channels + "\nrows = " + rows + "\n");
  };
  EXPECT_EQ(item("[0, 8]", "[0, 1]"), "");
  EXPECT_EQ(item("[8, 8]", "[0, 1]"),
            "f.toml:7:12: item[0].channels: is no range; give [begin, end] with 0 <= begin < end");
  EXPECT_EQ(item("[0, 8, 16]", "[3]"),
            "f.toml:7:12: item[0].channels: is no range; give [begin, end] with 0 <= begin < end\n"
            "f.toml:8:8: item[0].rows: is no range; give [begin, end] with 0 <= begin < end");
}

TEST(ScheduleErrors, ARangeBelowZeroIsOneProblem) {
  const std::string message = said(
      "format = 1\nnetwork = \"n\"\nplanner = \"p\"\n[[item]]\nlayer = \"l\"\nresource = \"r\"\n"
      "channels = [-8, 8]\nrows = [0, 1]\n");
  EXPECT_EQ(message, "f.toml:7:12: item[0].channels: is no range; give [begin, end] with 0 <= begin < end");
}

}  // namespace
}  // namespace tandem::spec
