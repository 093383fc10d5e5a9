// SPDX-License-Identifier: Apache-2.0
#include "dse/report/run_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "dse/report/account_figures.h"
#include "dse/report/chart.h"
#include "dse/report/run_figures.h"

namespace tandem::report {

namespace {

std::string number(double value, int digits) { return fmt::format("{:.{}f}", value, digits); }

std::vector<Fact> facts_of(const Json& result) {
  const double latency = result.at("latency_ms"), predicted = result.at("predicted_latency_ms");
  std::vector<Fact> facts = {
      {"latency of an image", number(latency, 3), "ms", ""},
      {"throughput", number(result.at("throughput_images_per_s"), 2), "images/s", ""},
      {"energy of an image", number(result.at("energy_mj"), 2), "mJ", ""},
  };
  if (predicted > 0 && was_simulated(result))
    facts.push_back({fmt::format("predicted latency ({:+.1f} %)", 100 * (predicted / latency - 1)),
                     number(predicted, 3), "ms", ""});
  if (!result.at("accelerator").at("fidelity").get<std::string>().empty())
    facts.push_back({"of the accelerator's MACs used",
                     number(100 * result.at("accelerator").at("utilization").get<double>(), 1), "%", ""});
  facts.push_back(
      {"memory traffic", number(result.at("memory").at("bandwidth_gbytes_per_s"), 3), "GB/s", ""});
  if (result.at("output_sha256").is_string()) {
    const bool same = result.at("output_sha256") == result.at("reference_sha256");
    facts.push_back({"output against the reference", same ? "exact" : "differs", "", same ? "good" : "bad"});
  }
  return facts;
}

// Of the run's length, summed over tracks of a kind.
std::map<std::string, double> shares_of(const Json& result, const std::string& kind) {
  std::map<std::string, double> shares;
  double all = 0;
  for (const Json& track : result.at("tracks")) {
    if (track.at("kind") != kind) continue;
    for (const auto& [reason, time] : track.at("account_us").items()) {
      shares[reason] += time.get<double>();
      all += time.get<double>();
    }
  }
  for (auto& [reason, share] : shares) share *= all > 0 ? 100 / all : 0;
  return shares;
}

std::vector<std::string> sentences_of(const Json& result) {
  std::vector<std::string> sentences;
  if (!was_simulated(result)) sentences.emplace_back(kNothingSimulated);
  std::map<std::string, double> time_of;
  double all = 0;
  for (const Json& layer : result.at("layers")) {
    const double time = layer.at("end_us").get<double>() - layer.at("start_us").get<double>();
    time_of[layer.at("name")] += time;
    all += time;
  }
  std::vector<std::pair<double, std::string>> longest;
  for (const auto& [name, time] : time_of) longest.emplace_back(-time, name);
  std::sort(longest.begin(), longest.end());
  if (longest.size() > 3) longest.resize(3);
  std::string names;
  double together = 0;
  for (const auto& [time, name] : longest) {
    names += (names.empty() ? "" : ", ") + name;
    together -= time;
  }
  if (all > 0)
    sentences.push_back(fmt::format("Longest layers: {}; together {:.1f} % of the layers' time.", names,
                                    100 * together / all));
  std::map<std::string, double> cores = shares_of(result, "core");
  if (!cores.empty())
    sentences.push_back(fmt::format(
        "The cores compute {:.1f} % of the time, wait for memory {:.1f} %, keep caches coherent {:.1f} %, "
        "wait for "
        "others {:.1f} %, and are idle {:.1f} %.",
        cores["compute"], cores["transfer"], cores["coherence"], cores["synchronisation"], cores["idle"]));
  std::map<std::string, double> units = shares_of(result, "accelerator");
  if (!units.empty())
    sentences.push_back(
        fmt::format("The accelerator's array steps {:.1f} % of the time, its jobs take another {:.1f} %, and "
                    "it is idle {:.1f} %.",
                    units["compute"], units["transfer"], units["idle"]));
  std::map<std::string, double> dram = shares_of(result, "dram");
  if (!dram.empty())
    sentences.push_back(
        fmt::format("The DRAM's data bus moves data {:.1f} % of the time; {:.1f} % of the time it has work "
                    "but no data moves.",
                    dram["transfer"], dram["latency"]));
  return sentences;
}

}  // namespace

Page run_page(const Json& result, const Json& detail) {
  Page page;
  const std::string network = result.at("network"), platform = result.at("platform");
  page.title = network + " on " + platform;
  const int images = result.at("images");
  const std::string accelerator = result.at("accelerator").at("fidelity");
  page.subtitle =
      fmt::format("{}, planner {}, {} image{}, cores at fidelity {}{}",
                  result.at("precision").get<std::string>(), result.at("planner").get<std::string>(), images,
                  images == 1 ? "" : "s", result.at("cpu_fidelity").get<std::string>(),
                  accelerator.empty() ? "" : ", accelerator " + accelerator);
  page.command = detail.is_object() ? detail.at("command").get<std::string>() : "tandem run";
  page.facts = facts_of(result);
  page.sentences = sentences_of(result);
  const bool simulated = was_simulated(result), detailed = detail.is_object();
  const auto add = [&](bool possible, const char* title, const auto& figure) {
    if (possible)
      page.figures.push_back(figure());
    else
      page.absent.emplace_back(title);
  };
  add(simulated && detailed, "who does what when", [&] { return gantt_figure(result, detail); });
  add(simulated, "where each layer's time goes", [&] { return layer_account_figure(result); });
  add(simulated, "where each resource's time goes", [&] { return track_account_figure(result); });
  page.figures.push_back(energy_figure(result));
  page.figures.push_back(channels_figure(result));
  const bool predicted = result.at("predicted_latency_ms").get<double>() > 0;
  if (predicted || !simulated)
    add(simulated, "predicted against simulated", [&] { return prediction_figure(result); });
  add(simulated && detailed, "roofline", [&] { return roofline_figure(result, detail); });
  add(simulated && detailed, "memory traffic", [&] { return bandwidth_figure(result, detail); });
  page.figures.push_back(layers_table(result));
  page.why_absent = simulated ? "they need the detail.json that tandem run --out writes beside result.json"
                              : "at fidelity analytic nothing was simulated";
  return page;
}

}  // namespace tandem::report
