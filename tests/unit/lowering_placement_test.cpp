// SPDX-License-Identifier: Apache-2.0
// Where tensors lie: nothing overlaps but what is meant to, and joins are in place only where they can be.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "models/core/locate.h"
#include "models/core/random.h"
#include "models/lowering/placement.h"
#include "models/lowering/tensor_io.h"
#include "tests/unit/abstract_machine.h"
#include "tests/unit/sketch.h"

namespace tandem::lowering {
namespace {

using network::LayerId;
using network::LayerKind;
using network::Precision;
using test::conv;
using test::fully_connected;
using test::id_of;
using test::layer_of;
using test::model_of_sizes;
using test::Sketch;
using test::square;

struct Owned {
  AddressRange range;
  std::string name;
};

std::uint64_t end_of(const AddressRange& range) {
  return range.address + static_cast<std::uint64_t>(range.bytes);
}

AddressRange range_of(const TensorPlacement& tensor) { return {tensor.address, tensor.layout.bytes()}; }

// Sorted by address; fails where one begins before another ends.
void expect_disjoint(std::vector<Owned> owned) {
  std::sort(owned.begin(), owned.end(),
            [](const Owned& a, const Owned& b) { return a.range.address < b.range.address; });
  for (std::size_t i = 1; i < owned.size(); ++i) {
    ASSERT_LE(end_of(owned[i - 1].range), owned[i].range.address)
        << owned[i - 1].name << " and " << owned[i].name;
  }
}

void check_placement(const network::Model& model, const spec::Platform& platform) {
  const network::Network& network = *model.network;
  const Placement placement = place(model, platform);
  const std::vector<LayerRole> roles = layer_roles(model, platform);
  std::vector<Owned> owned;
  std::vector<bool> inside(roles.size(), false);  // a concat
  for (LayerId id = network.size() - 1; id >= 0; --id) {
    const auto at = static_cast<std::size_t>(id);
    const network::Layer& layer = network.layer(id);
    const LayerPlacement& own = placement.layers[at];
    ASSERT_EQ(own.role, roles[at]) << layer.name;
    ASSERT_EQ(own.output.address % 64, 0u) << layer.name;
    ASSERT_EQ(std::int64_t{own.output.layout.channels} * own.output.layout.height * own.output.layout.width,
              layer.output.elements())
        << layer.name;
    if (layer.kind == LayerKind::concat && own.role == LayerRole::in_place) {
      std::vector<Owned> parts;
      std::uint64_t next = own.output.address;
      for (const LayerId input : layer.inputs) {
        const AddressRange part = range_of(placement.layers[static_cast<std::size_t>(input)].output);
        ASSERT_EQ(part.address, next)
            << network.layer(input).name << " is not the next part of " << layer.name;
        next = end_of(part);
        inside[static_cast<std::size_t>(input)] = true;
      }
      ASSERT_EQ(next, end_of(range_of(own.output))) << layer.name;
    }
    const bool view = is_view(layer.kind) && own.role == LayerRole::in_place;
    if (view) {
      ASSERT_EQ(own.output.address,
                placement.layers[static_cast<std::size_t>(layer.inputs[0])].output.address);
    } else if (!inside[at]) {
      owned.push_back({range_of(own.output), layer.name});
    }
    if (own.weights.bytes > 0) owned.push_back({own.weights, layer.name + " weights"});
    for (const PackedWeights& packed : own.packed) {
      ASSERT_EQ(packed.weights.size(), packed.quant.size());
      for (std::size_t group = 0; group < packed.weights.size(); ++group) {
        ASSERT_EQ(packed.weights[group].address % 16 + packed.quant[group].address % 16, 0u) << layer.name;
        owned.push_back({packed.weights[group], layer.name + " packed weights"});
        owned.push_back({packed.quant[group], layer.name + " quantisation"});
      }
    }
  }
  expect_disjoint(owned);
  for (const Owned& one : owned) {
    ASSERT_GE(one.range.address, platform.dram.base + (1 << 20))
        << one.name << " lies where a wild pointer may hit";
    ASSERT_LE(end_of(one.range), placement.end) << one.name;
  }
}

std::vector<std::string> shipped_networks() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(project_root() + "/configs/networks")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(Placement, NothingOverlapsInAnyShippedNetwork) {
  for (const std::string& name : shipped_networks()) {
    const auto network = std::make_shared<const network::Network>(network::read_network(name));
    network::Model model = model_of_sizes(network, Precision::int8);
    for (const Precision precision : {Precision::int8, Precision::fp32}) {
      model.precision = precision;
      for (const char* platform : {"ultra96", "hikey970"}) {
        SCOPED_TRACE(name + " on " + platform + " in " + network::to_string(precision));
        check_placement(model, spec::read_platform(platform));
        if (HasFatalFailure()) return;
      }
    }
  }
}

LayerRole role_in(const std::shared_ptr<const network::Network>& network, const char* layer, int block = 8) {
  return layer_roles(model_of_sizes(network, Precision::int8),
                     block)[static_cast<std::size_t>(id_of(*network, layer))];
}

// Two convolutions of `first` and `second` channels, joined.
std::shared_ptr<const network::Network> joined(int first, int second) {
  return Sketch({8, 4, 4})
      .add(conv("a", first, square(1)), {"data"})
      .add(conv("b", second, square(1)), {"data"})
      .add(layer_of(LayerKind::concat, "join"), {"a", "b"})
      .build();
}

TEST(ConcatInPlace, NeedsEveryInputToBeginOnAPlane) {
  EXPECT_EQ(role_in(joined(8, 8), "join"), LayerRole::in_place);
  EXPECT_EQ(role_in(joined(16, 3), "join"), LayerRole::in_place) << "the last may end inside a plane";
  EXPECT_EQ(role_in(joined(12, 8), "join"), LayerRole::compute);
  EXPECT_EQ(role_in(joined(12, 8), "join", 4), LayerRole::in_place) << "planes of 4 channels";
}

TEST(ConcatInPlace, NeedsOneQuantisation) {
  network::Model model = model_of_sizes(joined(8, 8), Precision::int8);
  model.quantization[2].zero_point = 1;
  EXPECT_EQ(layer_roles(model, 8)[3], LayerRole::compute);
  model.quantization[2] = {2.0, 0};
  EXPECT_EQ(layer_roles(model, 8)[3], LayerRole::compute);
  model.precision = Precision::fp32;
  EXPECT_EQ(layer_roles(model, 8)[3], LayerRole::in_place) << "floats have none";
}

TEST(ConcatInPlace, NeedsProducersThatLieNowhereElse) {
  const auto twice = Sketch({8, 4, 4})
                         .add(conv("a", 8, square(1)))
                         .add(layer_of(LayerKind::concat, "join"), {"a", "a"})
                         .build();
  EXPECT_EQ(role_in(twice, "join"), LayerRole::compute);
  const auto with_image = Sketch({8, 4, 4})
                              .add(conv("a", 8, square(1)))
                              .add(layer_of(LayerKind::concat, "join"), {"a", "data"})
                              .build();
  EXPECT_EQ(role_in(with_image, "join"), LayerRole::compute);
  const auto with_view = Sketch({8, 4, 4})
                             .add(conv("a", 8, square(1)))
                             .add(layer_of(LayerKind::dropout, "drop"))
                             .add(layer_of(LayerKind::concat, "join"), {"a", "drop"})
                             .build();
  EXPECT_EQ(role_in(with_view, "join"), LayerRole::compute);
  const auto two_joins = Sketch({8, 4, 4})
                             .add(conv("a", 8, square(1)), {"data"})
                             .add(conv("b", 8, square(1)), {"data"})
                             .add(layer_of(LayerKind::concat, "one"), {"a", "b"})
                             .add(layer_of(LayerKind::concat, "two"), {"b", "a"})
                             .add(layer_of(LayerKind::add, "sum"), {"one", "two"})
                             .build();
  EXPECT_NE(role_in(two_joins, "one"), role_in(two_joins, "two"))
      << "only one of the two can have them inside";
}

TEST(ConcatInPlace, ConcatsNest) {
  const auto network = Sketch({8, 4, 4})
                           .add(conv("a", 8, square(1)), {"data"})
                           .add(conv("b", 16, square(1)), {"data"})
                           .add(layer_of(LayerKind::concat, "inner"), {"a", "b"})
                           .add(conv("c", 8, square(1)), {"data"})
                           .add(layer_of(LayerKind::concat, "outer"), {"c", "inner"})
                           .build();
  const network::Model model = model_of_sizes(network, Precision::int8);
  const Placement placement = place(model, spec::read_platform("ultra96"));
  const auto address = [&](const char* name) {
    return placement.layers[static_cast<std::size_t>(id_of(*network, name))].output.address;
  };
  const std::uint64_t plane = 4 * 4 * 8;
  EXPECT_EQ(address("c"), address("outer"));
  EXPECT_EQ(address("inner"), address("outer") + plane);
  EXPECT_EQ(address("a"), address("inner"));
  EXPECT_EQ(address("b"), address("inner") + plane);
}

TEST(View, IsFreeWhereNobodyNeedsTheBytesInAnotherOrder) {
  const auto to_fc = Sketch({8, 4, 4})
                         .add(layer_of(LayerKind::flatten, "flat"))
                         .add(layer_of(LayerKind::dropout, "drop"))
                         .add(fully_connected("fc", 10))
                         .build();
  EXPECT_EQ(role_in(to_fc, "flat"), LayerRole::in_place);
  EXPECT_EQ(role_in(to_fc, "drop"), LayerRole::in_place);
  const auto to_softmax = Sketch({8, 4, 4})
                              .add(layer_of(LayerKind::flatten, "flat"))
                              .add(layer_of(LayerKind::softmax, "prob"))
                              .build();
  EXPECT_EQ(role_in(to_softmax, "flat"), LayerRole::compute)
      << "channels of one pixel are not pixels of one channel";
  const auto to_both = Sketch({8, 4, 4})
                           .add(layer_of(LayerKind::flatten, "flat"))
                           .add(fully_connected("fc", 128))
                           .add(layer_of(LayerKind::add, "sum"), {"fc", "flat"})
                           .build();
  EXPECT_EQ(role_in(to_both, "flat"), LayerRole::compute);
  const auto last =
      Sketch({8, 4, 4}).add(conv("a", 8, square(1))).add(layer_of(LayerKind::flatten, "flat")).build();
  EXPECT_EQ(role_in(last, "flat"), LayerRole::compute) << "who asked for the output wants it flat";
  const auto pixel = Sketch({8, 1, 1})
                         .add(layer_of(LayerKind::flatten, "flat"))
                         .add(layer_of(LayerKind::softmax, "prob"))
                         .build();
  EXPECT_EQ(role_in(pixel, "flat"), LayerRole::in_place) << "the shape stays the same";
}

TEST(View, NeedsTheQuantisationOfItsInput) {
  const auto network = Sketch({8, 1, 1}).add(layer_of(LayerKind::dropout, "drop")).build();
  network::Model model = model_of_sizes(network, Precision::int8);
  EXPECT_EQ(layer_roles(model, 8)[1], LayerRole::in_place);
  model.quantization[0].scale = 0.5;
  EXPECT_EQ(layer_roles(model, 8)[1], LayerRole::compute);
}

std::string refusal_of(const network::Model& model, const spec::Platform& platform) {
  try {
    place(model, platform);
  } catch (const InputError& error) {
    const Problem& problem = error.problems().at(0);
    return problem.key + ": " + problem.message;
  }
  return "";
}

TEST(Placement, SaysHowMuchMemoryIsMissing) {
  spec::Platform platform = spec::read_platform("ultra96");
  platform.accelerators.clear();
  platform.dram.size = Bytes((1 << 20) + 4096 * 3);
  // One page each: image, output, weights.
  EXPECT_EQ(
      refusal_of(model_of_sizes(Sketch({8, 4, 4}).add(conv("a", 8, square(1))).build(), Precision::int8),
                 platform),
      "");
  platform.dram.size = Bytes((1 << 20) + 4096 * 3 - 1);
  EXPECT_EQ(
      refusal_of(model_of_sizes(Sketch({8, 4, 4}).add(conv("a", 8, square(1))).build(), Precision::int8),
                 platform),
      "dram.size: network sketch needs 1060864 bytes of memory, the platform has 1060863");
}

TEST(Placement, AcceleratorsMustAgreeOnThePlanes) {
  spec::Platform platform = spec::read_platform("ultra96");
  EXPECT_EQ(channel_block(platform), 8);
  platform.accelerators.push_back(platform.accelerators[0]);
  platform.accelerators[1].name = "accelerator1";
  platform.accelerators[1].array = accelerator::parse_array("16x16");
  EXPECT_EQ(refusal_of(model_of_sizes(joined(8, 8), Precision::int8), platform),
            "accelerator1: array 16x16 stores 16 channels a plane, accelerator0 stores 8; all must agree");
}

TEST(TensorIo, AStoredRangeIsLoadedAgainAndNothingElseChanges) {
  Random random(23);
  for (const Precision precision : {Precision::int8, Precision::fp32}) {
    const network::Shape shape{13, 5, 7};
    const TensorPlacement place{4096, {13, 5, 7, 8, precision == Precision::int8 ? 1 : 4}};
    network::Tensor tensor = network::make_tensor(shape, precision);
    for (auto& value : tensor.q) value = static_cast<std::int8_t>(random.between(-128, 127));
    for (auto& value : tensor.f) value = static_cast<float>(random.uniform());
    test::FlatMemory memory(4096, 4096 + static_cast<std::uint64_t>(place.layout.bytes()));
    const network::OutputRange range{8, 13, 1, 4};
    store_tensor(memory, place, tensor, range);
    const network::Tensor loaded = load_tensor(memory, place, shape, precision);
    std::size_t at = 0;
    for (int c = 0; c < shape.c; ++c) {
      for (int y = 0; y < shape.h; ++y) {
        for (int x = 0; x < shape.w; ++x, ++at) {
          const bool inside = c >= range.k0 && y >= range.p0 && y < range.p1;
          if (precision == Precision::int8) {
            ASSERT_EQ(loaded.q[at], inside ? tensor.q[at] : 0);
          } else {
            ASSERT_EQ(loaded.f[at], inside ? tensor.f[at] : 0.0F);
          }
        }
      }
    }
    // Channel 9 of pixel (2, 3), by hand: second plane, second of its 8 channels.
    const std::int64_t element = place.layout.element_bytes;
    const std::int64_t offset = round_up(5 * 7 * 8 * element, 64) + ((2 * 7 + 3) * 8 + 1) * element;
    const std::size_t plain = (9 * 5 + 2) * 7 + 3;
    const std::uint8_t* const bytes = memory.at(4096 + static_cast<std::uint64_t>(offset), element);
    if (precision == Precision::int8) {
      EXPECT_EQ(static_cast<std::int8_t>(*bytes), tensor.q[plain]);
    } else {
      float value = 0;
      std::memcpy(&value, bytes, sizeof value);
      EXPECT_EQ(value, tensor.f[plain]);
    }
  }
}

}  // namespace
}  // namespace tandem::lowering
