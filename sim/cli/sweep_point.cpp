// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/sweep_point.h"

#include "dse/sweep/store.h"
#include "models/core/error.h"
#include "sim/cli/session.h"

namespace tandem::cli {

bool is_analytic(const std::string& base, const std::vector<std::string>& assignments) {
  return spec::read_run(base, assignments).cpu == spec::CpuFidelity::analytic;
}

const std::vector<std::string>& metric_names() {
  static const std::vector<std::string> kNames = {
      "latency_ms",  "predicted_latency_ms", "throughput_images_per_s", "energy_mj",
      "power_w",     "memory_read_mbytes",   "memory_write_mbytes",     "bandwidth_gbytes_per_s",
      "utilization", "accelerator_macs",     "accelerator_kbytes",      "cores"};
  return kNames;
}

namespace {

// Besides what the run measured, what the platform costs.
sweep::Metrics metrics_of(const Session& session, const spec::RunResult& result) {
  const double seconds = static_cast<double>(result.total.raw()) * 1e-12;
  sweep::Metrics metrics = {
      {"latency_ms", to_milliseconds(result.latency)},
      {"predicted_latency_ms", to_milliseconds(result.predicted_latency)},
      {"throughput_images_per_s", spec::throughput(result)},
      {"energy_mj", to_millijoules(result.energy)},
      {"power_w", seconds > 0 ? to_millijoules(result.energy) * 1e-3 * result.images / seconds : 0},
      {"memory_read_mbytes", static_cast<double>(result.memory.read_bytes) * 1e-6},
      {"memory_write_mbytes", static_cast<double>(result.memory.write_bytes) * 1e-6},
      {"bandwidth_gbytes_per_s", result.memory.bandwidth_gbytes_per_s},
  };
  double utilization = 0, macs = 0, on_chip = 0, cores = 0;
  for (std::size_t i = 0; i < session.platform.accelerators.size(); ++i) {
    const spec::Accelerator& unit = session.platform.accelerators[i];
    macs += static_cast<double>(unit.array.macs());
    on_chip += static_cast<double>(unit.array.on_chip_bytes());
    if (i < result.accelerators.size()) utilization += result.accelerators[i].utilization;
  }
  for (const spec::Cluster& cluster : session.platform.clusters) cores += cluster.cores;
  if (!session.platform.accelerators.empty())
    metrics["utilization"] = utilization / static_cast<double>(session.platform.accelerators.size());
  metrics["accelerator_macs"] = macs;
  metrics["accelerator_kbytes"] = on_chip / 1024;
  metrics["cores"] = cores;
  return metrics;
}

}  // namespace

std::string compute_point(const std::string& base, const std::vector<std::string>& assignments) {
  const Session session = open_session(base, assignments);
  const spec::Schedule schedule = schedule_for(session);
  const spec::RunResult result = simulate(session, schedule, false);
  if (result.output_sha256 != result.reference_sha256)
    throw CheckError("the output " + result.output_sha256 + " is not the reference " +
                     result.reference_sha256);
  return sweep::write_metrics(metrics_of(session, result));
}

}  // namespace tandem::cli
