// SPDX-License-Identifier: Apache-2.0
// Sixty of the campaign's faults; `./tandem test --full` runs a thousand (fault_campaign).
#include "tests/platform/fault_campaign.h"

#include <gtest/gtest.h>

#include <map>

namespace tandem::sim {
namespace {

TEST(FaultCampaign, EveryFaultEndsInTheReferencesTensorsOrInTheCulpritsName) {
  std::map<Verdict, int> verdicts;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const FaultOutcome outcome = run_fault(seed);
    ++verdicts[outcome.verdict];
    EXPECT_NE(outcome.verdict, Verdict::wrong) << seed << ": " << outcome.what << "\n" << outcome.message;
  }
  EXPECT_GE(verdicts[Verdict::failed], 15) << "faults that end a run";
  EXPECT_GE(verdicts[Verdict::exact], 5) << "faults that it survives";
}

}  // namespace
}  // namespace tandem::sim
