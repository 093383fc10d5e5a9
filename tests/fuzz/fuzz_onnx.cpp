// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ONNX file: only InputError may come out, and a network that was accepted must survive
// being written as TOML and read again.
#include <cstdint>
#include <cstdlib>

#include "models/network/onnx/import.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tandem::network;
  try {
    const Network network = import_onnx_bytes({data, size}, "fuzz.onnx").network;
    const Network again = parse_network_toml(write_network_toml(network), "written.toml");
    if (again.total_macs() != network.total_macs() || again.size() != network.size()) std::abort();
  } catch (const tandem::InputError& error) {
    if (error.problems().empty()) std::abort();
  }
  return 0;
}
