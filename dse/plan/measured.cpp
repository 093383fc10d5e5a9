// SPDX-License-Identifier: Apache-2.0
#include "dse/plan/measured.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <stdexcept>

namespace tandem::plan {

namespace {

// From the timeline; without one (fidelity analytic) from how long each side was busy.
std::map<std::string, Picoseconds> leads_of(const spec::RunResult& result) {
  std::map<int, Picoseconds> core_ends, unit_ends;  // by layer
  for (const spec::Span& span : result.timeline.spans) {
    const bool works = span.reason == spec::Reason::compute || span.reason == spec::Reason::transfer ||
                       span.reason == spec::Reason::coherence;
    if (!works || result.tracks[static_cast<std::size_t>(span.track)].kind != spec::TrackKind::core) continue;
    core_ends[span.layer] = std::max(core_ends[span.layer], span.end);
  }
  for (const spec::AcceleratorWork& job : result.timeline.jobs)
    unit_ends[job.layer] = std::max(unit_ends[job.layer], job.end);
  std::map<std::string, Picoseconds> leads;
  for (std::size_t i = 0; i < result.layers.size(); ++i) {
    const spec::LayerResult& layer = result.layers[i];
    Picoseconds unit_busy{0}, core_busy{0};
    bool units = false, cores = false;
    for (const auto& [resource, busy] : layer.busy) {
      const bool is_unit = std::any_of(result.accelerators.begin(), result.accelerators.end(),
                                       [&, &name = resource](const auto& one) { return one.name == name; });
      (is_unit ? units : cores) = true;
      Picoseconds& longest = is_unit ? unit_busy : core_busy;
      longest = std::max(longest, busy);
    }
    const int index = static_cast<int>(i);
    if (!units || !cores) continue;
    leads[layer.name] =
        result.timeline.jobs.empty() ? unit_busy - core_busy : unit_ends[index] - core_ends[index];
  }
  return leads;
}

}  // namespace

Measured measured_of(const spec::RunResult& result, const network::Network& network) {
  std::map<std::string, Picoseconds> leads = leads_of(result);
  std::map<std::string, Picoseconds> times;
  for (const spec::LayerResult& layer : result.layers) times[layer.name] = layer.end - layer.start;
  Measured measured;
  measured.latency = result.latency;
  for (const network::Layer& layer : network.layers()) {
    measured.layers.push_back(times[layer.name]);
    measured.lead.push_back(leads[layer.name]);
  }
  return measured;
}

std::string write_measured(const Measured& measured) {
  std::ostringstream text;
  text << measured.latency.raw();
  for (std::size_t i = 0; i < measured.layers.size(); ++i)
    text << ' ' << measured.layers[i].raw() << ' ' << measured.lead[i].raw();
  return text.str();
}

Measured read_measured(const std::string& text) {
  std::istringstream words(text);
  std::int64_t latency = 0, time = 0, lead = 0;
  if (!(words >> latency)) throw std::logic_error("no measurement: " + text);
  Measured measured;
  measured.latency = Picoseconds(latency);
  while (words >> time) {
    if (!(words >> lead)) throw std::logic_error("half a measurement");
    measured.layers.emplace_back(time);
    measured.lead.emplace_back(lead);
  }
  return measured;
}

}  // namespace tandem::plan
