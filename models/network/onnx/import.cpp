// SPDX-License-Identifier: Apache-2.0
#include "models/network/onnx/import.h"

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <climits>
#include <cstdio>
#include <fstream>

#include "models/network/onnx/importer.h"

namespace tandem::network {

namespace {

[[noreturn]] void not_a_model(const std::string& file_name) {
  throw InputError({file_name, 0, 0}, "", "is truncated or no ONNX model");
}

}  // namespace

OnnxImport import_onnx_bytes(std::span<const std::uint8_t> bytes, const std::string& file_name) {
  onnx::ModelProto model;
  if (bytes.size() > INT_MAX)
    throw InputError({file_name, 0, 0}, "", "is larger than 2 GiB, the limit of the format");
  if (!model.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) not_a_model(file_name);
  return onnx_import::Importer(model, file_name).run();
}

Network import_onnx(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || file.peek() == std::ifstream::traits_type::eof()) {
    throw InputError({path, 0, 0}, "", "cannot be read or is empty");
  }
  onnx::ModelProto model;
  if (!model.ParseFromIstream(&file)) not_a_model(path);
  OnnxImport import = onnx_import::Importer(model, path).run();
  for (const Problem& warning : import.warnings) fmt::print(stderr, "warning: {}\n", to_string(warning));
  return std::move(import.network);
}

}  // namespace tandem::network
