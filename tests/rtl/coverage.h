// SPDX-License-Identifier: Apache-2.0
// The coverage plan of the random campaign (docs/verification.md says why each point is in it) and the counts
// of what was seen. A point is a named list of bins; a bin that no point has is an error of the collector.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace tandem::rtl_test {

struct CoveragePoint {
  std::string name;
  std::vector<std::string> bins;
};

const std::vector<CoveragePoint>& coverage_plan();
std::size_t coverage_bins();  // of all points

class Coverage {
 public:
  // Counts in `counts`, coverage_bins() of them, which several processes may share: each its own.
  explicit Coverage(std::span<std::uint64_t> counts);

  // Throws std::logic_error when the plan has no such bin.
  void hit(const std::string& point, const std::string& bin);

 private:
  std::span<std::uint64_t> counts_;
};

// A line a point: name, bins hit, bins, and the bins without a hit.
std::string coverage_table(std::span<const std::uint64_t> counts);
// point,bin,hits
std::string coverage_csv(std::span<const std::uint64_t> counts);

}  // namespace tandem::rtl_test
