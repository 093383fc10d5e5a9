// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/coherent_caches.h"

#include <fmt/format.h>

#include "models/core/error.h"

namespace tandem::cpu {

namespace {

constexpr std::uint64_t kLine = LineLedger::kLineBytes;

std::vector<std::string> names_of(const std::vector<CoherentCaches::ClusterSpec>& clusters) {
  std::vector<std::string> names;
  for (const auto& cluster : clusters) names.push_back(cluster.name);
  return names;
}

// Adds one line, merged into the newest burst of the same kind when it continues it.
void append(std::vector<CacheBurst>& bursts, int cluster, bool write, LineNumber line) {
  const std::uint64_t address = line * kLine;
  for (std::size_t back = 0; back < 2 && back < bursts.size(); ++back) {  // reads and write-backs interleave
    CacheBurst& last = bursts[bursts.size() - 1 - back];
    if (last.cluster == cluster && last.write == write && last.address + last.bytes == address &&
        address % kMergedBurstBytes != 0) {
      last.bytes += static_cast<std::uint32_t>(kLine);
      return;
    }
  }
  bursts.push_back({cluster, write, address, static_cast<std::uint32_t>(kLine)});
}

template <class Visit>
void for_each_line(std::uint64_t address, std::int64_t bytes, Visit visit) {
  const std::uint64_t end = address + static_cast<std::uint64_t>(bytes);
  for (LineNumber line = address / kLine; line * kLine < end; ++line) visit(line);
}

}  // namespace

CoherentCaches::CoherentCaches(const std::vector<ClusterSpec>& clusters, std::uint64_t memory_base,
                               std::uint64_t memory_bytes)
    : accesses_(clusters.size(), 0), ledger_(memory_base, memory_bytes, names_of(clusters)) {
  for (const ClusterSpec& cluster : clusters) tags_.emplace_back(cluster.l2, cluster.ways);
}

void CoherentCaches::evict(int cluster, const CacheLine& victim, std::vector<CacheBurst>& bursts) {
  if (!victim.dirty) return;
  append(bursts, cluster, true, victim.line);
  ledger_.written_back(victim.line);
}

void CoherentCaches::take_from_others(int cluster, LineNumber line, bool keep_copy,
                                      std::vector<CacheBurst>& bursts) {
  for (int other = 0; other < static_cast<int>(tags_.size()); ++other) {
    if (other == cluster) continue;
    CacheTags& tags = tags_[static_cast<std::size_t>(other)];
    if (keep_copy) {
      if (ledger_.dirty_owner(line) != other) continue;
      CacheLine* owned = tags.find(line);
      evict(other, *owned, bursts);
      owned->dirty = false;
    } else if (const auto removed = tags.remove(line)) {
      evict(other, *removed, bursts);
    }
  }
}

void CoherentCaches::read(int cluster, std::uint64_t address, std::int64_t bytes,
                          std::vector<CacheBurst>& bursts) {
  CacheTags& tags = tags_[static_cast<std::size_t>(cluster)];
  for_each_line(address, bytes, [&](LineNumber line) {
    ++accesses_[static_cast<std::size_t>(cluster)];
    if (const CacheLine* hit = tags.find(line)) {
      ledger_.check_cached_read(cluster, line, hit->version);
      return;
    }
    take_from_others(cluster, line, true, bursts);
    if (const auto victim = tags.insert(line, ledger_.version(line), false)) evict(cluster, *victim, bursts);
    append(bursts, cluster, false, line);
  });
}

void CoherentCaches::write(int cluster, std::uint64_t address, std::int64_t bytes,
                           std::vector<CacheBurst>& bursts, Writes writes) {
  CacheTags& tags = tags_[static_cast<std::size_t>(cluster)];
  const std::uint64_t end = address + static_cast<std::uint64_t>(bytes);
  for_each_line(address, bytes, [&](LineNumber line) {
    ++accesses_[static_cast<std::size_t>(cluster)];
    const bool whole = line * kLine >= address && (line + 1) * kLine <= end;
    take_from_others(cluster, line, false, bursts);
    if (CacheLine* hit = tags.find(line)) {
      if (!whole) ledger_.check_cached_read(cluster, line, hit->version);
      hit->dirty = true;
      hit->version = ledger_.version(line);
    } else {
      if (!whole || writes == Writes::scattered) append(bursts, cluster, false, line);
      if (const auto victim = tags.insert(line, ledger_.version(line), true)) evict(cluster, *victim, bursts);
    }
    ledger_.became_dirty(cluster, line);
  });
}

void CoherentCaches::clean(int cluster, std::uint64_t address, std::int64_t bytes,
                           std::vector<CacheBurst>& bursts) {
  for_each_line(address, bytes, [&](LineNumber line) {
    CacheLine* hit = tags_[static_cast<std::size_t>(cluster)].find(line);
    if (hit == nullptr || !hit->dirty) return;
    evict(cluster, *hit, bursts);
    hit->dirty = false;
  });
}

void CoherentCaches::invalidate(int cluster, std::uint64_t address, std::int64_t bytes) {
  for_each_line(address, bytes, [&](LineNumber line) {
    const auto removed = tags_[static_cast<std::size_t>(cluster)].remove(line);
    if (removed && removed->dirty) {
      throw SimulationError(
          fmt::format("lost write: cluster {} invalidates the line at {:#x}, which holds newer bytes "
                      "than memory",
                      cluster, line * kLine));
    }
  });
}

void CoherentCaches::device_read(const std::string& device, bool snoops, std::uint64_t address,
                                 std::uint64_t bytes, std::vector<CacheBurst>& bursts) {
  if (!snoops) return ledger_.device_read(device, address, bytes);
  for_each_line(address, static_cast<std::int64_t>(bytes),
                [&](LineNumber line) { take_from_others(-1, line, true, bursts); });
}

void CoherentCaches::device_write(const std::string& device, bool snoops, std::uint64_t address,
                                  std::uint64_t bytes, std::vector<CacheBurst>& bursts) {
  if (snoops) {
    for_each_line(address, static_cast<std::int64_t>(bytes),
                  [&](LineNumber line) { take_from_others(-1, line, false, bursts); });
  }
  ledger_.device_write(device, address, bytes);
}

}  // namespace tandem::cpu
