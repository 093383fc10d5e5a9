// SPDX-License-Identifier: Apache-2.0
#include "models/lowering/copies.h"

#include <algorithm>
#include <numeric>
#include <set>

namespace tandem::lowering {

using network::LayerId;

namespace {

// A range of memory that one tensor fills, or several joined in place, with the stages that touch it.
struct Buffer {
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::set<int> writers;
  int last = 0;  // stage

  [[nodiscard]] bool crosses() const { return !writers.empty() && *writers.begin() < last; }
};

class Buffers {
 public:
  explicit Buffers(const Placement& placement) : of_(placement.layers.size()) {
    std::vector<std::size_t> order(of_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto place = [&](std::size_t id) -> const TensorPlacement& { return placement.layers[id].output; };
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      if (place(a).address != place(b).address) return place(a).address < place(b).address;
      return place(a).layout.bytes() > place(b).layout.bytes();
    });
    for (const std::size_t id : order) {
      const bool inside =
          !all_.empty() &&
          place(id).address < all_.back().address + static_cast<std::uint64_t>(all_.back().bytes);
      if (!inside) all_.push_back({place(id).address, place(id).layout.bytes(), {}, 0});
      of_[id] = all_.size() - 1;
    }
  }
  Buffer& of(LayerId id) { return all_[of_[static_cast<std::size_t>(id)]]; }
  [[nodiscard]] std::size_t index_of(std::size_t id) const { return of_[id]; }
  [[nodiscard]] const std::vector<Buffer>& all() const { return all_; }

 private:
  std::vector<Buffer> all_;
  std::vector<std::size_t> of_;  // by layer
};

Buffers touched_buffers(const network::Network& network, const Placement& placement,
                        const std::vector<int>& stage_of, int stages) {
  Buffers buffers(placement);
  const auto touch = [&](LayerId id, int stage) {
    buffers.of(id).last = std::max(buffers.of(id).last, stage);
  };
  for (LayerId id = 0; id < network.size(); ++id) {
    const auto at = static_cast<std::size_t>(id);
    if (placement.layers[at].role == LayerRole::in_place) continue;
    buffers.of(id).writers.insert(stage_of[at]);
    touch(id, stage_of[at]);
    for (const LayerId input : network.layer(id).inputs) touch(input, stage_of[at]);
  }
  touch(network.output(), stages - 1);
  return buffers;
}

}  // namespace

Copies make_copies(const network::Network& network, const Placement& placement,
                   const std::vector<int>& stage_of, int stages, int queue_depth,
                   const std::function<std::uint64_t(std::int64_t bytes)>& take) {
  const Buffers buffers = touched_buffers(network, placement, stage_of, stages);
  std::set<std::pair<int, int>> pairs;
  for (int stage = 1; stage < stages; ++stage) pairs.insert({stage - 1, stage});
  for (const Buffer& buffer : buffers.all()) {
    for (const int writer : buffer.writers) {
      if (writer < buffer.last) pairs.insert({writer, buffer.last});
    }
  }
  Copies copies;
  std::size_t count = 1;
  for (const auto& [writer, reader] : pairs) {
    const int depth = queue_depth - 1 + reader - writer;
    copies.hand_overs.push_back({writer, reader, depth});
    count = std::max(count, static_cast<std::size_t>(depth));
  }
  while (copies.placements.size() + 1 < count) {
    std::vector<std::uint64_t> moved;  // by buffer
    for (const Buffer& buffer : buffers.all())
      moved.push_back(buffer.crosses() ? take(buffer.bytes) : buffer.address);
    Placement& copy = copies.placements.emplace_back(placement);
    for (std::size_t id = 0; id < copy.layers.size(); ++id) {
      const std::size_t buffer = buffers.index_of(id);
      copy.layers[id].output.address += moved[buffer] - buffers.all()[buffer].address;
    }
  }
  return copies;
}

}  // namespace tandem::lowering
