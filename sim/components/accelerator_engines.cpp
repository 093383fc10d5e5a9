// SPDX-License-Identifier: Apache-2.0
#include "sim/components/accelerator_engines.h"

#include <algorithm>
#include <utility>

namespace tandem::sim {
namespace {
constexpr std::array kKinds = {accelerator::Step::Engine::read, accelerator::Step::Engine::compute,
                               accelerator::Step::Engine::write};
}  // namespace

void AcceleratorEngines::play(std::vector<accelerator::Step> steps, std::function<void()> done,
                              Failed failed) {
  steps_ = std::move(steps);
  done_ = std::move(done);
  failed_ = std::move(failed);
  stopped_ = false;
  ++play_;
  engines_ = {};
  steps_left_ = steps_.size();
  missing_.assign(steps_.size(), 0);
  unanswered_.assign(steps_.size(), 0);
  unlocks_.assign(steps_.size(), {});
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    engine(steps_[i].engine).steps.push_back(static_cast<std::int32_t>(i));
    missing_[i] = static_cast<std::int32_t>(steps_[i].after.size());
    unanswered_[i] = steps_[i].bursts.size();
    for (const std::int32_t before : steps_[i].after)
      unlocks_[static_cast<std::size_t>(before)].push_back(static_cast<std::int32_t>(i));
  }
  for (const Kind kind : kKinds) start_ready(kind);
}

void AcceleratorEngines::stop(std::function<void()> drained) {
  stopped_ = true;
  ++play_;
  drained_ = std::move(drained);
  if (outstanding() == 0) std::exchange(drained_, nullptr)();
}

int AcceleratorEngines::outstanding() const {
  return engines_[0].outstanding + engines_[1].outstanding + engines_[2].outstanding;
}

void AcceleratorEngines::start_ready(Kind kind) {
  Engine& own = engine(kind);
  if (stopped_ || own.computing || own.issue_asked || own.next == own.steps.size()) return;
  const auto index = static_cast<std::size_t>(own.steps[own.next]);
  if (missing_[index] > 0) return;
  const accelerator::Step& step = steps_[index];
  if (kind == Kind::compute) {
    own.computing = true;
    queue_.at<&AcceleratorEngines::computed>(align_up(now(), clock_.period()) + clock_.time(step.cycles),
                                             *this, play_);
    return;
  }
  const auto limit =
      kind == Kind::read ? accelerator::kMaxOutstandingReads : accelerator::kMaxOutstandingWrites;
  if (own.outstanding == limit) return;
  own.issue_asked = true;
  own.next_issue = std::max(own.next_issue, align_up(now(), clock_.period()));
  queue_.at<&AcceleratorEngines::issue>(own.next_issue, *this,
                                        play_ * kKinds.size() + static_cast<std::uint64_t>(kind));
}

void AcceleratorEngines::issue(std::uint64_t play_and_kind) {
  if (play_and_kind / kKinds.size() != play_) return;  // stopped meanwhile
  const auto kind = static_cast<Kind>(play_and_kind % kKinds.size());
  Engine& own = engine(kind);
  own.issue_asked = false;
  own.next_issue = now() + clock_.period();
  const auto index = static_cast<std::size_t>(own.steps[own.next]);
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
  request.id = static_cast<std::uint32_t>(kind);
  // One word beside `this`: a larger capture would be allocated for every burst.
  const std::uint64_t step_and_burst = std::uint64_t{index} << 32 | number;
  request.done = [this, step_and_burst](BusStatus status) { answered(step_and_burst, status); };
  master_.issue(std::move(request));
  start_ready(kind);
}

void AcceleratorEngines::answered(std::uint64_t step_and_burst, BusStatus status) {
  const auto index = static_cast<std::size_t>(step_and_burst >> 32);
  const Kind kind = steps_[index].engine;
  --engine(kind).outstanding;
  if (stopped_) {
    if (outstanding() == 0 && drained_) std::exchange(drained_, nullptr)();
    return;
  }
  if (status != BusStatus::okay) {
    failed_(steps_[index].bursts[step_and_burst & 0xffff'ffff], kind == Kind::write, status);
    return;
  }
  if (--unanswered_[index] == 0)
    step_done(index);
  else
    start_ready(kind);
}

void AcceleratorEngines::computed(std::uint64_t play) {
  if (play != play_) return;
  Engine& own = engine(Kind::compute);
  own.computing = false;
  step_done(static_cast<std::size_t>(own.steps[own.next++]));
}

void AcceleratorEngines::step_done(std::size_t index) {
  for (const std::int32_t waiting : unlocks_[index]) --missing_[static_cast<std::size_t>(waiting)];
  if (--steps_left_ == 0) {
    stopped_ = true;
    ++play_;
    done_();
    return;
  }
  for (const Kind each : kKinds) start_ready(each);
}

}  // namespace tandem::sim
