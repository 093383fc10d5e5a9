// SPDX-License-Identifier: Apache-2.0
#include "dse/report/over_time.h"

#include <algorithm>

namespace tandem::report {

namespace {

// The least of 1, 2, 5, 10, 20 ... ns that is not shorter.
Picoseconds round_length(Picoseconds at_least) {
  std::int64_t unit = 1000;
  for (;; unit *= 10) {
    for (const std::int64_t factor : {1, 2, 5}) {
      if (unit * factor >= at_least.raw()) return Picoseconds(unit * factor);
    }
  }
}

}  // namespace

OverTime over_time(const spec::RunResult& result, int windows) {
  OverTime answer;
  if (result.timeline.masters.empty() || result.total.raw() <= 0) return answer;
  answer.window = round_length(Picoseconds(divide_up(result.total.raw(), windows)));
  answer.masters = result.timeline.masters;
  const auto count = static_cast<std::size_t>(divide_up(result.total.raw(), answer.window.raw()));
  const std::vector<double> none(count, 0.0);
  answer.read_gbytes_per_s.assign(answer.masters.size(), none);
  answer.write_gbytes_per_s = answer.read_gbytes_per_s;
  answer.transactions = none;
  for (const spec::Transaction& own : result.timeline.transactions) {
    auto& rates = own.write ? answer.write_gbytes_per_s : answer.read_gbytes_per_s;
    const std::int64_t length = std::max<std::int64_t>(1, (own.end - own.begin).raw());
    const auto first = static_cast<std::size_t>(own.begin / answer.window);
    for (std::size_t i = first; i < count; ++i) {
      const Picoseconds window_begin = answer.window * static_cast<std::int64_t>(i);
      if (window_begin >= own.end) break;
      const Picoseconds overlap =
          std::min(own.end, window_begin + answer.window) - std::max(own.begin, window_begin);
      const double share = static_cast<double>(overlap.raw()) / static_cast<double>(length);
      // Bytes a picosecond are TB/s.
      rates[static_cast<std::size_t>(own.master)][i] +=
          1000.0 * own.bytes * share / static_cast<double>(answer.window.raw());
      answer.transactions[i] += static_cast<double>(overlap.raw()) / static_cast<double>(answer.window.raw());
    }
  }
  return answer;
}

}  // namespace tandem::report
