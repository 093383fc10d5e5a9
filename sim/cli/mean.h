// SPDX-License-Identifier: Apache-2.0
// The arithmetic mean, 0 of nothing.
#pragma once

#include <numeric>
#include <vector>

namespace tandem::cli {

inline double mean(const std::vector<double>& values) {
  if (values.empty()) return 0;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace tandem::cli
