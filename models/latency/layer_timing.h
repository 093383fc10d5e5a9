// SPDX-License-Identifier: Apache-2.0
// The closed-form time of one layer whose items run side by side on a platform: the protocol of
// models/lowering/program.h around the parts that LatencyModel times.
//
// Beside the published model (each side's compute and transfer, coherence by the line) it knows, each of them
// able to be left out:
//  contention    both sides of a layer read the same memory. What they ask for together beyond what it
//                sustains makes every access later, until they ask for no more; a side with more bytes on
//                their way then gets more. The side that is left goes on alone.
//  thread_start  a kernel's threads start one after the other, at every step of it.
//  cold_inputs   what an accelerator wrote is in no cache when a core first reads it.
//  wait_policy   an interrupt and its handler, or the polls between two looks; the start of jobs; barriers.
// Layers before this one matter as far as they decide which lines are to be dropped and written back.
// Ignored: what the order of accesses does to DRAM rows, lines that survive in a cache by luck.
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "models/latency/latency_model.h"
#include "models/lowering/program.h"
#include "models/spec/run.h"
#include "models/spec/schedule.h"

namespace tandem::latency {

using spec::Extensions;

struct PartTime {
  Picoseconds busy{0};        // on the part's own work
  Picoseconds end{0};         // since the layer began
  Picoseconds maintained{0};  // dropping and writing back lines, of the group's cores
  CorePart core;
  UnitPart unit;
};

struct LayerTime {
  Picoseconds time{0};
  std::vector<PartTime> parts;  // as the items asked for
  Picoseconds begun{0};         // the host is done with starting accelerators
};

// Of a schedule that grows layer by layer, in topological order.
class LayerTiming {
 public:
  struct Run {
    spec::WaitPolicy wait = spec::WaitPolicy::interrupt;
    int host = 0;                  // cluster of the core that starts accelerators
    int cores = 0;                 // that meet at barriers
    std::vector<bool> unit_reads;  // by layer id: an accelerator that does not snoop will compute it
    Extensions extensions;
  };

  LayerTiming(const LatencyModel& latency, const network::Model& model, const spec::Platform& platform,
              Run run);

  // The same course with other clocks.
  LayerTiming(const LatencyModel& latency, const LayerTiming& before);

  // `items` are all of the layer's, in the schedule's order.
  [[nodiscard]] LayerTime time_of(network::LayerId layer,
                                  const std::vector<lowering::ProgramItem>& items) const;
  // The same if the sides of a layer did not contend for the memory: in less work, and no part and not the
  // whole takes longer than by time_of().
  [[nodiscard]] LayerTime time_at_least(network::LayerId layer,
                                        const std::vector<lowering::ProgramItem>& items) const;
  [[nodiscard]] int host() const { return run_.host; }
  // The layer is computed so; later layers know.
  void commit(network::LayerId layer, const std::vector<lowering::ProgramItem>& items);

 private:
  struct Side {
    Picoseconds time{0};
    double bytes = 0;  // over the memory's port
  };
  [[nodiscard]] double cold_share(network::LayerId layer) const;
  [[nodiscard]] double lines_to_drop(network::LayerId layer, int cluster) const;
  [[nodiscard]] bool needs_clean(network::LayerId layer) const;
  [[nodiscard]] Picoseconds dropping(network::LayerId layer, const lowering::Resource& group) const;
  [[nodiscard]] Picoseconds cleaning(network::LayerId layer, const lowering::ProgramItem& item) const;
  void time_parts(network::LayerId layer, const std::vector<lowering::ProgramItem>& items, Picoseconds delay,
                  LayerTime& into) const;
  void share_window(network::LayerId layer, const std::vector<lowering::ProgramItem>& items,
                    std::vector<std::size_t> readers, LatencyModel::Conditions conditions,
                    LayerTime& into) const;
  [[nodiscard]] Side side_of(const std::vector<lowering::ProgramItem>& items, const LayerTime& times,
                             bool units) const;
  void contend(network::LayerId layer, const std::vector<lowering::ProgramItem>& items,
               LayerTime& times) const;
  // From the parts' times to the layer's.
  [[nodiscard]] LayerTime with_protocol(network::LayerId layer,
                                        const std::vector<lowering::ProgramItem>& items,
                                        LayerTime result) const;
  [[nodiscard]] bool snoops(const lowering::Resource& unit) const;

  const LatencyModel& latency_;
  const network::Model& model_;
  const spec::Platform& platform_;
  Run run_;
  double sustained_ = 0;  // bytes a second
  struct Written {
    double unit_lines = 0;  // by accelerators that do not snoop
    double unit_share = 0;  // of the tensor, by any accelerator, or from outside
  };
  std::vector<Written> written_;                        // by layer id
  std::set<std::pair<int, network::LayerId>> dropped_;  // cluster, writer
};

}  // namespace tandem::latency
