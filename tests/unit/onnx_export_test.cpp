// SPDX-License-Identifier: Apache-2.0
// The networks that ship, written as ONNX and imported again, are the same networks.
#include <gtest/gtest.h>

#include <map>

#include "models/network/onnx/import.h"
#include "tests/unit/onnx_writer.h"

namespace tandem::network {
namespace {

class ExportedNetwork : public testing::TestWithParam<std::string> {};

TEST_P(ExportedNetwork, ComesBackAsItWas) {
  const Network before = read_network(GetParam());
  const Network after = import_onnx_bytes(test::NetworkExporter(before).run(), "exported.onnx").network;
  std::map<std::string, LayerId> by_name;
  int flattens = 0;
  for (LayerId id = 0; id < after.size(); ++id) {
    by_name[after.layer(id).name] = id;
    if (after.layer(id).kind == LayerKind::flatten) ++flattens;
  }
  EXPECT_EQ(after.size() - flattens, before.size());
  EXPECT_EQ(after.conv_macs(), before.conv_macs());
  EXPECT_EQ(after.total_macs(), before.total_macs());
  for (LayerId id = 0; id < before.size(); ++id) {
    const Layer& want = before.layer(id);
    SCOPED_TRACE(want.name);
    ASSERT_TRUE(by_name.contains(want.name));
    const Layer& got = after.layer(by_name[want.name]);
    EXPECT_EQ(to_string(got.kind), std::string(to_string(want.kind)));
    EXPECT_EQ(to_string(got.output), to_string(want.output));
    EXPECT_EQ(to_string(got.activation), std::string(to_string(want.activation)));
    EXPECT_EQ(got.window, want.window);
    EXPECT_EQ(got.conv.groups, want.conv.groups);
    EXPECT_EQ(got.pool.ceil_mode, want.pool.ceil_mode);
    EXPECT_EQ(got.parameters, nullptr);
    ASSERT_EQ(got.inputs.size(), want.inputs.size());
    for (std::size_t i = 0; i < want.inputs.size(); ++i) {
      LayerId from = got.inputs[i];
      if (after.layer(from).kind == LayerKind::flatten) from = after.layer(from).inputs.front();
      EXPECT_EQ(after.layer(from).name, before.layer(want.inputs[i]).name);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, ExportedNetwork,
                         testing::Values("alexnet", "googlenet", "mobilenet_v1", "resnet18", "resnet50",
                                         "resnet50_v1_5", "squeezenet", "squeezenet_v1_1", "tiny", "vgg16"),
                         [](const auto& suite) { return suite.param; });

}  // namespace
}  // namespace tandem::network
