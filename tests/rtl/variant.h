// SPDX-License-Identifier: Apache-2.0
// A Verilated accelerator of one array size, built when it is not there yet, and loaded.
#pragma once

#include <string>

#include "models/accelerator/array.h"
#include "sim/cosim/verilated_api.h"

namespace tandem::rtl_test {

struct Variant {
  accelerator::Array array;
  const TandemAcceleratorApi* api = nullptr;
};

// "8x32", or with the width of its bus in bits "8x32@64". Throws std::runtime_error when it cannot be built
// or loaded. Loaded once a process. The environment's TANDEM_RTL_LIBRARIES names a folder whose libraries are
// taken as they are: the mutation run's.
Variant load_variant(const std::string& array);

}  // namespace tandem::rtl_test
