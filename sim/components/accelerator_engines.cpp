// SPDX-License-Identifier: Apache-2.0
#include "sim/components/accelerator_engines.h"

#include <algorithm>
#include <utility>

#include "models/accelerator/bursts.h"

namespace tandem::sim {

using accelerator::Step;
using accelerator::Stream;

namespace {

constexpr std::array kKinds = {Step::Engine::read, Step::Engine::compute, Step::Engine::write};

constexpr int limit(Step::Engine kind) {
  return kind == Step::Engine::read ? accelerator::kMaxOutstandingReads : accelerator::kMaxOutstandingWrites;
}

// A step, one of its bursts (at most as many as a ring holds) and its status in one word.
constexpr std::uint64_t pack(std::uint64_t step, std::uint64_t burst, BusStatus status) {
  return step << 32 | burst << 8 | static_cast<std::uint64_t>(status);
}

}  // namespace

void AcceleratorEngines::play(std::vector<Step> steps, std::function<void()> done, Failed failed) {
  steps_ = std::move(steps);
  done_ = std::move(done);
  failed_ = std::move(failed);
  stopped_ = false;
  ++play_;
  engines_ = {};
  engine(Kind::compute).free = edge();
  steps_left_ = steps_.size();
  progress_.assign(steps_.size(), {});
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[i];
    const auto own = static_cast<std::int32_t>(i);
    engine(step.engine).steps.push_back(own);
    progress_[i].missing = static_cast<std::int32_t>(step.after.size() + step.after_sent.size());
    progress_[i].unanswered = static_cast<std::uint32_t>(step.bursts.size());
    progress_[i].tables = static_cast<std::uint32_t>(
        std::count_if(step.bursts.begin(), step.bursts.end(),
                      [](const accelerator::Burst& burst) { return burst.stream == Stream::quant; }));
    progress_[i].begin = edge() + clock_.time(step.delay);
    for (const std::int32_t before : step.after)
      progress_[static_cast<std::size_t>(before)].unlocks.push_back(own);
    for (const std::int32_t before : step.after_sent)
      progress_[static_cast<std::size_t>(before)].unlocks_when_sent.push_back(own);
  }
  start_all();
}

void AcceleratorEngines::stop(std::function<void()> drained) {
  stopped_ = true;
  ++play_;
  if (beside_.state == Beside::State::asked) beside_.state = Beside::State::none;
  drained_ = std::move(drained);
  tell_drained();
}

void AcceleratorEngines::tell_drained() {
  if (!stopped_ || !drained_ || engine(Kind::read).outstanding + engine(Kind::write).outstanding != 0) return;
  array_until_ = std::min(array_until_, now());
  std::exchange(drained_, nullptr)();
}

void AcceleratorEngines::start_all() {
  for (const Kind each : kKinds) start_ready(each);
}

void AcceleratorEngines::start_ready(Kind kind) {
  Engine& own = engine(kind);
  if (stopped_ || own.busy || own.asked || own.next == own.steps.size()) return;
  const auto index = static_cast<std::size_t>(own.steps[own.next]);
  if (progress_[index].missing > 0) return;
  if (kind != Kind::compute && own.outstanding == limit(kind)) return;
  own.asked = true;
  Picoseconds when = std::max({edge(), own.free, progress_[index].begin});
  if (kind == Kind::read) when += clock_.period();  // the end of the address's cycle
  if (when == now()) return begin(play_ * kKinds.size() + static_cast<std::uint64_t>(kind));
  queue_.at<&AcceleratorEngines::begin>(when, *this,
                                        play_ * kKinds.size() + static_cast<std::uint64_t>(kind));
}

void AcceleratorEngines::begin(std::uint64_t play_and_kind) {
  if (play_and_kind / kKinds.size() != play_) return;  // stopped meanwhile
  const auto kind = static_cast<Kind>(play_and_kind % kKinds.size());
  Engine& own = engine(kind);
  own.asked = false;
  const auto index = static_cast<std::size_t>(own.steps[own.next]);
  switch (kind) {
    case Kind::compute:
      return compute(index);
    case Kind::write:
      return send(index);
    case Kind::read:
      own.free = now();
      offer(kind, index);
      return start_ready(kind);
  }
}

void AcceleratorEngines::compute(std::size_t index) {
  count_stall(index);
  engine(Kind::compute).busy = true;
  array_until_ = now() + clock_.time(steps_[index].cycles);
  queue_.at<&AcceleratorEngines::computed>(array_until_, *this, play_);
}

void AcceleratorEngines::computed(std::uint64_t play) {
  if (play != play_) return;
  Engine& own = engine(Kind::compute);
  own.busy = false;
  own.free = last_progress_ = now();
  step_done(static_cast<std::size_t>(own.steps[own.next++]));
}

// The burst's beats, one a cycle; then it is the bus's. Also when the engines are stopped meanwhile: what is
// on the pins finishes.
void AcceleratorEngines::send(std::size_t index) {
  Engine& own = engine(Kind::write);
  const accelerator::Burst& burst = steps_[index].bursts[own.issued];
  const std::int64_t beats = accelerator::beats_of(burst.address, burst.bytes);
  own.busy = true;
  ++own.outstanding;
  beats_sent_ += beats;
  queue_.at<&AcceleratorEngines::sent>(now() + clock_.period() * beats, *this, index);
}

void AcceleratorEngines::sent(std::uint64_t index) {
  Engine& own = engine(Kind::write);
  own.busy = false;
  own.free = last_progress_ = now();
  --own.outstanding;  // offer() counts it again
  offer(Kind::write, index);
  if (stopped_) return;
  if (own.issued == 0) unlock(progress_[index].unlocks_when_sent);
  start_ready(Kind::write);
  start_ready(Kind::compute);
}

void AcceleratorEngines::offer(Kind kind, std::size_t index) {
  Engine& own = engine(kind);
  const std::size_t number = own.issued++;
  const accelerator::Burst& burst = steps_[index].bursts[number];
  if (own.issued == steps_[index].bursts.size()) {
    ++own.next;
    own.issued = 0;
  }
  ++own.outstanding;
  BusRequest request;
  request.command = kind == Kind::read ? BusCommand::read : BusCommand::write;
  request.address = burst.address;
  request.bytes = burst.bytes;
  request.id = static_cast<std::uint32_t>(burst.stream);
  request.streamed = kind == Kind::write;
  // One word beside `this`: a larger capture would be allocated for every burst.
  const std::uint64_t word = pack(index, number, BusStatus::okay);
  request.done = [this, word](BusStatus status) {
    queue_.at<&AcceleratorEngines::arrived>(now() + clock_.period(), *this,
                                            word | static_cast<std::uint64_t>(status));
  };
  master_.issue(std::move(request));
}

void AcceleratorEngines::arrived(std::uint64_t word) {
  const auto index = static_cast<std::size_t>(word >> 32);
  const auto status = static_cast<BusStatus>(word & 0xff);
  const Kind kind = steps_[index].engine;
  Engine& own = engine(kind);
  // Who waited for room on the bus goes on a cycle later.
  if (own.outstanding == limit(kind)) own.free = now() + clock_.period();
  --own.outstanding;
  last_progress_ = now();
  if (stopped_) return tell_drained();
  if (status != BusStatus::okay) return failed_(steps_[index].bursts[word >> 8 & 0xff'ffff], status);
  start_beside();
  if (steps_[index].bursts[word >> 8 & 0xff'ffff].stream == Stream::quant) --progress_[index].tables;
  if (--progress_[index].unanswered == 0)
    step_done(index);
  else
    start_ready(kind);
}

void AcceleratorEngines::step_done(std::size_t index) {
  progress_[index].done = now();
  unlock(progress_[index].unlocks);
  if (--steps_left_ == 0) {
    stopped_ = true;
    ++play_;
    done_();
    return;
  }
  start_all();
}

void AcceleratorEngines::unlock(const std::vector<std::int32_t>& steps) {
  for (const std::int32_t waiting : steps) {
    const auto index = static_cast<std::size_t>(waiting);
    if (--progress_[index].missing == 0) progress_[index].begin = now() + clock_.time(steps_[index].delay);
  }
}

// The features come first, then the weights, then the way out: the order in which the sequencer looks.
void AcceleratorEngines::count_stall(std::size_t index) {
  const Step& step = steps_[index];
  Picoseconds from = engine(Kind::compute).free;
  const auto wait_until = [&](Picoseconds until, Cycles& counter) {
    if (until <= from) return;
    counter += Cycles((until - from) / clock_.period());
    from = until;
  };
  Picoseconds features{0}, weights{0};
  for (const std::int32_t before : step.after) {
    const auto other = static_cast<std::size_t>(before);
    if (steps_[other].engine != Kind::read) continue;
    Picoseconds& latest = steps_[other].bursts.front().stream == Stream::features ? features : weights;
    latest = std::max(latest, progress_[other].done);
  }
  wait_until(features, stalls_.feature);
  wait_until(weights, stalls_.weight);
  // Behind the last results only the interrupt is waited for.
  if (engine(Kind::compute).next + 1 < engine(Kind::compute).steps.size()) wait_until(now(), stalls_.output);
  stalls_.output += Cycles(step.held_cycles);
}

Picoseconds AcceleratorEngines::last_progress() const {
  if (engine(Kind::write).busy) return now();
  return std::max(last_progress_, std::min(now(), array_until_));
}

Stream AcceleratorEngines::waits_for() const {
  const Engine& array = engine(Kind::compute);
  Stream waits = Stream::output;
  if (array.next == array.steps.size()) return waits;
  for (const std::int32_t before : steps_[static_cast<std::size_t>(array.steps[array.next])].after) {
    const auto other = static_cast<std::size_t>(before);
    if (steps_[other].engine != Kind::read || progress_[other].unanswered == 0) continue;
    if (steps_[other].bursts.front().stream == Stream::features) return Stream::features;
    const bool only_table = progress_[other].tables == progress_[other].unanswered;
    if (waits != Stream::weights) waits = only_table ? Stream::quant : Stream::weights;
  }
  return waits;
}

void AcceleratorEngines::read_beside(std::uint64_t address, std::uint32_t bytes, std::uint8_t* data,
                                     std::function<void(BusStatus)> done) {
  beside_.request = {};
  beside_.request.address = address;
  beside_.request.bytes = bytes;
  beside_.request.data = data;
  beside_.request.id = static_cast<std::uint32_t>(Stream::descriptor);
  beside_.done = std::move(done);
  beside_.state = Beside::State::asked;
  ++besides_;
  start_beside();
}

void AcceleratorEngines::start_beside() {
  const Engine& own = engine(Kind::read);
  if (beside_.state != Beside::State::asked || own.outstanding == limit(Kind::read)) return;
  queue_.at<&AcceleratorEngines::offer_beside>(std::max(edge(), own.free) + clock_.period(), *this, besides_);
}

void AcceleratorEngines::offer_beside(std::uint64_t number) {
  Engine& own = engine(Kind::read);
  if (beside_.state != Beside::State::asked || number != besides_ || own.outstanding == limit(Kind::read))
    return;
  beside_.state = Beside::State::flying;
  ++own.outstanding;
  own.free = now();
  beside_.request.done = [this](BusStatus status) {
    queue_.at<&AcceleratorEngines::beside_arrived>(now() + clock_.period(), *this,
                                                   static_cast<std::uint64_t>(status));
  };
  master_.issue(std::move(beside_.request));
}

void AcceleratorEngines::beside_arrived(std::uint64_t status) {
  Engine& own = engine(Kind::read);
  beside_.state = Beside::State::none;
  --own.outstanding;
  last_progress_ = now();
  std::exchange(beside_.done, nullptr)(static_cast<BusStatus>(status));
  tell_drained();
  start_ready(Kind::read);
}

}  // namespace tandem::sim
