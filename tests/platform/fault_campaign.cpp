// SPDX-License-Identifier: Apache-2.0
#include "tests/platform/fault_campaign.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <map>
#include <regex>

#include "models/core/random.h"
#include "tests/platform/child_run.h"

namespace tandem::sim {
namespace {

using spec::FaultKind;

constexpr rlim_t kPatience = 120;  // seconds of the processor's time: only a hang takes so long
constexpr int kImages = 2;

struct Setting {
  const char* platform;
  spec::Planner planner;
  bool may_rtl;  // the default build has this array
};
constexpr Setting kSettings[] = {{"ultra96", spec::Planner::cosched, true},
                                 {"ultra96", spec::Planner::accelerator_only, true},
                                 {"edge_soc", spec::Planner::joint, false},
                                 {"edge_soc", spec::Planner::cosched, false},
                                 {"hikey970", spec::Planner::pipeit, false}};

struct Prepared {
  Bench bench;
  std::string reference;
};
const Prepared& prepared(std::size_t setting) {
  static std::map<std::size_t, Prepared> all;
  auto found = all.find(setting);
  if (found == all.end()) {
    Prepared made{
        make_bench(kSettings[setting].platform, "tiny", network::Precision::int8, kSettings[setting].planner),
        ""};
    made.reference = reference_sha256(made.bench.model, kImages);
    found = all.emplace(setting, std::move(made)).first;
  }
  return found->second;
}

spec::Fault random_fault(Random& random, const spec::Platform& platform) {
  spec::Fault fault;
  const bool units = !platform.accelerators.empty();
  do {
    fault.kind = static_cast<FaultKind>(random.below(5));
  } while (fault.kind == FaultKind::lost_interrupt && !units);
  const auto cluster = [&] { return platform.clusters[random.below(platform.clusters.size())].name; };
  const auto unit = [&] { return platform.accelerators[random.below(platform.accelerators.size())].name; };
  fault.at = fault.kind == FaultKind::lost_interrupt || (units && random.below(2) == 0) ? unit() : cluster();
  fault.write = random.below(2) == 0;
  // tiny moves some 100 kB: few of these lie behind its last beat.
  fault.beat = static_cast<std::int64_t>(random.below(std::uint64_t{1} << random.between(3, 12)));
  fault.number = random.between(1, 8);
  if (fault.kind == FaultKind::slow_memory) {
    if (random.below(2) == 0) fault.at.clear();
    fault.delay = Picoseconds(1'000 * random.between(1, 1 << random.between(4, 14)));
    fault.from = Picoseconds(1'000'000 * random.between(0, 300));
    if (random.below(2) == 0) fault.length = Picoseconds(1'000'000 * random.between(1, 300));
  }
  return fault;
}

// What the machine itself must say, whatever the injector adds behind it.
std::string must_say(const spec::Fault& fault, const Bench& bench) {
  const bool unit = fault.at.starts_with("accelerator");
  const std::string access = fault.write ? "write" : "read";
  const std::string address = " of address 0x[0-9a-f]+", time = " [0-9.]+ us";
  const std::string stop = "(deadlock|standstill).*" + time + ".*";
  switch (fault.kind) {
    case FaultKind::slave_error:
    case FaultKind::decode_error: {
      const bool decode = fault.kind == FaultKind::decode_error;
      if (unit)
        return fault.at + " reports " + (decode ? "DECERR" : "SLVERR") +
               " at address 0x[0-9a-f]+ .*, seen at" + time;
      // A line that another cluster's core asks for is written back through the owner's port.
      const std::string error = std::string(decode ? "decode" : "slave") + " error on a " + access;
      return "(of cluster " + fault.at + ": " + error + "|" + error + " through " + fault.at + "_port)" +
             address + " at" + time;
    }
    case FaultKind::no_answer:
      if (unit) return stop + fault.at + " waits since" + time + " for an answer to its " + access + address;
      return stop + "(" + fault.at + "_core[0-9]+ waits for an answer to its " + access + "|" + access +
             " through " + fault.at + "_port)" + address + ", asked at" + time + "|" + stop + fault.at +
             " waits since" + time + " for an answer to its " + access + address;
    case FaultKind::lost_interrupt:
      return bench.schedule.wait == spec::WaitPolicy::polling
                 ? ""
                 : stop + " waits for .*" + fault.at + ".*" + fault.at +
                       " holds its interrupt up, which no core has seen";
    case FaultKind::slow_memory:
      return "";
  }
  return "";
}

// "met" or "not met", then the hash.
std::string run_once(const Bench& bench, const MachineOptions& options) {
  const rlimit limit{kPatience, kPatience};
  setrlimit(RLIMIT_CPU, &limit);
  const spec::RunResult result = simulate(bench.platform, bench.model, bench.schedule, kImages, options);
  return std::string(result.faults.front().happened ? "met " : "not met ") + result.output_sha256;
}

}  // namespace

FaultOutcome run_fault(std::uint64_t seed) {
  Random random(seed, "faults");
  const std::size_t index = random.below(std::size(kSettings));
  const Setting& setting = kSettings[index];
  const Prepared& own = prepared(index);
  Bench bench = own.bench;
  bench.schedule.wait = random.below(3) == 0 ? spec::WaitPolicy::polling : spec::WaitPolicy::interrupt;
  MachineOptions options;
  options.rtl = setting.may_rtl && random.below(2) == 0;
  const spec::Fault fault = random_fault(random, bench.platform);
  options.faults = {fault};

  FaultOutcome outcome;
  outcome.kind = fault.kind;
  outcome.rtl = options.rtl;
  outcome.what = fmt::format(
      "{} {} {} {}: {}", setting.platform, to_string(setting.planner), options.rtl ? "rtl" : "model",
      bench.schedule.wait == spec::WaitPolicy::polling ? "polling" : "interrupt", to_string(fault));
  const std::string must = must_say(fault, bench);
  try {
    const std::string answer = text_from_child([&] { return run_once(bench, options); });
    const bool met = answer.starts_with("met ");
    if (answer.substr(answer.rfind(' ') + 1) != own.reference) {
      outcome.message = "the tensors are not the reference's";
      return outcome;
    }
    outcome.verdict = met ? Verdict::exact : Verdict::never_met;
  } catch (const SimulationError& error) {
    outcome.message = error.what();
    const std::string said = outcome.message.substr(0, outcome.message.find("; injected: "));
    if (!must.empty() && std::regex_search(said, std::regex(must))) outcome.verdict = Verdict::failed;
  } catch (const std::exception& error) {
    outcome.message = error.what();
  }
  return outcome;
}

}  // namespace tandem::sim
