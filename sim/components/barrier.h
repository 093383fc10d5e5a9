// SPDX-License-Identifier: Apache-2.0
// A barrier of cores: the last to arrive releases all, a fixed cost later.
#pragma once

#include <cstdint>

#include "sim/kernel/systemc.h"

namespace tandem::sim {

class Barrier {
 public:
  explicit Barrier(Picoseconds cost)
      : cost_(cost), released_(sc_core::sc_gen_unique_name("barrier_released")) {}

  // Called from a SystemC thread; returns when `participants` threads have arrived.
  void arrive(std::uint32_t participants) {
    if (++arrived_ == participants) {
      arrived_ = 0;
      released_.notify(to_sc_time(cost_));
    }
    sc_core::wait(released_);
  }

 private:
  Picoseconds cost_;
  sc_core::sc_event released_;
  std::uint32_t arrived_ = 0;
};

}  // namespace tandem::sim
