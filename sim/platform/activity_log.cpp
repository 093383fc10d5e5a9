// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/activity_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <utility>

#include "models/accelerator/cycle_model.h"
#include "models/lowering/command.h"
#include "models/lowering/resources.h"

namespace tandem::sim {

using network::LayerId;
using spec::Reason;

namespace {

Reason reason_of(Activity activity) {
  switch (activity) {
    case Activity::compute:
      return Reason::compute;
    case Activity::memory:
      return Reason::transfer;
    case Activity::maintenance:
      return Reason::coherence;
    case Activity::handover:
    case Activity::synchronisation:
    case Activity::polling:
    case Activity::control:
      return Reason::synchronisation;
  }
  return Reason::idle;
}

const std::uint8_t* initial_bytes(const lowering::Program& program, std::uint64_t address,
                                  std::size_t bytes) {
  for (const lowering::Segment& segment : program.segments) {
    if (address >= segment.address && address + bytes <= segment.address + segment.bytes.size())
      return segment.bytes.data() + (address - segment.address);
  }
  return nullptr;
}

}  // namespace

ActivityLog::ActivityLog(const spec::Platform& platform, const network::Model& model,
                         const lowering::Program& program, bool timeline)
    : platform_(platform),
      program_(program),
      timeline_(timeline),
      latest_(static_cast<std::size_t>(model.network->size()), -1) {
  for (const spec::Cluster& cluster : platform.clusters) {
    first_core_.push_back(cores_.size());
    for (int core = 0; core < cluster.cores; ++core)
      cores_.push_back({false, fmt::format("{} core {}", cluster.name, core), "", {}, -1, {}});
  }
  for (const lowering::CoreProgram& own : program.cores) {
    const auto same =
        std::count_if(program.cores.begin(), program.cores.end(), [&](const lowering::CoreProgram& other) {
          return other.cluster == own.cluster && other.stage == own.stage;
        });
    CoreTrack& track = cores_[core_track(own.cluster, own.core)];
    track.used = true;
    track.resource = lowering::core_group_name(platform.clusters[static_cast<std::size_t>(own.cluster)],
                                               static_cast<int>(same));
  }
  open_span_.resize(cores_.size(), 0);
}

void ActivityLog::layer_begin(LayerId layer, int index, Picoseconds time) {
  latest_[static_cast<std::size_t>(layer)] = index;
  if (instances_.size() <= static_cast<std::size_t>(index))
    instances_.resize(static_cast<std::size_t>(index) + 1);
  instances_[static_cast<std::size_t>(index)] = {layer, time, Picoseconds(-1), {}};
}

void ActivityLog::layer_end(LayerId layer, Picoseconds time) {
  const int index = latest_[static_cast<std::size_t>(layer)];
  if (index >= 0) instances_[static_cast<std::size_t>(index)].end = time;
}

// A core may be at its first command of a layer before the host has said that it begins, and tell of its
// last wait after it has said that it ends. What lies between is the layer's; what comes too early belongs to
// the layer before, as far as that goes.
void ActivityLog::add(std::size_t track, LayerId layer, Reason reason, Picoseconds begin, Picoseconds end) {
  const int index = latest_[static_cast<std::size_t>(layer)];
  if (track < cores_.size()) {
    cores_[track].account[reason] += end - begin;
    if (timeline_) {
      std::size_t& open = open_span_[track];
      spec::Span* last = open > 0 ? &spans_[open - 1] : nullptr;
      if (last != nullptr && last->layer == index && last->reason == reason && last->end == begin) {
        last->end = end;
      } else {
        spans_.push_back({static_cast<int>(track), index, reason, begin, end});
        open = spans_.size();
      }
    }
  }
  share(index, track, reason, begin, end);
  if (track < cores_.size() && cores_[track].instance != index)
    share(cores_[track].instance, track, reason, begin, end);
}

void ActivityLog::share(int index, std::size_t track, Reason reason, Picoseconds begin, Picoseconds end) {
  if (index < 0) return;
  Instance& instance = instances_[static_cast<std::size_t>(index)];
  begin = std::max(begin, instance.begin);
  if (instance.end.raw() >= 0) end = std::min(end, instance.end);
  if (end > begin) instance.accounts[track][reason] += end - begin;
}

void ActivityLog::core(const CoreSpan& span) {
  const std::size_t track = core_track(span.cluster, span.core);
  const auto layer = static_cast<LayerId>(span.layer);
  CoreTrack& own = cores_[track];
  if (span.begin > own.last) add(track, layer, Reason::transfer, own.last, span.begin);
  add(track, layer, reason_of(span.activity), span.begin, span.end);
  own.last = span.end;
  own.instance = std::max(own.instance, latest_[span.layer]);
}

void ActivityLog::job(std::size_t unit, LayerId layer, Picoseconds begin, Picoseconds end) {
  if (end > begin) jobs_.push_back({unit, layer, latest_[static_cast<std::size_t>(layer)], begin, end});
}

void ActivityLog::transaction(const BusRecord& record) {
  if (record.target != 0 || record.status != BusStatus::okay) return;
  under_way_[static_cast<std::size_t>(record.command)].add(record.begin, record.end);
  if (timeline_) {
    transactions_.push_back({static_cast<int>(record.master), record.command == BusCommand::write,
                             record.bytes, record.begin, record.end});
  }
}

void ActivityLog::memory_access(std::size_t channel, Picoseconds arrival, Picoseconds data_begin,
                                Picoseconds data_end) {
  if (moving_.size() <= channel) {
    moving_.resize(channel + 1);
    asked_.resize(channel + 1);
  }
  asked_[channel].add(std::min(arrival, data_begin), data_end);
  moving_[channel].add(data_begin, data_end);
}

std::map<std::pair<std::size_t, LayerId>, ActivityLog::JobPlan> ActivityLog::job_plans() const {
  std::map<std::pair<std::size_t, LayerId>, JobPlan> plans;
  std::map<LayerId, std::int64_t> times;  // that the lists hold the layer
  for (const lowering::CoreProgram& core : program_.cores) {
    const std::uint8_t* const list =
        initial_bytes(program_, core.address, core.commands * lowering::kCommandBytes);
    for (std::size_t i = 0; list != nullptr && i < core.commands; ++i) {
      lowering::CommandWords words{};
      std::memcpy(words.data(), list + i * lowering::kCommandBytes, sizeof words);
      const lowering::Command command = lowering::decode(words);
      const auto layer = static_cast<LayerId>(command.layer);
      if (command.opcode == lowering::Opcode::layer_begin) ++times[layer];
      if (command.opcode != lowering::Opcode::start_accelerator) continue;
      JobPlan& plan = plans[{command.unit, layer}];
      plan.core = core_track(core.cluster, core.core);
      const std::uint8_t* const bytes = initial_bytes(program_, command.address, accelerator::kJobBytes);
      if (bytes == nullptr) continue;
      std::array<std::uint32_t, accelerator::kJobWords> descriptor{};
      std::memcpy(descriptor.data(), bytes, sizeof descriptor);
      const spec::Accelerator& unit = platform_.accelerators[command.unit];
      plan.stepping +=
          Clock(unit.clock)
              .time(accelerator::mac_cycles(
                  accelerator::decode(std::span<const std::uint32_t, accelerator::kJobWords>(descriptor)),
                  unit.array));
    }
  }
  for (auto& [key, plan] : plans)
    plan.stepping = plan.stepping / std::max<std::int64_t>(1, times[key.second]);
  return plans;
}

void ActivityLog::fill_layers(const std::vector<Instance>& instances, spec::RunResult& result) const {
  for (std::size_t i = 0; i < instances.size() && i < result.layers.size(); ++i) {
    const Instance& instance = instances[i];
    spec::LayerResult& layer = result.layers[i];
    const Picoseconds time = instance.end - instance.begin;
    if (time.raw() <= 0) continue;
    for (const auto& [track, account] : instance.accounts) {
      const bool is_core = track < cores_.size();
      spec::LayerAccount& own =
          layer
              .account[is_core ? cores_[track].resource : platform_.accelerators[track - cores_.size()].name];
      own.tracks += 1;
      own.sum += account;
      own.sum[Reason::idle] += time - account.sum();
    }
  }
}

void ActivityLog::fill(spec::RunResult& result) const {
  const auto plans = job_plans();
  std::vector<spec::Account> units(platform_.accelerators.size());
  std::vector<int> track_of(cores_.size() + units.size(), -1);
  for (std::size_t i = 0; i < cores_.size(); ++i) {
    if (!cores_[i].used) continue;
    track_of[i] = static_cast<int>(result.tracks.size());
    spec::Account account = cores_[i].account;
    account[Reason::idle] += result.total - account.sum();
    result.tracks.push_back({cores_[i].name, spec::TrackKind::core, account});
  }
  std::vector<Instance> instances = instances_;
  for (std::size_t unit = 0; unit < units.size(); ++unit)
    track_of[cores_.size() + unit] = static_cast<int>(result.tracks.size() + unit);
  std::vector<Job> jobs = jobs_;
  std::stable_sort(jobs.begin(), jobs.end(), [](const Job& a, const Job& b) { return a.begin < b.begin; });
  std::vector<Picoseconds> free(units.size(), Picoseconds(0));  // of the work before
  for (const Job& job : jobs) {
    const auto plan = plans.find({job.unit, job.layer});
    // Work that another's is before waits in the queue.
    const Picoseconds begin = std::clamp(free[job.unit], job.begin, job.end);
    free[job.unit] = std::max(free[job.unit], job.end);
    const Picoseconds busy = job.end - begin;
    const Picoseconds stepping = plan == plans.end() ? Picoseconds(0) : std::min(busy, plan->second.stepping);
    units[job.unit][Reason::compute] += stepping;
    units[job.unit][Reason::transfer] += busy - stepping;
    const std::size_t track = cores_.size() + job.unit;
    if (job.index >= 0) {
      spec::Account& own = instances[static_cast<std::size_t>(job.index)].accounts[track];
      own[Reason::compute] += stepping;
      own[Reason::transfer] += busy - stepping;
      own[Reason::synchronisation] += begin - job.begin;
    }
    if (!timeline_ || busy.raw() == 0) continue;
    result.timeline.jobs.push_back({plan == plans.end() ? 0 : track_of[plan->second.core], track_of[track],
                                    job.index, begin, job.end, stepping});
  }
  fill_layers(instances, result);
  for (std::size_t unit = 0; unit < units.size(); ++unit) {
    units[unit][Reason::idle] = result.total - units[unit].sum();
    result.tracks.push_back({platform_.accelerators[unit].name, spec::TrackKind::accelerator, units[unit]});
  }
  const auto add_track = [&](std::string name, spec::TrackKind kind, const IntervalUnion& asked,
                             const IntervalUnion& moving) {
    spec::Account account;
    account[Reason::transfer] = moving.length(result.total);
    account[Reason::latency] = asked.length(result.total) - account[Reason::transfer];
    account[Reason::idle] = result.total - account.sum();
    const int number = static_cast<int>(result.tracks.size());
    result.tracks.push_back({std::move(name), kind, account});
    if (!timeline_) return;
    const auto put = [&](Reason reason, Picoseconds begin, Picoseconds end) {
      end = std::min(end, result.total);
      if (end > begin) result.timeline.spans.push_back({number, -1, reason, begin, end});
    };
    std::size_t next = 0;
    for (const TimeSpan& period : asked.spans()) {
      Picoseconds at = period.begin;
      for (; next < moving.spans().size() && moving.spans()[next].end <= period.end; ++next) {
        put(Reason::latency, at, moving.spans()[next].begin);
        put(Reason::transfer, moving.spans()[next].begin, moving.spans()[next].end);
        at = moving.spans()[next].end;
      }
      put(Reason::latency, at, period.end);
    }
  };
  add_track("interconnect reads", spec::TrackKind::interconnect, under_way_[0], under_way_[0]);
  add_track("interconnect writes", spec::TrackKind::interconnect, under_way_[1], under_way_[1]);
  for (std::size_t channel = 0; channel < moving_.size(); ++channel) {
    add_track(moving_.size() == 1 ? "DRAM" : fmt::format("DRAM channel {}", channel), spec::TrackKind::dram,
              asked_[channel], moving_[channel]);
  }
  if (!timeline_) return;
  for (spec::Span span : spans_) {
    span.track = track_of[static_cast<std::size_t>(span.track)];
    span.end = std::min(span.end, result.total);
    if (span.end > span.begin) result.timeline.spans.push_back(span);
  }
  for (const spec::Cluster& cluster : platform_.clusters) result.timeline.masters.push_back(cluster.name);
  for (const spec::Accelerator& unit : platform_.accelerators) result.timeline.masters.push_back(unit.name);
  result.timeline.transactions = transactions_;
  std::stable_sort(result.timeline.spans.begin(), result.timeline.spans.end(),
                   [](const spec::Span& a, const spec::Span& b) {
                     return std::pair(a.track, a.begin) < std::pair(b.track, b.begin);
                   });
}

}  // namespace tandem::sim
