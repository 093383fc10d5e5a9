// SPDX-License-Identifier: Apache-2.0
#include "sim/kernel/axi_protocol.h"

#include "models/core/error.h"

namespace tandem::sim {

void AxiTargetBase::b_transport(AxiPayload&, sc_core::sc_time&) {
  throw SimulationError("blocking transport on the bus: masters use the four AXI phases");
}

}  // namespace tandem::sim
