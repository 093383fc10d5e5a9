// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/measured_throughput.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

#include "dse/report/table.h"
#include "models/core/error.h"
#include "models/core/locate.h"
#include "models/network/graph.h"
#include "models/network/kernels/layer_kernel.h"
#include "models/spec/platform.h"
#include "sim/cli/evidence_runs.h"

namespace tandem::cli {

namespace {

bool is_of_vectors(const network::Network& network) {
  std::int64_t all = 0, vectors = 0;
  for (network::LayerId id = 0; id < network.size(); ++id) {
    const network::Layer& layer = network.layer(id);
    if (layer.kind != network::LayerKind::conv && layer.kind != network::LayerKind::fully_connected) continue;
    const network::ConvShape shape = network::conv_shape(network, id);
    const std::int64_t count = std::int64_t{shape.output.c} * shape.input.c / shape.groups *
                               shape.window.kernel_h * shape.window.kernel_w;
    all += count;
    if (shape.output.h * shape.output.w == 1) vectors += count;
  }
  return 2 * vectors > all;
}

struct Fit {
  double pace = 1;
  std::int64_t weights_in_flight = 0;  // 0: as the core type has it
};

std::vector<std::string> settings_of(const std::string& cluster, const Fit& fit) {
  std::vector<std::string> settings = {fmt::format("platform.cluster.{}.pace={:.4f}", cluster, fit.pace)};
  if (fit.weights_in_flight != 0) {
    settings.push_back(
        fmt::format("platform.cluster.{}.weights_in_flight=\"{} B\"", cluster, fit.weights_in_flight));
  }
  return settings;
}

double mean_log_error(const std::vector<ThroughputRow>& rows, const std::vector<double>& simulated_ms) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) sum += std::log(simulated_ms[i] / rows[i].measured_ms());
  return sum / static_cast<double>(rows.size());
}

Fit fit_cluster(const std::string& cluster, const std::vector<ThroughputRow>& rows) {
  std::vector<ThroughputRow> convolutions, vectors;
  for (const ThroughputRow& row : rows) (row.vectors ? vectors : convolutions).push_back(row);
  Fit fit;
  constexpr int kRounds = 5;  // time is nearly inverse to the pace
  for (int round = 0; round < kRounds && !convolutions.empty(); ++round) {
    const std::vector<double> times = simulate_throughputs(convolutions, settings_of(cluster, fit));
    fit.pace *= std::exp(mean_log_error(convolutions, times));
  }
  if (vectors.empty()) return fit;
  // Mean logarithm of simulated over measured; falls with every line more.
  std::map<std::int64_t, double> errors;
  const auto error_with = [&](std::int64_t lines) {
    const auto [at, is_new] = errors.try_emplace(lines, 0);
    fit.weights_in_flight = 64 * lines;
    if (is_new)
      at->second = mean_log_error(vectors, simulate_throughputs(vectors, settings_of(cluster, fit)));
    return at->second;
  };
  std::int64_t low = 1, high = 64;  // 64 lines hide any latency
  while (low < high) {
    const std::int64_t lines = (low + high) / 2;
    if (error_with(lines) <= 0) {
      high = lines;
    } else {
      low = lines + 1;
    }
  }
  const bool fewer = low > 1 && std::abs(error_with(low - 1)) < std::abs(error_with(low));
  fit.weights_in_flight = 64 * (fewer ? low - 1 : low);
  return fit;
}

}  // namespace

std::vector<ThroughputRow> throughput_rows(const std::string& board, const std::string& measured,
                                           const std::string& parts) {
  const std::vector<spec::NetworkParts> known =
      spec::read_network_parts(resolve_config("calibration", parts));
  std::vector<ThroughputRow> rows;
  for (const spec::MeasuredThroughput& one :
       spec::read_measured_throughput(resolve_config("calibration", measured))) {
    if (one.board != board) continue;
    const auto found = std::find_if(known.begin(), known.end(), [&](const spec::NetworkParts& network) {
      return network.name == one.network;
    });
    if (found == known.end())
      throw InputError({measured, 0, 0}, "network", "\"" + one.network + "\" is not in " + parts);
    rows.push_back({one, found->file, is_of_vectors(network::read_network(found->file))});
  }
  return rows;
}

std::vector<double> simulate_throughputs(const std::vector<ThroughputRow>& rows,
                                         const std::vector<std::string>& settings) {
  std::vector<std::vector<std::string>> runs;
  for (const ThroughputRow& row : rows) {
    std::vector<std::string>& run = runs.emplace_back();
    run = {fmt::format("platform={}", row.measured.board),
           fmt::format("network={}", row.network),
           "precision=fp32",
           "schedule.planner=cpu-only",
           "images=1",
           fmt::format("schedule.cores=[\"{}\"]", row.measured.resource)};
    run.insert(run.end(), settings.begin(), settings.end());
  }
  return simulate_runs(runs);
}

int calibrate_throughput_command(const std::string& platform, const std::string& measured,
                                 const std::string& parts) {
  const spec::Platform board = spec::read_platform(platform);
  const std::vector<ThroughputRow> all = throughput_rows(board.name, measured, parts);
  if (all.empty()) throw InputError({measured, 0, 0}, "board", "has no row of \"" + board.name + "\"");
  using Align = report::Table::Align;
  report::Table table({{"cores", Align::left},
                       {"network", Align::left},
                       {"measured ms"},
                       {"simulated ms"},
                       {"error %"},
                       {"pace"},
                       {"weights in flight"}});
  for (const spec::Cluster& cluster : board.clusters) {
    std::vector<ThroughputRow> own;
    std::copy_if(all.begin(), all.end(), std::back_inserter(own), [&](const ThroughputRow& row) {
      return row.measured.resource == fmt::format("{}x{}", cluster.core.name, cluster.cores);
    });
    if (own.empty()) continue;
    const Fit fit = fit_cluster(cluster.name, own);
    const std::vector<double> times = simulate_throughputs(own, settings_of(cluster.name, fit));
    for (std::size_t i = 0; i < own.size(); ++i) {
      table.row({own[i].measured.resource, own[i].measured.network,
                 fmt::format("{:.1f}", own[i].measured_ms()), fmt::format("{:.1f}", times[i]),
                 fmt::format("{:+.1f}", 100 * (times[i] / own[i].measured_ms() - 1)),
                 fmt::format("{:.4f}", fit.pace), fmt::format("{} B", fit.weights_in_flight)});
    }
  }
  fmt::print("{}", table.text());
  return 0;
}

}  // namespace tandem::cli
