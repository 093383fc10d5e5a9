// SPDX-License-Identifier: Apache-2.0
// platform_table PLATFORM COPYING_CORES ARRAY [NETWORK...]: every convolution of the shipped networks on the
// platform, at fidelity `model` and at `rtl`, alone (COPYING_CORES 0) or while cores copy memory. CSV on
// stdout, a summary line an array on stderr. Equal jobs are measured once.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "models/core/error.h"
#include "sim/kernel/systemc.h"
#include "tests/agreement/network_jobs.h"
#include "tests/agreement/platform_bench.h"

using namespace tandem;             // NOLINT(google-build-using-namespace): a main program
using namespace tandem::sim::test;  // NOLINT(google-build-using-namespace)

extern "C" const char* __asan_default_options() { return "detect_leaks=0:detect_stack_use_after_return=0"; }

namespace {

struct Pair {
  PlatformMeasured model, rtl;
};

double error_percent(const Pair& pair) {
  return 100.0 * static_cast<double>(pair.model.cycles - pair.rtl.cycles) /
         static_cast<double>(pair.rtl.cycles);
}

void table(const std::string& platform_name, int cores, const std::string& array_text,
           const std::vector<std::string>& networks) {
  spec::Platform platform = spec::read_platform(platform_name);
  const accelerator::Array array = accelerator::parse_array(array_text);
  platform.accelerators.front().array = array;
  using Words = std::array<std::uint32_t, accelerator::kJobWords>;
  std::map<Words, Pair> known;
  double sum = 0, worst = 0, model_cycles = 0, rtl_cycles = 0, model_wall = 0, rtl_wall = 0;
  std::string worst_layer;
  int layers = 0;
  std::printf(
      "array,copying_cores,network,layer,times,macs,rtl_cycles,model_cycles,error_percent,utilization_"
      "percent,"
      "mac_active,rtl_stall_feature,model_stall_feature,rtl_stall_weight,model_stall_weight,rtl_stall_output,"
      "model_stall_output,read_beats,write_beats,copied_gbytes_per_s,rtl_wall_s,model_wall_s\n");
  for (const std::string& network : networks) {
    int refused = 0;
    for (const rtl_test::LayerJob& layer : rtl_test::conv_jobs(network, array, refused)) {
      const auto [at, is_new] = known.try_emplace(accelerator::encode(layer.job, array));
      Pair& pair = at->second;
      if (is_new) {
        pair.model = measure_on_platform(platform, layer.job, {false, cores});
        pair.rtl = measure_on_platform(platform, layer.job, {true, cores});
        const double error = std::abs(error_percent(pair));
        sum += error;
        if (error >= worst) {
          worst = error;
          worst_layer = network + " " + layer.layer;
        }
        ++layers;
        model_cycles += static_cast<double>(pair.model.cycles);
        rtl_cycles += static_cast<double>(pair.rtl.cycles);
        model_wall += pair.model.wall_s;
        rtl_wall += pair.rtl.wall_s;
      }
      const auto& m = pair.model;
      const auto& r = pair.rtl;
      const auto number = [](std::int64_t value) { return static_cast<long long>(value); };
      std::printf(
          "%s,%d,%s,%s,%d,%lld,%lld,%lld,%.3f,%.2f,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%lld,%.2f,%.3f,%."
          "3f\n",
          array_text.c_str(), cores, network.c_str(), layer.layer.c_str(), layer.times,
          number(layer.useful_macs), number(r.cycles), number(m.cycles), error_percent(pair),
          100.0 * static_cast<double>(layer.useful_macs) /
              (static_cast<double>(array.macs()) * static_cast<double>(r.cycles)),
          number(r.mac_active), number(r.stall_feature), number(m.stall_feature), number(r.stall_weight),
          number(m.stall_weight), number(r.stall_output), number(m.stall_output), number(r.read_beats),
          number(r.write_beats), r.copied_gbytes_per_s, r.wall_s, m.wall_s);
      std::fflush(stdout);
    }
  }
  std::fprintf(
      stderr,
      "%-6s %d copying cores, %3d different layers: mean |error| %.3f %%, worst %.3f %% (%s), cycles in "
      "all %+.3f %%; host seconds: model %.1f, rtl %.1f\n",
      array_text.c_str(), cores, layers, sum / layers, worst, worst_layer.c_str(),
      100 * (model_cycles - rtl_cycles) / rtl_cycles, model_wall, rtl_wall);
}

}  // namespace

int sc_main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: platform_table PLATFORM COPYING_CORES ARRAY [NETWORK...]\n");
    return 2;
  }
  sim::install_report_handler();
  std::vector<std::string> networks(argv + 4, argv + argc);
  if (networks.empty()) networks = rtl_test::shipped_networks();
  try {
    table(argv[1], std::atoi(argv[2]), argv[3], networks);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "platform_table: %s\n", error.what());
    return 1;
  }
  return 0;
}
