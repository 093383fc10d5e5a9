// SPDX-License-Identifier: Apache-2.0
// The stale-data checker: for every line of memory, which cluster holds newer bytes than DRAM, and how often
// something that does not snoop has written it. A device that reads a line dirty in a cache, or writes one,
// or a cluster that reads a cached line memory has moved past, ends the run: a cache-maintenance step is
// missing.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

namespace tandem::cpu {

class LineLedger {
 public:
  using LineNumber = std::uint64_t;
  static constexpr std::uint64_t kLineBytes = 64;

  // Covers addresses [base, base + bytes); others are not watched.
  LineLedger(std::uint64_t base, std::uint64_t bytes, std::vector<std::string> cluster_names);

  void became_dirty(int cluster, LineNumber line);
  void written_back(LineNumber line);                    // DRAM has the newest bytes again
  [[nodiscard]] int dirty_owner(LineNumber line) const;  // cluster, or -1
  [[nodiscard]] std::uint32_t version(LineNumber line) const;

  // A cluster is about to use a cached line. SimulationError when it is stale.
  void check_cached_read(int cluster, LineNumber line, std::uint32_t cached_version) const;

  // A device may write the line whenever it likes: a cluster writes the same bytes, and the whole line.
  void write_twice(LineNumber line) { twice_.insert(line); }

  // A device without snooping accesses memory. SimulationError on a stale read or a lost write.
  void device_read(const std::string& device, std::uint64_t address, std::uint64_t bytes) const;
  void device_write(const std::string& device, std::uint64_t address, std::uint64_t bytes);

 private:
  [[nodiscard]] bool watched(LineNumber line) const;

  LineNumber first_;
  std::vector<std::uint32_t> versions_;
  std::vector<std::int8_t> owners_;
  std::vector<std::string> names_;
  std::unordered_set<LineNumber> twice_;
};

}  // namespace tandem::cpu
