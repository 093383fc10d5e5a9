// SPDX-License-Identifier: Apache-2.0
// The networks that ship: their work and their shapes against published figures.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/network/graph.h"

namespace tandem::network {
namespace {

struct Published {
  const char* name;
  double conv_gmacs;  // 10^9 multiply-accumulates of the convolutions of one image
  int classes;
  std::string last_feature_map;  // what the last global pool or the first fully connected layer reads
};

void PrintTo(const Published& published, std::ostream* out) { *out << published.name; }

class ShippedNetwork : public testing::TestWithParam<Published> {};

TEST_P(ShippedNetwork, HasThePublishedWork) {
  const Network network = read_network(GetParam().name);
  const double published = GetParam().conv_gmacs * 1e9;
  EXPECT_NEAR(static_cast<double>(network.conv_macs()), published, 0.005 * published);
}

TEST_P(ShippedNetwork, HasThePublishedShapes) {
  const Network network = read_network(GetParam().name);
  EXPECT_EQ(network.name(), GetParam().name);
  EXPECT_EQ(network.layer(network.output()).kind, LayerKind::softmax);
  EXPECT_EQ(network.layer(network.output()).output, (Shape{GetParam().classes, 1, 1}));
  const auto head = std::find_if(network.layers().begin(), network.layers().end(), [](const Layer& layer) {
    return layer.kind == LayerKind::global_avg_pool || layer.kind == LayerKind::fully_connected;
  });
  ASSERT_NE(head, network.layers().end());
  EXPECT_EQ(to_string(network.layer(head->inputs.front()).output), GetParam().last_feature_map);
}

// ResNet-50 and SqueezeNet: the figures docs/networks.md gives. AlexNet, VGG-16, GoogLeNet, MobileNet,
// ResNet-18: sums over the tables of their papers (docs/networks.md). tiny: added up by hand, layer by layer:
// 442368 + 32768 + 184320 + 16128 + 59136 + 25344 + 228096 + 63360.
INSTANTIATE_TEST_SUITE_P(All, ShippedNetwork,
                         testing::Values(Published{"alexnet", 0.6658, 1000, "256x6x6"},
                                         Published{"googlenet", 1.582, 1000, "1024x7x7"},
                                         Published{"mobilenet_v1", 0.5677, 1000, "1024x7x7"},
                                         Published{"resnet50", 3.48, 1000, "2048x7x7"},
                                         Published{"resnet50_v1_5", 4.09, 1000, "2048x7x7"},
                                         Published{"resnet18", 1.814, 1000, "512x7x7"},
                                         Published{"squeezenet", 0.82, 1000, "1000x13x13"},
                                         Published{"squeezenet_v1_1", 0.35, 1000, "1000x13x13"},
                                         Published{"vgg16", 15.347, 1000, "512x7x7"},
                                         Published{"tiny", 1051520e-9, 10, "40x4x4"}),
                         [](const auto& suite) { return std::string(suite.param.name); });

TEST(ShippedNetworks, AlexNetIsGroupedAndMobileNetIsDepthwise) {
  const Network alexnet = read_network("alexnet");
  std::vector<int> groups;
  for (const Layer& layer : alexnet.layers()) {
    if (layer.kind == LayerKind::conv) groups.push_back(layer.conv.groups);
  }
  EXPECT_EQ(groups, (std::vector<int>{1, 2, 1, 2, 2}));

  const Network mobilenet = read_network("mobilenet_v1");
  int depthwise = 0;
  for (LayerId id = 0; id < mobilenet.size(); ++id) depthwise += mobilenet.is_depthwise(id) ? 1 : 0;
  EXPECT_EQ(depthwise, 13);
}

TEST(ShippedNetworks, AnUnknownNameListsWhatThereIs) {
  try {
    read_network("alexnet2");
    FAIL() << "no error";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("did you mean \"alexnet\"?"), std::string::npos) << text;
    EXPECT_NE(text.find("squeezenet_v1_1"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace tandem::network
