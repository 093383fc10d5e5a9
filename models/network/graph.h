// SPDX-License-Identifier: Apache-2.0
// The network as a graph of layers. A layer makes exactly one tensor; an edge says who reads it.
// Shapes are one image, C x H x W. Built once by a reader, checked by infer_shapes(), immutable after.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/core/error.h"

namespace tandem::network {

enum class LayerKind {
  input,
  conv,             // 2-D convolution: plain, grouped or depthwise by `conv.groups`
  fully_connected,  // over the flattened C x H x W input, in that order
  max_pool,
  avg_pool,
  global_avg_pool,
  add,         // element-wise, same shapes, two inputs or more
  concat,      // along channels
  lrn,         // across channels
  batch_norm,  // stands alone only where it could not be folded into the conv before it
  channel_shuffle,
  activation,  // stands alone only where it could not be fused into its producer
  reshape,     // keeps C*H*W and the order of elements; flatten is its special case
  flatten,
  dropout,  // the identity at inference
  softmax,  // over channels
};

enum class Activation { none, relu, relu6 };

struct Shape {
  int c = 0;
  int h = 0;
  int w = 0;
  [[nodiscard]] std::int64_t elements() const { return std::int64_t{c} * h * w; }
  bool operator==(const Shape&) const = default;
};

// Sliding window of a convolution or pool. Pads may differ on each side.
struct Window {
  int kernel_h = 1, kernel_w = 1;
  int stride_h = 1, stride_w = 1;
  int pad_top = 0, pad_bottom = 0, pad_left = 0, pad_right = 0;
  int dilation_h = 1, dilation_w = 1;
  bool operator==(const Window&) const = default;
};

struct ConvAttributes {
  int out_channels = 0;  // also for fully_connected
  int groups = 1;        // groups == in channels: depthwise
  bool bias = true;
};

struct PoolAttributes {
  bool ceil_mode = false;  // one more window where some of the image is left over; it starts inside the image
  bool count_include_pad = false;  // avg_pool divides by the whole window
};

struct LrnAttributes {  // y = x / (bias + alpha/size * sum x^2)^beta over `size` channels
  int size = 5;
  double alpha = 1e-4, beta = 0.75, bias = 1.0;
};

// Values read from a model file; empty where the topology came without weights (then they are
// synthesised from the run's seed).
struct Parameters {
  std::vector<float> weights;       // conv: [K][C/groups][kh][kw]; fully_connected: [K][C*H*W]
  std::vector<float> bias;          // [K]
  std::vector<float> scale, shift;  // batch_norm, already y = scale*x + shift, [C]
};

using LayerId = int;  // position in topological order; every input id is smaller than the layer's own

struct Layer {
  std::string name;
  LayerKind kind = LayerKind::input;
  std::vector<LayerId> inputs;
  Activation activation =
      Activation::none;  // of `activation`; fused behind conv, fully_connected, add, batch_norm
  Window window;         // conv, max_pool, avg_pool
  ConvAttributes conv;   // conv, fully_connected
  PoolAttributes pool;
  LrnAttributes lrn;
  int shuffle_groups = 1;                        // channel_shuffle
  std::optional<Shape> declared_shape;           // input, reshape
  Shape output;                                  // set by infer_shapes()
  std::shared_ptr<const Parameters> parameters;  // null: none given
  Place place;                                   // where in the source it stands, for messages
};

class Network {
 public:
  // Checks and completes: unique names, inputs exist and come first (a cycle is named by its
  // layers), shapes inferred, at least one input and one layer. Throws InputError with all problems.
  // `layers` may come in any order; inputs are given by name in `input_names[i]` of layers[i].
  // Exactly one layer may be left that nobody reads. Limits: see shapes.h.
  static Network build(std::string name, std::vector<Layer> layers,
                       const std::vector<std::vector<std::string>>& input_names, const Place& place);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::vector<Layer>& layers() const { return layers_; }
  [[nodiscard]] const Layer& layer(LayerId id) const { return layers_.at(static_cast<std::size_t>(id)); }
  [[nodiscard]] int size() const { return static_cast<int>(layers_.size()); }
  [[nodiscard]] const std::vector<LayerId>& consumers(LayerId id) const {
    return consumers_.at(static_cast<std::size_t>(id));
  }
  [[nodiscard]] LayerId output() const { return output_; }  // the one layer nobody reads
  [[nodiscard]] Shape input_shape(LayerId id, int index = 0) const {
    return layer(layer(id).inputs.at(static_cast<std::size_t>(index))).output;
  }
  // Multiply-accumulates of one image: conv and fully_connected; 0 for the others.
  [[nodiscard]] std::int64_t macs(LayerId id) const;
  [[nodiscard]] std::int64_t conv_macs() const;       // convolutions only
  [[nodiscard]] std::int64_t total_macs() const;      // convolutions and fully connected
  [[nodiscard]] bool is_depthwise(LayerId id) const;  // groups == in channels > 1

 private:
  std::string name_;
  std::vector<Layer> layers_;
  std::vector<std::vector<LayerId>> consumers_;
  LayerId output_ = 0;
};

// The names used in files, tables and JSON.
const char* to_string(LayerKind kind);
std::optional<LayerKind> layer_kind_from(const std::string& name);
const char* to_string(Activation activation);
std::optional<Activation> activation_from(const std::string& name);
std::string to_string(const Shape& shape);  // "64x56x56"

// Readers. Throw InputError. `changes`: assignments "layer.conv1.out=32" on top of the file, see
// toml_reader::Document::set.
Network read_network_toml(const std::string& path, const std::vector<std::string>& changes = {});
Network parse_network_toml(const std::string& text, const std::string& file_name);
std::string write_network_toml(const Network& network);  // the same network, without parameters
// These two are in the library tandem_onnx (models/network/onnx/).
Network import_onnx(const std::string& path);  // warnings go to stderr
// By extension, .toml or .onnx. A bare name is configs/networks/NAME.toml under the folder in the environment
// variable TANDEM_ROOT, else under the source folder of the build.
Network read_network(const std::string& path_or_name, const std::vector<std::string>& changes = {});

}  // namespace tandem::network
