// SPDX-License-Identifier: Apache-2.0
// SHA-256 of a byte stream (OpenSSL does the work).
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace tandem {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(const void* data, std::size_t bytes);
  std::string hex();  // ends the stream

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(const std::string& text);

}  // namespace tandem
