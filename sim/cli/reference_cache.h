// SPDX-License-Identifier: Apache-2.0
// Remembers what only depends on the network's content, the precision, the seed and this program: the
// tensors' quantisation and the hash of the reference outputs. Kept in $TANDEM_CACHE, else build/cache of the
// project; a file that is damaged or cannot be written is as good as none.
#pragma once

#include <memory>
#include <string>

#include "models/network/model.h"

namespace tandem::cli {

std::string cache_folder();

struct Prepared {
  network::Model model;
  std::string reference_sha256;  // over the outputs of images 0 .. images-1
};

Prepared prepare(std::shared_ptr<const network::Network> network, network::Precision precision,
                 std::uint64_t seed, int images);

}  // namespace tandem::cli
