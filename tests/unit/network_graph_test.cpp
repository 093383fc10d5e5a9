// SPDX-License-Identifier: Apache-2.0
// What Network::build refuses, and the order and the readers it finds.
#include <gtest/gtest.h>

#include "models/network/graph.h"
#include "models/network/order.h"

namespace tandem::network {
namespace {

struct Drawn {
  Layer layer;
  std::vector<std::string> from;
};

Drawn input(const std::string& name, Shape shape) {
  Drawn drawn;
  drawn.layer.name = name;
  drawn.layer.declared_shape = shape;
  return drawn;
}

Drawn draw(const std::string& name, LayerKind kind, std::vector<std::string> from) {
  Drawn drawn;
  drawn.layer.name = name;
  drawn.layer.kind = kind;
  drawn.from = std::move(from);
  return drawn;
}

Drawn conv(const std::string& name, int out, const std::string& from) {
  Drawn drawn = draw(name, LayerKind::conv, {from});
  drawn.layer.conv.out_channels = out;
  return drawn;
}

Network build(const std::vector<Drawn>& drawn) {
  std::vector<Layer> layers;
  std::vector<std::vector<std::string>> inputs;
  for (const Drawn& one : drawn) {
    layers.push_back(one.layer);
    inputs.push_back(one.from);
  }
  return Network::build("drawn", std::move(layers), inputs, {"drawn.toml", 0, 0});
}

std::vector<std::string> problems_of(const std::vector<Drawn>& drawn) {
  try {
    build(drawn);
  } catch (const InputError& error) {
    std::vector<std::string> texts;
    for (const Problem& problem : error.problems()) texts.push_back(problem.key + ": " + problem.message);
    return texts;
  }
  return {};
}

std::string only_problem(const std::vector<Drawn>& drawn) {
  const std::vector<std::string> texts = problems_of(drawn);
  return texts.size() == 1 ? texts.front() : std::to_string(texts.size()) + " problems: " + join(texts);
}

TEST(Order, KeepsTheOrderOfTheFileWhereItCan) {
  EXPECT_EQ(stable_topological_order(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}).sequence,
            (std::vector<int>{0, 1, 2, 3}));
  EXPECT_EQ(stable_topological_order(4, {{3, 0}, {3, 1}}).sequence, (std::vector<int>{2, 3, 0, 1}));
}

TEST(Order, NamesEveryCycleAlongItsEdges) {
  const Order order = stable_topological_order(6, {{0, 1}, {1, 2}, {2, 0}, {2, 3}, {4, 4}});
  EXPECT_TRUE(order.sequence.empty());
  EXPECT_EQ(order.cycles, (std::vector<std::vector<int>>{{0, 1, 2}, {4}}));
}

TEST(NetworkBuild, PutsLayersInOrderAndFindsReaders) {
  const Network network = build({draw("sum", LayerKind::add, {"b", "a"}), conv("b", 8, "a"),
                                 conv("a", 8, "data"), input("data", {3, 4, 5})});
  EXPECT_EQ(network.layer(0).name, "data");
  EXPECT_EQ(network.layer(1).name, "a");
  EXPECT_EQ(network.layer(2).name, "b");
  EXPECT_EQ(network.layer(3).name, "sum");
  EXPECT_EQ(network.layer(3).inputs, (std::vector<LayerId>{2, 1}));
  EXPECT_EQ(network.consumers(1), (std::vector<LayerId>{2, 3}));
  EXPECT_EQ(network.output(), 3);
  EXPECT_EQ(network.macs(1), 8 * 3 * 4 * 5);
  EXPECT_EQ(network.conv_macs(), 8 * 3 * 4 * 5 + 8 * 8 * 4 * 5);
}

TEST(NetworkBuild, ACycleIsNamedByItsLayers) {
  EXPECT_EQ(only_problem({input("data", {3, 4, 4}), draw("a", LayerKind::add, {"data", "c"}),
                          conv("b", 3, "a"), conv("c", 3, "b"), conv("d", 3, "c")}),
            "a: is on a cycle: a -> b -> c -> a; a network must have none");
}

TEST(NetworkBuild, AnEmptyNetworkIsRefused) {
  EXPECT_EQ(problems_of({}).size(), 2u);  // no input, no layers
  EXPECT_EQ(only_problem({input("data", {3, 4, 4})}),
            ": the network has no layers; it needs one or more behind its input");
}

TEST(NetworkBuild, AMissingInputNamesTheNearest) {
  EXPECT_EQ(only_problem({input("data", {3, 4, 4}), conv("conv1", 3, "data"), conv("conv2", 3, "conv11")}),
            "conv2: reads \"conv11\", which is no layer; did you mean \"conv1\"?");
}

TEST(NetworkBuild, OnlyOneLayerMayBeLeftUnread) {
  EXPECT_EQ(only_problem({input("data", {3, 4, 4}), conv("a", 3, "data"), conv("b", 3, "data")}),
            "a: is read by nobody, and the output is \"b\"; only one layer may be left unread");
}

TEST(NetworkBuild, TwoLayersOfOneNameAreRefused) {
  EXPECT_EQ(only_problem({input("data", {3, 4, 4}), conv("a", 3, "data"), conv("a", 3, "data")}),
            "a: is the name of two layers; names must differ");
}

TEST(NetworkBuild, AllShapeProblemsComeAtOnceButNotTheirConsequences) {
  Drawn grouped = conv("grouped", 9, "data");
  grouped.layer.conv.groups = 2;
  Drawn wide = conv("wide", 4, "data");
  wide.layer.window.kernel_w = 7;
  const std::vector<std::string> texts =
      problems_of({input("data", {4, 6, 6}), grouped, conv("behind", 3, "grouped"), wide,
                   draw("sum", LayerKind::add, {"behind", "wide"})});
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts[0], "grouped: 2 groups do not divide 4 input and 9 output channels; give a common divisor");
  EXPECT_EQ(texts[1], "wide: kernel covers 1x7, which does not fit into the padded input of 6x6");
}

TEST(NetworkBuild, AddAndConcatSayWhichShapesDiffer) {
  EXPECT_EQ(only_problem({input("data", {3, 4, 4}), conv("a", 3, "data"), conv("b", 5, "data"),
                          draw("sum", LayerKind::add, {"a", "b"})}),
            "sum: adds 3x4x4 and 5x4x4; the inputs must have one shape");
  Drawn smaller = conv("b", 5, "data");
  smaller.layer.window.kernel_h = 2;
  EXPECT_EQ(only_problem({input("data", {3, 4, 4}), conv("a", 3, "data"), smaller,
                          draw("join", LayerKind::concat, {"a", "b"})}),
            "join: joins 3x4x4 and 5x3x4; height and width must be the same");
}

TEST(NetworkBuild, SizesThatOverflowAreRefused) {
  EXPECT_EQ(only_problem({input("data", {65536, 16384, 16384}), conv("a", 3, "data")}),
            "data: tensor 65536x16384x16384 has 17592186044416 elements; at most 268435456 are allowed");
  EXPECT_EQ(only_problem({input("data", {2147483647, 1, 1}), conv("a", 3, "data")}),
            "data: number of channels is 2147483647; allowed is 1 to 65536");
  EXPECT_EQ(only_problem({input("data", {0, 4, 4}), conv("a", 3, "data")}),
            "data: number of channels is 0; allowed is 1 to 65536");
  EXPECT_EQ(only_problem({input("data", {65536, 2, 2}), conv("a", 65536, "data")}),
            "a: has 4294967296 weights; at most 268435456 are allowed");
  Drawn window = conv("a", 1, "data");
  window.layer.window.stride_h = 0;
  EXPECT_EQ(only_problem({input("data", {1, 2, 2}), window}), "a: stride is 0; allowed is 1 to 64");
}

TEST(NetworkBuild, OnlySomeKindsTakeAnActivation) {
  Drawn pool = draw("pool", LayerKind::max_pool, {"data"});
  pool.layer.activation = Activation::relu;
  EXPECT_EQ(only_problem({input("data", {1, 2, 2}), pool}),
            "pool: a max_pool layer takes no activation; put an activation layer behind it");
}

TEST(NetworkBuild, ParametersMustHaveTheLayersSize) {
  Drawn one = conv("a", 2, "data");
  one.layer.parameters = std::make_shared<const Parameters>(Parameters{{1, 2, 3}, {1, 2}, {}, {}});
  EXPECT_EQ(only_problem({input("data", {3, 2, 2}), one}), "a: has 3 values of weights; it needs 6");
}

Shape pooled(int size, int kernel, int stride, int pad, bool ceil_mode) {
  Drawn pool = draw("pool", LayerKind::max_pool, {"data"});
  pool.layer.window = {kernel, kernel, stride, stride, pad, pad, pad, pad, 1, 1};
  pool.layer.pool.ceil_mode = ceil_mode;
  return build({input("data", {2, size, size}), pool}).layer(1).output;
}

TEST(PoolShape, RoundsDownOrUp) {
  EXPECT_EQ(pooled(112, 3, 2, 0, false), (Shape{2, 55, 55}));
  EXPECT_EQ(pooled(112, 3, 2, 0, true), (Shape{2, 56, 56}));
  EXPECT_EQ(pooled(113, 3, 2, 0, true), (Shape{2, 56, 56}));
}

TEST(PoolShape, NoWindowStartsBehindTheImage) {
  EXPECT_EQ(pooled(3, 2, 2, 1, true), (Shape{2, 2, 2}));  // a third window would start in the padding
  EXPECT_EQ(pooled(4, 2, 2, 1, true), (Shape{2, 3, 3}));
}

TEST(PoolShape, PaddingSmallerThanTheKernel) {
  Drawn pool = draw("pool", LayerKind::avg_pool, {"data"});
  pool.layer.window = {2, 2, 1, 1, 2, 0, 0, 0, 1, 1};
  EXPECT_EQ(only_problem({input("data", {1, 4, 4}), pool}),
            "pool: pad must be smaller than the kernel, which is 2x2");
}

}  // namespace
}  // namespace tandem::network
