// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>
#include <map>
#include <set>

#include "models/lowering/check_schedule.h"
#include "models/lowering/dataflow.h"
#include "models/lowering/memory_image.h"
#include "models/lowering/offload.h"
#include "models/lowering/operating_points.h"
#include "models/lowering/program.h"

namespace tandem::lowering {

using network::LayerId;

namespace {

class Lowering {
 public:
  Lowering(const network::Model& model, const spec::Platform& platform, std::vector<ProgramItem> items,
           std::vector<ResolvedChange> changes, spec::WaitPolicy wait)
      : model_(model),
        network_(*model.network),
        platform_(platform),
        changes_(std::move(changes)),
        polls_(wait == spec::WaitPolicy::polling) {
    program_.placement = place(model, platform);
    program_.items = std::move(items);
    next_address_ = program_.placement.end;
    items_of_.resize(static_cast<std::size_t>(network_.size()));
    for (std::size_t i = 0; i < program_.items.size(); ++i) {
      items_of_[static_cast<std::size_t>(program_.items[i].layer)].push_back(i);
    }
    choose_cores();
  }

  Program run(int images) {
    load_parameters();
    emit(host(), {.opcode = Opcode::image_begin});
    std::set<int> changing;
    for (const ResolvedChange& change : changes_) changing.insert(change.cluster);
    for (const int cluster : changing) emit_point(cluster, Hertz(0), 0);
    barrier(0);
    for (LayerId id = 0; id < network_.size(); ++id) {
      if (program_.placement.layers[static_cast<std::size_t>(id)].role == LayerRole::compute) emit_layer(id);
    }
    emit(host(), {.opcode = Opcode::image_end});
    for (std::size_t core = 0; core < commands_.size(); ++core) finish_core(core, images);
    program_.memory_end = next_address_;
    return std::move(program_);
  }

 private:
  using Cores = std::vector<std::size_t>;  // indices into program_.cores
  static constexpr std::size_t host() { return 0; }

  // The cores of every group the schedule names; at least one, the host.
  void choose_cores() {
    std::map<int, int> most;  // by cluster
    for (const ProgramItem& item : program_.items) {
      if (item.resource.cluster >= 0) {
        int& cores = most[item.resource.cluster];
        cores = std::max(cores, item.resource.cores);
      }
    }
    if (most.empty()) most[0] = 1;
    for (const auto& [cluster, cores] : most) {
      for (int core = 0; core < cores; ++core) program_.cores.push_back({cluster, core, 0, 0});
    }
    commands_.resize(program_.cores.size());
  }

  Cores cores_of(const Resource& group) const {
    Cores cores;
    for (std::size_t i = 0; i < program_.cores.size(); ++i) {
      if (program_.cores[i].cluster == group.cluster && program_.cores[i].core < group.cores)
        cores.push_back(i);
    }
    return cores;
  }

  void emit(std::size_t core, Command command) {
    const bool waits = command.opcode == Opcode::start_accelerator ||
                       command.opcode == Opcode::wait_accelerator || command.opcode == Opcode::barrier;
    command.polls = waits && polls_;
    commands_[core].push_back(command);
  }

  // Every core in use of the cluster stands still while its clock changes.
  void emit_point(int cluster, Hertz frequency, std::uint32_t layer) {
    for (std::size_t core = 0; core < commands_.size(); ++core) {
      if (program_.cores[core].cluster != cluster) continue;
      emit(core, {.opcode = Opcode::operating_point,
                  .layer = layer,
                  .bytes = static_cast<std::uint64_t>(frequency.raw())});
    }
  }

  void barrier(LayerId layer) {
    const auto participants = static_cast<std::uint32_t>(commands_.size());
    if (participants < 2) return;
    for (std::size_t core = 0; core < commands_.size(); ++core) {
      emit(core, {.opcode = Opcode::barrier,
                  .layer = static_cast<std::uint32_t>(layer),
                  .participants = participants});
    }
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
    std::set<std::uint32_t> started;
    for (const std::size_t item : items_of_[layer]) {
      if (program_.items[item].resource.accelerator >= 0) started.insert(start_accelerator(item));
    }
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

  std::uint32_t start_accelerator(std::size_t index) {
    const ProgramItem& item = program_.items[index];
    const auto unit = static_cast<std::size_t>(item.resource.accelerator);
    const accelerator::Array& array = platform_.accelerators[unit].array;
    const auto at = static_cast<std::size_t>(item.layer);
    const GroupShape shape = group_shape(network_, item.layer, array);
    const LayerPlacement& own = program_.placement.layers[at];
    const TensorPlacement& input = input_of(item.layer, 0);
    int group = item.range.k0 / shape.out_channels;
    int channel = item.range.k0;
    for (accelerator::ConvJob job : jobs_without_addresses(model_, item.layer, item.range, array)) {
      const int in_group = channel - group * shape.out_channels;
      const PackedWeights& packed = own.packed[unit];
      accelerator::WeightShape step = shape.weights();
      step.out_channels = array.tm;
      const std::int64_t step_bytes = accelerator::packed_weight_bytes(step, array);
      const bool grouped = shape.form == accelerator::Form::grouped;
      const int first_input = grouped ? in_group - job.group_phase * array.tm : group * shape.in_channels;
      job.id = next_job_++;
      job.input = input.address + static_cast<std::uint64_t>(input.layout.offset(first_input, 0, 0));
      job.in_plane_stride = input.layout.plane_stride();
      job.output = own.output.address + static_cast<std::uint64_t>(own.output.layout.offset(channel, 0, 0));
      job.out_plane_stride = own.output.layout.plane_stride();
      const auto g = static_cast<std::size_t>(group);
      job.weights = packed.weights[g].address + static_cast<std::uint64_t>(in_group / array.tm * step_bytes);
      job.quant = packed.quant[g].address + static_cast<std::uint64_t>(16 * in_group);
      const auto words = accelerator::encode(job, array);
      const std::uint64_t address = take(accelerator::kJobBytes, accelerator::kJobBytes);
      add_segment(address, words.data(), sizeof words);
      emit(host(), {.opcode = Opcode::start_accelerator,
                    .layer = static_cast<std::uint32_t>(item.layer),
                    .item = static_cast<std::uint32_t>(index),
                    .unit = static_cast<std::uint32_t>(unit),
                    .address = address});
      channel += job.out_channels;
      ++group;
    }
    return static_cast<std::uint32_t>(unit);
  }

  const TensorPlacement& input_of(LayerId id, std::size_t index) const {
    return program_.placement.layers[static_cast<std::size_t>(network_.layer(id).inputs[index])].output;
  }

  bool is_incoherent(const ProgramItem& item) const {
    return item.resource.accelerator >= 0 &&
           !platform_.accelerators[static_cast<std::size_t>(item.resource.accelerator)].coherent;
  }

  // Ranges of the layer's inputs that something without snooping wrote since the image began.
  std::vector<AddressRange> uncached_writes(LayerId id) const {
    std::set<LayerId> writers;
    for (const LayerId input : network_.layer(id).inputs) {
      for (const LayerId writer : writers_of(network_, program_.placement, input)) writers.insert(writer);
    }
    std::vector<AddressRange> ranges;
    const auto add = [&](LayerId writer, const network::OutputRange& range) {
      for (const AddressRange& lines :
           lines_of(program_.placement.layers[static_cast<std::size_t>(writer)].output, range)) {
        ranges.push_back(lines);
      }
    };
    for (const LayerId writer : writers) {
      const network::Layer& layer = network_.layer(writer);
      if (layer.kind == network::LayerKind::input) add(writer, network::whole(layer.output));
      for (const std::size_t item : items_of_[static_cast<std::size_t>(writer)]) {
        if (is_incoherent(program_.items[item])) add(writer, program_.items[item].range);
      }
    }
    return ranges;
  }

  // Each cluster with work in the layer drops, once an image, what it may hold of ranges written behind its
  // back.
  bool emit_invalidates(LayerId id) {
    std::set<std::string> done;
    bool any = false;
    for (const std::size_t index : items_of_[static_cast<std::size_t>(id)]) {
      const Resource& group = program_.items[index].resource;
      if (group.cluster < 0 || !done.insert(group.name).second) continue;
      for (const AddressRange& range : uncached_writes(id)) {
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
    const std::vector<cpu::Share> shares =
        cpu::deal(network_.layer(item.layer).output, item.range, static_cast<int>(cores.size()),
                  program_.placement.block);
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
    const std::vector<LayerId> readers = readers_of(network_, program_.placement, id);
    const bool needed = std::any_of(readers.begin(), readers.end(), [&](LayerId reader) {
      const auto& items = items_of_[static_cast<std::size_t>(reader)];
      return std::any_of(items.begin(), items.end(),
                         [&](std::size_t i) { return is_incoherent(program_.items[i]); });
    });
    if (!needed) return;
    bool synchronised = false;
    for (const std::size_t index : items_of_[static_cast<std::size_t>(id)]) {
      const ProgramItem& item = program_.items[index];
      if (item.resource.cluster < 0) continue;
      if (!synchronised) barrier(id);
      synchronised = true;
      for (const AddressRange& range :
           lines_of(program_.placement.layers[static_cast<std::size_t>(id)].output, item.range)) {
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

  void finish_core(std::size_t core, int images) {
    CoreProgram& own = program_.cores[core];
    std::vector<Command>& commands = commands_[core];
    own.address = take(static_cast<std::int64_t>((commands.size() + 2) * kCommandBytes), 4096);
    commands.push_back({.opcode = Opcode::repeat,
                        .participants = static_cast<std::uint32_t>(images),
                        .address = own.address});
    commands.push_back({.opcode = Opcode::stop});
    own.commands = commands.size();
    std::vector<CommandWords> words;
    for (const Command& command : commands) words.push_back(encode(command));
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
  bool polls_;
  Program program_;
  std::vector<std::vector<std::size_t>> items_of_;       // by layer
  std::vector<std::vector<Command>> commands_;           // by core
  std::set<std::pair<int, std::uint64_t>> invalidated_;  // cluster, range
  std::uint64_t next_address_ = 0;
  std::uint32_t next_job_ = 1;
};

}  // namespace

Program lower(const spec::Schedule& schedule, const network::Model& model, const spec::Platform& platform,
              int images) {
  const std::vector<LayerRole> roles = layer_roles(model, platform);
  return Lowering(model, platform, resolve_items(schedule, model, platform, roles),
                  resolve_points(schedule, model, platform, roles), schedule.wait)
      .run(images);
}

}  // namespace tandem::lowering
