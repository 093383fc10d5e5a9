// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "dse/sweep/conduct.h"

namespace tandem::cli {

// Points on a cluster: a Slurm job array of shards. Each task computes its shard with `tandem sweep --shard`
// into a store of its own; this process follows the queue and takes over every store whose task has ended.
// Points without a result (their node failed, or an administrator cancelled them) are submitted again.
//
// All of it lies in the folder STORE.slurm, which the nodes must see under the same path, with the program
// and its files. A sweep that was killed finds that folder when it starts again, cancels what still runs and
// keeps what was computed.
class SlurmBackend : public sweep::Backend {
 public:
  // `tasks`: shards of an array at most. Throws InputError without Slurm's commands.
  SlurmBackend(const sweep::Sweep& sweep, const std::string& store, int tasks);
  ~SlurmBackend() override;
  SlurmBackend(const SlurmBackend&) = delete;
  SlurmBackend& operator=(const SlurmBackend&) = delete;

  void compute(const std::vector<sweep::Job>& jobs, const std::string& level, const Done& done,
               const Tick& tick) override;

 private:
  struct Wanted;
  void recover(Wanted& wanted, const Tick& tick);
  void submit(const Wanted& wanted, const std::string& level);
  void follow(Wanted& wanted, const Tick& tick);
  void cancel();
  [[nodiscard]] std::filesystem::path file_of(int shard, const char* ending) const;

  const sweep::Sweep& sweep_;
  std::filesystem::path folder_;
  int tasks_;
  std::string array_;  // Slurm's number of what runs; empty: nothing
  int shards_ = 0;     // of that array
};

}  // namespace tandem::cli
