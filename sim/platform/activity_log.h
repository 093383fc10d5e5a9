// SPDX-License-Identifier: Apache-2.0
// Who did what when: the accounts of a run's resources and layers, always, and their timeline when asked for.
// Without a timeline it costs a few additions a span and a transaction.
//
// A core that is between two spans waits for its next command: that is transfer.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/core/interval_union.h"
#include "models/lowering/program.h"
#include "models/network/model.h"
#include "models/spec/platform.h"
#include "models/spec/run_result.h"
#include "sim/components/core_host.h"
#include "sim/components/interconnect.h"

namespace tandem::sim {

class ActivityLog {
 public:
  ActivityLog(const spec::Platform& platform, const network::Model& model, const lowering::Program& program,
              bool timeline);

  // `index` is the layer's, of this image, in RunResult::layers.
  void layer_begin(network::LayerId layer, int index, Picoseconds time);
  void layer_end(network::LayerId layer, Picoseconds time);
  void core(const CoreSpan& span);
  // An accelerator's work on the layer that is open, or was the last to be.
  void job(std::size_t unit, network::LayerId layer, Picoseconds begin, Picoseconds end);
  void transaction(const BusRecord& record);
  void memory_access(std::size_t channel, Picoseconds arrival, Picoseconds data_begin, Picoseconds data_end);

  // Tracks, timeline, and the accounts of result.layers; result.total is known.
  void fill(spec::RunResult& result) const;

 private:
  struct CoreTrack {
    bool used = false;
    std::string name, resource;
    Picoseconds last{0};  // end of the span before
    int instance = -1;    // the latest layer it was in
    spec::Account account;
  };
  struct Instance {  // a layer of an image
    network::LayerId layer = 0;
    Picoseconds begin{0}, end{0};
    std::map<std::size_t, spec::Account> accounts;  // by track, clipped to the layer's time
  };
  struct Job {
    std::size_t unit = 0;
    network::LayerId layer = 0;
    int index = 0;
    Picoseconds begin{0}, end{0};
  };

  [[nodiscard]] std::size_t core_track(int cluster, int core) const {
    return first_core_[static_cast<std::size_t>(cluster)] + static_cast<std::size_t>(core);
  }
  void add(std::size_t track, network::LayerId layer, spec::Reason reason, Picoseconds begin,
           Picoseconds end);
  void share(int index, std::size_t track, spec::Reason reason, Picoseconds begin, Picoseconds end);
  struct JobPlan {
    Picoseconds stepping{0};  // the array, over the layer's jobs
    std::size_t core = 0;     // that rings the doorbell
  };
  // By unit and layer, from the command lists and descriptors.
  [[nodiscard]] std::map<std::pair<std::size_t, network::LayerId>, JobPlan> job_plans() const;
  void fill_layers(const std::vector<Instance>& instances, spec::RunResult& result) const;

  const spec::Platform& platform_;
  const lowering::Program& program_;
  bool timeline_;
  std::vector<std::size_t> first_core_;  // by cluster
  std::vector<CoreTrack> cores_;
  std::vector<int> latest_;          // by layer: index of its instance, -1 before the first
  std::vector<Instance> instances_;  // by index
  std::vector<Job> jobs_;
  IntervalUnion under_way_[2];                 // on the interconnect, by BusCommand
  std::vector<IntervalUnion> asked_, moving_;  // of DRAM, by channel
  std::vector<spec::Span> spans_;              // of cores; track counts all of them
  std::vector<std::size_t> open_span_;         // by core: index + 1 of its last span
  std::vector<spec::Transaction> transactions_;
};

}  // namespace tandem::sim
