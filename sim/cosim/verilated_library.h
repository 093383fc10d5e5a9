// SPDX-License-Identifier: Apache-2.0
// One instance of a Verilated accelerator from a shared library (verilated_api.h), loaded at run time, so
// that array sizes are data. Several libraries and several instances of one live side by side.
#pragma once

#include <string>

#include "models/accelerator/array.h"
#include "sim/cosim/verilated_api.h"

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
  [[nodiscard]] int tm() const { return static_cast<int>(api_->tm); }
  [[nodiscard]] int tn() const { return static_cast<int>(api_->tn); }

 private:
  void* library_ = nullptr;
  const TandemAcceleratorApi* api_ = nullptr;
  void* model_ = nullptr;
  TandemPins* pins_ = nullptr;
};

}  // namespace tandem::sim
