// SPDX-License-Identifier: Apache-2.0
#include "tests/rtl/coverage.h"

#include <fmt/core.h>

#include <stdexcept>

namespace tandem::rtl_test {

namespace {

using Bins = std::vector<std::string>;

const Bins kForms = {"dense", "folded", "grouped"};

Bins cross(const Bins& outer, const Bins& inner) {
  Bins all;
  for (const std::string& a : outer) {
    for (const std::string& b : inner) {
      all.push_back(a);
      all.back() += " ";
      all.back() += b;
    }
  }
  return all;
}

Bins without(Bins bins, const Bins& impossible) {
  for (const std::string& bin : impossible) std::erase(bins, bin);
  return bins;
}

std::vector<CoveragePoint> make_plan() {
  const Bins arrays = {"2x4", "2x32", "4x8", "4x32", "8x8", "8x32", "16x16", "32x4", "32x32"};
  const Bins kernels = {"1", "2", "3", "4", "5", "7", "11"};
  const Bins strides = {"1", "2", "3", "4"};
  const Bins dilations = {"1", "2", "3"};
  const Bins zero_points = {"-128", "0", "127", "other"};
  const Bins roundings = {"half-up", "half-even", "half-away", "floor"};
  const Bins element = {"int8", "int32"};
  const Bins engines = {"descriptor", "features", "weights", "table", "output"};
  const Bins runs = {"features", "weights", "table", "output"};
  const Bins amounts = {"1", "2", "many"};
  return {
      // A chunk of 4 inputs cannot hold several folded pixels.
      {"array and form", without(cross(arrays, kForms), {"2x4 folded", "32x4 folded"})},
      {"array and result", cross(arrays, element)},
      {"kernel height", cross(kForms, kernels)},
      {"kernel width", cross(kForms, kernels)},
      {"stride down", cross(kForms, strides)},
      {"stride across", cross(kForms, strides)},
      {"dilation down", cross(kForms, dilations)},
      {"dilation across", without(cross(kForms, dilations), {"folded 2", "folded 3"})},
      {"padding", cross(kForms, cross({"top", "left", "bottom", "right"}, {"0", "some"}))},
      {"band in the padding", {"above the input", "below the input"}},
      {"input zero point", zero_points},
      {"output zero point", zero_points},
      {"padding of a zero point", cross(kForms, {"-128", "127"})},
      {"rounding", cross(kForms, cross(roundings, element))},
      {"tie that shows",
       cross(roundings, {"positive even", "positive odd", "negative even", "negative odd"})},
      {"multiplier", {"negative", "0", "small", "2^31-1", "-2^31", "other"}},
      {"shift", {"0", "1..30", "31..61", "62"}},
      {"clamp", {"none", "below", "above", "both"}},
      {"result", {"at the lower bound", "at the upper bound", "between"}},
      {"output channels", cross(kForms, {"below Tm", "whole groups", "partial last group"})},
      {"last output plane", cross(element, {"full", "partial"})},
      {"output groups", cross(kForms, {"1", "2", "3..8", "above 8"})},
      {"input channels", {"below Tn", "whole chunks", "partial last chunk"}},
      {"folded input channels", {"1", "2", "3", "4"}},
      {"slices", cross(element, amounts)},
      {"last slice", {"as long", "shorter"}},
      {"bands", cross(kForms, amounts)},
      {"last band", {"as high", "lower"}},
      {"one-pixel band", cross({"slices"}, amounts)},
      {"row range", cross(kForms, {"all", "first rows", "last rows", "inside"})},
      {"first row of a band in memory", cross(kForms, {"at a beat", "inside a beat"})},
      {"first result of a band", cross(element, {"at a beat", "inside a beat"})},
      {"next band's features", {"fit beside", "wait for room"}},
      {"feature ring", cross(kForms, {"wraps"})},
      {"weight ring", cross(kForms, {"wraps"})},
      {"array waits for", cross(kForms, {"features", "weights", "output"})},
      {"results fill the FIFO", kForms},
      {"array shape", cross({"dense", "grouped"}, {"Tm<Tn", "Tm=Tn", "Tm>Tn"})},
      {"channels of a group", {"1", "2", "4", "8", "16", "32"}},
      {"group phase", {"0", "middle", "last"}},
      {"folded steps across", amounts},
      {"padding inside a folded step", {"left", "right", "both"}},
      {"folded first pixel in its word", {"0", "1", "2", "3"}},
      {"reads outstanding", {"1..4", "5..7", "8"}},
      {"writes outstanding", {"1", "2..7", "8"}},
      {"read responses", {"in order", "overtaking", "interleaved"}},
      {"run cut at 4 KiB", runs},
      {"burst below 16 beats", runs},
      {"write strobes", {"all", "some"}},
      {"memory", cross({"steady", "jitter"}, {"no stalls", "few stalls", "many stalls"})},
      {"addresses", {"below 4 GiB", "above", "across"}},
      {"queue", {"alone", "rung in at once", "rung in later"}},
      {"injected error", cross(kForms, cross(engines, {"SLVERR", "DECERR"}))},
      {"error and a queued job", {"the running job fails", "the queued descriptor fails"}},
      {"watchdog", {"off", "armed"}},
  };
}

const std::map<std::string, std::size_t>& bin_indices() {
  static const std::map<std::string, std::size_t> indices = [] {
    std::map<std::string, std::size_t> all;
    for (const CoveragePoint& point : coverage_plan()) {
      for (const std::string& bin : point.bins) all.emplace(point.name + "/" + bin, all.size());
    }
    return all;
  }();
  return indices;
}

}  // namespace

const std::vector<CoveragePoint>& coverage_plan() {
  static const std::vector<CoveragePoint> plan = make_plan();
  return plan;
}

std::size_t coverage_bins() { return bin_indices().size(); }

Coverage::Coverage(std::span<std::uint64_t> counts) : counts_(counts) {
  if (counts.size() != coverage_bins()) throw std::logic_error("coverage counts of another plan");
}

void Coverage::hit(const std::string& point, const std::string& bin) {
  const auto at = bin_indices().find(point + "/" + bin);
  if (at == bin_indices().end()) throw std::logic_error("no coverage bin " + point + "/" + bin);
  ++counts_[at->second];
}

std::string coverage_table(std::span<const std::uint64_t> counts) {
  std::string table = fmt::format("{:<32} {:>5} {:>5}  {}\n", "point", "hit", "bins", "not seen");
  std::size_t at = 0;
  std::size_t hits = 0;
  for (const CoveragePoint& point : coverage_plan()) {
    std::size_t seen = 0;
    std::string missing;
    for (const std::string& bin : point.bins) {
      if (counts[at++] > 0) {
        ++seen;
      } else {
        missing += missing.empty() ? bin : ", " + bin;
      }
    }
    hits += seen;
    table += fmt::format("{:<32} {:>5} {:>5}  {}\n", point.name, seen, point.bins.size(), missing);
  }
  return table + fmt::format("{:<32} {:>5} {:>5}  {:.1f} %\n", "all", hits, at,
                             100.0 * static_cast<double>(hits) / static_cast<double>(at));
}

std::string coverage_csv(std::span<const std::uint64_t> counts) {
  std::string csv = "point,bin,hits\n";
  std::size_t at = 0;
  for (const CoveragePoint& point : coverage_plan()) {
    for (const std::string& bin : point.bins) csv += fmt::format("{},{},{}\n", point.name, bin, counts[at++]);
  }
  return csv;
}

}  // namespace tandem::rtl_test
