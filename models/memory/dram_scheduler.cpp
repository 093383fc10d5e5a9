// SPDX-License-Identifier: Apache-2.0
#include "models/memory/dram_scheduler.h"

#include <algorithm>
#include <cassert>

namespace tandem::memory {
namespace {
constexpr std::size_t index(Access access) { return static_cast<std::size_t>(access); }
}  // namespace

DramScheduler::DramScheduler(const DramSpec& dram, const SchedulerSpec& spec)
    : dram_(dram),
      spec_(spec),
      channel_(dram),
      since_forced_(spec.forced_gap),
      next_refresh_(dram.timing.refi) {}

bool DramScheduler::has_room(Access access, int accesses) const {
  const int taken = reserved_[index(access)];
  return taken == 0 || taken + accesses <= (access == Access::read ? spec_.read_queue : spec_.write_queue);
}

void DramScheduler::reserve(Access access, int accesses) { reserved_[index(access)] += accesses; }

void DramScheduler::push(const Run& run) {
  queues_[index(run.access)].push_back({run, run.accesses, Picoseconds{0}, false});
}

void DramScheduler::refresh_if_due(Picoseconds now) {
  // Refreshes missed while nothing was asked for took place at their time and closed every row.
  while (next_refresh_ <= now) {
    const Picoseconds due = next_refresh_;
    next_refresh_ += dram_.timing.refi;
    blocked_until_ = channel_.refresh(next_refresh_ <= now ? due : now);
  }
}

void DramScheduler::choose_direction() {
  const bool reads = !queues_[index(Access::read)].empty();
  const int writes = reserved_[index(Access::write)];
  if (!reads) reads_owed_ = 0;
  if (!draining_ && writes >= spec_.write_high && reads_owed_ == 0) {
    draining_ = true;
    writes_owed_ = writes - spec_.write_low;
  }
  if (draining_ && (writes_owed_ <= 0 || queues_[index(Access::write)].empty())) {
    draining_ = false;
    // The reads that waited meanwhile go before the next drain, however fast writes come.
    for (const Waiting& waiting : queues_[index(Access::read)]) reads_owed_ += waiting.left;
  }
  direction_ = draining_ || !reads ? Access::write : Access::read;
}

std::optional<Picoseconds> DramScheduler::open_banks(Picoseconds now, Picoseconds horizon) {
  close_banks(now);
  std::vector<Waiting>& queue = queues_[index(direction_)];
  while (true) {
    Waiting* first = nullptr;
    Picoseconds earliest{};
    std::uint64_t decided = 0;  // banks whose oldest access has been looked at
    for (Waiting& waiting : queue) {
      const std::uint64_t bit = std::uint64_t{1} << static_cast<std::uint32_t>(waiting.run.bank);
      if ((decided & bit) != 0) continue;
      decided |= bit;
      if (channel_.open_row(waiting.run.bank) != Row::none) continue;
      const Picoseconds when = channel_.earliest_activate(waiting.run.bank, now);
      if (first != nullptr && when >= earliest) continue;
      first = &waiting;
      earliest = when;
    }
    if (first == nullptr) return std::nullopt;
    if (earliest > horizon) return earliest;
    channel_.activate(first->run.bank, first->run.row, earliest);
    first->opened = true;
  }
}

void DramScheduler::close_banks(Picoseconds now) {
  std::vector<Waiting>& queue = queues_[index(direction_)];
  std::uint64_t decided = 0;  // banks whose oldest access has been looked at
  for (Waiting& waiting : queue) {
    const Bank bank = waiting.run.bank;
    const std::uint64_t bit = std::uint64_t{1} << static_cast<std::uint32_t>(bank);
    if ((decided & bit) != 0) continue;
    decided |= bit;
    const Row open = channel_.open_row(bank);
    if (open == waiting.run.row || open == Row::none) continue;
    const bool forced = is_old(waiting.run, now) && since_forced_ >= spec_.forced_gap;
    const bool wanted = std::any_of(queue.begin(), queue.end(), [&](const Waiting& other) {
      return other.run.bank == bank && other.run.row == open;
    });
    if (wanted && !forced) continue;
    if (wanted) since_forced_ = 0;
    channel_.precharge(bank, channel_.earliest_precharge(bank, now));
  }
}

bool DramScheduler::another_group_is_ready(const Waiting& than, const std::vector<Waiting>& queue) const {
  if (channel_.column_gap_in_group() == channel_.column_gap()) return false;
  return std::any_of(queue.begin(), queue.end(), [&](const Waiting& other) {
    return channel_.group(other.run.bank) != channel_.group(than.run.bank) &&
           channel_.open_row(other.run.bank) == other.run.row;
  });
}

std::optional<DramScheduler::Served> DramScheduler::step(Picoseconds now) {
  next_.reset();
  if (empty()) return std::nullopt;
  refresh_if_due(now);
  if (blocked_until_ > now) {
    next_ = blocked_until_;
    return std::nullopt;
  }
  choose_direction();
  const std::optional<Picoseconds> activate = open_banks(now, now);

  std::vector<Waiting>& queue = queues_[index(direction_)];
  auto best = queue.end();
  Picoseconds best_time{};
  for (auto waiting = queue.begin(); waiting != queue.end(); ++waiting) {
    if (channel_.open_row(waiting->run.bank) != waiting->run.row) continue;
    const Picoseconds when = channel_.earliest_column(waiting->run.bank, direction_, now);
    if (best == queue.end() || when < best_time) {
      best = waiting;
      best_time = when;
    }
    // The oldest one, once over its limit and its row open, is served next whatever else could go earlier.
    if (waiting == queue.begin() && is_old(waiting->run, now)) break;
  }
  // An earlier decision is not possible and a later one could be better: wait until the column may go, or a
  // bank may be opened.
  if (best == queue.end() || best_time > now) {
    assert(best != queue.end() || activate.has_value());
    next_ = best == queue.end() ? *activate : std::min(best_time, activate.value_or(best_time));
    return std::nullopt;
  }

  const Run run = best->run;
  const int accesses = another_group_is_ready(*best, queue) ? 1 : best->left;
  const Picoseconds last_column = now + channel_.column_gap_in_group() * (accesses - 1);
  Interval data;
  for (int i = 0; i < accesses; ++i) {
    data = channel_.column(run.bank, run.access, now + channel_.column_gap_in_group() * i);
    if (best->left-- == run.accesses) best->data_begin = data.begin;
  }
  data.begin = best->data_begin;
  channel_.count_hits(accesses - (best->opened ? 1 : 0));
  reserved_[index(direction_)] -= accesses;
  since_forced_ += accesses;
  int& owed = direction_ == Access::read ? reads_owed_ : writes_owed_;
  owed = std::max(0, owed - accesses);
  best->opened = false;
  const bool done = best->left == 0;
  if (done) queue.erase(best);
  if (!empty()) {
    choose_direction();
    next_ = last_column + channel_.column_gap();
    open_banks(now, *next_);  // while this run's data move
  }
  if (!done) return std::nullopt;
  return Served{run, data};
}

}  // namespace tandem::memory
