// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/make_accelerator.h"

#include <cstdint>
#include <filesystem>

#include "sim/components/accelerator_model.h"
#include "sim/cosim/accelerator_rtl.h"
#include "sim/platform/variant.h"

namespace tandem::sim {

std::string waves_file(const std::string& file, const std::string& accelerator) {
  if (accelerator == "accelerator0") return file;
  const std::filesystem::path path(file);
  return (path.parent_path() / (path.stem().string() + "." + accelerator + path.extension().string()))
      .string();
}

std::unique_ptr<Accelerator> make_accelerator(const spec::Accelerator& spec, EventQueue& queue,
                                              accelerator::MemoryView& memory,
                                              const MachineOptions& options) {
  const Clock clock(spec.clock);
  if (!options.rtl)
    return std::make_unique<AcceleratorModel>(spec.name.c_str(), queue, spec.array, clock, memory,
                                              options.values);
  const bool waves = !options.waves.file.empty();
  AcceleratorRtlSpec rtl;
  rtl.library = verilated_library(spec.array, waves);
  rtl.array = spec.array;
  rtl.clock = clock;
  rtl.keep_clock_running = !options.skip_idle_cycles;
  if (waves) {
    rtl.waves = waves_file(options.waves.file, spec.name);
    rtl.waves_from = options.waves.from;
    rtl.waves_until = options.waves.length.raw() > 0 ? options.waves.from + options.waves.length
                                                     : Picoseconds(std::int64_t{1} << 62);
  }
  return std::make_unique<AcceleratorRtl>(spec.name.c_str(), queue, rtl);
}

}  // namespace tandem::sim
