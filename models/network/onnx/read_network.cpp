// SPDX-License-Identifier: Apache-2.0
#include "models/core/locate.h"
#include "models/network/graph.h"

namespace tandem::network {

Network read_network(const std::string& path_or_name, const std::vector<std::string>& changes) {
  const std::string path = resolve_config("networks", path_or_name);
  if (path.ends_with(".toml")) return read_network_toml(path, changes);
  if (path.ends_with(".onnx")) {
    if (changes.empty()) return import_onnx(path);
    throw InputError(
        {path, 0, 0}, "network." + changes.front(),
        "changes an ONNX model; only a network in TOML can be changed (tandem import makes one)");
  }
  throw InputError({path, 0, 0}, "network",
                   "is neither .toml nor .onnx; give a network in one of these formats");
}

}  // namespace tandem::network
