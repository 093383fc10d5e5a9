// SPDX-License-Identifier: Apache-2.0
#include "models/spec/schedule.h"

#include <fmt/format.h>

#include "models/toml/reader.h"

namespace tandem::spec {

using toml_reader::Document;
using toml_reader::quote;
using toml_reader::Table;

const std::vector<std::string>& wait_policy_names() {
  static const std::vector<std::string> kNames = {"interrupt", "polling"};
  return kNames;
}

const char* to_string(WaitPolicy policy) {
  return wait_policy_names()[static_cast<std::size_t>(policy)].c_str();
}

namespace {
std::string quoted(const std::vector<std::string>& names) {
  std::vector<std::string> all;
  for (const std::string& name : names) all.push_back(quote(name));
  return join(all);
}
}  // namespace

std::string write_schedule_toml(const Schedule& schedule) {
  std::string text =
      fmt::format("format = {}\nnetwork = {}\nplanner = {}\nwait = {}\npredicted_latency = \"{} ps\"\n",
                  kScheduleFormat, quote(schedule.network), quote(schedule.planner),
                  quote(to_string(schedule.wait)), schedule.predicted_latency.raw());
  if (schedule.queue_depth != Schedule{}.queue_depth)
    text += fmt::format("queue_depth = {}\n", schedule.queue_depth);
  if (schedule.images_in_flight != 0)
    text += fmt::format("images_in_flight = {}\n", schedule.images_in_flight);
  for (const Stage& stage : schedule.stages) {
    text += fmt::format("\n[[stage]]\nfirst_layer = {}\nlast_layer = {}\nresources = [{}]\n",
                        quote(stage.first_layer), quote(stage.last_layer), quoted(stage.resources));
    if (!stage.layers.empty()) text += fmt::format("layers = [{}]\n", quoted(stage.layers));
  }
  for (const WorkItem& item : schedule.items) {
    text += fmt::format(
        "\n[[item]]\nlayer = {}\nresource = {}\nchannels = [{}, {}]\nrows = [{}, {}]\npredicted = \"{} "
        "ps\"\n",
        quote(item.layer), quote(item.resource), item.k0, item.k1, item.p0, item.p1, item.predicted.raw());
    if (!item.kernel.empty()) text += fmt::format("kernel = {}\n", quote(item.kernel));
  }
  for (const PointChange& change : schedule.points) {
    text += fmt::format("\n[[operating_point]]\nlayer = {}\ncluster = {}\nfrequency = \"{} Hz\"\n",
                        quote(change.layer), quote(change.cluster), change.frequency.raw());
  }
  return text;
}

namespace {
constexpr int kMostInFlight = 64;

void read_range(const Table& table, const std::string& key, int& begin, int& end) {
  const std::vector<std::int64_t> values = table.integers(key, INT64_MIN, 1 << 24);
  if (values.size() != 2 || values[0] < 0 || values[0] >= values[1]) {
    table.problem(key, "is no range; give [begin, end] with 0 <= begin < end");
    return;
  }
  begin = static_cast<int>(values[0]);
  end = static_cast<int>(values[1]);
}
}  // namespace

Schedule read_schedule(const std::string& path) {
  const Document document = Document::parse_file(path);
  const Table root = document.root();
  Schedule schedule;
  root.integer("format", kScheduleFormat, kScheduleFormat);
  schedule.network = root.string("network");
  schedule.planner = root.string("planner");
  schedule.wait = static_cast<WaitPolicy>(root.choice_or("wait", 0, wait_policy_names()));
  const Picoseconds longest{INT64_MAX};
  schedule.predicted_latency = root.time_or("predicted_latency", Picoseconds(0), Picoseconds(0), longest);
  schedule.queue_depth = static_cast<int>(root.integer_or("queue_depth", 2, 1, kMostInFlight));
  schedule.images_in_flight = static_cast<int>(root.integer_or("images_in_flight", 0, 0, kMostInFlight));
  for (const Table& table : root.tables("stage")) {
    schedule.stages.push_back({table.string("first_layer"), table.string("last_layer"),
                               table.strings("resources"), table.strings("layers")});
  }
  for (const Table& table : root.tables("item")) {
    WorkItem item;
    item.layer = table.string("layer");
    item.resource = table.string("resource");
    read_range(table, "channels", item.k0, item.k1);
    read_range(table, "rows", item.p0, item.p1);
    item.predicted = table.time_or("predicted", Picoseconds(0), Picoseconds(0), longest);
    item.kernel = table.string_or("kernel", "");
    schedule.items.push_back(item);
  }
  for (const Table& table : root.tables("operating_point")) {
    schedule.points.push_back({table.string("layer"), table.string("cluster"),
                               table.frequency("frequency", Hertz(1'000'000), Hertz(10'000'000'000))});
  }
  document.finish();
  return schedule;
}

}  // namespace tandem::spec
