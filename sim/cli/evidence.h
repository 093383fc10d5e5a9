// SPDX-License-Identifier: Apache-2.0
// Suites of `tandem validate` that hold the simulator against something independent: a board, a closed form.
#pragma once

#include <string>
#include <vector>

namespace tandem::cli {

// One claim. `error` and `tolerance` are in percent of the reference, or, where `at_least`, the figure must
// reach the reference.
struct Evidence {
  std::string suite, claim, reference;  // what it is held against
  std::string unit;
  double expected = 0, figure = 0;
  double tolerance = 0;
  bool at_least = false;
  bool calibrated = false;  // constants were fitted to this reference
  [[nodiscard]] double error() const { return 100 * (figure / expected - 1); }
  [[nodiscard]] bool pass() const;
};

std::vector<std::string> evidence_suites();
std::vector<Evidence> collect_evidence(const std::string& suite);  // of evidence_suites()

}  // namespace tandem::cli
