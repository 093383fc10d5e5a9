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
  unlocks_.assign(steps_.size(), {});
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    engine(steps_[i].engine).steps.push_back(static_cast<std::int32_t>(i));
    missing_[i] = static_cast<std::int32_t>(steps_[i].after.size());
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
  if (stopped_ || own.running || own.next == own.steps.size()) return;
  const auto index = static_cast<std::size_t>(own.steps[own.next]);
  if (missing_[index] > 0) return;
  own.running = true;
  own.issued = own.answered = 0;
  const accelerator::Step& step = steps_[index];
  if (kind == Kind::compute)
    queue_.at<&AcceleratorEngines::computed>(align_up(now(), clock_.period()) + clock_.time(step.cycles),
                                             *this, play_);
  else
    ask_to_issue(kind);
}

void AcceleratorEngines::ask_to_issue(Kind kind) {
  Engine& own = engine(kind);
  const auto limit =
      kind == Kind::read ? accelerator::kMaxOutstandingReads : accelerator::kMaxOutstandingWrites;
  if (own.issue_asked || stopped_ || !own.running || own.outstanding == limit) return;
  if (own.issued == steps_[static_cast<std::size_t>(own.steps[own.next])].bursts.size()) return;
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
  const accelerator::Burst burst = steps_[static_cast<std::size_t>(own.steps[own.next])].bursts[own.issued++];
  ++own.outstanding;
  BusRequest request;
  request.command = kind == Kind::read ? BusCommand::read : BusCommand::write;
  request.address = burst.address;
  request.bytes = burst.bytes;
  request.id = static_cast<std::uint32_t>(kind);
  request.done = [this, kind, burst](BusStatus status) { answered(kind, burst, status); };
  master_.issue(std::move(request));
  ask_to_issue(kind);
}

void AcceleratorEngines::answered(Kind kind, const accelerator::Burst& burst, BusStatus status) {
  Engine& own = engine(kind);
  --own.outstanding;
  ++own.answered;
  if (stopped_) {
    if (outstanding() == 0 && drained_) std::exchange(drained_, nullptr)();
    return;
  }
  if (status != BusStatus::okay) {
    failed_(burst, kind == Kind::write, status);
    return;
  }
  if (own.answered == steps_[static_cast<std::size_t>(own.steps[own.next])].bursts.size())
    step_done(kind);
  else
    ask_to_issue(kind);
}

void AcceleratorEngines::computed(std::uint64_t play) {
  if (play == play_) step_done(Kind::compute);
}

void AcceleratorEngines::step_done(Kind kind) {
  Engine& own = engine(kind);
  const auto index = static_cast<std::size_t>(own.steps[own.next]);
  own.running = false;
  ++own.next;
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
