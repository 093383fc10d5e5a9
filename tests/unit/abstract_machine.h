// SPDX-License-Identifier: Apache-2.0
// Runs a lowered program without time: cores and accelerators take turns, every byte is really computed in
// memory, and caches that never evict watch for missing maintenance. For what the order of a program must
// guarantee.
#pragma once

#include <fmt/format.h>

#include <cstring>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "models/accelerator/job.h"
#include "models/core/error.h"
#include "models/cpu/coherent_caches.h"
#include "models/lowering/footprint.h"
#include "models/lowering/program.h"
#include "models/lowering/tensor_io.h"
#include "models/network/kernels/prepare.h"

namespace tandem::test {

class FlatMemory : public accelerator::MemoryView {
 public:
  FlatMemory(std::uint64_t base, std::uint64_t end) : base_(base), bytes_(end - base) {}
  std::uint8_t* at(std::uint64_t address, std::int64_t bytes) override {
    if (address < base_ || address + static_cast<std::uint64_t>(bytes) > base_ + bytes_.size()) {
      throw SimulationError(
          fmt::format("{} bytes at {:#x} lie outside the program's memory", bytes, address));
    }
    return bytes_.data() + (address - base_);
  }

 private:
  std::uint64_t base_;
  std::vector<std::uint8_t> bytes_;
};

class AbstractMachine {
 public:
  struct Options {
    bool late_accelerators = false;         // a job runs when it is waited for, else when it is started
    bool cores_reversed = false;            // the last core goes first
    std::set<lowering::Opcode> left_out{};  // commands that do nothing: what happens without them?
  };

  AbstractMachine(const network::Model& model, const spec::Platform& platform,
                  const lowering::Program& program, Options options)
      : model_(model),
        platform_(platform),
        program_(program),
        options_(std::move(options)),
        memory_(platform.dram.base, program.memory_end),
        caches_(clusters_of(platform), platform.dram.base, program.memory_end - platform.dram.base),
        cores_(program.cores.size()),
        images_(static_cast<std::size_t>(program.stages), 0) {
    for (const lowering::Segment& segment : program.segments) {
      std::memcpy(memory_.at(segment.address, static_cast<std::int64_t>(segment.bytes.size())),
                  segment.bytes.data(), segment.bytes.size());
    }
    for (std::size_t i = 0; i < cores_.size(); ++i) cores_[i].next = program.cores[i].address;
  }

  // The output tensor of every image. Throws std::runtime_error when all cores wait for each other.
  std::vector<network::Tensor> run() {
    while (true) {
      bool moved = false;
      bool all_stopped = true;
      for (std::size_t turn = 0; turn < cores_.size(); ++turn) {
        const std::size_t core = options_.cores_reversed ? cores_.size() - 1 - turn : turn;
        while (!cores_[core].stopped && !cores_[core].at_barrier && step(core)) moved = true;
        all_stopped = all_stopped && cores_[core].stopped;
      }
      if (all_stopped) break;
      if (!moved) throw std::runtime_error("all cores wait for each other");
    }
    if (!running_.empty()) throw std::runtime_error("an accelerator was started and never waited for");
    return std::move(outputs_);
  }

  [[nodiscard]] const std::map<lowering::Opcode, int>& executed() const { return executed_; }

 private:
  struct Core {
    std::uint64_t next = 0;
    int rounds = 0;
    int posted = 0;
    bool at_barrier = false, stopped = false;
  };

  static std::vector<cpu::CoherentCaches::ClusterSpec> clusters_of(const spec::Platform& platform) {
    std::vector<cpu::CoherentCaches::ClusterSpec> clusters;
    for (const spec::Cluster& cluster : platform.clusters)
      clusters.push_back({cluster.name, Bytes(8 << 20), 16});
    return clusters;
  }

  lowering::Command fetch(std::size_t core) {
    lowering::CommandWords words{};
    std::memcpy(words.data(), memory_.at(cores_[core].next, sizeof words), sizeof words);
    cores_[core].next += lowering::kCommandBytes;
    return lowering::decode(words);
  }

  // False when the core has to wait for another stage.
  bool step(std::size_t index) {
    using lowering::Opcode;
    Core& core = cores_[index];
    const int cluster = program_.cores[index].cluster;
    const int stage = program_.cores[index].stage;
    const lowering::Command command = fetch(index);
    if (options_.left_out.contains(command.opcode)) return true;
    if (command.opcode == Opcode::await_stage && !may_begin(core, command)) {
      core.next -= lowering::kCommandBytes;
      return false;
    }
    ++executed_[command.opcode];
    const auto bytes = static_cast<std::int64_t>(command.bytes);
    switch (command.opcode) {
      case Opcode::stop:
        core.stopped = true;
        break;
      case Opcode::image_begin:
        begin_image();
        break;
      case Opcode::image_end:
        end_image();
        break;
      case Opcode::layer_begin:
      case Opcode::layer_end:
        break;
      case Opcode::compute:
        compute(cluster, command);
        break;
      case Opcode::start_accelerator:
        running_[{command.unit, stage}].push_back(command.address);
        if (!options_.late_accelerators) run_jobs({command.unit, stage});
        break;
      case Opcode::wait_accelerator:
        if (!running_.contains({command.unit, stage}))
          throw std::runtime_error("waits for an accelerator nobody started");
        run_jobs({command.unit, stage});
        running_.erase({command.unit, stage});
        break;
      case Opcode::clean:
        caches_.clean(cluster, command.address, bytes, bursts_);
        break;
      case Opcode::invalidate:
        caches_.invalidate(cluster, command.address, bytes);
        break;
      case Opcode::barrier:
        arrive(index, command.participants);
        break;
      case Opcode::await_stage:
        break;
      case Opcode::post_stage: {
        const auto done = static_cast<std::uint32_t>(++core.posted);
        std::memcpy(memory_.at(command.address, sizeof done), &done, sizeof done);
        images_[static_cast<std::size_t>(stage)] = core.posted;
        break;
      }
      case Opcode::operating_point:
      case Opcode::load_chain:
      case Opcode::copy:
      case Opcode::fill:
        break;  // time only
      case Opcode::repeat:
        if (++core.rounds < static_cast<int>(command.participants)) core.next = command.address;
        break;
    }
    bursts_.clear();
    return true;
  }

  bool may_begin(const Core& core, const lowering::Command& command) {
    std::uint32_t done = 0;
    std::memcpy(&done, memory_.at(command.address, sizeof done), sizeof done);
    return done + command.participants > static_cast<std::uint32_t>(core.posted);
  }

  // Of the cores of its stage.
  void arrive(std::size_t index, std::uint32_t participants) {
    cores_[index].at_barrier = true;
    std::vector<Core*> arrived;
    std::uint32_t own = 0;
    for (std::size_t i = 0; i < cores_.size(); ++i) {
      if (program_.cores[i].stage != program_.cores[index].stage) continue;
      ++own;
      if (cores_[i].at_barrier) arrived.push_back(&cores_[i]);
    }
    if (participants > own) throw std::runtime_error("a barrier of more cores than there are");
    if (arrived.size() < participants) return;
    for (Core* other : arrived) other->at_barrier = false;
  }

  [[nodiscard]] const lowering::TensorPlacement& tensor_of(network::LayerId id, int image) const {
    return program_.placement_of(program_.copy_of(image)).layers[static_cast<std::size_t>(id)].output;
  }

  void begin_image() {
    const network::Image image = network::make_image(model_, images_.front());
    auto next_input = image.begin();
    for (network::LayerId id = 0; id < model_.network->size(); ++id) {
      if (model_.network->layer(id).kind != network::LayerKind::input) continue;
      const lowering::TensorPlacement& place = tensor_of(id, images_.front());
      caches_.device_write("image", false, place.address, static_cast<std::uint64_t>(place.layout.bytes()),
                           bursts_);
      lowering::store_tensor(memory_, place, *next_input++, network::whole(model_.network->layer(id).output));
    }
  }

  void end_image() {
    const network::LayerId id = model_.network->output();
    outputs_.push_back(lowering::load_tensor(memory_, tensor_of(id, images_.back()),
                                             model_.network->layer(id).output, model_.precision));
    for (const auto& [item, shares] : finished_shares_) {
      const auto layer = static_cast<std::size_t>(program_.items[item].layer);
      if (program_.stage_of[layer] == program_.stages - 1)
        throw std::runtime_error("an item is not finished when the image ends");
    }
    if (program_.stages == 1) ++images_.front();
  }

  // The bytes become real with the item's last share, as on the simulated cores.
  void compute(int cluster, const lowering::Command& command) {
    const auto id = static_cast<network::LayerId>(command.layer);
    const lowering::Footprint touched =
        lowering::footprint(*model_.network, program_.placement_of(command.copy), id, command.share);
    for (const auto* ranges : {&touched.inputs, &touched.weights})
      for (const lowering::AddressRange& range : *ranges)
        caches_.read(cluster, range.address, range.bytes, bursts_);
    for (const lowering::AddressRange& range : touched.writes) {
      caches_.write(cluster, range.address, range.bytes, bursts_);
    }
    if (++finished_shares_[command.item] < command.participants) return;
    finished_shares_.erase(command.item);
    const int image = images_[static_cast<std::size_t>(program_.stage_of[static_cast<std::size_t>(id)])];
    std::vector<network::Tensor> inputs;
    for (const network::LayerId input : model_.network->layer(id).inputs) {
      inputs.push_back(lowering::load_tensor(memory_, tensor_of(input, image),
                                             model_.network->layer(input).output, model_.precision));
    }
    std::vector<const network::Tensor*> pointers;
    for (const network::Tensor& input : inputs) pointers.push_back(&input);
    network::Tensor output = network::make_tensor(model_.network->layer(id).output, model_.precision);
    const network::OutputRange& range = program_.items[command.item].range;
    network::run_layer(model_, id, pointers, range, output);
    lowering::store_tensor(memory_, tensor_of(id, image), output, range);
  }

  using UnitOfStage = std::pair<std::uint32_t, int>;
  void run_jobs(const UnitOfStage& unit) {
    const spec::Accelerator& own = platform_.accelerators[unit.first];
    for (const std::uint64_t address : running_[unit]) {
      std::array<std::uint32_t, accelerator::kJobWords> words{};
      std::memcpy(words.data(), memory_.at(address, sizeof words), sizeof words);
      const accelerator::ConvJob job = accelerator::decode(words);
      const auto block = static_cast<std::uint64_t>(own.array.block());
      const auto in_planes = static_cast<std::uint64_t>(divide_up(job.in_channels, own.array.block()));
      caches_.device_read(own.name, own.coherent, job.input,
                          in_planes * static_cast<std::uint64_t>(job.in_plane_stride), bursts_);
      const std::uint64_t row = static_cast<std::uint64_t>(job.out_w) * block;
      for (int plane = 0; plane * own.array.block() < job.out_channels; ++plane) {
        caches_.device_write(own.name, own.coherent,
                             job.output + static_cast<std::uint64_t>(plane * job.out_plane_stride) +
                                 static_cast<std::uint64_t>(job.row_begin) * row,
                             static_cast<std::uint64_t>(job.row_end - job.row_begin) * row, bursts_);
      }
      accelerator::execute(job, own.array, memory_);
    }
    running_[unit].clear();
  }

  const network::Model& model_;
  const spec::Platform& platform_;
  const lowering::Program& program_;
  Options options_;
  FlatMemory memory_;
  cpu::CoherentCaches caches_;
  std::vector<Core> cores_;
  std::vector<cpu::CacheBurst> bursts_;
  std::map<UnitOfStage, std::vector<std::uint64_t>> running_;  // jobs, by who started them where
  std::map<std::uint32_t, std::uint32_t> finished_shares_;     // by item
  std::map<lowering::Opcode, int> executed_;
  std::vector<network::Tensor> outputs_;
  std::vector<int> images_;  // by stage: the one at hand
};

}  // namespace tandem::test
