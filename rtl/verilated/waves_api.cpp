// SPDX-License-Identifier: Apache-2.0
// The waves of the Verilated accelerator behind the C interface. Built by rtl/build_waves.sh.
#include "sim/cosim/waves_api.h"

#include "rtl/verilated/recording_model.h"

namespace {

Vtandem_accelerator* model(void* recorder) { return static_cast<Vtandem_accelerator*>(recorder); }

const TandemWavesApi kApi = {
    1,
    []() -> void* { return Vtandem_accelerator::latest(); },
    [](void* recorder, const char* path, std::int64_t from, std::int64_t until) -> int {
      return model(recorder)->open(path, from, until) ? 1 : 0;
    },
    [](void* recorder, std::int64_t begin, std::int64_t period) { model(recorder)->cycle_is(begin, period); },
    [](void* recorder) { model(recorder)->close(); },
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const TandemWavesApi* tandem_accelerator_waves(void) {
  return &kApi;
}
