// SPDX-License-Identifier: Apache-2.0
// accelerator_table ARRAY [NETWORK...]: every convolution of the shipped networks on the RTL, in front of a
// memory of fixed latency, beside both timing models. CSV on stdout, the summary on stderr.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "tests/agreement/measure.h"
#include "tests/agreement/network_jobs.h"

using namespace tandem::rtl_test;  // NOLINT(google-build-using-namespace): a main program

namespace {

struct Sum {
  double absolute = 0, worst = 0;
  void add(double error) {
    absolute += std::abs(error);
    worst = std::max(worst, std::abs(error));
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: accelerator_table ARRAY [NETWORK...]\n");
    return 2;
  }
  const Variant variant = load_variant(argv[1]);
  std::vector<std::string> networks(argv + 2, argv + argc);
  if (networks.empty()) networks = shipped_networks();
  const Timing timing;
  Sum walk, analytic;
  int layers = 0;
  std::printf(
      "array,network,layer,times,macs,rtl_cycles,utilization_percent,mac_active,stall_feature,stall_weight,"
      "stall_output,walk_cycles,walk_error_percent,analytic_cycles,analytic_error_percent,layers,job\n");
  for (const std::string& network : networks) {
    int refused = 0;
    double macs = 0, cycles = 0;
    for (const LayerJob& layer : conv_jobs(network, variant.array, refused)) {
      const Measured m = measure(variant, layer.job, timing);
      const double walk_error = error_percent(m.walk, m.rtl);
      const double analytic_error = error_percent(m.analytic, m.rtl);
      const auto capacity = static_cast<double>(variant.array.macs());
      std::printf("%s,%s,%s,%d,%lld,%lld,%.2f,%lld,%lld,%lld,%lld,%lld,%.3f,%lld,%.3f,%s,%s\n", argv[1],
                  network.c_str(), layer.layer.c_str(), layer.times,
                  static_cast<long long>(layer.useful_macs), static_cast<long long>(m.rtl),
                  100.0 * static_cast<double>(layer.useful_macs) / (capacity * static_cast<double>(m.rtl)),
                  static_cast<long long>(m.mac_active), static_cast<long long>(m.stall_feature),
                  static_cast<long long>(m.stall_weight), static_cast<long long>(m.stall_output),
                  static_cast<long long>(m.walk), walk_error, static_cast<long long>(m.analytic),
                  analytic_error, layer.layers.c_str(), describe(layer.job).c_str());
      std::fflush(stdout);
      walk.add(walk_error);
      analytic.add(analytic_error);
      ++layers;
      macs += static_cast<double>(layer.times * layer.useful_macs);
      cycles += static_cast<double>(layer.times * m.rtl);
    }
    std::fprintf(stderr, "%-8s %-18s utilization %6.2f %%  refused %d\n", argv[1], network.c_str(),
                 100 * macs / (static_cast<double>(variant.array.macs()) * cycles), refused);
  }
  std::fprintf(stderr, "%-8s %d jobs: walk mean %.3f %% worst %.3f %%, analytic mean %.3f %% worst %.3f %%\n",
               argv[1], layers, walk.absolute / layers, walk.worst, analytic.absolute / layers,
               analytic.worst);
  return 0;
}
