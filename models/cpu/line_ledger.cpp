// SPDX-License-Identifier: Apache-2.0
#include "models/cpu/line_ledger.h"

#include <fmt/format.h>

#include "models/core/error.h"

namespace tandem::cpu {

LineLedger::LineLedger(std::uint64_t base, std::uint64_t bytes, std::vector<std::string> cluster_names)
    : first_(base / kLineBytes),
      versions_(bytes / kLineBytes + 1, 0),
      owners_(versions_.size(), -1),
      names_(std::move(cluster_names)) {}

bool LineLedger::watched(LineNumber line) const { return line >= first_ && line - first_ < versions_.size(); }

void LineLedger::became_dirty(int cluster, LineNumber line) {
  if (watched(line)) owners_[line - first_] = static_cast<std::int8_t>(cluster);
}

void LineLedger::written_back(LineNumber line) {
  if (watched(line)) owners_[line - first_] = -1;
}

int LineLedger::dirty_owner(LineNumber line) const { return watched(line) ? owners_[line - first_] : -1; }

std::uint32_t LineLedger::version(LineNumber line) const {
  return watched(line) ? versions_[line - first_] : 0;
}

void LineLedger::check_cached_read(int cluster, LineNumber line, std::uint32_t cached_version) const {
  if (version(line) == cached_version) return;
  throw SimulationError(
      fmt::format("stale read: cluster {} uses its cached line at {:#x}, which was written in memory "
                  "behind its back; an invalidate is missing",
                  names_[static_cast<std::size_t>(cluster)], line * kLineBytes));
}

void LineLedger::device_read(const std::string& device, std::uint64_t address, std::uint64_t bytes) const {
  for (LineNumber line = address / kLineBytes; line * kLineBytes < address + bytes; ++line) {
    const int owner = dirty_owner(line);
    if (owner < 0) continue;
    throw SimulationError(
        fmt::format("stale read: {} reads the line at {:#x} from memory while cluster {} holds newer "
                    "bytes; a clean is missing",
                    device, line * kLineBytes, names_[static_cast<std::size_t>(owner)]));
  }
}

void LineLedger::device_write(const std::string& device, std::uint64_t address, std::uint64_t bytes) {
  for (LineNumber line = address / kLineBytes; line * kLineBytes < address + bytes; ++line) {
    if (!twice_.empty() && twice_.contains(line)) continue;
    const int owner = dirty_owner(line);
    if (owner >= 0) {
      throw SimulationError(
          fmt::format("lost write: {} writes the line at {:#x} while cluster {} holds it dirty; a clean "
                      "or invalidate is missing",
                      device, line * kLineBytes, names_[static_cast<std::size_t>(owner)]));
    }
    if (watched(line)) ++versions_[line - first_];
  }
}

}  // namespace tandem::cpu
