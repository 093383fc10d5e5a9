// SPDX-License-Identifier: Apache-2.0
// Networks as TOML: every key is read, written back, and wrong ones are reported with their place.
#include <gtest/gtest.h>

#include "models/network/graph.h"

namespace tandem::network {
namespace {

// Every kind of layer and every key away from its default.
constexpr const char* kEverything = R"(
name = "everything"
input = [4, 20, 24]
[[layer]]
name = "conv"
kind = "conv"
out = 12
kernel = [3, 5]
stride = [1, 2]
pad = [1, 2, 0, 3]
dilation = [2, 1]
groups = 2
bias = false
activation = "relu6"
[[layer]]
name = "shuffle"
kind = "channel_shuffle"
groups = 3
[[layer]]
name = "norm"
kind = "batch_norm"
activation = "relu"
[[layer]]
name = "local"
kind = "lrn"
size = 3
alpha = 2e-5
beta = 0.5
k = 2
[[layer]]
name = "max"
kind = "max_pool"
kernel = 3
stride = 2
pad = [1, 0]
ceil = true
[[layer]]
name = "avg"
kind = "avg_pool"
from = ["local"]
kernel = 3
stride = 2
pad = [1, 0]
ceil = true
count_include_pad = true
[[layer]]
name = "sum"
kind = "add"
from = ["max", "avg"]
activation = "relu"
[[layer]]
name = "twice"
kind = "concat"
from = ["sum", "sum"]
[[layer]]
name = "gate"
kind = "activation"
function = "relu6"
[[layer]]
name = "turned"
kind = "reshape"
shape = [12, 12, 9]
[[layer]]
name = "global"
kind = "global_avg_pool"
[[layer]]
name = "flat"
kind = "flatten"
[[layer]]
name = "drop"
kind = "dropout"
[[layer]]
name = "fc"
kind = "fully_connected"
out = 10
bias = false
activation = "relu"
[[layer]]
name = "prob"
kind = "softmax"
)";

void expect_same(const Network& a, const Network& b) {
  EXPECT_EQ(a.name(), b.name());
  ASSERT_EQ(a.size(), b.size());
  for (LayerId id = 0; id < a.size(); ++id) {
    const Layer& x = a.layer(id);
    const Layer& y = b.layer(id);
    SCOPED_TRACE(x.name);
    EXPECT_EQ(x.name, y.name);
    EXPECT_EQ(x.kind, y.kind);
    EXPECT_EQ(x.inputs, y.inputs);
    EXPECT_EQ(x.activation, y.activation);
    EXPECT_EQ(x.window, y.window);
    EXPECT_EQ(x.conv.out_channels, y.conv.out_channels);
    EXPECT_EQ(x.conv.groups, y.conv.groups);
    EXPECT_EQ(x.conv.bias, y.conv.bias);
    EXPECT_EQ(x.pool.ceil_mode, y.pool.ceil_mode);
    EXPECT_EQ(x.pool.count_include_pad, y.pool.count_include_pad);
    EXPECT_EQ(x.lrn.size, y.lrn.size);
    EXPECT_EQ(x.lrn.alpha, y.lrn.alpha);
    EXPECT_EQ(x.lrn.beta, y.lrn.beta);
    EXPECT_EQ(x.lrn.bias, y.lrn.bias);
    EXPECT_EQ(x.shuffle_groups, y.shuffle_groups);
    EXPECT_EQ(x.declared_shape, y.declared_shape);
    EXPECT_EQ(x.output, y.output);
  }
}

TEST(NetworkToml, ReadsEveryKey) {
  const Network network = parse_network_toml(kEverything, "everything.toml");
  const Layer& conv = network.layer(1);
  EXPECT_EQ(conv.window, (Window{3, 5, 1, 2, 1, 0, 2, 3, 2, 1}));
  EXPECT_EQ(conv.conv.groups, 2);
  EXPECT_FALSE(conv.conv.bias);
  EXPECT_EQ(conv.activation, Activation::relu6);
  EXPECT_EQ(conv.output, (Shape{12, 17, 13}));
  EXPECT_EQ(network.layer(4).lrn.bias, 2.0);
  EXPECT_EQ(network.layer(6).output, (Shape{12, 9, 6}));
  EXPECT_TRUE(network.layer(6).pool.count_include_pad);
  EXPECT_EQ(network.layer(8).output, (Shape{24, 9, 6}));
}

TEST(NetworkToml, WritesWhatItReads) {
  const Network network = parse_network_toml(kEverything, "everything.toml");
  expect_same(parse_network_toml(write_network_toml(network), "again.toml"), network);
}

TEST(NetworkToml, WritesTheShippedNetworks) {
  for (const char* name :
       {"alexnet", "googlenet", "mobilenet_v1", "resnet50", "squeezenet_v1_1", "tiny", "vgg16"}) {
    SCOPED_TRACE(name);
    const Network network = read_network(name);
    expect_same(parse_network_toml(write_network_toml(network), "again.toml"), network);
  }
}

TEST(NetworkToml, WritesNamesThatNeedQuoting) {
  const Network network = parse_network_toml(
      "name = 'a \"b\" \\c'\n[[layer]]\nname = 'in\\'\nkind = 'input'\nshape = [1, 2, 2]\n"
      "[[layer]]\nname = '\"'\nkind = 'dropout'\n",
      "quotes.toml");
  expect_same(parse_network_toml(write_network_toml(network), "again.toml"), network);
}

std::string error_of(const std::string& text) {
  try {
    parse_network_toml(text, "net.toml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(NetworkToml, AKeyOfAnotherKindIsUnknown) {
  EXPECT_EQ(
      error_of(
          "name = 'n'\ninput = [1, 4, 4]\n[[layer]]\nname = 'p'\nkind = 'max_pool'\nkernel = 2\ngroups = 2\n")
          .substr(0, 43),
      "net.toml:7:1: layer[0].groups: is unknown; ");
}

TEST(NetworkToml, AllProblemsComeAtOnceWithTheirPlace) {
  const std::string error = error_of(
      "name = 'n'\ninput = [1, 4]\n[[layer]]\nname = 'c'\nkind = 'conf'\n[[layer]]\nname = 'd'\n"
      "kind = 'conv'\nout = 70000\nkernel = [1, 2, 3]\npad = [1, 2, 3]\n");
  EXPECT_NE(error.find("net.toml:2:9: input: has 2 sizes; give [channels, height, width]"), std::string::npos)
      << error;
  EXPECT_NE(error.find("net.toml:5:8: layer[0].kind: \"conf\" is unknown, did you mean \"conv\"?"),
            std::string::npos)
      << error;
  EXPECT_NE(error.find("net.toml:9:7: layer[1].out: is 70000; allowed is 1 to 65536"), std::string::npos)
      << error;
  EXPECT_NE(error.find("net.toml:10:10: layer[1].kernel: has 3 values"), std::string::npos) << error;
  EXPECT_NE(error.find("net.toml:11:7: layer[1].pad: has 3 values"), std::string::npos) << error;
}

TEST(NetworkToml, AGraphProblemNamesTheLayersPlace) {
  EXPECT_EQ(
      error_of(
          "name = 'n'\ninput = [1, 4, 4]\n\n[[layer]]\nname = 'c'\nkind = 'conv'\nout = 3\nkernel = 5\n"),
      "net.toml:4:1: c: kernel covers 5x5, which does not fit into the padded input of 4x4");
}

TEST(NetworkToml, AnEmptyFileSaysWhatIsMissing) {
  EXPECT_EQ(error_of(""), "net.toml:1:1: name: is missing; give a string");
  EXPECT_NE(error_of("name = 'n'").find("the network has no input"), std::string::npos);
}

TEST(NetworkToml, EveryKindIsFoundByItsName) {
  for (int kind = 0; kind <= static_cast<int>(LayerKind::softmax); ++kind) {
    EXPECT_EQ(layer_kind_from(to_string(static_cast<LayerKind>(kind))), static_cast<LayerKind>(kind));
  }
  EXPECT_EQ(layer_kind_from("pool"), std::nullopt);
}

}  // namespace
}  // namespace tandem::network
