// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dse/sweep/conduct.h"

namespace tandem::cli {

// Points on this machine, in child processes.
class LocalBackend : public sweep::Backend {
 public:
  // The references outlive it.
  LocalBackend(const sweep::Sweep& sweep, const sweep::Identity& identity, int workers)
      : sweep_(sweep), identity_(identity), workers_(workers) {}

  void compute(const std::vector<sweep::Job>& jobs, const std::string& level, const Done& done,
               const Tick& tick) override;

 private:
  [[nodiscard]] std::string compute(const std::vector<std::string>& assignments) const;
  [[nodiscard]] bool all_analytic(const std::vector<sweep::Job>& jobs) const;

  const sweep::Sweep& sweep_;
  const sweep::Identity& identity_;
  int workers_;
};

}  // namespace tandem::cli
