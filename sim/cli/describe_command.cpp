// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <fstream>

#include "dse/report/result_json.h"
#include "dse/report/text_report.h"
#include "models/core/error.h"
#include "sim/cli/commands.h"
#include "sim/cli/session.h"

namespace tandem::cli {

using report::Json;

namespace {

Json run_json(const spec::Run& run) {
  Json json;
  json["file"] = run.file;
  json["platform"] = run.platform;
  json["network"] = run.network;
  json["images"] = run.images;
  json["precision"] = run.int8 ? "int8" : "fp32";
  json["accelerator"] = run.array ? Json(to_string(*run.array)) : Json(nullptr);
  json["planner"] = run.schedule_file.empty() ? Json(to_string(run.planner)) : Json(nullptr);
  json["schedule_file"] = run.schedule_file.empty() ? Json(nullptr) : Json(run.schedule_file);
  json["cores"] = run.cores;
  json["fidelity"] = {{"cpu", to_string(run.cpu)}, {"accelerator", to_string(run.accelerator)}};
  json["seed"] = run.seed;
  return json;
}

}  // namespace

int describe_command(const std::string& what, const std::string& name, bool json) {
  if (what == "network") {
    const network::Network network = network::read_network(name);
    fmt::print("{}", json ? report::text_of(report::network_json(network), 2) + "\n"
                          : report::network_text(network));
  } else if (what == "platform") {
    const spec::Platform platform = spec::read_platform(name);
    fmt::print("{}", json ? report::text_of(report::platform_json(platform), 2) + "\n"
                          : report::platform_text(platform));
  } else if (what == "run") {
    const Json described = run_json(spec::read_run(name, {}));
    if (json) {
      fmt::print("{}\n", report::text_of(described, 2));
    } else {
      for (const auto& [key, value] : described.items()) fmt::print("{:<14}{}\n", key, value.dump());
    }
  } else {
    throw InputError({"describe", 0, 0}, "",
                     "\"" + what + "\" is unknown; allowed is platform, network or run");
  }
  return 0;
}

int import_command(const std::string& model, const std::string& out) {
  const network::Network network = network::import_onnx(model);
  const std::string text = network::write_network_toml(network);
  if (out.empty()) {
    fmt::print("{}", text);
    return 0;
  }
  std::ofstream file(out, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw InputError({out, 0, 0}, "--out", "cannot be written");
  fmt::print("{}: {} layers, {:.4f} GMACs in convolutions\n", out, network.size(),
             static_cast<double>(network.conv_macs()) * 1e-9);
  return 0;
}

}  // namespace tandem::cli
