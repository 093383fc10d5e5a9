// SPDX-License-Identifier: Apache-2.0
// A certificate as it was read: a problem, an answer and claims, nothing of which is believed. This folder
// shares no line with the planners (dse/pipeline), so that one mistake cannot stand on both sides.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

namespace tandem::check {

// The text is no certificate.
class Unreadable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using Number = std::int64_t;
inline constexpr Number kLargest = 1'000'000'000'000'000;  // of any time, energy or power
inline constexpr int kMostLayers = 4000;

struct Type {
  int count = 0;
  bool accelerator = false;
  std::string name;
};

struct Layer {
  std::vector<int> inputs;
  std::string name;
};

struct Group {
  std::vector<int> usage;
  Number hand_over = 0, power = 0;
  std::vector<Number> time, take_in, energy;
};

struct Stage {
  int group = 0;
  std::vector<int> layers;
};

enum class Objective { throughput, latency, energy };
enum class Refutation { reach, search, prices, layer, sum };

struct Reach {
  std::vector<int> usage;
  int layers = 0;
};

struct Statement {
  std::string network;
  Number background = 0;
  std::vector<Type> types;
  std::vector<Layer> layers;
  std::vector<Group> groups;
  Objective objective = Objective::throughput;
  bool limited = false;
  Number limit = 0;
  std::vector<Stage> stages;
  Number period = 0, latency = 0, energy = 0;
  Refutation refutation = Refutation::search;
  std::vector<Reach> reach;
  std::vector<Number> prices;
  Number bound = 0;
};

// Throws Unreadable with the line.
Statement read_statement(std::istream& text);

}  // namespace tandem::check
