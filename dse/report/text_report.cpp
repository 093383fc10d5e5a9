// SPDX-License-Identifier: Apache-2.0
#include "dse/report/text_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "dse/report/table.h"

namespace tandem::report {

using Align = Table::Align;

namespace {

std::set<std::string> resources_of(const spec::RunResult& result) {
  std::set<std::string> names;
  for (const spec::LayerResult& layer : result.layers) {
    for (const auto& [name, channels] : layer.channels) names.insert(name);
  }
  return names;
}

// Why layers that look like the accelerator's work stayed on the cores: one line a reason.
std::string refusals(const spec::RunResult& result) {
  std::map<std::string, std::vector<std::string>> layers_by_reason;
  for (const spec::LayerResult& layer : result.layers) {
    if (layer.image == 0 && !layer.refusal.empty()) layers_by_reason[layer.refusal].push_back(layer.name);
  }
  std::string text;
  for (const auto& [reason, layers] : layers_by_reason) {
    const std::string more = layers.size() > 1 ? fmt::format(" and {} more", layers.size() - 1) : "";
    text += fmt::format("{}{} on the cores: {}\n", layers.front(), more, reason);
  }
  return text;
}

// Two decimals, and three digits where those would not show them.
std::string energy_text(double millijoules) {
  return millijoules > 0 && millijoules < 0.995 ? fmt::format("{:#.3g}", millijoules)
                                                : fmt::format("{:.2f}", millijoules);
}

// "9 more layers only join or pass on tensors in place; "
std::string layers_in_place(int count) {
  if (count == 0) return "";
  return fmt::format("{} more layer{} in place; ", count,
                     count == 1 ? " only joins or passes on tensors" : "s only join or pass on tensors");
}

// With fewer every image counts, also those that fill and drain the pipeline (sim/platform/steady_state.h).
// 0: any number will do.
std::size_t images_for_steady_state(std::size_t stages) { return stages > 1 ? 2 * stages : 0; }

void totals(const spec::RunResult& result, std::string& text) {
  text += fmt::format("latency     {:>10.3f} ms an image", to_milliseconds(result.latency));
  if (result.cpu_fidelity != "analytic")
    text += fmt::format(", predicted {:.3f} ms ({:+.1f} %)", to_milliseconds(result.predicted_latency),
                        100.0 * (static_cast<double>(result.predicted_latency.raw()) /
                                     static_cast<double>(result.latency.raw()) -
                                 1.0));
  text += "\n";
  text += fmt::format("throughput  {:>10.2f} images/s\n", spec::throughput(result));
  const std::size_t enough = images_for_steady_state(result.stages.size());
  if (static_cast<std::size_t>(result.images) < enough) {
    text +=
        fmt::format("            no steady state: {} stages have one from {} images on (--set images={})\n",
                    result.stages.size(), enough, enough);
  }
  text += fmt::format("energy      {:>10} mJ an image", energy_text(to_millijoules(result.energy)));
  std::string parts;
  for (const auto& [name, energy] : result.energy_parts) {
    parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", name, energy_text(to_millijoules(energy)));
  }
  text += "\n            " + parts + "\n";
  for (const spec::AcceleratorResult& unit : result.accelerators) {
    text += fmt::format("{:<12}{:>9.1f} % of its MACs used, {} cycles in {} jobs, fidelity {}\n", unit.name,
                        100.0 * unit.utilization, unit.cycles, unit.jobs, result.accelerator_fidelity);
  }
  text +=
      fmt::format("memory      {:>10.3f} GB/s, {:.2f} MB read, {:.2f} MB written, {:.0f} % row hits\n",
                  result.memory.bandwidth_gbytes_per_s, static_cast<double>(result.memory.read_bytes) * 1e-6,
                  static_cast<double>(result.memory.write_bytes) * 1e-6, 100.0 * result.memory.row_hit_rate);
  if (result.output_sha256.empty() && result.cpu_fidelity == "tile") {
    text += "output      not computed\n";
  } else if (result.output_sha256.empty()) {
    text += "fidelity    analytic: the closed form, nothing was simulated and no tensor computed\n";
    return;
  } else {
    text += fmt::format("output      {}\n", result.output_sha256 == result.reference_sha256
                                                ? "equals the reference, byte for byte"
                                                : "DIFFERS from the reference");
  }
  for (const spec::FaultResult& fault : result.faults) {
    text += "fault       " + fault.what;
    text += fault.happened ? fmt::format(": first at {:.3f} us\n", to_microseconds(fault.when))
                           : std::string(": never met\n");
  }
  text += fmt::format("simulated in {:.2f} s: {} kernel events, {} RTL cycles\n", result.simulation.wall_s,
                      result.simulation.kernel_events, result.simulation.rtl_cycles);
}

}  // namespace

std::string run_text(const spec::RunResult& result) {
  std::string text =
      fmt::format("{} on {}, {}, planner {}, {} image{}\n\n", result.network, result.platform,
                  result.precision, result.planner, result.images, result.images == 1 ? "" : "s");
  std::vector<Table::Column> columns = {{"layer", Align::left}, {"kind", Align::left}};
  const std::set<std::string> resources = resources_of(result);
  for (const std::string& name : resources) columns.push_back({name, Align::right});
  for (const char* title : {"start us", "time us", "idle %", "model us"})
    columns.push_back({title, Align::right});
  Table table(columns);
  int in_place = 0;
  for (const spec::LayerResult& layer : result.layers) {
    if (layer.image > 0) break;
    if (layer.in_place) {
      ++in_place;
      continue;
    }
    std::vector<std::string> cells = {layer.name.size() > 22 ? layer.name.substr(0, 21) + "~" : layer.name,
                                      layer.kind};
    for (const std::string& name : resources) {
      const auto found = layer.channels.find(name);
      cells.push_back(found == layer.channels.end() ? "." : std::to_string(found->second));
    }
    cells.push_back(fmt::format("{:.1f}", to_microseconds(layer.start)));
    cells.push_back(fmt::format("{:.1f}", to_microseconds(layer.end - layer.start)));
    cells.push_back(layer.busy.size() < 2 ? "." : fmt::format("{:.1f}", idle_percent(layer)));
    cells.push_back(fmt::format("{:.1f}", to_microseconds(layer.predicted)));
    table.row(cells);
  }
  text += table.text();
  text += fmt::format("\n{}under a resource: its output channels\n", layers_in_place(in_place));
  text += refusals(result) + "\n";
  totals(result, text);
  return text;
}

std::string compare_text(const Json& comparison) {
  const auto& rows = comparison["rows"];
  std::string text =
      fmt::format("{} on {}, {}, accelerator {}\n\n", rows[0]["network"].get<std::string>(),
                  rows[0]["platform"].get<std::string>(), rows[0]["precision"].get<std::string>(),
                  rows[0]["accelerator"]["fidelity"].get<std::string>());
  Table table({{"planner", Align::left},
               {"latency ms"},
               {"model ms"},
               {"images/s"},
               {"energy mJ"},
               {"array %"},
               {"speed-up"},
               {"saved %"},
               {"output", Align::left}});
  std::size_t enough = 0;  // images that show every pipeline's steady state
  for (const auto& row : rows) {
    const std::size_t wanted = images_for_steady_state(row["stages"].size());
    const bool steady = row["images"].get<std::size_t>() >= wanted;
    if (!steady) enough = std::max(enough, wanted);
    const bool relative = !row["speedup_vs_accelerator_only"].is_null();
    table.row({row["planner"], fmt::format("{:.3f}", row["latency_ms"].get<double>()),
               fmt::format("{:.3f}", row["predicted_latency_ms"].get<double>()),
               fmt::format("{}{:.2f}", steady ? "" : "~", row["throughput_images_per_s"].get<double>()),
               fmt::format("{:.2f}", row["energy_mj"].get<double>()),
               fmt::format("{:.1f}", 100.0 * row["accelerator"]["utilization"].get<double>()),
               relative ? fmt::format("{:.3f}", row["speedup_vs_accelerator_only"].get<double>()) : ".",
               relative ? fmt::format("{:.1f}", row["energy_reduction_percent"].get<double>()) : ".",
               row["output_sha256"].is_null()                    ? "."
               : row["output_sha256"] == row["reference_sha256"] ? "exact"
                                                                 : "DIFFERS"});
  }
  text += table.text() + "\n";
  const auto is_base = [](const Json& row) { return !row["speedup_vs_accelerator_only"].is_null(); };
  if (std::any_of(rows.begin(), rows.end(), is_base))
    text += "speed-up and saved energy: against accelerator-only\n";
  if (enough > 0) {
    text += fmt::format(
        "~ a pipeline that is filling and draining; its steady state shows from --set images={} on\n",
        enough);
  }
  return text;
}

std::string network_text(const network::Network& network) {
  Table table({{"layer", Align::left}, {"kind", Align::left}, {"from", Align::left}, {"output"}, {"MMACs"}});
  for (network::LayerId id = 0; id < network.size(); ++id) {
    const network::Layer& layer = network.layer(id);
    std::string from;
    for (const network::LayerId input : layer.inputs)
      from += (from.empty() ? "" : " ") + network.layer(input).name;
    if (from.size() > 36) from = from.substr(0, 35) + "~";
    const auto short_name = [](const std::string& name) {
      return name.size() > 28 ? name.substr(0, 27) + "~" : name;
    };
    table.row(
        {short_name(layer.name), to_string(layer.kind), from, to_string(layer.output),
         network.macs(id) == 0 ? "." : fmt::format("{:.3f}", static_cast<double>(network.macs(id)) * 1e-6)});
  }
  return fmt::format("{}: {} layers, {:.3f} GMACs in convolutions, {:.3f} GMACs in all\n\n{}", network.name(),
                     network.size(), static_cast<double>(network.conv_macs()) * 1e-9,
                     static_cast<double>(network.total_macs()) * 1e-9, table.text());
}

Json platform_json(const spec::Platform& platform) {
  Json json;
  json["name"] = platform.name;
  json["clusters"] = Json::array();
  for (const spec::Cluster& cluster : platform.clusters) {
    Json points = Json::array();
    for (const spec::OperatingPoint& point : cluster.operating_points) {
      points.push_back({{"frequency_hz", point.frequency.raw()}, {"millivolts", point.millivolts}});
    }
    json["clusters"].push_back({{"name", cluster.name},
                                {"core", cluster.core.name},
                                {"cores", cluster.cores},
                                {"l2_bytes", cluster.l2.raw()},
                                {"operating_points", points}});
  }
  json["interconnect"] = {{"clock_hz", platform.interconnect.clock.raw()},
                          {"width_bytes", platform.interconnect.width_bytes}};
  json["dram"] = {{"type", platform.dram.type}, {"bytes", platform.dram.size.raw()}};
  json["accelerators"] = Json::array();
  for (const spec::Accelerator& unit : platform.accelerators) {
    json["accelerators"].push_back({{"name", unit.name},
                                    {"array", to_string(unit.array)},
                                    {"clock_hz", unit.clock.raw()},
                                    {"registers", fmt::format("{:#x}", unit.registers)},
                                    {"coherent", unit.coherent}});
  }
  return json;
}

std::string platform_text(const spec::Platform& platform) {
  Table table({{"part", Align::left}, {"what", Align::left}, {"clock MHz"}, {"memory"}});
  for (const spec::Cluster& cluster : platform.clusters) {
    table.row(
        {cluster.name, fmt::format("{} x {}", cluster.cores, cluster.core.name),
         fmt::format("{:.0f}", static_cast<double>(cluster.operating_points.back().frequency.raw()) * 1e-6),
         fmt::format("{} KiB L2", cluster.l2.raw() / 1024)});
  }
  for (const spec::Accelerator& unit : platform.accelerators) {
    table.row(
        {unit.name,
         fmt::format("{} MACs, {}", to_string(unit.array), unit.coherent ? "coherent" : "not coherent"),
         fmt::format("{:.0f}", static_cast<double>(unit.clock.raw()) * 1e-6),
         fmt::format("{} KiB buffers", (unit.array.feature_bytes + 2 * unit.array.weight_bytes) / 1024)});
  }
  table.row({"interconnect", fmt::format("AXI, {} bytes wide", platform.interconnect.width_bytes),
             fmt::format("{:.0f}", static_cast<double>(platform.interconnect.clock.raw()) * 1e-6), "."});
  table.row({"dram", platform.dram.type, ".", fmt::format("{} MiB", platform.dram.size.raw() >> 20)});
  return platform.name + "\n\n" + table.text();
}

}  // namespace tandem::report
