// SPDX-License-Identifier: Apache-2.0
// ONNX import from memory. What is read: docs/networks.md. Every operator becomes a layer, is folded into
// one or is refused by its node's name; nothing is skipped.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "models/network/graph.h"

namespace tandem::network {

struct OnnxImport {
  Network network;
  std::vector<Problem> warnings;  // what is unusual but does not change the result
};

// Throws InputError with every problem; `file_name` is what their place names.
OnnxImport import_onnx_bytes(std::span<const std::uint8_t> bytes, const std::string& file_name);

}  // namespace tandem::network
