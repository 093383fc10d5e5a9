// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/evidence.h"

#include <cmath>
#include <utility>

namespace tandem::cli {

namespace {

using Suite = std::pair<const char*, std::vector<Evidence> (*)()>;
const std::vector<Suite> kSuites = {{"agreement", agreement_evidence},
                                    {"contention", contention_evidence},
                                    {"cosched", cosched_evidence},
                                    {"cpu", cpu_evidence},
                                    {"energy", energy_evidence},
                                    {"memory", memory_evidence},
                                    {"model", model_evidence},
                                    {"pipeit", pipeit_evidence},
                                    {"rtl", rtl_evidence}};

}  // namespace

bool Evidence::pass() const {
  switch (bound) {
    case Bound::at_least:
      return figure >= expected;
    case Bound::at_most:
      return figure <= expected;
    case Bound::within:
    case Bound::points:
      return std::abs(error()) <= tolerance;
  }
  return false;
}

std::vector<std::string> evidence_suites() {
  std::vector<std::string> names;
  for (const Suite& suite : kSuites) names.emplace_back(suite.first);
  return names;
}

std::vector<Evidence> collect_evidence(const std::string& name) {
  for (const Suite& suite : kSuites) {
    if (name == suite.first) return suite.second();
  }
  return {};
}

}  // namespace tandem::cli
