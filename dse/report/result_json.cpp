// SPDX-License-Identifier: Apache-2.0
#include "dse/report/result_json.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/csv.h"

namespace tandem::report {

std::string text_of(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace);
}

double idle_percent(const spec::LayerResult& layer) {
  const Picoseconds time = layer.end - layer.start;
  if (layer.busy.size() < 2 || time.raw() <= 0) return 0.0;
  Picoseconds least = layer.busy.begin()->second;
  for (const auto& [resource, busy] : layer.busy) least = std::min(least, busy);
  return 100.0 * (1.0 - static_cast<double>(least.raw()) / static_cast<double>(time.raw()));
}

namespace {

// In microseconds, the mean of so many. Only memory has latency.
Json account_json(const spec::Account& account, int tracks, bool latency) {
  Json json = Json::object();
  for (std::size_t i = 0; i < spec::kReasons; ++i) {
    if (static_cast<spec::Reason>(i) == spec::Reason::latency && !latency) continue;
    json[spec::kReasonNames[i]] = to_microseconds(account.time[i]) / tracks;
  }
  return json;
}

Json layer_json(const spec::LayerResult& layer) {
  Json json;
  json["name"] = layer.name;
  json["kind"] = layer.kind;
  json["image"] = layer.image;
  json["macs"] = layer.macs;
  json["resource_channels"] = Json::object();
  for (const auto& [resource, channels] : layer.channels) json["resource_channels"][resource] = channels;
  json["start_us"] = to_microseconds(layer.start);
  json["end_us"] = to_microseconds(layer.end);
  json["busy_us"] = Json::object();
  for (const auto& [resource, busy] : layer.busy) json["busy_us"][resource] = to_microseconds(busy);
  json["idle_percent"] = idle_percent(layer);
  json["predicted_us"] = to_microseconds(layer.predicted);
  json["account_us"] = Json::object();
  for (const auto& [resource, account] : layer.account)
    json["account_us"][resource] = account_json(account.sum, account.tracks, false);
  if (!layer.refusal.empty()) json["refused_by_accelerator"] = layer.refusal;
  return json;
}

Json accelerator_json(const spec::RunResult& result) {
  spec::AcceleratorResult sum;
  double possible = 0;
  for (const spec::AcceleratorResult& unit : result.accelerators) {
    sum.cycles += unit.cycles;
    sum.macs += unit.macs;
    sum.jobs += unit.jobs;
    sum.conv_cycles += unit.conv_cycles;
    sum.conv_macs += unit.conv_macs;
    if (unit.utilization > 0) possible += static_cast<double>(unit.conv_macs) / unit.utilization;
  }
  return {{"cycles", sum.cycles},
          {"macs", sum.macs},
          {"conv_cycles", sum.conv_cycles},
          {"conv_macs", sum.conv_macs},
          {"utilization", possible > 0 ? static_cast<double>(sum.conv_macs) / possible : 0.0},
          {"jobs", sum.jobs}};
}

Json faults_json(const std::vector<spec::FaultResult>& faults) {
  Json json = Json::array();
  for (const spec::FaultResult& fault : faults) {
    json.push_back({{"fault", fault.what}, {"happened", fault.happened}});
    if (fault.happened) json.back()["at_us"] = to_microseconds(fault.when);
  }
  return json;
}

}  // namespace

Json result_json(const spec::RunResult& result) {
  Json json;
  json["platform"] = result.platform;
  json["network"] = result.network;
  json["precision"] = result.precision;
  json["planner"] = result.planner;
  json["images"] = result.images;
  json["latency_ms"] = to_milliseconds(result.latency);
  json["throughput_images_per_s"] = spec::throughput(result);
  json["energy_mj"] = to_millijoules(result.energy);
  json["energy_parts_mj"] = Json::object();
  for (const auto& [part, energy] : result.energy_parts)
    json["energy_parts_mj"][part] = to_millijoules(energy);
  json["predicted_latency_ms"] = to_milliseconds(result.predicted_latency);
  const bool has_tensors = !result.output_sha256.empty();
  json["output_sha256"] = has_tensors ? Json(result.output_sha256) : Json(nullptr);
  json["reference_sha256"] = has_tensors ? Json(result.reference_sha256) : Json(nullptr);
  json["cpu_fidelity"] = result.cpu_fidelity;
  json["layers"] = Json::array();
  for (const spec::LayerResult& layer : result.layers) json["layers"].push_back(layer_json(layer));
  json["stages"] = Json::array();
  for (const spec::StageResult& stage : result.stages) {
    json["stages"].push_back({{"resources", stage.resources},
                              {"first_layer", stage.first_layer},
                              {"last_layer", stage.last_layer},
                              {"time_ms", to_milliseconds(stage.time)}});
  }
  json["tracks"] = Json::array();
  for (const spec::Track& track : result.tracks) {
    const bool memory = track.kind == spec::TrackKind::interconnect || track.kind == spec::TrackKind::dram;
    json["tracks"].push_back({{"name", track.name},
                              {"kind", spec::kTrackKindNames[static_cast<std::size_t>(track.kind)]},
                              {"account_us", account_json(track.account, 1, memory)}});
  }
  json["accelerator"] = accelerator_json(result);
  json["accelerator"]["fidelity"] = result.accelerator_fidelity;
  json["memory"] = {{"read_bytes", result.memory.read_bytes},
                    {"write_bytes", result.memory.write_bytes},
                    {"bandwidth_gbytes_per_s", result.memory.bandwidth_gbytes_per_s},
                    {"row_hit_rate", result.memory.row_hit_rate}};
  if (!result.faults.empty()) json["faults"] = faults_json(result.faults);
  json["simulation"] = {{"wall_s", result.simulation.wall_s},
                        {"kernel_events", result.simulation.kernel_events},
                        {"rtl_cycles", result.simulation.rtl_cycles}};
  return json;
}

bool was_simulated(const Json& result) { return result.at("cpu_fidelity") != "analytic"; }

std::string layers_csv(const spec::RunResult& result) {
  std::string csv =
      "image,layer,kind,macs,resource,channels,start_us,end_us,busy_us,idle_percent,predicted_us\n";
  for (const spec::LayerResult& layer : result.layers) {
    const auto row = [&](const std::string& resource, int channels, Picoseconds busy) {
      csv += fmt::format("{},{},{},{},{},{},{},{},{},{:.4f},{}\n", layer.image, csv_field(layer.name),
                         layer.kind, layer.macs, resource, channels, to_microseconds(layer.start),
                         to_microseconds(layer.end), to_microseconds(busy), idle_percent(layer),
                         to_microseconds(layer.predicted));
    };
    if (layer.channels.empty()) row("", 0, Picoseconds(0));
    for (const auto& [resource, channels] : layer.channels) row(resource, channels, layer.busy.at(resource));
  }
  return csv;
}

Json network_json(const network::Network& network) {
  Json json;
  json["name"] = network.name();
  json["conv_macs"] = network.conv_macs();
  json["macs"] = network.total_macs();
  json["layers"] = Json::array();
  for (network::LayerId id = 0; id < network.size(); ++id) {
    const network::Layer& layer = network.layer(id);
    Json inputs = Json::array();
    for (const network::LayerId input : layer.inputs) inputs.push_back(network.layer(input).name);
    json["layers"].push_back({{"name", layer.name},
                              {"kind", to_string(layer.kind)},
                              {"macs", network.macs(id)},
                              {"output_shape", {layer.output.c, layer.output.h, layer.output.w}},
                              {"inputs", inputs}});
  }
  return json;
}

}  // namespace tandem::report
