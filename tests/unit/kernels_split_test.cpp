// SPDX-License-Identifier: Apache-2.0
// However a layer's output is split, run_layer() writes the same bytes, and only those of its range. This is
// what lets an accelerator and several cores share a layer and still be compared with the reference byte by
// byte.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "models/core/random.h"
#include "models/network/kernels/prepare.h"
#include "tests/unit/sketch.h"

namespace tandem::network {
namespace {

using test::conv;
using test::fully_connected;
using test::layer_of;
using test::pool;
using test::Sketch;

constexpr int kTrials = 12;

int draw(Random& random, int low, int high) { return static_cast<int>(random.between(low, high)); }

Activation draw_activation(Random& random) { return static_cast<Activation>(draw(random, 0, 2)); }

Window draw_window(Random& random, const Shape& input, bool pooling) {
  Window window;
  window.kernel_h = draw(random, 1, std::min(4, input.h));
  window.kernel_w = draw(random, 1, std::min(4, input.w));
  window.stride_h = draw(random, 1, 3);
  window.stride_w = draw(random, 1, 3);
  window.pad_top = draw(random, 0, window.kernel_h - 1);
  window.pad_bottom = draw(random, 0, window.kernel_h - 1);
  window.pad_left = draw(random, 0, window.kernel_w - 1);
  window.pad_right = draw(random, 0, window.kernel_w - 1);
  if (!pooling && 2 * (window.kernel_h - 1) + 1 <= input.h) window.dilation_h = draw(random, 1, 2);
  if (!pooling && 2 * (window.kernel_w - 1) + 1 <= input.w) window.dilation_w = draw(random, 1, 2);
  return window;
}

Shape draw_shape(Random& random) {
  Shape shape;
  shape.c = 2 * draw(random, 1, 9);
  shape.h = draw(random, 2, 9);
  shape.w = draw(random, 2, 20);
  return shape;
}

// A network whose last layer is of `kind`, with everything about it drawn.
std::shared_ptr<const Network> draw_network(Random& random, LayerKind kind) {
  const Shape input = draw_shape(random);
  Sketch sketch(input);
  // Two producers with ranges of their own, so that joining layers meet different quantisations.
  sketch.add(conv("left", input.c, Window{}, 1, draw_activation(random)), {"data"});
  const bool joins = kind == LayerKind::add || kind == LayerKind::concat;
  std::vector<std::string> from = {"left"};
  if (joins) {
    sketch.add(conv("right", kind == LayerKind::add ? input.c : draw(random, 1, 9), Window{}), {"data"});
    from = {"left", "right", "left"};
  }
  Layer layer = layer_of(kind, "last");
  switch (kind) {
    case LayerKind::conv: {
      const int groups = draw(random, 0, 2) == 0 ? 2 : draw(random, 0, 1) == 0 ? input.c : 1;
      layer = conv("last", groups * draw(random, 1, 5), draw_window(random, input, false), groups);
      layer.activation = draw_activation(random);
      break;
    }
    case LayerKind::fully_connected:
      layer = fully_connected("last", draw(random, 1, 20), draw_activation(random));
      break;
    case LayerKind::max_pool:
    case LayerKind::avg_pool:
      layer = pool(kind, "last", draw_window(random, input, true));
      layer.pool.ceil_mode = draw(random, 0, 1) == 1;
      layer.pool.count_include_pad = draw(random, 0, 1) == 1;
      break;
    case LayerKind::add:
    case LayerKind::batch_norm:
      layer.activation = draw_activation(random);
      break;
    case LayerKind::activation:
      layer.activation = draw(random, 0, 1) == 0 ? Activation::relu : Activation::relu6;
      break;
    case LayerKind::lrn:
      layer.lrn.size = 2 * draw(random, 0, 3) + 1;
      break;
    case LayerKind::channel_shuffle:
      layer.shuffle_groups = 2;
      break;
    case LayerKind::reshape:
      layer.declared_shape = Shape{input.w, input.c, input.h};
      break;
    default:
      break;
  }
  return sketch.add(layer, from).build();
}

// The output cut into a grid of channel and row ranges.
std::vector<OutputRange> draw_parts(Random& random, const Shape& output) {
  const auto cuts = [&](int size) {
    std::vector<int> ends = {0, size};
    for (int i = draw(random, 0, 3); i > 0; --i) ends.push_back(draw(random, 0, size));
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    return ends;
  };
  const std::vector<int> channels = cuts(output.c);
  const std::vector<int> rows = cuts(output.h);
  std::vector<OutputRange> parts;
  for (std::size_t k = 1; k < channels.size(); ++k) {
    for (std::size_t p = 1; p < rows.size(); ++p) {
      parts.push_back({channels[k - 1], channels[k], rows[p - 1], rows[p]});
    }
  }
  return parts;
}

std::vector<std::uint8_t> bytes_of(const Tensor& tensor) {
  std::vector<std::uint8_t> bytes(tensor.q.size() + tensor.f.size() * sizeof(float));
  if (!tensor.q.empty()) std::memcpy(bytes.data(), tensor.q.data(), bytes.size());
  if (!tensor.f.empty()) std::memcpy(bytes.data(), tensor.f.data(), bytes.size());
  return bytes;
}

Tensor filled(const Shape& shape, Precision precision) {
  Tensor tensor = make_tensor(shape, precision);
  std::fill(tensor.q.begin(), tensor.q.end(), std::int8_t{99});
  std::fill(tensor.f.begin(), tensor.f.end(), 99.0F);
  return tensor;
}

struct Case {
  LayerKind kind;
  Precision precision;
};

class KernelSplit : public testing::TestWithParam<Case> {
 protected:
  // Calls check(model, layer, inputs, whole output, random) for random networks.
  template <class Check>
  void for_random_layers(const Check& check) {
    const auto [kind, precision] = GetParam();
    Random random(2026, std::string(to_string(kind)) + to_string(precision));
    for (int trial = 0; trial < kTrials; ++trial) {
      const Model model =
          prepare_model(draw_network(random, kind), precision, 7 + static_cast<std::uint64_t>(trial));
      const LayerId id = model.network->output();
      const std::vector<Tensor> tensors = run_reference(model, make_image(model, trial));
      std::vector<const Tensor*> inputs;
      for (const LayerId input : model.network->layer(id).inputs) {
        inputs.push_back(&tensors[static_cast<std::size_t>(input)]);
      }
      SCOPED_TRACE("trial " + std::to_string(trial) + ", output " +
                   to_string(model.network->layer(id).output));
      check(model, id, inputs, tensors[static_cast<std::size_t>(id)], random);
      if (HasFatalFailure()) return;
    }
  }
};

TEST_P(KernelSplit, PartsMakeTheBytesOfTheWhole) {
  int split = 0;
  for_random_layers([&](const Model& model, LayerId id, const std::vector<const Tensor*>& inputs,
                        const Tensor& all, Random& random) {
    const std::vector<OutputRange> parts = draw_parts(random, all.shape);
    split += parts.size() > 1 ? 1 : 0;
    Tensor output = filled(all.shape, model.precision);
    for (const OutputRange& part : parts) run_layer(model, id, inputs, part, output);
    ASSERT_EQ(bytes_of(output), bytes_of(all));
  });
  EXPECT_GT(split, kTrials / 3) << "the trials hardly split anything";
}

TEST_P(KernelSplit, NothingOutsideTheRangeIsWritten) {
  for_random_layers([&](const Model& model, LayerId id, const std::vector<const Tensor*>& inputs,
                        const Tensor& all, Random& random) {
    const std::vector<OutputRange> parts = draw_parts(random, all.shape);
    const OutputRange part = parts[static_cast<std::size_t>(random.below(parts.size()))];
    Tensor output = filled(all.shape, model.precision);
    run_layer(model, id, inputs, part, output);
    std::size_t at = 0;
    for (int c = 0; c < all.shape.c; ++c) {
      for (int y = 0; y < all.shape.h; ++y) {
        for (int x = 0; x < all.shape.w; ++x, ++at) {
          const bool inside = c >= part.k0 && c < part.k1 && y >= part.p0 && y < part.p1;
          if (model.precision == Precision::int8) {
            ASSERT_EQ(int{output.q[at]}, inside ? int{all.q[at]} : 99) << c << ' ' << y << ' ' << x;
          } else {
            ASSERT_EQ(output.f[at], inside ? all.f[at] : 99.0F) << c << ' ' << y << ' ' << x;
          }
        }
      }
    }
  });
}

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (int kind = static_cast<int>(LayerKind::conv); kind <= static_cast<int>(LayerKind::softmax); ++kind) {
    cases.push_back({static_cast<LayerKind>(kind), Precision::int8});
    cases.push_back({static_cast<LayerKind>(kind), Precision::fp32});
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Kinds, KernelSplit, testing::ValuesIn(all_cases()),
                         [](const testing::TestParamInfo<Case>& one) {
                           return std::string(to_string(one.param.kind)) + "_" +
                                  to_string(one.param.precision);
                         });

}  // namespace
}  // namespace tandem::network
