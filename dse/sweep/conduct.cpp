// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/conduct.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "dse/sweep/evolution.h"

namespace tandem::sweep {

namespace {

constexpr std::size_t kAtOnce = 20000;  // points whose assignments are held in memory

std::string text_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

class Conductor {
 public:
  Conductor(const Sweep& sweep, Identity& identity, Store& store, Backend& backend, Watcher& watcher)
      : sweep_(sweep),
        space_(sweep),
        identity_(identity),
        store_(store),
        backend_(backend),
        watcher_(watcher) {}

  SweepResult run() {
    store_.begin_sweep({sweep_.name, text_of_file(sweep_.file), sweep_.asked});
    for (const Point& fixed : space_.groups()) {
      Group group;
      group.fixed = fixed;
      best_.reset();
      group.points = points_of(fixed);
      group.answers = answer(space_, space_.group_name(fixed), group.points);
      climb(group);
      result_.groups.push_back(std::move(group));
    }
    store_.flush();
    return std::move(result_);
  }

 private:
  std::vector<Evaluated> points_of(const Point& fixed) {
    switch (sweep_.strategy) {
      case Strategy::grid:
        return evaluate(grid_points(space_, fixed), "", fixed);
      case Strategy::random:
        return evaluate(random_points(space_, fixed, sweep_.points, sweep_.seed), "", fixed);
      case Strategy::latin:
        return evaluate(latin_points(space_, fixed, sweep_.points, sweep_.seed), "", fixed);
      case Strategy::evolution:
        break;
    }
    std::vector<Evaluated> all;
    evolve(space_, fixed, sweep_.points, sweep_.population, sweep_.seed,
           [&](const std::vector<Point>& points) {
             std::vector<Fitness> fitness;
             for (Evaluated& one : evaluate(points, "", fixed)) {
               fitness.push_back({one.objectives, !one.ok, one.violation});
               all.push_back(std::move(one));
             }
             return fitness;
           });
    return all;
  }

  std::vector<Evaluated> evaluate(const std::vector<Point>& points, const std::string& level,
                                  const Point& fixed) {
    const std::string group = space_.group_name(fixed);
    watcher_.stage(group + (group.empty() || level.empty() ? "" : " ") + level, points.size());
    std::vector<Evaluated> all;
    for (std::size_t begin = 0; begin < points.size(); begin += kAtOnce) {
      const std::size_t end = std::min(points.size(), begin + kAtOnce);
      const std::vector<Point> some(points.begin() + static_cast<std::ptrdiff_t>(begin),
                                    points.begin() + static_cast<std::ptrdiff_t>(end));
      for (Evaluated& one : evaluate_some(some, level)) all.push_back(std::move(one));
    }
    return all;
  }

  std::vector<Evaluated> evaluate_some(const std::vector<Point>& points, const std::string& level) {
    std::vector<Job> jobs;
    std::vector<std::vector<std::size_t>> askers;  // by job: points that are one and the same run
    std::map<std::string, std::size_t> job_of;
    std::vector<Evaluated> all(points.size());
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < points.size(); ++i) {
      Job job;
      job.assignments = space_.assignments(points[i]);
      for (const std::string& raised : level_assignments(level)) job.assignments.push_back(raised);
      const Identity::Answer identity = identity_.of(job.assignments);
      job.id = identity.id;
      job.provenance = {identity_.code_version(), identity.content};
      ids.push_back(job.id);
      add_member(job, level);
      watcher_.tick();
      const auto [found, fresh] = job_of.emplace(job.id, jobs.size());
      if (!fresh) {
        if (found->second != kNoJob) askers[found->second].push_back(i);
        continue;
      }
      if (const auto stored = store_.find(job.id)) {
        found->second = kNoJob;
        ++result_.known;
      } else {
        jobs.push_back(std::move(job));
        askers.push_back({i});
      }
    }
    store_.flush();
    // What the store knows.
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (job_of.at(ids[i]) != kNoJob) continue;
      all[i] = taken(points[i], ids[i], *store_.find(ids[i]), false);
    }
    const auto done = [&](std::size_t index, const Outcome& outcome) {
      const Job& job = jobs[index];
      store_.put(job.id, outcome, job.provenance);
      ++result_.computed;
      Stored stored{outcome.status == Outcome::Status::ok, outcome.failure, outcome.reason, {}};
      if (stored.ok) stored.metrics = read_metrics(outcome.metrics);
      for (const std::size_t asker : askers[index]) all[asker] = taken(points[asker], job.id, stored, true);
    };
    backend_.compute(jobs, level, done, [&] {
      store_.tick();
      watcher_.tick();
    });
    store_.flush();
    for (const Evaluated& one : all) {
      if (!one.ok) result_.failures.push_back({one.point, level, one.failure, one.reason});
    }
    return all;
  }

  void add_member(const Job& job, const std::string& level) {
    Member member{level, job.id, {}};
    for (const std::string& assignment : job.assignments) {
      const std::size_t equals = assignment.find('=');
      member.parameters[assignment.substr(0, equals)] = parameter_value(assignment.substr(equals + 1));
    }
    store_.add_member(sweep_.name, sequence_++, member);
  }

  Evaluated taken(const Point& point, const std::string& id, const Stored& stored, bool computed) {
    Evaluated one = evaluated(space_, point, id, stored);
    ++result_.points;
    if (!one.ok) {
      ++result_.failed;
    } else if (one.violation == 0 && (!best_ || one.objectives.front() < *best_)) {
      best_ = one.objectives.front();
    }
    const Objective& first = sweep_.objectives.front();
    watcher_.point(computed, one.ok, best_ ? fmt::format("{} {:.4g}", first.name, shown(first, *best_)) : "");
    return one;
  }

  // Promotes the front and its neighbourhood to the first level, and from there the front alone.
  void climb(Group& group) {
    const std::vector<Evaluated>* below = &group.points;
    const Answers* answers = &group.answers;
    int steps = sweep_.neighbours;
    group.ladder.reserve(sweep_.levels.size());  // `answers` points into it
    for (const std::string& level : sweep_.levels) {
      std::vector<Point> front;
      for (const std::size_t index : answers->front) front.push_back((*below)[index].point);
      const std::vector<Point> points =
          neighbourhood(space_, group.fixed, front, steps, sweep_.most_promoted);
      steps = 0;
      if (points.empty()) return;
      // A neighbour that the strategy left out has no result below yet.
      std::map<Point, Evaluated> known;
      for (const Evaluated& one : *below) known.emplace(one.point, one);
      std::vector<Point> missing;
      for (const Point& point : points) {
        if (!known.contains(point)) missing.push_back(point);
      }
      const std::string level_below = group.ladder.empty() ? "" : group.ladder.back().level;
      if (!missing.empty()) {
        for (Evaluated& one : evaluate(missing, level_below, group.fixed))
          known.insert_or_assign(one.point, one);
      }
      Step step;
      step.level = level;
      best_.reset();
      std::vector<Evaluated> here = evaluate(points, level, group.fixed);
      for (Evaluated& one : here) {
        Promoted promoted{one, std::find(front.begin(), front.end(), one.point) != front.end(), {}};
        const Evaluated& lower = known.at(one.point);
        for (std::size_t k = 0; one.ok && lower.ok && k < sweep_.objectives.size(); ++k) {
          promoted.agreement.push_back({shown(sweep_.objectives[k], lower.objectives[k]),
                                        shown(sweep_.objectives[k], one.objectives[k])});
        }
        step.points.push_back(std::move(promoted));
      }
      step.answers = answer(space_, answers->group, here);
      levels_.push_back(std::make_unique<std::vector<Evaluated>>(std::move(here)));
      below = levels_.back().get();
      group.ladder.push_back(std::move(step));
      answers = &group.ladder.back().answers;
    }
  }

  static constexpr std::size_t kNoJob = static_cast<std::size_t>(-1);

  const Sweep& sweep_;
  Space space_;
  Identity& identity_;
  Store& store_;
  Backend& backend_;
  Watcher& watcher_;
  SweepResult result_;
  std::int64_t sequence_ = 0;
  std::optional<double> best_;
  std::vector<std::unique_ptr<std::vector<Evaluated>>> levels_;
};

}  // namespace

std::vector<std::string> level_assignments(const std::string& level) {
  if (level.empty()) return {};
  return {"fidelity.cpu=\"tile\"",
          level == "rtl" ? "fidelity.accelerator=\"rtl\"" : "fidelity.accelerator=\"model\""};
}

SweepResult conduct(const Sweep& sweep, Identity& identity, Store& store, Backend& backend,
                    Watcher& watcher) {
  return Conductor(sweep, identity, store, backend, watcher).run();
}

}  // namespace tandem::sweep
