// SPDX-License-Identifier: Apache-2.0
#include "models/core/locate.h"
#include "models/network/graph.h"

namespace tandem::network {

Network read_network(const std::string& path_or_name) {
  const std::string path = resolve_config("networks", path_or_name);
  if (path.ends_with(".toml")) return read_network_toml(path);
  if (path.ends_with(".onnx")) return import_onnx(path);
  throw InputError({path, 0, 0}, "network",
                   "is neither .toml nor .onnx; give a network in one of these formats");
}

}  // namespace tandem::network
