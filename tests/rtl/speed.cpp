// SPDX-License-Identifier: Apache-2.0
// Prints what the Verilated accelerator does on given layers: cycles, array utilisation, simulated cycles a
// second of CPU time; `model` is what execute() computes, in GMAC a second. usage: rtl_speed [ARRAY]
#include <fmt/core.h>

#include <ctime>
#include <exception>

#include "models/accelerator/cycle_model.h"
#include "models/regs/accelerator_registers.h"
#include "tests/rtl/bench.h"
#include "tests/rtl/random_job.h"

namespace {

using namespace tandem;
using namespace tandem::rtl_test;
namespace regs = tandem::regs::accelerator;

struct Row {
  const char* name;
  accelerator::ConvJob job;
};

void run(const Variant& variant, const Row& row) {
  Memory memory(0x40000000, std::size_t{24} << 20);
  Random random(1);
  std::uint64_t offset = 0;
  const PlacedJob placed = place(row.job, variant.array, memory, offset, random);
  Bench bench(variant, memory, Timing{}, 1);
  bench.write_register(regs::kControlOffset, regs::kControlIrqEnableMask);
  const std::clock_t cpu = std::clock();  // of this process: other load on the machine does not count
  bench.ring(placed.descriptor);
  const std::int64_t begin = bench.now();
  bench.wait_for_interrupt(1'000'000'000);
  const std::int64_t cycles = bench.now() - begin;
  const double seconds = static_cast<double>(std::clock() - cpu) / CLOCKS_PER_SEC;
  const auto& job = placed.job;
  const double macs = static_cast<double>(job.out_channels) * job.out_h * job.out_w * job.in_channels *
                      job.kernel_h * job.kernel_w;
  const auto share = [&](std::uint32_t offset_of) {
    return 100.0 * static_cast<double>(bench.read_counter(offset_of)) / static_cast<double>(cycles);
  };
  const double useful = 100.0 * macs / static_cast<double>(variant.array.macs() * cycles);
  const std::clock_t model = std::clock();
  accelerator::execute(job, variant.array, memory);
  const double model_seconds = static_cast<double>(std::clock() - model) / CLOCKS_PER_SEC;
  fmt::print("{:<28} {:>10} {:>7.1f} {:>7.1f} {:>8.1f} {:>8.1f} {:>8.1f} {:>8.2f} {:>8.2f}\n", row.name,
             cycles, useful, share(regs::kMacActiveLoOffset), share(regs::kStallFeatureLoOffset),
             share(regs::kStallWeightLoOffset), share(regs::kStallOutputLoOffset),
             static_cast<double>(cycles) / seconds * 1e-6, macs / model_seconds * 1e-9);
}

}  // namespace

int main(int argc, char** argv) try {
  const Variant variant = load_variant(argc > 1 ? argv[1] : "8x32");
  fmt::print("{:<28} {:>10} {:>7} {:>7} {:>8} {:>8} {:>8} {:>8} {:>8}\n", "layer", "cycles", "useful%",
             "active%", "feature%", "weight%", "output%", "Mcycle/s", "model");
  const Row rows[] = {
      {"squeezenet conv1", layer_shape(3, 227, 64, 3, 2, 0)},
      {"fire2 squeeze1x1", layer_shape(64, 56, 16, 1, 1, 0)},
      {"fire2 expand1x1", layer_shape(16, 56, 64, 1, 1, 0)},
      {"fire2 expand3x3", layer_shape(16, 56, 64, 3, 1, 1)},
      {"fire5 squeeze1x1", layer_shape(256, 28, 32, 1, 1, 0)},
      {"fire5 expand3x3", layer_shape(32, 28, 128, 3, 1, 1)},
      {"fire9 expand3x3", layer_shape(64, 14, 256, 3, 1, 1)},
      {"conv10", layer_shape(512, 14, 1000, 1, 1, 0)},
      {"resnet conv4 3x3", layer_shape(256, 14, 256, 3, 1, 1)},
      {"resnet conv5 1x1", layer_shape(512, 7, 2048, 1, 1, 0)},
      {"fully connected 4096-1000", layer_shape(4096, 1, 1000, 1, 1, 0)},
  };
  for (const Row& row : rows) run(variant, row);
  return 0;
} catch (const std::exception& error) {
  fmt::print(stderr, "{}\n", error.what());
  return 1;
}
