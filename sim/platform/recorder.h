// SPDX-License-Identifier: Apache-2.0
// Collects what a run measures and makes the cores' results real: gathers an item's inputs from simulated
// memory, computes it with the reference kernels and scatters it back.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "models/accelerator/job.h"
#include "models/cpu/coherent_caches.h"
#include "models/lowering/program.h"
#include "models/network/model.h"
#include "models/spec/platform.h"
#include "models/spec/run_result.h"
#include "sim/components/core_host.h"
#include "sim/platform/activity_log.h"
#include "sim/platform/core_use.h"

namespace tandem::sim {

class Recorder : public CoreHost {
 public:
  // `points`: by cluster, the operating point it starts at. Without `values` no tensor is computed.
  Recorder(const spec::Platform& platform, const network::Model& model, const lowering::Program& program,
           accelerator::MemoryView& memory, cpu::CoherentCaches& caches, int images,
           const std::vector<std::size_t>& points, bool timeline, std::function<void(int, int)> progress,
           bool values = true);

  void image_begin() override;
  void image_end() override;
  void layer_begin(std::uint32_t layer) override;
  void layer_end(std::uint32_t layer) override;
  void share_done(std::uint32_t item, std::uint32_t shares) override;
  void accelerator_started(std::uint32_t unit, std::uint32_t layer) override;
  void stage_done(std::uint32_t stage, Picoseconds begin) override;
  void span(const CoreSpan& span) override;
  void point_changed(int cluster, std::size_t point) override;

  void accelerator_interrupt(std::uint32_t unit, std::int64_t jobs_done);  // its line rose
  // It moved bytes until `end`. A line that a busy host has not acknowledged does not rise with the next job.
  void accelerator_moved(std::uint32_t unit, std::int64_t jobs_done, Picoseconds end);

  [[nodiscard]] bool finished() const { return static_cast<int>(outputs_.size()) == images_; }
  [[nodiscard]] const std::string& current_layer() const { return current_layer_; }

  // The parts of the result this class knows: layers, latency, outputs, tracks, timeline.
  void fill(spec::RunResult& result) const;
  [[nodiscard]] CoreUse& use() { return use_; }
  [[nodiscard]] const CoreUse& use() const { return use_; }
  [[nodiscard]] ActivityLog& activity() { return activity_; }
  // Called when the last output is there.
  void on_finish(std::function<void()> call) { on_finish_ = std::move(call); }

 private:
  [[nodiscard]] spec::LayerResult new_layer(network::LayerId id) const;
  // What an accelerator does for a stage's layer.
  struct AcceleratorWork {
    bool running = false;
    Picoseconds begin{0}, last_interrupt{0};
    std::int64_t jobs = 0;  // of the accelerator, that are done when the layer's are
    bool done = false;
  };
  struct StageState {
    int image = 0;              // at hand
    network::LayerId next = 0;  // layers before it have their times
    std::vector<AcceleratorWork> units;
    std::vector<Picoseconds> taken;  // by image: how long it kept the stage
  };
  [[nodiscard]] StageState& stage_of(network::LayerId layer);
  [[nodiscard]] int index_of(int image, network::LayerId id) const;  // into layers_
  [[nodiscard]] spec::LayerResult& layer_at(int image, network::LayerId id);
  void pass_in_place(StageState& stage, network::LayerId end);
  void close_accelerator(AcceleratorWork& work, std::size_t unit, network::LayerId id);

  const spec::Platform& platform_;
  const network::Model& model_;
  const lowering::Program& program_;
  accelerator::MemoryView& memory_;
  cpu::CoherentCaches& caches_;
  int images_;
  std::function<void(int, int)> progress_;
  bool values_;
  std::function<void()> on_finish_;

  std::string current_layer_;
  std::vector<Picoseconds> image_starts_, output_times_;  // by image
  std::vector<network::Tensor> outputs_;
  std::vector<spec::LayerResult> layers_;  // image by image, all but the network's inputs
  int layers_done_ = 0;
  std::vector<StageState> stages_;
  std::vector<int> position_;                        // by layer: among those that are no inputs
  std::vector<std::vector<Picoseconds>> core_busy_;  // cluster, core: of its open layer
  CoreUse use_;
  std::vector<std::uint32_t> shares_done_;  // by item
  std::vector<std::int64_t> jobs_started_;  // by accelerator
  std::vector<Picoseconds> free_since_;     // likewise: when the last layer's jobs were done
  ActivityLog activity_;
};

}  // namespace tandem::sim
