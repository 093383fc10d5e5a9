// SPDX-License-Identifier: Apache-2.0
// A run's result as the JSON of the command line's contract, and as the other files of `--out`.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "models/network/graph.h"
#include "models/spec/run_result.h"

namespace tandem::report {

using Json = nlohmann::ordered_json;

// As text; bytes of a layer's name that are no UTF-8 (an ONNX file may hold any) become the replacement
// character.
std::string text_of(const Json& json, int indent = -1);

Json result_json(const spec::RunResult& result);
std::string layers_csv(const spec::RunResult& result);

// 100 * (1 - least busy / layer time) over the resources that computed channels; 0 for one alone or none.
double idle_percent(const spec::LayerResult& layer);

// Whether the run that the JSON is of was simulated, and not computed by the closed form (fidelity analytic).
bool was_simulated(const Json& result);

Json network_json(const network::Network& network);  // describe network

}  // namespace tandem::report
