// SPDX-License-Identifier: Apache-2.0
// Any bytes as an ONNX file: only InputError may come out, and a network that was accepted must survive
// being written as TOML and read again.
#include <cstdint>
#include <cstdlib>

#include "models/network/onnx/import.h"
#include "tests/fuzz/onnx_mutator.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

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

// Three of four times the model is changed as a model, else as bytes.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned seed) {
  onnx::ModelProto model;
  if (seed % 4 != 0 && model.ParseFromArray(data, static_cast<int>(size))) {
    tandem::network::fuzz::OnnxMutator mutator(*model.mutable_graph(), seed);
    for (unsigned changes = seed / 4 % 3; changes-- > 0;) mutator.change();
    mutator.change();
    if (model.ByteSizeLong() <= max_size) {
      const std::string bytes = model.SerializeAsString();
      std::copy(bytes.begin(), bytes.end(), data);
      return bytes.size();
    }
  }
  return LLVMFuzzerMutate(data, size, max_size);
}
