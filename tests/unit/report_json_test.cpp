// SPDX-License-Identifier: Apache-2.0
// The machine-readable reports: the keys that scripts rely on, tables that parse, a timeline that viewers
// open.
#include <gtest/gtest.h>

#include <map>

#include "dse/report/result_json.h"
#include "tests/unit/sample_result.h"

namespace tandem::report {
namespace {

using test::sample_result;

void expect_keys(const Json& json, const std::vector<std::string>& keys) {
  for (const std::string& key : keys)
    EXPECT_TRUE(json.contains(key)) << key << " is missing in " << json.dump();
}

TEST(ResultJson, HoldsEveryKeyOfTheContract) {
  const Json json = result_json(sample_result());
  expect_keys(json, {"platform", "network", "precision", "planner", "images", "latency_ms",
                     "throughput_images_per_s", "energy_mj", "predicted_latency_ms", "output_sha256",
                     "reference_sha256", "layers", "stages", "accelerator", "memory", "simulation"});
  ASSERT_EQ(json["layers"].size(), 6u);
  for (const Json& layer : json["layers"]) {
    expect_keys(layer, {"name", "kind", "image", "macs", "resource_channels", "start_us", "end_us", "busy_us",
                        "idle_percent", "predicted_us"});
  }
  for (const Json& stage : json["stages"])
    expect_keys(stage, {"resources", "first_layer", "last_layer", "time_ms"});
  expect_keys(json["accelerator"], {"cycles", "macs", "utilization"});
  expect_keys(json["memory"], {"read_bytes", "write_bytes", "bandwidth_gbytes_per_s", "row_hit_rate"});
  expect_keys(json["simulation"], {"wall_s", "kernel_events", "rtl_cycles"});
}

TEST(ResultJson, ConvertsUnits) {
  const Json json = result_json(sample_result());
  EXPECT_DOUBLE_EQ(json["latency_ms"].get<double>(), 2.5);
  EXPECT_DOUBLE_EQ(json["throughput_images_per_s"].get<double>(), 400.0) << "two images in 5 ms";
  EXPECT_DOUBLE_EQ(json["energy_mj"].get<double>(), 7.0);
  const Json& layer = json["layers"][0];
  EXPECT_EQ(layer["name"], "conv1");
  EXPECT_DOUBLE_EQ(layer["start_us"].get<double>(), 100.0);
  EXPECT_DOUBLE_EQ(layer["end_us"].get<double>(), 1100.0);
  EXPECT_DOUBLE_EQ(layer["busy_us"]["a53x4"].get<double>(), 800.0);
  EXPECT_EQ(layer["resource_channels"]["accelerator0"], 40);
  EXPECT_DOUBLE_EQ(json["stages"][0]["time_ms"].get<double>(), 2.25);
}

TEST(ResultJson, UtilizationOfSeveralAcceleratorsIsThatOfAllTheirArrays) {
  spec::RunResult result = sample_result();
  // 1000 of 4000 possible MACs and 3000 of 6000.
  result.accelerators = {{"accelerator0", 1, 10, 1100, 8, 1000, 0.25},
                         {"accelerator1", 2, 20, 3000, 20, 3000, 0.5}};
  const Json json = result_json(result);
  EXPECT_DOUBLE_EQ(json["accelerator"]["utilization"].get<double>(), 0.4);
  EXPECT_EQ(json["accelerator"]["cycles"], 30);
  EXPECT_EQ(json["accelerator"]["macs"], 4100);
  EXPECT_EQ(json["accelerator"]["conv_macs"], 4000);
  EXPECT_EQ(json["accelerator"]["conv_cycles"], 28);
  result.accelerators.clear();
  EXPECT_EQ(result_json(result)["accelerator"]["utilization"], 0.0);
}

TEST(IdlePercent, IsTheLeastBusySideOverTheLayersTime) {
  spec::LayerResult layer;
  layer.start = Picoseconds(1000);
  layer.end = Picoseconds(2000);
  EXPECT_EQ(idle_percent(layer), 0.0) << "nobody worked";
  layer.busy["a53x4"] = Picoseconds(600);
  EXPECT_EQ(idle_percent(layer), 0.0) << "one alone waits for nobody";
  layer.busy["accelerator0"] = Picoseconds(900);
  EXPECT_DOUBLE_EQ(idle_percent(layer), 40.0);
  layer.busy["accelerator1"] = Picoseconds(0);
  EXPECT_DOUBLE_EQ(idle_percent(layer), 100.0);
  layer.end = layer.start;
  EXPECT_EQ(idle_percent(layer), 0.0) << "no time, no division";
}

// Fields of one CSV text by RFC 4180.
std::vector<std::vector<std::string>> parse_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      rows.back().back() += text[++i];
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && c == ',') {
      rows.back().emplace_back();
    } else if (!quoted && c == '\n') {
      rows.emplace_back(1);
    } else {
      rows.back().back() += c;
    }
  }
  EXPECT_FALSE(quoted);
  EXPECT_EQ(rows.back(), std::vector<std::string>(1)) << "the last line ends";
  rows.pop_back();
  return rows;
}

TEST(LayersCsv, HasARowALayerAndResource) {
  const auto rows = parse_csv(layers_csv(sample_result()));
  ASSERT_EQ(rows.size(), 1u + 2 * 4) << "two images of a split layer, a layer of the cores, one in place";
  for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
  const auto field = [&](std::size_t row, const std::string& name) {
    const auto column = std::find(rows[0].begin(), rows[0].end(), name) - rows[0].begin();
    return rows[row].at(static_cast<std::size_t>(column));
  };
  EXPECT_EQ(field(1, "resource"), "a53x4");
  EXPECT_EQ(field(1, "channels"), "24");
  EXPECT_EQ(std::stod(field(1, "busy_us")), 800.0);
  EXPECT_EQ(std::stod(field(1, "idle_percent")), 20.0);
  EXPECT_EQ(field(2, "resource"), "accelerator0");
  EXPECT_EQ(field(4, "resource"), "");
  EXPECT_EQ(field(8, "image"), "1");
}

TEST(LayersCsv, NamesMayHoldAnything) {
  spec::RunResult result = sample_result();
  result.layers[0].name = "a, \"b\"\nc";
  const auto rows = parse_csv(layers_csv(result));
  ASSERT_EQ(rows.size(), 9u);
  EXPECT_EQ(rows[1][1], "a, \"b\"\nc");
  for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
}

TEST(ResultJson, AccountsOfALayerAreTheMeanOfItsCores) {
  const Json json = result_json(sample_result());
  const Json& account = json["layers"][0]["account_us"];
  EXPECT_EQ(account["a53x4"], (Json{{"compute", 800.0},
                                    {"transfer", 0.0},
                                    {"coherence", 0.0},
                                    {"synchronisation", 200.0},
                                    {"idle", 0.0}}));
  EXPECT_EQ(account["accelerator0"]["transfer"], 400.0);
  EXPECT_TRUE(json["layers"][2]["account_us"].empty()) << "a layer in place";
  ASSERT_EQ(json["tracks"].size(), 3u);
  EXPECT_EQ(json["tracks"][2]["kind"], "dram");
  EXPECT_EQ(json["tracks"][2]["account_us"]["latency"], 10.0);
  EXPECT_FALSE(json["tracks"][0]["account_us"].contains("latency")) << "only memory has it";
}

TEST(NetworkJson, HoldsEveryKeyOfTheContract) {
  const network::Network network = network::read_network("tiny");
  const Json json = network_json(network);
  ASSERT_EQ(json["layers"].size(), static_cast<std::size_t>(network.size()));
  std::int64_t macs = 0;
  for (const Json& layer : json["layers"]) {
    expect_keys(layer, {"name", "kind", "macs", "output_shape"});
    EXPECT_EQ(layer["output_shape"].size(), 3u);
    macs += layer["macs"].get<std::int64_t>();
  }
  EXPECT_EQ(macs, json["macs"].get<std::int64_t>());
  // conv1: 16 channels of 32x32 from 3x3x3.
  EXPECT_EQ(json["layers"][1]["macs"], 16 * 32 * 32 * 27);
  EXPECT_EQ(json["layers"][1]["output_shape"], (Json{16, 32, 32}));
}

TEST(JsonText, SurvivesNamesThatAreNoUtf8) {
  spec::RunResult result = sample_result();
  result.layers[0].name = "conv\xff";
  const std::string text = text_of(result_json(result));
  EXPECT_NE(text.find("conv\xef\xbf\xbd"), std::string::npos);
  EXPECT_FALSE(Json::parse(text).is_discarded());
}

}  // namespace
}  // namespace tandem::report
