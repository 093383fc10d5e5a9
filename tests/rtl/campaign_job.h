// SPDX-License-Identifier: Apache-2.0
// One job of the random campaign: everything about it follows from (seed, array, index). It is a shape with
// data on a bus of random behaviour; sometimes a second job is queued behind it, sometimes a beat of one of
// its engines is answered with an error and the job runs again afterwards. It passes when the whole memory is
// what execute() makes of it, registers and counters agree, and every rule of the bus was kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/core/random.h"
#include "tests/rtl/coverage.h"
#include "tests/rtl/random_job.h"

namespace tandem::rtl_test {

struct InjectedError {
  int engine = 0;  // as ERROR_INFO.engine
  Response response = Response::slave_error;
  std::uint64_t address = 0;
  bool in_queued_descriptor = false;
};

struct CampaignJob {
  std::string array;
  PlacedJob first;
  std::optional<PlacedJob> second;
  int second_after = 0;  // cycles between the doorbells
  std::optional<InjectedError> error;
  Timing timing;
  std::uint32_t watchdog = 0;
  std::uint64_t base = 0, bytes = 0;  // of the memory
};

struct Finished {
  Observed observed;
  bool waited_for_features = false, waited_for_weights = false, waited_for_output = false;
};

inline constexpr std::int64_t kCampaignWork = 2500;  // array cycles of a job, about, at most

struct CampaignResult {
  std::string problem;  // what went wrong, or empty
  std::int64_t cycles = 0;
};

CampaignResult run_campaign_job(const Variant& variant, std::uint64_t seed, int index, Coverage& coverage);

// Hits the bins of a job that passed. `memory` is as it left it.
void collect(const CampaignJob& job, const Finished& finished, const accelerator::Array& array,
             Memory& memory, Coverage& coverage);

}  // namespace tandem::rtl_test
