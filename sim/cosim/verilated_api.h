/* SPDX-License-Identifier: Apache-2.0 */
/* The C interface of a Verilated accelerator, one shared library an array size. The library exports
 * tandem_accelerator_api(). Nothing here includes a Verilator or SystemC header.
 *
 * Timing contract: all outputs are functions of registered state only, never of inputs of the same cycle.
 * One cycle: read the outputs, set the inputs (they may depend on the outputs), call cycle(), which is one
 * rising edge; after it the outputs are those of the next cycle. */
#ifndef TANDEM_SIM_COSIM_VERILATED_API_H
#define TANDEM_SIM_COSIM_VERILATED_API_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of the widest bus; one of 8 bytes uses the first half of the data pins and the low half of the strobes. */
#define TANDEM_BUS_BYTES 16

typedef struct TandemPins {
  /* reset, low active; in */
  uint8_t rst_n;
  /* AXI4-Lite slave, 32 bits; _i from the bus, _o from the accelerator */
  uint8_t s_awvalid_i, s_awready_o, s_wvalid_i, s_wready_o, s_bvalid_o, s_bready_i;
  uint8_t s_arvalid_i, s_arready_o, s_rvalid_o, s_rready_i;
  uint8_t s_wstrb_i, s_bresp_o, s_rresp_o;
  uint32_t s_awaddr_i, s_wdata_i, s_araddr_i, s_rdata_o;
  /* AXI4 master, INCR bursts; _o from the accelerator */
  uint8_t m_arvalid_o, m_arready_i, m_rvalid_i, m_rready_o, m_rlast_i, m_rresp_i;
  uint8_t m_awvalid_o, m_awready_i, m_wvalid_o, m_wready_i, m_wlast_o, m_bvalid_i, m_bready_o, m_bresp_i;
  uint8_t m_arid_o, m_rid_i, m_awid_o, m_bid_i;
  uint8_t m_arlen_o, m_awlen_o;   /* beats - 1 */
  uint8_t m_arsize_o, m_awsize_o; /* log2 of the beat's bytes */
  uint8_t m_arburst_o, m_awburst_o;
  uint64_t m_araddr_o, m_awaddr_o;
  uint8_t m_rdata_i[TANDEM_BUS_BYTES];
  uint8_t m_wdata_o[TANDEM_BUS_BYTES];
  uint16_t m_wstrb_o;
  /* level interrupt and "no job, no transaction: the clock may stop" */
  uint8_t irq_o, idle_o;
} TandemPins;

typedef struct TandemAcceleratorApi {
  uint32_t version; /* of this interface: 1 */
  uint32_t tm, tn, bus_bytes;
  void* (*create)(void);
  void (*destroy)(void*);
  TandemPins* (*pins)(void*);
  void (*cycle)(void*);
} TandemAcceleratorApi;

const TandemAcceleratorApi* tandem_accelerator_api(void);

#ifdef __cplusplus
}
#endif
#endif
