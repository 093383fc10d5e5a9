// SPDX-License-Identifier: Apache-2.0
// What every pipeline planner works on, and nothing else: how long each layer takes on each set of resources
// a stage may have, who reads whose output, and what a hand-over between stages costs. Integer picoseconds
// and picojoules, so that an optimum is one number and not one up to rounding.
//
// A stage is a convex set of layers on one group. Its time for an image is
//     the sum of its layers' times
//   + hand_over, when it reads anything an earlier stage made
//   + take_in of every tensor that comes from an earlier stage, once however many of its layers read it.
// Groups of different stages share no core and no accelerator. Ignored: what stages do to each other through
// the shared memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tandem::pipeline {

inline constexpr std::int64_t kNever = INT64_MAX;
// Above these a sum over the layers could leave 63 bits.
inline constexpr std::int64_t kLongestLayer = 1'000'000'000'000'000;  // ps: 1000 s
inline constexpr std::int64_t kMostEnergy = 1'000'000'000'000'000;    // pJ of a layer: 1000 J
inline constexpr int kMostLayers = 4000;

struct ResourceType {
  std::string name;  // "a73", "accelerator0"
  int count = 0;
  bool is_accelerator = false;
  bool operator==(const ResourceType&) const = default;
};

struct Group {
  std::vector<int> usage;             // by type; at least one is above zero
  std::vector<std::int64_t> time;     // by layer
  std::vector<std::int64_t> take_in;  // by layer whose output is taken; empty: free
  std::int64_t hand_over = 0;
  std::vector<std::int64_t> energy;  // by layer, beyond the background; empty: not known
  std::int64_t power_mw = 0;         // beyond the background, while it takes tensors over
};

struct CostTable {
  std::string network;
  std::vector<ResourceType> types;
  std::vector<std::string> layers;       // topological order
  std::vector<std::vector<int>> inputs;  // by layer: whose outputs it reads, ascending, all smaller
  std::vector<Group> groups;
  std::int64_t background_mw = 0;  // what the machine draws whatever runs

  [[nodiscard]] int size() const { return static_cast<int>(layers.size()); }
  [[nodiscard]] const Group& group(int g) const { return groups[static_cast<std::size_t>(g)]; }
  [[nodiscard]] bool knows_energy() const;
  [[nodiscard]] bool is_chain() const;  // every layer reads the one before it, and only that
};

// "a73x4"; {"a73x2", "accelerator0"} for a group of both.
std::vector<std::string> resource_names(const CostTable& table, const Group& group);

struct Stage {
  int group = 0;
  std::vector<int> layers;  // ascending
  std::int64_t time = 0;
  std::int64_t energy = 0;
  bool operator==(const Stage&) const = default;
};

struct Plan {
  std::vector<Stage> stages;
  std::int64_t period = 0;   // of the slowest stage
  std::int64_t latency = 0;  // sum of the stages: an image that never waits
  std::int64_t energy = 0;   // an image's, background over one period included; 0 when not known
  bool operator==(const Plan&) const = default;
};

// The machine's own draw over one period, which no plan but a faster one makes less.
inline std::int64_t background_energy(const CostTable& table, std::int64_t period) {
  return period / 1000 * table.background_mw + period % 1000 * table.background_mw / 1000;
}

// Times and energies by the rules above from {group, layers} of the stages, in order.
Plan evaluated(const CostTable& table, std::vector<Stage> stages);

}  // namespace tandem::pipeline
