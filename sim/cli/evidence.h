// SPDX-License-Identifier: Apache-2.0
// Suites of `tandem validate` that hold the simulator against something independent: a board, a closed form.
#pragma once

#include <string>
#include <vector>

namespace tandem::cli {

enum class Bound {
  within,    // so many percent of what is expected
  points,    // so many of the figure's own unit
  at_least,  // the expected figure
  at_most,
};

// One claim.
struct Evidence {
  std::string suite, claim, reference;  // what it is held against
  std::string unit;
  double expected = 0, figure = 0;
  Bound bound = Bound::within;
  double tolerance = 0;
  bool calibrated = false;  // constants were fitted to this reference
  std::string why{};        // what is known about a figure outside
  // In percent, or in the figure's own unit for Bound::points.
  [[nodiscard]] double error() const {
    return bound == Bound::points ? figure - expected : 100 * (figure / expected - 1);
  }
  [[nodiscard]] bool pass() const;
};

std::vector<std::string> evidence_suites();
std::vector<Evidence> collect_evidence(const std::string& suite);  // of evidence_suites()

// One file a suite:
std::vector<Evidence> agreement_evidence();
std::vector<Evidence> model_evidence();
std::vector<Evidence> contention_evidence();
std::vector<Evidence> cosched_evidence();
std::vector<Evidence> cpu_evidence();
std::vector<Evidence> energy_evidence();
std::vector<Evidence> int8_evidence();  // of the suite cpu
std::vector<Evidence> memory_evidence();
std::vector<Evidence> pipeit_evidence();
std::vector<Evidence> rtl_evidence();

}  // namespace tandem::cli
