// SPDX-License-Identifier: Apache-2.0
// One instance of a Verilated accelerator from a shared library (verilated_api.h), loaded at run time, so
// that array sizes are data. Several libraries and several instances of one live side by side.
#pragma once

#include <string>

#include "models/accelerator/array.h"
#include "models/core/quantity.h"
#include "sim/cosim/verilated_api.h"
#include "sim/cosim/waves_api.h"

namespace tandem::sim {

class VerilatedLibrary {
 public:
  // Throws SimulationError with the loader's reason, or when the interface's version differs.
  explicit VerilatedLibrary(const std::string& path);
  ~VerilatedLibrary();
  VerilatedLibrary(const VerilatedLibrary&) = delete;
  VerilatedLibrary& operator=(const VerilatedLibrary&) = delete;

  TandemPins& pins() { return *pins_; }
  void cycle() { api_->cycle(model_); }
  // Of the flavour "waves" only; false: this library cannot, or the file cannot be written. From then on
  // every cycle is announced before it.
  bool record(const std::string& path, Picoseconds from, Picoseconds until);
  void cycle_is(Picoseconds begin, Picoseconds period) {
    waves_->cycle_is(recorder_, begin.raw(), period.raw());
  }
  [[nodiscard]] int tm() const { return static_cast<int>(api_->tm); }
  [[nodiscard]] int tn() const { return static_cast<int>(api_->tn); }

 private:
  void* library_ = nullptr;
  const TandemAcceleratorApi* api_ = nullptr;
  void* model_ = nullptr;
  const TandemWavesApi* waves_ = nullptr;
  void* recorder_ = nullptr;
  TandemPins* pins_ = nullptr;
};

}  // namespace tandem::sim
