// SPDX-License-Identifier: Apache-2.0
// Whether anything at all happens on the pins in a cycle: most cycles of a convolution it does not, and then
// nobody has to look closer.
#pragma once

#include "sim/cosim/verilated_api.h"

namespace tandem::sim {

// Outputs of the accelerator only.
inline bool any_valid_output(const TandemPins& pins) {
  return (pins.m_arvalid_o | pins.m_awvalid_o | pins.m_wvalid_o | pins.s_bvalid_o | pins.s_rvalid_o) != 0;
}

inline bool any_valid(const TandemPins& pins) {
  return any_valid_output(pins) ||
         (pins.m_rvalid_i | pins.m_bvalid_i | pins.s_awvalid_i | pins.s_wvalid_i | pins.s_arvalid_i) != 0;
}

}  // namespace tandem::sim
