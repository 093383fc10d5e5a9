// SPDX-License-Identifier: Apache-2.0
// From a network to a model with numbers, and its reference outputs.
//
// Where the network came without weights they are drawn uniformly with He variance from (seed, layer name).
// int8 is post-training quantisation: one fp32 pass over image 0 gives every tensor its range; weights are
// symmetric per output channel, activations have a zero point. Tensors that a concat joins, and the two
// sides of a layer that only moves values, share one quantisation, so that no copy is needed to join them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/network/model.h"

namespace tandem::network {

// What one inference reads: a tensor for every input layer, in layer order. Most networks have one.
using Image = std::vector<Tensor>;

// Image `index` of the run: uniform pixels in [-1, 1), the same for every platform and planner.
Image make_image_fp32(const Network& network, std::uint64_t seed, int index);

// `known` (int8): the quantisation of an earlier call with the same arguments; saves the fp32 pass.
Model prepare_model(std::shared_ptr<const Network> network, Precision precision, std::uint64_t seed,
                    const std::vector<TensorQuantization>* known = nullptr);
// Without numbers: weights are absent and all tensors have one quantisation. Enough for placing and timing,
// which ask for sizes only.
Model sized_model(std::shared_ptr<const Network> network, Precision precision);

Image make_image(const Model& model, int index);  // in the model's precision

// All layers' outputs for one image, in layer order.
std::vector<Tensor> run_reference(const Model& model, const Image& image);

// SHA-256 over the stored bytes (little endian) of the tensors, in plain [C][H][W] order.
std::string tensors_sha256(const std::vector<Tensor>& tensors);

// Steps of prepare_model(), visible for tests.
std::vector<Parameters> complete_parameters(const Network& network, std::uint64_t seed);
std::vector<TensorQuantization> choose_quantization(const Network& network,
                                                    const std::vector<Tensor>& fp32_outputs);
QuantizedWeights quantize_weights(const Parameters& parameters, int out_channels,
                                  const TensorQuantization& input, const TensorQuantization& output);

}  // namespace tandem::network
