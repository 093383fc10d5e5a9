// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/tensor_io.h"

#include <cstring>

namespace tandem::lowering {

namespace {

// Calls move(element in the plain tensor, address offset) for a range.
template <class Move>
void for_each_element(const network::BlockedLayout& layout, const network::OutputRange& range, Move move) {
  for (int c = range.k0; c < range.k1; ++c) {
    for (int y = range.p0; y < range.p1; ++y) {
      const std::size_t plain = (static_cast<std::size_t>(c) * static_cast<std::size_t>(layout.height) +
                                 static_cast<std::size_t>(y)) *
                                static_cast<std::size_t>(layout.width);
      const std::int64_t offset = layout.offset(c, y, 0);
      for (int x = 0; x < layout.width; ++x) {
        move(plain + static_cast<std::size_t>(x),
             offset + std::int64_t{x} * layout.block * layout.element_bytes);
      }
    }
  }
}

}  // namespace

network::Tensor load_tensor(accelerator::MemoryView& memory, const TensorPlacement& place,
                            const network::Shape& shape, network::Precision precision) {
  network::Tensor tensor = network::make_tensor(shape, precision);
  const std::uint8_t* bytes = memory.at(place.address, place.layout.bytes());
  const network::OutputRange all{0, place.layout.channels, 0, place.layout.height};
  for_each_element(place.layout, all, [&](std::size_t plain, std::int64_t offset) {
    if (precision == network::Precision::int8) {
      tensor.q[plain] = static_cast<std::int8_t>(bytes[offset]);
    } else {
      std::memcpy(&tensor.f[plain], bytes + offset, sizeof(float));
    }
  });
  return tensor;
}

void store_tensor(accelerator::MemoryView& memory, const TensorPlacement& place,
                  const network::Tensor& tensor, const network::OutputRange& range) {
  std::uint8_t* bytes = memory.at(place.address, place.layout.bytes());
  for_each_element(place.layout, range, [&](std::size_t plain, std::int64_t offset) {
    if (!tensor.q.empty()) {
      bytes[offset] = static_cast<std::uint8_t>(tensor.q[plain]);
    } else {
      std::memcpy(bytes + offset, &tensor.f[plain], sizeof(float));
    }
  });
}

}  // namespace tandem::lowering
