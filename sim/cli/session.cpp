// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <thread>

#include "dse/plan/kernels.h"
#include "dse/plan/pipeline_planner.h"
#include "models/core/error.h"
#include "models/latency/analytic_run.h"
#include "models/lowering/placement.h"
#include "models/network/kernels/prepare.h"
#include "sim/cli/children.h"
#include "sim/cli/progress.h"
#include "sim/cli/reference_cache.h"
#include "sim/platform/operating_points.h"
#include "sim/platform/parts.h"

namespace tandem::cli {

plan::Problem Session::problem() const {
  return {model,
          platform,
          plan::allowed_core_groups(platform, run.cores, run.file),
          run.frequency,
          run.file,
          goal_of(run.objective.value_or(spec::Objective::throughput), run.min_throughput),
          run.division,
          run.objective.value_or(spec::Objective::latency),
          run.wait.value_or(spec::WaitPolicy::interrupt),
          run.extensions,
          published ? &*published : nullptr};
}

pipeline::Goal goal_of(spec::Objective objective, double min_throughput) {
  pipeline::Goal goal;
  if (objective == spec::Objective::latency) goal.objective = pipeline::Objective::latency;
  if (objective == spec::Objective::energy) goal.objective = pipeline::Objective::energy;
  if (min_throughput > 0) {
    // Below a millionth of an image a second there is no need to look.
    goal.limit = static_cast<std::int64_t>(1e12 / std::max(min_throughput, 1e-6));
  }
  return goal;
}

sim::MachineOptions Session::machine_options() const {
  sim::MachineOptions options;
  options.rtl = run.accelerator == spec::AcceleratorFidelity::rtl;
  options.time_limit = run.time_limit;
  options.frequency = run.frequency;
  options.values = run.tensors;
  options.quantum = run.quantum;
  options.beside = beside;
  return options;
}

namespace {

// What reading a named file complains about without a place of its own happened where the name stands. What
// was changed by hand was called by a longer key: "platform.dram.size".
template <class Read>
auto named_at(const Place& place, const std::string& key, const Read& read) {
  try {
    return read();
  } catch (const InputError& error) {
    std::vector<Problem> problems = error.problems();
    for (Problem& problem : problems) {
      if (problem.place.file == "--set") problem.key = key + "." + problem.key;
      if (problem.place.file.empty()) problem.place = place;
    }
    throw InputError(std::move(problems));
  }
}

// What only the whole run shows to be wrong stands somewhere all the same.
template <class Work>
auto with_places(const Session& session, const Work& work) {
  try {
    return work();
  } catch (const InputError& error) {
    std::vector<Problem> problems = error.problems();
    for (Problem& problem : problems) {
      for (const auto* places : {&session.run.places, &session.platform.places}) {
        const auto found = places->find(problem.key);
        if (problem.place.line != 0 || found == places->end()) continue;
        problem.place = found->second;
        if (places == &session.platform.places && problem.place.file == "--set")
          problem.key = "platform." + problem.key;
      }
    }
    throw InputError(std::move(problems));
  }
}

// Layers that only name or pass on what is there take no time, and a plan of nothing has none.
void check_work(const Session& session, const network::Model& model, const Place& place) {
  const std::vector<lowering::LayerRole> roles = lowering::layer_roles(model, session.platform);
  if (std::find(roles.begin(), roles.end(), lowering::LayerRole::compute) != roles.end()) return;
  throw InputError(place, "network",
                   "\"" + model.network->name() + "\" has no layer that computes anything; give it one");
}

latency::PublishedModel published_model(const Session& session) {
  const std::string& file = session.run.model_file;
  latency::PublishedModel model = latency::read_published_model(file);
  const auto refuse = [&](const char* key, const std::string& has, const std::string& wants) {
    throw InputError({file, 0, 0}, key,
                     fmt::format("is {}, the run has {}; calibrate a model for it", has, wants));
  };
  const spec::Platform& platform = session.platform;
  if (model.platform != platform.name) refuse("platform", model.platform, platform.name);
  const std::string array =
      platform.accelerators.empty() ? "no accelerator" : to_string(platform.accelerators.front().array);
  if (to_string(model.array) != array) refuse("accelerator", to_string(model.array), array);
  const std::string cores = plan::allowed_core_groups(platform, session.run.cores, session.run.file).front();
  if (model.cores != cores) refuse("group", model.cores, cores);
  return model;
}

// The run and the platform it names, without network and numbers.
Session read_session(const std::string& run_file, const std::vector<std::string>& assignments) {
  Session session;
  session.run = spec::read_run(run_file, assignments);
  session.platform = named_at(session.run.platform_place, "platform", [&] {
    return spec::read_platform(session.run.platform, session.run.platform_changes);
  });
  if (session.run.array) {
    if (session.platform.accelerators.empty()) {
      throw InputError({run_file, 0, 0}, "accelerator",
                       "is given, but platform " + session.platform.name + " has none; leave the key out");
    }
    for (spec::Accelerator& unit : session.platform.accelerators) unit.array = *session.run.array;
  }
  with_places(session, [&] {
    sim::operating_points(session.platform, session.run.frequency);
    plan::allowed_core_groups(session.platform, session.run.cores, session.run.file);
  });
  spec::check_faults(session.run.faults, session.platform);
  if (!session.run.model_file.empty()) session.published = published_model(session);
  return session;
}

network::Network network_of(const spec::Run& run) {
  return named_at(run.network_place, "network",
                  [&] { return network::read_network(run.network, run.network_changes); });
}

}  // namespace

void InputCheck::read(const std::vector<std::string>& assignments) {
  const Session session = read_session(run_file_, assignments);
  const spec::Run& run = session.run;
  with_places(session, [&] { sim::dram_spec(session.platform); });
  if (run.schedule_file.empty()) {
    with_places(session, [&] { check_objective(run, run.planner); });
  } else {
    spec::read_schedule(run.schedule_file);
  }
  std::string network = run.network;
  for (const std::string& change : run.network_changes) network += "\n" + change;
  if (good_networks_.contains(network)) return;
  network_of(run);
  good_networks_.insert(network);
}

Session open_session(const std::string& run_file, const std::vector<std::string>& assignments) {
  Session session = read_session(run_file, assignments);
  const auto network = std::make_shared<const network::Network>(network_of(session.run));
  const auto precision = session.run.int8 ? network::Precision::int8 : network::Precision::fp32;
  if (session.analytic()) {
    if (!session.run.beside.empty()) {
      throw InputError(session.run.beside.front().network_place, "beside.network",
                       "runs beside an analytic run, which knows nothing of what others take; simulate "
                       "(fidelity.cpu = \"tile\"), or leave it out");
    }
    session.model = network::sized_model(network, precision);
    check_work(session, session.model, session.run.network_place);
    return session;
  }
  if (session.has_tensors()) {
    Prepared prepared = prepare(network, precision, session.run.seed, session.run.images);
    session.model = std::move(prepared.model);
    session.reference_sha256 = std::move(prepared.reference_sha256);
  } else {
    session.model = network::sized_model(network, precision);
  }
  check_work(session, session.model, session.run.network_place);
  for (const spec::Beside& own : session.run.beside) {
    const auto other = std::make_shared<const network::Network>(
        named_at(own.network_place, "network", [&] { return network::read_network(own.network); }));
    sim::Neighbour neighbour{prepare(other, precision, session.run.seed, 1).model, {}};
    check_work(session, neighbour.model, own.network_place);
    neighbour.schedule =
        plan::plan_cpu_only({neighbour.model, session.platform,
                             plan::allowed_core_groups(session.platform, own.cores, session.run.file),
                             session.run.frequency, session.run.file});
    session.beside.push_back(std::move(neighbour));
  }
  return session;
}

namespace {

std::string measure_one(const Session& session, spec::Schedule schedule, plan::Effort effort) {
  schedule.wait = session.run.wait.value_or(schedule.wait);
  const auto text_of = [&](const spec::RunResult& result) {
    return plan::write_measured(plan::measured_of(result, *session.model.network));
  };
  if (session.analytic()) {
    return text_of(
        latency::analytic_run(session.platform, session.model, schedule, 1, session.run.frequency));
  }
  sim::MachineOptions options = session.machine_options();
  options.values = false;
  options.timeline = true;
  if (effort == plan::Effort::search) options.rtl = false;
  return text_of(sim::simulate(session.platform, session.model, schedule, 1, options));
}

plan::Measure measure_in_children(const Session& session) {
  return [&session](const std::vector<spec::Schedule>& schedules, plan::Effort effort) {
    Progress progress("simulating schedules");
    const int count = static_cast<int>(schedules.size());
    const int parallel = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    const std::vector<std::string> texts = run_in_children(
        count, parallel,
        [&](int i) { return measure_one(session, schedules[static_cast<std::size_t>(i)], effort); },
        [&](int done) { progress.step(done, count); });
    std::vector<plan::Measured> all;
    for (const std::string& text : texts) all.push_back(plan::read_measured(text));
    return all;
  };
}

// The steady state's interval, then every stage's time, then every layer's, in picoseconds.
std::string measure_pipeline(const Session& session, spec::Schedule schedule) {
  schedule.wait = session.run.wait.value_or(schedule.wait);
  const int stages = static_cast<int>(schedule.stages.size());
  const int images = 2 * stages + 1;
  spec::RunResult result;
  if (session.analytic()) {
    result = latency::analytic_run(session.platform, session.model, schedule, images, session.run.frequency);
  } else {
    sim::MachineOptions options = session.machine_options();
    options.rtl = false;
    result = sim::simulate(session.platform, session.model, schedule, images, options);
  }
  const auto own = static_cast<std::int64_t>(1e12 / spec::throughput(result));
  std::string text = std::to_string(result.period.raw() > 0 ? result.period.raw() : own);
  for (const spec::StageResult& stage : result.stages) text += fmt::format(" {}", stage.time.raw());
  const std::size_t of_image = result.layers.size() / static_cast<std::size_t>(images);
  for (std::size_t layer = 0; layer < of_image; ++layer) {
    Picoseconds sum{0};
    int count = 0;
    for (int image = stages - 1; image <= images - stages; ++image, ++count) {
      const spec::LayerResult& own_layer = result.layers[static_cast<std::size_t>(image) * of_image + layer];
      sum += own_layer.end - own_layer.start;
    }
    text += fmt::format(" {}", (sum / count).raw());
  }
  return text;
}

}  // namespace

plan::MeasurePipeline measure_pipelines(const Session& session) {
  return [&session](const spec::Schedule& schedule) {
    Progress progress("simulating a pipeline");
    const std::string text = run_in_children(
                                 1, 1, [&](int) { return measure_pipeline(session, schedule); },
                                 [&](int done) { progress.step(done, 1); })
                                 .front();
    std::istringstream words(text);
    const auto next = [&] {
      std::int64_t value = 0;
      words >> value;
      return Picoseconds(value);
    };
    plan::PipelineTimes times;
    times.period = next();
    for (std::size_t i = 0; i < schedule.stages.size(); ++i) times.stages.push_back(next());
    for (const network::Layer& layer : session.model.network->layers())
      times.layers.push_back(layer.kind == network::LayerKind::input ? Picoseconds(0) : next());
    if (!words) throw std::logic_error("a measurement of the wrong length");
    return times;
  };
}

void check_objective(const spec::Run& run, spec::Planner planner) {
  const bool pipeline = plan::plans_pipelines(planner), cosched = planner == spec::Planner::cosched;
  const bool energy = run.objective == spec::Objective::energy, edp = run.objective == spec::Objective::edp;
  if ((!energy || pipeline || cosched) && (!edp || cosched)) return;
  throw InputError({run.file, 0, 0}, "schedule.objective",
                   fmt::format("is {}, but {} looks at {}", energy ? "energy" : "edp", to_string(planner),
                               pipeline ? "no product of two; allowed is latency, throughput or energy"
                                        : "time alone; allowed is latency or throughput"));
}

spec::Schedule schedule_for(const Session& session, spec::Planner planner) {
  const bool refines = session.run.refine > 0 && plan::plans_pipelines(planner);
  spec::Schedule schedule = with_places(session, [&] {
    check_objective(session.run, planner);
    return refines ? plan::refine_pipeline(planner, session.problem(), "", session.run.refine,
                                           measure_pipelines(session))
                         .plan.schedule
                   : plan::make_schedule(planner, session.problem(), measure_in_children(session));
  });
  if (refines) plan::name_kernels(schedule, session.problem());
  schedule.wait = session.run.wait.value_or(schedule.wait);
  return schedule;
}

spec::Schedule schedule_for(const Session& session) {
  if (session.run.schedule_file.empty()) return schedule_for(session, session.run.planner);
  spec::Schedule schedule = spec::read_schedule(session.run.schedule_file);
  schedule.wait = session.run.wait.value_or(schedule.wait);
  return schedule;
}

spec::RunResult simulate(const Session& session, const spec::Schedule& schedule, bool show_progress,
                         bool timeline) {
  if (session.analytic()) {
    return latency::analytic_run(session.platform, session.model, schedule, session.run.images,
                                 session.run.frequency);
  }
  sim::MachineOptions options = session.machine_options();
  options.timeline = timeline;
  options.waves = session.waves;
  options.faults = session.run.faults;
  std::optional<Progress> progress;
  if (show_progress) {
    progress.emplace("simulating " + session.model.network->name());
    options.progress = [&](int done, int all) { progress->step(done, all); };
  }
  spec::RunResult result = with_places(session, [&] {
    return sim::simulate(session.platform, session.model, schedule, session.run.images, options);
  });
  result.reference_sha256 = session.reference_sha256;
  return result;
}

}  // namespace tandem::cli
