// SPDX-License-Identifier: Apache-2.0
// A file of one test: tests run side by side, each in a process of its own, and leave nothing behind.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <string>

namespace tandem::test {

class OwnFile {
 public:
  // The file holds `text`; its name ends with `name`.
  OwnFile(const std::string& name, const std::string& text)
      : path_(testing::TempDir() + "tandem_" + std::to_string(getpid()) + "_" + name) {
    std::ofstream(path_) << text;
  }
  ~OwnFile() { std::remove(path_.c_str()); }
  OwnFile(const OwnFile&) = delete;
  OwnFile& operator=(const OwnFile&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tandem::test
