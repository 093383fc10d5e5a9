// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "models/core/error.h"
#include "models/lowering/check_schedule.h"
#include "models/lowering/dataflow.h"
#include "models/lowering/kernel_steps.h"
#include "models/lowering/line.h"
#include "models/lowering/line_owners.h"
#include "models/lowering/maintenance.h"
#include "models/lowering/memory_image.h"
#include "models/lowering/operating_points.h"
#include "models/lowering/placed_jobs.h"
#include "models/lowering/program.h"

namespace tandem::lowering {

using network::LayerId;

namespace {

class Lowering {
 public:
  Lowering(const network::Model& model, const spec::Platform& platform, const spec::Schedule& schedule,
           const std::vector<LayerRole>& roles)
      : model_(model),
        network_(*model.network),
        platform_(platform),
        changes_(resolve_points(schedule, model, platform, roles)),
        images_in_flight_(schedule.images_in_flight),
        polls_(schedule.wait == spec::WaitPolicy::polling) {
    program_.items = resolve_items(schedule, model, platform, roles);
    program_.placement = place(model, platform);
    next_address_ = program_.placement.end;
    line_ = make_line(schedule, model, platform, roles, changes_, program_,
                      [this](std::int64_t bytes, std::int64_t alignment) { return take(bytes, alignment); });
    commands_.resize(program_.cores.size());
    items_of_.resize(static_cast<std::size_t>(network_.size()));
    for (std::size_t i = 0; i < program_.items.size(); ++i)
      items_of_[static_cast<std::size_t>(program_.items[i].layer)].push_back(i);
  }

  Program run(int images) {
    load_parameters();
    for (std::size_t copy = 0; copy <= program_.copies.size(); ++copy) {
      const auto lines = lines_written_twice(
          network_, program_.placement_of(static_cast<std::uint32_t>(copy)), program_.items);
      program_.written_twice.insert(program_.written_twice.end(), lines.begin(), lines.end());
    }
    const int copies = static_cast<int>(program_.copies.size()) + 1;
    for (stage_ = 0; stage_ < program_.stages; ++stage_) {
      if (images >= copies) {
        for (int copy = 0; copy < copies; ++copy) emit_image(copy);
        emit_repeat(images / copies);
      }
      for (int copy = 0; copy < images % copies; ++copy) emit_image(copy);
    }
    for (std::size_t core = 0; core < commands_.size(); ++core) finish_core(core);
    program_.memory_end = next_address_;
    const std::uint64_t limit = platform_.dram.base + static_cast<std::uint64_t>(platform_.dram.size.raw());
    if (program_.memory_end > limit) {
      throw InputError({platform_.file, 0, 0}, "dram.size",
                       fmt::format("the program needs {} bytes of memory, the platform has {}",
                                   program_.memory_end - platform_.dram.base, platform_.dram.size.raw()));
    }
    return std::move(program_);
  }

 private:
  using Cores = std::vector<std::size_t>;  // indices into program_.cores
  [[nodiscard]] std::size_t host() const { return line_.cores[static_cast<std::size_t>(stage_)].front(); }
  [[nodiscard]] const Cores& own_cores() const { return line_.cores[static_cast<std::size_t>(stage_)]; }

  [[nodiscard]] const Placement& placement() const { return program_.placement_of(copy_); }

  void emit_image(int copy) {
    copy_ = static_cast<std::uint32_t>(copy);
    invalidated_.clear();
    const bool first = stage_ == 0, last = stage_ + 1 == program_.stages;
    emit_awaits();
    if (first) emit(host(), {.opcode = Opcode::image_begin});
    std::set<int> changing;
    for (const ResolvedChange& change : changes_) {
      if (program_.stage_of[static_cast<std::size_t>(change.layer)] == stage_)
        changing.insert(change.cluster);
    }
    for (const int cluster : changing) emit_point(cluster, Hertz(0), 0);
    barrier(program_.stages > 1 ? first_layer() : 0);
    for (const LayerId id : line_.stages[static_cast<std::size_t>(stage_)].layers) emit_layer(id);
    if (last) emit(host(), {.opcode = Opcode::image_end});
    if (program_.stages > 1) {
      const auto stage = static_cast<std::uint32_t>(stage_);
      emit(host(), {.opcode = Opcode::post_stage,
                    .layer = last_layer(),
                    .unit = stage,
                    .address = line_.counters[static_cast<std::size_t>(stage_)]});
    }
  }

  [[nodiscard]] LayerId first_layer() const {
    return line_.stages[static_cast<std::size_t>(stage_)].layers.front();
  }
  [[nodiscard]] std::uint32_t last_layer() const {
    return static_cast<std::uint32_t>(line_.stages[static_cast<std::size_t>(stage_)].layers.back());
  }

  // The stage before is done with this image; those after have left the copies it will write into.
  void emit_awaits() {
    if (stage_ > 0) await(stage_ - 1, 0);
    for (const HandOver& hand_over : line_.hand_overs) {
      if (hand_over.writer == stage_) await(hand_over.reader, hand_over.depth);
    }
    if (stage_ == 0 && program_.stages > 1 && images_in_flight_ > 0)
      await(program_.stages - 1, images_in_flight_);
  }

  void await(int stage, int ahead) {
    emit(host(),
         {.opcode = Opcode::await_stage,
          .layer = static_cast<std::uint32_t>(line_.stages[static_cast<std::size_t>(stage_)].layers.front()),
          .unit = static_cast<std::uint32_t>(stage),
          .participants = static_cast<std::uint32_t>(ahead),
          .address = line_.counters[static_cast<std::size_t>(stage)]});
  }

  Cores cores_of(const Resource& group) const {
    Cores cores;
    for (const std::size_t i : own_cores()) {
      if (program_.cores[i].cluster == group.cluster && program_.cores[i].thread < group.cores)
        cores.push_back(i);
    }
    return cores;
  }

  void emit(std::size_t core, Command command) {
    const bool waits = command.opcode == Opcode::start_accelerator ||
                       command.opcode == Opcode::wait_accelerator || command.opcode == Opcode::barrier ||
                       command.opcode == Opcode::await_stage;
    command.polls = waits && polls_;
    command.copy = copy_;
    commands_[core].push_back(command);
  }

  // Every core in use of the cluster stands still while its clock changes.
  void emit_point(int cluster, Hertz frequency, std::uint32_t layer) {
    for (const std::size_t core : own_cores()) {
      if (program_.cores[core].cluster != cluster) continue;
      emit(core, {.opcode = Opcode::operating_point,
                  .layer = layer,
                  .bytes = static_cast<std::uint64_t>(frequency.raw())});
    }
  }

  void barrier(LayerId layer) {
    const auto participants = static_cast<std::uint32_t>(own_cores().size());
    if (participants < 2) return;
    for (const std::size_t core : own_cores()) {
      emit(core, {.opcode = Opcode::barrier,
                  .layer = static_cast<std::uint32_t>(layer),
                  .participants = participants});
    }
  }

  void emit_repeat(int rounds) {
    for (const std::size_t core : own_cores())
      emit(core, {.opcode = Opcode::repeat, .participants = static_cast<std::uint32_t>(rounds)});
  }

  std::uint64_t take(std::int64_t bytes, std::int64_t alignment) {
    next_address_ = static_cast<std::uint64_t>(round_up(static_cast<std::int64_t>(next_address_), alignment));
    const std::uint64_t address = next_address_;
    next_address_ += static_cast<std::uint64_t>(bytes);
    return address;
  }

  void load_parameters() {
    std::vector<std::vector<bool>> used(platform_.accelerators.size(),
                                        std::vector<bool>(items_of_.size(), false));
    for (const ProgramItem& item : program_.items) {
      if (item.resource.accelerator < 0) continue;
      used[static_cast<std::size_t>(item.resource.accelerator)][static_cast<std::size_t>(item.layer)] = true;
    }
    program_.segments = parameter_segments(model_, platform_, program_.placement, used);
  }

  void emit_layer(LayerId id) {
    const auto layer = static_cast<std::uint32_t>(id);
    emit(host(), {.opcode = Opcode::layer_begin, .layer = layer});
    for (const ResolvedChange& change : changes_) {
      if (change.layer == id) emit_point(change.cluster, change.frequency, layer);
    }
    const std::set<std::uint32_t> started = start_accelerators(id);
    if (emit_invalidates(id)) barrier(id);
    for (const std::size_t item : items_of_[layer]) {
      if (program_.items[item].resource.cluster >= 0) emit_compute(item);
    }
    emit_cleans(id);
    for (const std::uint32_t unit : started) {
      emit(host(), {.opcode = Opcode::wait_accelerator, .layer = layer, .unit = unit});
    }
    barrier(id);
    emit(host(), {.opcode = Opcode::layer_end, .layer = layer});
  }

  std::set<std::uint32_t> start_accelerators(LayerId id) {
    std::set<std::uint32_t> units;
    for (RungJob& one :
         rung_jobs(model_, platform_, placement(), program_.items, items_of_[static_cast<std::size_t>(id)])) {
      units.insert(one.unit);
      start_accelerator(one);
    }
    return units;
  }

  void start_accelerator(RungJob& rung) {
    rung.job.id = next_job_++;
    const auto words = accelerator::encode(rung.job, platform_.accelerators[rung.unit].array);
    const std::uint64_t address = take(accelerator::kJobBytes, accelerator::kJobBytes);
    add_segment(address, words.data(), sizeof words);
    emit(host(), {.opcode = Opcode::start_accelerator,
                  .layer = static_cast<std::uint32_t>(program_.items[rung.item].layer),
                  .item = static_cast<std::uint32_t>(rung.item),
                  .unit = rung.unit,
                  .address = address});
  }

  // Each cluster with work in the layer drops, once an image, what it may hold of ranges written behind its
  // back.
  bool emit_invalidates(LayerId id) {
    std::set<std::string> done;
    bool any = false;
    for (const std::size_t index : items_of_[static_cast<std::size_t>(id)]) {
      const Resource& group = program_.items[index].resource;
      if (group.cluster < 0 || !done.insert(group.name).second) continue;
      for (const AddressRange& range :
           written_behind_caches(network_, platform_, placement(), program_.items, id)) {
        if (!invalidated_.insert({group.cluster, range.address}).second) continue;
        deal_lines(cores_of(group), range,
                   {.opcode = Opcode::invalidate, .layer = static_cast<std::uint32_t>(id)});
        any = true;
      }
    }
    return any;
  }

  void emit_compute(std::size_t index) {
    const ProgramItem& item = program_.items[index];
    const Cores cores = cores_of(item.resource);
    const std::vector<cpu::Share> shares = thread_shares(
        model_, program_.placement, platform_.clusters[static_cast<std::size_t>(item.resource.cluster)].core,
        item.layer, area_of(item, network_.layer(item.layer).output), item.resource.cores, item.kernel);
    const auto busy =
        std::count_if(shares.begin(), shares.end(), [](const cpu::Share& s) { return !s.empty(); });
    for (std::size_t i = 0; i < cores.size(); ++i) {
      if (shares[i].empty()) continue;
      emit(cores[i], {.opcode = Opcode::compute,
                      .layer = static_cast<std::uint32_t>(item.layer),
                      .item = static_cast<std::uint32_t>(index),
                      .participants = static_cast<std::uint32_t>(busy),
                      .share = shares[i]});
    }
  }

  // What the cores wrote and an accelerator without snooping will read goes back to memory. Each core writes
  // back lines others of its cluster may still be writing, so a barrier comes first.
  void emit_cleans(LayerId id) {
    const bool needed = is_read_behind_caches(network_, platform_, placement(), program_.items, id);
    if (!needed) return;
    bool synchronised = false;
    for (const std::size_t index : items_of_[static_cast<std::size_t>(id)]) {
      const ProgramItem& item = program_.items[index];
      if (item.resource.cluster < 0) continue;
      if (!synchronised) barrier(id);
      synchronised = true;
      for (const AddressRange& range : lines_of(placement().layers[static_cast<std::size_t>(id)].output,
                                                area_of(item, network_.layer(id).output))) {
        deal_lines(cores_of(item.resource), range,
                   {.opcode = Opcode::clean, .layer = static_cast<std::uint32_t>(id)});
      }
    }
  }

  void deal_lines(const Cores& cores, const AddressRange& range, Command command) {
    const std::int64_t lines = divide_up(range.bytes, network::kCacheLineBytes);
    const std::int64_t most = divide_up(lines, static_cast<std::int64_t>(cores.size()));
    for (std::size_t i = 0; i < cores.size(); ++i) {
      const std::int64_t begin = std::min(lines, static_cast<std::int64_t>(i) * most);
      const std::int64_t end = std::min(lines, begin + most);
      if (begin == end) break;
      command.address = range.address + static_cast<std::uint64_t>(begin * network::kCacheLineBytes);
      command.bytes = static_cast<std::uint64_t>((end - begin) * network::kCacheLineBytes);
      emit(cores[i], command);
    }
  }

  void finish_core(std::size_t core) {
    CoreProgram& own = program_.cores[core];
    std::vector<Command>& commands = commands_[core];
    commands.push_back({.opcode = Opcode::stop});
    own.address = take(static_cast<std::int64_t>(commands.size() * kCommandBytes), kPage);
    own.commands = commands.size();
    std::vector<CommandWords> words;
    for (Command& command : commands) {
      if (command.opcode == Opcode::repeat) command.address = own.address;
      words.push_back(encode(command));
    }
    add_segment(own.address, words.data(), words.size() * kCommandBytes);
  }

  void add_segment(std::uint64_t address, const void* data, std::size_t bytes) {
    Segment segment{address, std::vector<std::uint8_t>(bytes)};
    std::memcpy(segment.bytes.data(), data, bytes);
    program_.segments.push_back(std::move(segment));
  }

  const network::Model& model_;
  const network::Network& network_;
  const spec::Platform& platform_;
  std::vector<ResolvedChange> changes_;
  int images_in_flight_;
  bool polls_;
  Program program_;
  Line line_;
  std::vector<std::vector<std::size_t>> items_of_;       // by layer
  std::vector<std::vector<Command>> commands_;           // by core
  std::set<std::pair<int, std::uint64_t>> invalidated_;  // cluster, range
  int stage_ = 0;                                        // whose commands are being made
  std::uint32_t copy_ = 0;                               // for images that have this copy of the tensors
  std::uint64_t next_address_ = 0;
  std::uint32_t next_job_ = 1;
};

}  // namespace

Program lower(const spec::Schedule& schedule, const network::Model& model, const spec::Platform& platform,
              int images) {
  return Lowering(model, platform, schedule, layer_roles(model, platform)).run(images);
}

}  // namespace tandem::lowering
