// SPDX-License-Identifier: Apache-2.0
// A job's cycles in front of a memory of fixed latency that moves a beat a cycle each way: of the RTL, of the
// walk and of the closed form.
#pragma once

#include <cstdint>
#include <vector>

#include "models/accelerator/cycle_model.h"
#include "tests/rtl/bench.h"
#include "tests/rtl/random_job.h"

namespace tandem::rtl_test {

// Plays a walk as its contract says.
std::int64_t play(const std::vector<accelerator::Step>& steps, const Timing& memory);

struct Measured {
  std::int64_t rtl = 0, walk = 0, analytic = 0;  // cycles from doorbell to interrupt
  std::int64_t mac_active = 0, stall_feature = 0, stall_weight = 0, stall_output = 0;  // of the RTL
};

// Throws std::runtime_error when the RTL does not finish or breaks a rule of the bus.
Measured measure(const Variant& variant, const accelerator::ConvJob& job, const Timing& timing);

// 100 * (model - rtl) / rtl
double error_percent(std::int64_t model, std::int64_t rtl);

}  // namespace tandem::rtl_test
