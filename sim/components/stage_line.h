// SPDX-License-Identifier: Apache-2.0
// What the stages of a pipeline have besides the counters in memory: a barrier each, and the wake-up of
// whoever sleeps until a stage's counter moves.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/components/barrier.h"
#include "sim/kernel/systemc.h"

namespace tandem::sim {

class StageLine {
 public:
  StageLine(std::size_t stages, Picoseconds barrier_cost) {
    for (std::size_t i = 0; i < stages; ++i) stages_.push_back(std::make_unique<Stage>(barrier_cost));
  }

  [[nodiscard]] Barrier& barrier(std::size_t stage) { return stages_[stage]->barrier; }

  // `stage` has written its counter, for the how-manieth time.
  void post(std::size_t stage) {
    ++stages_[stage]->posts;
    stages_[stage]->posted.notify();
  }
  [[nodiscard]] std::uint64_t posts(std::size_t stage) const { return stages_[stage]->posts; }
  // From a SystemC thread that has seen `posts` of them: until there is another.
  void sleep(std::size_t stage, std::uint64_t posts) {
    if (stages_[stage]->posts != posts) return;
    sc_core::wait(stages_[stage]->posted);
  }

 private:
  struct Stage {
    explicit Stage(Picoseconds cost) : barrier(cost), posted(sc_core::sc_gen_unique_name("stage_posted")) {}
    Barrier barrier;
    sc_core::sc_event posted;
    std::uint64_t posts = 0;
  };
  std::vector<std::unique_ptr<Stage>> stages_;
};

}  // namespace tandem::sim
