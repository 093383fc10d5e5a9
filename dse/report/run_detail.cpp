// SPDX-License-Identifier: Apache-2.0
#include "dse/report/run_detail.h"

#include <algorithm>
#include <cstdint>

#include "dse/report/chart.h"
#include "dse/report/over_time.h"

namespace tandem::report {

using spec::Reason;

namespace {

constexpr std::int64_t kGrains = 1500;  // what is shorter than this part of the run gets no block of its own
constexpr int kWindows = 400;

struct Block {
  Picoseconds begin{0}, end{0};
  int layer = -1;
  bool waiting = false;
  spec::Account account;
};

constexpr std::int64_t kTrafficGrains = 4;  // longest block of traffic that is not one span

// A track's spans as few blocks: one a layer while its core works, one while it waits; traffic that is close,
// in blocks so short that how busy each is can be told apart.
std::vector<Block> blocks_of(const spec::RunResult& result, int track) {
  const Picoseconds grain(result.total.raw() / kGrains);
  const spec::TrackKind kind = result.tracks[static_cast<std::size_t>(track)].kind;
  const bool traffic = kind == spec::TrackKind::interconnect || kind == spec::TrackKind::dram;
  std::vector<Block> blocks;
  for (const spec::AcceleratorWork& job : result.timeline.jobs) {
    if (job.track != track) continue;
    Block block{job.begin, std::min(job.end, result.total), job.layer, false, {}};
    block.account[Reason::compute] = job.computing;
    block.account[Reason::transfer] = block.end - block.begin - job.computing;
    blocks.push_back(block);
  }
  for (const spec::Span& span : result.timeline.spans) {
    if (span.track != track) continue;
    const bool waits = span.reason == Reason::synchronisation && span.end - span.begin > grain;
    if (!blocks.empty()) {
      Block& last = blocks.back();
      const bool near = span.begin - last.end <= grain;
      const bool fits = !traffic || span.end - last.begin <= grain * kTrafficGrains;
      if (last.layer == span.layer && near && fits && last.waiting == waits) {
        last.account[Reason::idle] += span.begin - last.end;
        last.account[span.reason] += span.end - span.begin;
        last.end = span.end;
        continue;
      }
    }
    blocks.push_back({span.begin, span.end, span.layer, waits, {}});
    blocks.back().account[span.reason] = span.end - span.begin;
  }
  return blocks;
}

Json tracks_json(const spec::RunResult& result) {
  Json tracks = Json::array();
  for (std::size_t track = 0; track < result.tracks.size(); ++track) {
    Json blocks = Json::array();
    for (const Block& block : blocks_of(result, static_cast<int>(track))) {
      Json own = {rounded(to_microseconds(block.begin)), rounded(to_microseconds(block.end)), block.layer,
                  block.waiting ? 1 : 0};
      for (const Picoseconds part : block.account.time) own.push_back(rounded(to_microseconds(part)));
      blocks.push_back(own);
    }
    tracks.push_back({{"name", result.tracks[track].name}, {"blocks", blocks}});
  }
  return tracks;
}

// Bytes that each master moved while a layer was open, by the transaction's end.
Json layer_bytes(const spec::RunResult& result) {
  std::vector<std::vector<std::int64_t>> bytes(result.layers.size(),
                                               std::vector<std::int64_t>(result.timeline.masters.size(), 0));
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    const spec::LayerResult& layer = result.layers[i];
    // In order of their ends.
    auto own = std::upper_bound(
        result.timeline.transactions.begin(), result.timeline.transactions.end(), layer.start,
        [](Picoseconds time, const spec::Transaction& transaction) { return time < transaction.end; });
    for (; own != result.timeline.transactions.end() && own->end <= layer.end; ++own)
      bytes[i][static_cast<std::size_t>(own->master)] += own->bytes;
  }
  return bytes;
}

Json rates(const std::vector<std::vector<double>>& all) {
  Json json = Json::array();
  for (const std::vector<double>& own : all) {
    Json values = Json::array();
    for (const double value : own) values.push_back(rounded(value));
    json.push_back(values);
  }
  return json;
}

}  // namespace

Json run_detail(const spec::RunResult& result, const Machine& machine, const std::string& command) {
  Json json;
  json["command"] = command;
  json["memory_gbytes_per_s"] = machine.memory_gbytes_per_s;
  json["roofs"] = Json::array();
  for (const Roof& roof : machine.roofs)
    json["roofs"].push_back({{"name", roof.name}, {"gmacs_per_s", roof.gmacs_per_s}});
  json["tracks"] = tracks_json(result);
  const OverTime over = over_time(result, kWindows);
  json["over_time"] = {{"window_us", to_microseconds(over.window)},
                       {"masters", over.masters},
                       {"read_gbytes_per_s", rates(over.read_gbytes_per_s)},
                       {"write_gbytes_per_s", rates(over.write_gbytes_per_s)},
                       {"transactions", rates({over.transactions})[0]}};
  json["layer_bytes"] = layer_bytes(result);
  return json;
}

}  // namespace tandem::report
