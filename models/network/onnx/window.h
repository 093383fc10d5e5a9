// SPDX-License-Identifier: Apache-2.0
// The sliding window of Conv, MaxPool and AveragePool: their attributes, auto_pad and a Pad before them.
#pragma once

#include <vector>

#include "models/network/onnx/importer.h"

namespace tandem::network::onnx_import {

// `kernel`: height and width where the weights say it, else empty and kernel_shape is required.
Window read_window(Node& node, const Value& input, const Shape& input_shape,
                   const std::vector<std::int64_t>& kernel);

// An ONNX integer that must fit into an int; the layer's own checks tell the exact limits.
int to_int(std::int64_t value, const char* what);

}  // namespace tandem::network::onnx_import
