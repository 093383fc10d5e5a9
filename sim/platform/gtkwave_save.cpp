// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/gtkwave_save.h"

#include <fmt/format.h>

#include <filesystem>
#include <vector>

namespace tandem::sim {

namespace {

struct Signal {
  const char* name;
  int bits;
};
struct Group {
  const char* name;
  std::vector<Signal> signals;
};

// The ports of rtl/accelerator/tandem_accelerator.sv.
const std::vector<Group>& groups() {
  static const std::vector<Group> all = {
      {"clock", {{"clk_i", 1}, {"rst_ni", 1}, {"irq_o", 1}, {"idle_o", 1}}},
      {"register writes",
       {{"s_awvalid_i", 1},
        {"s_awready_o", 1},
        {"s_awaddr_i", 32},
        {"s_wvalid_i", 1},
        {"s_wready_o", 1},
        {"s_wdata_i", 32},
        {"s_bvalid_o", 1}}},
      {"register reads",
       {{"s_arvalid_i", 1}, {"s_arready_o", 1}, {"s_araddr_i", 32}, {"s_rvalid_o", 1}, {"s_rdata_o", 32}}},
      {"memory reads",
       {{"m_arvalid_o", 1},
        {"m_arready_i", 1},
        {"m_araddr_o", 64},
        {"m_arlen_o", 8},
        {"m_arid_o", 4},
        {"m_rvalid_i", 1},
        {"m_rready_o", 1},
        {"m_rid_i", 4},
        {"m_rlast_i", 1},
        {"m_rdata_i", 128}}},
      {"memory writes",
       {{"m_awvalid_o", 1},
        {"m_awready_i", 1},
        {"m_awaddr_o", 64},
        {"m_awlen_o", 8},
        {"m_wvalid_o", 1},
        {"m_wready_i", 1},
        {"m_wlast_o", 1},
        {"m_wdata_o", 128},
        {"m_wstrb_o", 16},
        {"m_bvalid_i", 1},
        {"m_bready_o", 1}}},
  };
  return all;
}

}  // namespace

std::string gtkwave_save(const std::string& waves, Picoseconds from) {
  std::string text = fmt::format(
      "[*] Made by tandem run --waves\n[dumpfile] \"{}\"\n[timestart] {}\n[size] 1600 900\n[pos] -1 -1\n"
      "*-17.000000 {} -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1 -1\n"
      "[treeopen] TOP.\n[signals_width] 220\n",
      std::filesystem::absolute(waves).string(), from.raw(), from.raw());
  for (const Group& group : groups()) {
    text += fmt::format("@200\n-{}\n", group.name);  // a comment line
    for (const Signal& signal : group.signals) {
      // 28: a single bit; 22: right-justified hexadecimal.
      text += signal.bits == 1 ? fmt::format("@28\nTOP.{}\n", signal.name)
                               : fmt::format("@22\nTOP.{}[{}:0]\n", signal.name, signal.bits - 1);
    }
  }
  return text;
}

}  // namespace tandem::sim
