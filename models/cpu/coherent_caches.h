// SPDX-License-Identifier: Apache-2.0
// The clusters' shared L2 caches and what an access makes them do on the bus.
//
// Modelled: tags with capacity and LRU, write-back with write-allocate (not of a line written in one go),
// clusters coherent with each other (a write takes the line from the others, a read of a line dirty elsewhere
// makes the owner write it back first), cache maintenance by range, the stale-data checker.
// Ignored: L1 tags (a share's own re-reads are in the kernel's cycle model), hit latency (likewise), snoop
// traffic.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/cpu/cache_tags.h"
#include "models/cpu/line_ledger.h"

namespace tandem::cpu {

// Sequential misses merge up to this many bytes, inside an aligned window of that size.
inline constexpr std::uint32_t kMergedBurstBytes = 256;

struct CacheBurst {
  int cluster = 0;  // whose bus port
  bool write = false;
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  bool operator==(const CacheBurst&) const = default;
};

class CoherentCaches {
 public:
  struct ClusterSpec {
    std::string name;
    Bytes l2;
    int ways;
  };
  CoherentCaches(const std::vector<ClusterSpec>& clusters, std::uint64_t memory_base,
                 std::uint64_t memory_bytes);

  // How a range is written: one line after the other, or piece by piece here and there, so that every line
  // has to be fetched.
  enum class Writes { streamed, scattered };

  // Each appends the bursts it causes. SimulationError on a stale read or a lost write.
  void read(int cluster, std::uint64_t address, std::int64_t bytes, std::vector<CacheBurst>& bursts);
  void write(int cluster, std::uint64_t address, std::int64_t bytes, std::vector<CacheBurst>& bursts,
             Writes writes = Writes::streamed);
  void clean(int cluster, std::uint64_t address, std::int64_t bytes, std::vector<CacheBurst>& bursts);
  void invalidate(int cluster, std::uint64_t address, std::int64_t bytes);

  // Lines the cluster's cores read or wrote so far, hits and misses.
  [[nodiscard]] std::int64_t accesses(int cluster) const {
    return accesses_[static_cast<std::size_t>(cluster)];
  }

  // Of this line a device and a cluster write the same bytes, the cluster the whole line; either may be
  // first.
  void write_twice(std::uint64_t address) { ledger_.write_twice(address / LineLedger::kLineBytes); }

  // A device reads or writes memory. A snooping one makes owners write back and drops copies; another one is
  // checked against what the caches hold.
  void device_read(const std::string& device, bool snoops, std::uint64_t address, std::uint64_t bytes,
                   std::vector<CacheBurst>& bursts);
  void device_write(const std::string& device, bool snoops, std::uint64_t address, std::uint64_t bytes,
                    std::vector<CacheBurst>& bursts);

 private:
  void evict(int cluster, const CacheLine& victim, std::vector<CacheBurst>& bursts);
  void take_from_others(int cluster, LineNumber line, bool keep_copy, std::vector<CacheBurst>& bursts);

  std::vector<CacheTags> tags_;         // by cluster
  std::vector<std::int64_t> accesses_;  // by cluster
  LineLedger ledger_;
};

}  // namespace tandem::cpu
