// SPDX-License-Identifier: Apache-2.0
// Random faults in small runs: each ends by itself, either with the reference's tensors or with a message
// that names the culprit. A case is its seed.
#pragma once

#include <cstdint>
#include <string>

#include "models/spec/fault.h"

namespace tandem::sim {

enum class Verdict { exact, failed, never_met, wrong };

struct FaultOutcome {
  std::string what;  // machine and fault, for people
  spec::FaultKind kind = spec::FaultKind::slave_error;
  bool rtl = false;
  Verdict verdict = Verdict::wrong;
  std::string message;  // the failure's, or what is wrong
};

// Runs case `seed` in a process of its own. Wrong: another tensor than the reference's, no tensor although
// the fault was harmless, a message that does not say who, where and when, a process that died or took
// two minutes of a processor.
FaultOutcome run_fault(std::uint64_t seed);

}  // namespace tandem::sim
