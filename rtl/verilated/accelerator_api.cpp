// SPDX-License-Identifier: Apache-2.0
// The Verilated accelerator behind the C interface. Built by rtl/build_variant.sh once for each array size.
#include <verilated.h>

#include <cstring>
#include <memory>

#include "Vtandem_accelerator.h"
#include "sim/cosim/verilated_api.h"

namespace {

class Accelerator {
 public:
  Accelerator() : context_(std::make_unique<VerilatedContext>()) {
    context_->randReset(0);
    context_->threads(1);
    model_ = std::make_unique<Vtandem_accelerator>(context_.get());
    std::memset(&pins_, 0, sizeof pins_);
    set_inputs();
    model_->clk_i = 0;
    model_->eval();
    read_outputs();
  }
  ~Accelerator() {
    // The model leaves the thread's context, which is that of the accelerator made last, perhaps gone by now.
    Verilated::threadContextp(context_.get());
    model_->final();
  }

  TandemPins* pins() { return &pins_; }

  void cycle() {
    set_inputs();
    model_->clk_i = 1;
    model_->eval();
    model_->clk_i = 0;
    model_->eval();
    read_outputs();
  }

 private:
  void set_inputs() {
    Vtandem_accelerator& m = *model_;
    m.rst_ni = pins_.rst_n;
    m.s_awvalid_i = pins_.s_awvalid_i;
    m.s_awaddr_i = pins_.s_awaddr_i;
    m.s_wvalid_i = pins_.s_wvalid_i;
    m.s_wdata_i = pins_.s_wdata_i;
    m.s_wstrb_i = pins_.s_wstrb_i;
    m.s_bready_i = pins_.s_bready_i;
    m.s_arvalid_i = pins_.s_arvalid_i;
    m.s_araddr_i = pins_.s_araddr_i;
    m.s_rready_i = pins_.s_rready_i;
    m.m_arready_i = pins_.m_arready_i;
    m.m_rvalid_i = pins_.m_rvalid_i;
    if (pins_.m_rvalid_i) {
      m.m_rid_i = pins_.m_rid_i;
      m.m_rresp_i = pins_.m_rresp_i;
      m.m_rlast_i = pins_.m_rlast_i;
      std::memcpy(&m.m_rdata_i, pins_.m_rdata_i, sizeof m.m_rdata_i);
    }
    m.m_awready_i = pins_.m_awready_i;
    m.m_wready_i = pins_.m_wready_i;
    m.m_bvalid_i = pins_.m_bvalid_i;
    m.m_bid_i = pins_.m_bid_i;
    m.m_bresp_i = pins_.m_bresp_i;
  }

  void read_outputs() {
    Vtandem_accelerator& m = *model_;
    pins_.s_awready_o = m.s_awready_o;
    pins_.s_wready_o = m.s_wready_o;
    pins_.s_bvalid_o = m.s_bvalid_o;
    pins_.s_bresp_o = m.s_bresp_o;
    pins_.s_arready_o = m.s_arready_o;
    pins_.s_rvalid_o = m.s_rvalid_o;
    pins_.s_rdata_o = m.s_rdata_o;
    pins_.s_rresp_o = m.s_rresp_o;
    pins_.m_arvalid_o = m.m_arvalid_o;
    pins_.m_arid_o = m.m_arid_o;
    pins_.m_araddr_o = m.m_araddr_o;
    pins_.m_arlen_o = m.m_arlen_o;
    pins_.m_arsize_o = m.m_arsize_o;
    pins_.m_arburst_o = m.m_arburst_o;
    pins_.m_rready_o = m.m_rready_o;
    pins_.m_awvalid_o = m.m_awvalid_o;
    pins_.m_awid_o = m.m_awid_o;
    pins_.m_awaddr_o = m.m_awaddr_o;
    pins_.m_awlen_o = m.m_awlen_o;
    pins_.m_awsize_o = m.m_awsize_o;
    pins_.m_awburst_o = m.m_awburst_o;
    pins_.m_wvalid_o = m.m_wvalid_o;
    if (pins_.m_wvalid_o) {
      std::memcpy(pins_.m_wdata_o, &m.m_wdata_o, sizeof m.m_wdata_o);
      pins_.m_wstrb_o = m.m_wstrb_o;
    }
    pins_.m_wlast_o = m.m_wlast_o;
    pins_.m_bready_o = m.m_bready_o;
    pins_.irq_o = m.irq_o;
    pins_.idle_o = m.idle_o;
  }

  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Vtandem_accelerator> model_;
  TandemPins pins_;
};

const TandemAcceleratorApi kApi = {
    1,
    TANDEM_TM,
    TANDEM_TN,
    sizeof Vtandem_accelerator::m_rdata_i,
    []() -> void* { return new Accelerator; },
    [](void* accelerator) { delete static_cast<Accelerator*>(accelerator); },
    [](void* accelerator) { return static_cast<Accelerator*>(accelerator)->pins(); },
    [](void* accelerator) { static_cast<Accelerator*>(accelerator)->cycle(); },
};

}  // namespace

extern "C" __attribute__((visibility("default"))) const TandemAcceleratorApi* tandem_accelerator_api(void) {
  return &kApi;
}
