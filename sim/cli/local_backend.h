// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dse/sweep/conduct.h"
#include "sim/cli/sweep_progress.h"

namespace tandem::cli {

// Points on this machine, in child processes.
class LocalBackend : public sweep::Backend {
 public:
  // The references outlive it.
  LocalBackend(const sweep::Sweep& sweep, const sweep::Identity& identity, int workers,
               SweepProgress& progress)
      : sweep_(sweep), identity_(identity), workers_(workers), progress_(progress) {}

  void compute(const std::vector<sweep::Job>& jobs, const std::string& level, const Done& done) override;

 private:
  [[nodiscard]] std::string compute(const std::vector<std::string>& assignments) const;
  [[nodiscard]] bool all_analytic(const std::vector<sweep::Job>& jobs) const;

  const sweep::Sweep& sweep_;
  const sweep::Identity& identity_;
  int workers_;
  SweepProgress& progress_;
};

}  // namespace tandem::cli
