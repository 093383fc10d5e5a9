// SPDX-License-Identifier: Apache-2.0
// What a point is: the hash of everything that determines its result - the run's keys, the contents of the
// platform, its cores, the network, the schedule and the latency model it names, and the program's own
// sources.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tandem::sweep {

class Identity {
 public:
  // `base`: the run file. Throws InputError when it cannot be read.
  Identity(const std::string& base, std::string code_version);

  [[nodiscard]] const std::string& code_version() const { return code_version_; }

  struct Answer {
    std::string id;       // 32 hexadecimal digits
    std::string content;  // hashes of base, platform, network, schedule, model: where a difference came from
  };
  // Of the base with these assignments. A file that cannot be read counts as its name: the run will say what
  // is wrong with it.
  [[nodiscard]] Answer of(const std::vector<std::string>& assignments);

  // Whether every file read so far is still the one it was: what was computed meanwhile is of these contents.
  [[nodiscard]] bool files_are_unchanged() const;

 private:
  using Flat = std::map<std::string, std::string>;  // dotted key to TOML text
  const Flat& flat_of(const std::string& assignment);
  const std::string& platform_content(const std::string& name, const std::vector<std::string>& core_changes);
  const std::string& file_content(const std::string& kind, const std::string& name);

  struct Stamp {
    std::int64_t size = -1, seconds = 0, nanoseconds = 0;
    std::uint64_t inode = 0;
    bool operator==(const Stamp&) const = default;
  };
  static Stamp stamp_of(const std::string& path);
  std::string resolved(const std::string& kind, const std::string& name);  // remembers the file's stamp

  std::string code_version_;
  std::map<std::string, Stamp> files_;
  Flat base_;
  std::string base_hash_;
  std::map<std::string, Flat> assignments_;      // remembered
  std::map<std::string, std::string> contents_;  // likewise: hashes
};

}  // namespace tandem::sweep
