// SPDX-License-Identifier: Apache-2.0
#include "models/spec/fault.h"

#include <algorithm>

#include "models/toml/reader.h"

namespace tandem::spec {
namespace {

const std::vector<std::string> kKinds = {"slave-error", "decode-error", "no-answer", "slow-memory",
                                         "lost-interrupt"};
constexpr std::int64_t kMost = std::int64_t{1} << 48;
constexpr Picoseconds kLongest(3'600'000'000'000'000);  // an hour

std::string in_microseconds(Picoseconds time) {
  std::string text = std::to_string(time.raw() / 1'000'000);
  if (const std::int64_t rest = time.raw() % 1'000'000; rest != 0) {
    std::string digits = std::to_string(1'000'000 + rest).substr(1);
    while (digits.back() == '0') digits.pop_back();
    text += "." + digits;
  }
  return text + " us";
}

}  // namespace

const char* to_string(FaultKind kind) { return kKinds[static_cast<std::size_t>(kind)].c_str(); }

std::string to_string(const Fault& fault) {
  const std::string kind = to_string(fault.kind);
  switch (fault.kind) {
    case FaultKind::slave_error:
    case FaultKind::decode_error:
    case FaultKind::no_answer:
      return kind + " at beat " + std::to_string(fault.beat) + " of the " +
             (fault.write ? "writes" : "reads") + " of " + fault.at;
    case FaultKind::slow_memory:
      return kind + " by " + in_microseconds(fault.delay) + (fault.at.empty() ? "" : " for " + fault.at) +
             " from " + in_microseconds(fault.from) +
             (fault.length.raw() == 0 ? "" : " to " + in_microseconds(fault.from + fault.length));
    case FaultKind::lost_interrupt:
      return kind + " " + std::to_string(fault.number) + " of " + fault.at;
  }
  return kind;
}

Fault read_fault(const toml_reader::Table& table) {
  Fault fault;
  fault.place = table.place();
  fault.kind = static_cast<FaultKind>(table.choice("kind", kKinds));
  switch (fault.kind) {
    case FaultKind::slave_error:
    case FaultKind::decode_error:
    case FaultKind::no_answer:
      fault.at = table.string("at");
      fault.write = table.choice("access", {"read", "write"}) == 1;
      fault.beat = table.integer("beat", 0, kMost);
      break;
    case FaultKind::slow_memory:
      fault.at = table.string_or("at", "");
      fault.delay = table.time("delay", Picoseconds(1), kLongest);
      fault.from = table.time_or("from", Picoseconds(0), Picoseconds(0), kLongest);
      fault.length = table.time_or("length", Picoseconds(0), Picoseconds(0), kLongest);
      break;
    case FaultKind::lost_interrupt:
      fault.at = table.string("at");
      fault.number = table.integer_or("number", 1, 1, kMost);
      break;
  }
  return fault;
}

void check_faults(const std::vector<Fault>& faults, const Platform& platform) {
  std::vector<std::string> clusters, units;
  for (const Cluster& cluster : platform.clusters) clusters.push_back(cluster.name);
  for (const Accelerator& unit : platform.accelerators) units.push_back(unit.name);
  std::vector<Problem> problems;
  for (const Fault& fault : faults) {
    const bool only_units = fault.kind == FaultKind::lost_interrupt;
    std::vector<std::string> allowed = only_units ? std::vector<std::string>{} : clusters;
    allowed.insert(allowed.end(), units.begin(), units.end());
    if (fault.kind == FaultKind::slow_memory && fault.at.empty()) continue;
    if (std::find(allowed.begin(), allowed.end(), fault.at) != allowed.end()) continue;
    problems.push_back({fault.place, "fault.at",
                        "\"" + fault.at + "\" is nothing of platform " + platform.name + " that " +
                            (only_units ? "gives interrupts" : "uses the bus") +
                            (allowed.empty() ? "" : "; allowed is one of " + join(allowed))});
  }
  if (!problems.empty()) throw InputError(std::move(problems));
}

}  // namespace tandem::spec
