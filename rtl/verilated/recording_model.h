// SPDX-License-Identifier: Apache-2.0
// The Verilated accelerator that can write its waves: takes the place of the plain one, by its name, under
// accelerator_api.cpp, which needs not know. See sim/cosim/waves_api.h for what the file shows when.
#pragma once

#include <verilated.h>
#include <verilated_fst_c.h>

#include <cstdint>
#include <memory>

#include "Vtandem_rtl.h"

class Vtandem_accelerator : public Vtandem_rtl {
 public:
  explicit Vtandem_accelerator(VerilatedContext* context) : Vtandem_rtl(tracing(context), "TOP") {
    latest_ = this;
  }

  static Vtandem_accelerator* latest() { return latest_; }

  bool open(const char* path, std::int64_t from, std::int64_t until) {
    from_ = from;
    until_ = until;
    file_ = std::make_unique<VerilatedFstC>();
    trace(file_.get(), 99);
    file_->set_time_unit("1ps");
    file_->set_time_resolution("1ps");
    file_->open(path);
    return file_->isOpen();
  }
  void close() {
    if (file_) file_->close();
    file_.reset();
  }
  void cycle_is(std::int64_t begin, std::int64_t period) {
    begin_ = begin;
    period_ = period;
  }

  // Hides the model's: called with clk_i 1, then 0, once a cycle.
  void eval() {
    if (!file_ || begin_ < from_ || begin_ >= until_ || clk_i == 0) return Vtandem_rtl::eval();
    clk_i = 0;
    Vtandem_rtl::eval();
    file_->dump(static_cast<std::uint64_t>(begin_ + period_ / 2));
    clk_i = 1;
    Vtandem_rtl::eval();
    file_->dump(static_cast<std::uint64_t>(begin_ + period_));
  }

 private:
  static VerilatedContext* tracing(VerilatedContext* context) {
    context->traceEverOn(true);
    return context;
  }

  static inline Vtandem_accelerator* latest_ = nullptr;
  std::unique_ptr<VerilatedFstC> file_;
  std::int64_t from_ = 0, until_ = 0, begin_ = -1, period_ = 0;
};
