// SPDX-License-Identifier: Apache-2.0
// A run's timeline as Chrome trace JSON, which Perfetto, speedscope and chrome://tracing open.
//
// One process, one thread a hardware resource, and every thread is filled from 0 to the run's end: a slice
// has in its args how many microseconds of it went where (compute_us, transfer_us, coherence_us,
// synchronisation_us, latency_us, idle_us). Slices of cores and accelerators are named after their layer;
// short neighbours on interconnect and DRAM are drawn as one. A flow leads from a job's doorbell over its
// accelerator to its interrupt. Counters: GB/s of every bus master, transactions under way.
#pragma once

#include <string>

#include "models/spec/run_result.h"

namespace tandem::report {

std::string chrome_trace(const spec::RunResult& result);

}  // namespace tandem::report
