// SPDX-License-Identifier: Apache-2.0
// The operators that can be mapped, by their ONNX name. A handler reads the node's inputs and attributes from
// the importer and adds, fuses or folds; it throws Unmappable where the node says something no layer can do.
#pragma once

#include <map>
#include <string>

#include "models/network/onnx/importer.h"

namespace tandem::network::onnx_import {

using Handler = void (*)(Importer&, Node&);
const std::map<std::string, Handler>& operators();

// convolution.cpp
void map_conv(Importer& importer, Node& node);
void map_batch_normalization(Importer& importer, Node& node);
// pooling.cpp
void map_max_pool(Importer& importer, Node& node);
void map_average_pool(Importer& importer, Node& node);
void map_global_average_pool(Importer& importer, Node& node);
void map_pad(Importer& importer, Node& node);
// linear.cpp
void map_gemm(Importer& importer, Node& node);
void map_matmul(Importer& importer, Node& node);
void map_add(Importer& importer, Node& node);
// shape.cpp
void map_reshape(Importer& importer, Node& node);
void map_flatten(Importer& importer, Node& node);
void map_transpose(Importer& importer, Node& node);
void map_concat(Importer& importer, Node& node);

}  // namespace tandem::network::onnx_import
