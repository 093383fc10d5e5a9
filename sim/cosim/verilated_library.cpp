// SPDX-License-Identifier: Apache-2.0
#include "sim/cosim/verilated_library.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include "models/core/error.h"

namespace tandem::sim {
namespace {
constexpr std::uint32_t kVersion = 1;
}  // namespace

VerilatedLibrary::VerilatedLibrary(const std::string& path) {
  library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library_ == nullptr)
    throw SimulationError(fmt::format("cannot load the accelerator's RTL: {}", dlerror()));
  using Entry = const TandemAcceleratorApi* (*)();
  const auto entry = reinterpret_cast<Entry>(dlsym(library_, "tandem_accelerator_api"));
  api_ = entry != nullptr ? entry() : nullptr;
  if (api_ == nullptr || api_->version != kVersion || api_->bus_bytes != TANDEM_BUS_BYTES) {
    dlclose(library_);
    throw SimulationError(
        fmt::format("{} is no Verilated accelerator of interface version {}", path, kVersion));
  }
  model_ = api_->create();
  pins_ = api_->pins(model_);
  using Waves = const TandemWavesApi* (*)();
  if (const auto waves = reinterpret_cast<Waves>(dlsym(library_, "tandem_accelerator_waves"))) {
    waves_ = waves();
    recorder_ = waves_->latest();
  }
}

bool VerilatedLibrary::record(const std::string& path, Picoseconds from, Picoseconds until) {
  return waves_ != nullptr && waves_->open(recorder_, path.c_str(), from.raw(), until.raw()) != 0;
}

VerilatedLibrary::~VerilatedLibrary() {
  if (waves_ != nullptr) waves_->close(recorder_);
  api_->destroy(model_);
  dlclose(library_);
}

}  // namespace tandem::sim
