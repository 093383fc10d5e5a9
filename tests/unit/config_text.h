// SPDX-License-Identifier: Apache-2.0
// A config that ships, with some of its text replaced, read from a file of the test's own.
#pragma once

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "models/core/error.h"
#include "models/core/locate.h"
#include "tests/unit/own_file.h"

namespace tandem::test {

class ConfigText {
 public:
  static ConfigText shipped(const std::string& path_in_project) {
    std::ifstream stream(project_root() + "/" + path_in_project);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream || text.str().empty()) throw std::runtime_error("no such config: " + path_in_project);
    return ConfigText(text.str());
  }
  explicit ConfigText(std::string text) : text_(std::move(text)) {}

  // `old` must be there: a test that replaces nothing tests nothing.
  ConfigText& replace(const std::string& old, const std::string& now) {
    const std::size_t at = text_.find(old);
    if (at == std::string::npos) throw std::runtime_error("the config has no \"" + old + "\"");
    text_.replace(at, old.size(), now);
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }
  // The 1-based line that holds `part`.
  [[nodiscard]] int line_of(const std::string& part) const {
    const std::size_t at = text_.find(part);
    if (at == std::string::npos) throw std::runtime_error("the config has no \"" + part + "\"");
    return 1 +
           static_cast<int>(std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n'));
  }

  // What `read` says of the file, with its path shortened to f.toml; "" when it takes it.
  template <class Read>
  [[nodiscard]] std::string messages(const Read& read) const {
    const OwnFile file = write();
    const std::string& path = file.path();
    std::string said;
    try {
      read(path);
    } catch (const InputError& error) {
      said = error.what();
    }
    for (std::size_t at = said.find(path); at != std::string::npos; at = said.find(path)) {
      said.replace(at, path.size(), "f.toml");
    }
    return said;
  }

  [[nodiscard]] OwnFile write() const { return {"config.toml", text_}; }

 private:
  std::string text_;
};

}  // namespace tandem::test
