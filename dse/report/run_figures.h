// SPDX-License-Identifier: Apache-2.0
// Figures of a run's split, prediction, rates and energy.
#pragma once

#include "dse/report/result_json.h"

namespace tandem::report {

Json energy_figure(const Json& result);
Json channels_figure(const Json& result);    // which resource computed which part of a layer's outputs
Json prediction_figure(const Json& result);  // the planner's model against the simulation
// Every layer on every resource under that resource's roof. MACs are split as the output channels are; bytes
// are what the resource's bus master moved while the layer was open.
Json roofline_figure(const Json& result, const Json& detail);
Json bandwidth_figure(const Json& result, const Json& detail);
Json layers_table(const Json& result);

}  // namespace tandem::report
