// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/evolution.h"

#include <algorithm>
#include <pagmo/rng.hpp>
#include <pagmo/utils/genetic_operators.hpp>
#include <pagmo/utils/multi_objective.hpp>
#include <set>
#include <utility>

#include "models/core/random.h"

namespace tandem::sweep {

namespace {

constexpr double kCrossover = 0.9, kCrossoverIndex = 2.0, kMutationIndex = 5.0;
constexpr int kTries = 50;  // to make a child nobody has seen, before chance takes over

class Evolution {
 public:
  Evolution(const Space& space, const Point& fixed, std::uint64_t seed, const EvaluateAll& evaluate)
      : space_(space),
        fixed_(fixed),
        evaluate_(evaluate),
        random_(seed, "evolution " + space.group_name(fixed)),
        engine_(static_cast<unsigned>(random_.next())) {
    for (std::size_t i = 0; i < fixed.size(); ++i) {
      if (fixed[i] >= 0 || space.sweep().axes[i].choices.size() < 2) continue;
      free_.push_back(i);
      bounds_.first.push_back(0.0);
      bounds_.second.push_back(static_cast<double>(space.sweep().axes[i].choices.size() - 1));
    }
  }

  std::vector<Point> run(std::int64_t count, int population, std::uint64_t seed) {
    const auto size = static_cast<std::size_t>(population);
    for (const Point& point : latin_points(space_, fixed_, std::min<std::int64_t>(count, population), seed))
      known_.insert(point), fresh_.push_back(point);
    while (!fresh_.empty()) {
      compute();
      select(size);
      while (fresh_.size() < size && static_cast<std::int64_t>(all_.size() + fresh_.size()) < count) {
        if (!breed(count)) break;
      }
    }
    return all_;
  }

 private:
  using Genes = pagmo::vector_double;

  void compute() {
    const std::vector<Fitness> answers = evaluate_(fresh_);
    for (std::size_t i = 0; i < fresh_.size(); ++i) {
      parents_.push_back(fresh_[i]);
      all_.push_back(fresh_[i]);
      fitness_.push_back(sorted_by(answers[i]));
    }
    fresh_.clear();
  }

  // What keeps the limits comes before what does not, that before what failed.
  static Objectives sorted_by(const Fitness& fitness) {
    constexpr double kBeyondAll = 1e30;
    const std::size_t count = std::max<std::size_t>(1, fitness.objectives.size());
    if (fitness.failed) return Objectives(count, 4 * kBeyondAll);
    if (fitness.violation > 0) return Objectives(count, kBeyondAll * (1 + std::min(1.0, fitness.violation)));
    return fitness.objectives;
  }

  // The `size` best survive, with rank and crowding for the tournaments.
  void select(std::size_t size) {
    const std::size_t objectives = space_.sweep().objectives.size();
    for (Objectives& own : fitness_) own.resize(objectives, own.empty() ? 0.0 : own.back());
    if (parents_.size() > size) {
      std::vector<Point> points;
      std::vector<Objectives> fitness;
      for (const std::size_t index : best(size)) {
        points.push_back(parents_[index]);
        fitness.push_back(fitness_[index]);
      }
      parents_ = std::move(points);
      fitness_ = std::move(fitness);
    }
    rank_.assign(parents_.size(), 0);
    crowding_.assign(parents_.size(), 0.0);
    if (parents_.size() < 2) return;
    if (objectives == 1) {
      for (std::size_t i = 0; i < parents_.size(); ++i) {
        for (std::size_t j = 0; j < parents_.size(); ++j) rank_[i] += fitness_[j][0] < fitness_[i][0] ? 1 : 0;
      }
      return;
    }
    const auto fronts = std::get<0>(pagmo::fast_non_dominated_sorting(fitness_));
    for (std::size_t rank = 0; rank < fronts.size(); ++rank) {
      std::vector<Objectives> own;
      for (const auto index : fronts[rank]) own.push_back(fitness_[index]);
      const Genes crowding = own.size() > 1 ? pagmo::crowding_distance(own) : Genes{0.0};
      for (std::size_t i = 0; i < own.size(); ++i) {
        rank_[fronts[rank][i]] = static_cast<int>(rank);
        crowding_[fronts[rank][i]] = crowding[i];
      }
    }
  }

  [[nodiscard]] std::vector<std::size_t> best(std::size_t size) const {
    std::vector<std::size_t> order;
    if (space_.sweep().objectives.size() > 1) {
      for (const auto index : pagmo::select_best_N_mo(fitness_, size)) order.push_back(index);
      return order;
    }
    for (std::size_t i = 0; i < fitness_.size(); ++i) order.push_back(i);
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return fitness_[a] < fitness_[b]; });
    order.resize(size);
    return order;
  }

  const Point& tournament() {
    const std::size_t a = random_.below(parents_.size()), b = random_.below(parents_.size());
    if (rank_[a] != rank_[b]) return parents_[rank_[a] < rank_[b] ? a : b];
    return parents_[crowding_[a] >= crowding_[b] ? a : b];
  }

  [[nodiscard]] Genes genes_of(const Point& point) const {
    Genes genes;
    for (const std::size_t axis : free_) genes.push_back(point[axis]);
    return genes;
  }
  [[nodiscard]] Point point_of(const Genes& genes) const {
    Point point = fixed_;
    for (int& choice : point) choice = std::max(choice, 0);
    for (std::size_t i = 0; i < free_.size(); ++i) {
      const double most = bounds_.second[i];
      point[free_[i]] = static_cast<int>(std::min(most, std::max(0.0, genes[i] + 0.5)));
    }
    return point;
  }

  bool take(const Point& point) {
    if (!space_.allows(point) || !known_.insert(point).second) return false;
    fresh_.push_back(point);
    return true;
  }

  // Adds one or two children. False when the space seems used up.
  bool breed(std::int64_t count) {
    if (free_.empty()) return false;
    for (int tries = 0; tries < kTries; ++tries) {
      auto children = pagmo::sbx_crossover(genes_of(tournament()), genes_of(tournament()), bounds_,
                                           free_.size(), kCrossover, kCrossoverIndex, engine_);
      bool any = false;
      for (Genes* child : {&children.first, &children.second}) {
        if (static_cast<std::int64_t>(all_.size() + fresh_.size()) >= count) break;
        pagmo::polynomial_mutation(*child, bounds_, free_.size(), 1.0 / static_cast<double>(free_.size()),
                                   kMutationIndex, engine_);
        any |= take(point_of(*child));
      }
      if (any) return true;
    }
    // The neighbourhood is known: a step from a parent, or anywhere.
    for (int tries = 0; tries < 100 * kTries; ++tries) {
      Point point = tries < kTries ? tournament() : point_of(genes_of(parents_.front()));
      for (const std::size_t axis : free_) {
        const auto choices = static_cast<int>(space_.sweep().axes[axis].choices.size());
        if (tries >= kTries) {
          point[axis] = static_cast<int>(random_.below(static_cast<std::uint64_t>(choices)));
        } else if (random_.below(free_.size()) == 0) {
          point[axis] = std::clamp(point[axis] + (random_.below(2) == 0 ? -1 : 1), 0, choices - 1);
        }
      }
      if (take(point)) return true;
    }
    return false;
  }

  const Space& space_;
  const Point& fixed_;
  const EvaluateAll& evaluate_;
  Random random_;
  pagmo::detail::random_engine_type engine_;
  std::vector<std::size_t> free_;  // axes
  std::pair<Genes, Genes> bounds_;
  std::set<Point> known_;
  std::vector<Point> fresh_, all_, parents_;
  std::vector<Objectives> fitness_;  // of the parents
  std::vector<int> rank_;
  std::vector<double> crowding_;
};

}  // namespace

std::vector<Point> evolve(const Space& space, const Point& fixed, std::int64_t count, int population,
                          std::uint64_t seed, const EvaluateAll& evaluate) {
  return Evolution(space, fixed, seed, evaluate).run(count, population, seed);
}

}  // namespace tandem::sweep
