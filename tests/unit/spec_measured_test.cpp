// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "models/core/locate.h"
#include "models/spec/measured.h"
#include "tests/unit/own_file.h"

namespace tandem::spec {
namespace {

constexpr const char* kHeader = "network,part,kind,cluster,frequency_mhz,time_ms,board_power_mw\n";

class Measured : public testing::Test {
 protected:
  std::vector<MeasuredPart> read(const std::string& text) {
    const test::OwnFile file("measured.csv", text);
    std::vector<MeasuredPart> parts;
    try {
      parts = read_measured_parts(file.path());
    } catch (const InputError& error) {
      problem_ = std::string(error.what()).substr(file.path().size());
    }
    return parts;
  }
  std::string problem_;
};

TEST_F(Measured, RowsBecomePartsAndOnlyComputingOnes) {
  const auto parts = read(std::string(kHeader) +
                          "alexnet,0,input,a72x2,408,63.7,3083\nalexnet,3,compute,a72x2,600,24.68,\n");
  ASSERT_EQ(parts.size(), 1u);
  EXPECT_EQ(parts[0].network, "alexnet");
  EXPECT_EQ(parts[0].part, 3);
  EXPECT_EQ(parts[0].resource, "a72x2");
  EXPECT_EQ(parts[0].frequency, Hertz(600'000'000));
  EXPECT_EQ(parts[0].time_ms, 24.68);
  EXPECT_EQ(parts[0].board_power_mw, 0);
}

TEST_F(Measured, WhatIsWrongIsSaidWithItsLine) {
  read("network,part\n");
  EXPECT_EQ(problem_, "") << "no row";
  read("network,part\nalexnet,3\n");
  EXPECT_EQ(problem_.rfind(":1: kind: is no column", 0), 0u) << problem_;
  read(std::string(kHeader) + "alexnet,3,compute,a72x2,600\n");
  EXPECT_EQ(problem_, ":2: 5 fields, the header has 7");
  for (const char* const row : {"alexnet,x,compute,a72x2,600,1,1", "alexnet,3,compute,a72x2,0,1,1",
                                "alexnet,3,compute,a72x2,600,-1,1", "alexnet,3,compute,a72x2,600,nan,1",
                                "alexnet,3,compute,a72x2,600,1ms,1", "alexnet,3,compute,a72x2,600,1,-1"}) {
    problem_.clear();
    read(std::string(kHeader) + row + "\n");
    EXPECT_EQ(problem_.rfind(":2: ", 0), 0u) << row;
    EXPECT_NE(problem_.find("is no number from"), std::string::npos) << row;
  }
}

TEST(MeasuredThreadRows, AreOfOneClusterOrOfBoth) {
  const auto threads = [&](const std::string& text) {
    const test::OwnFile file("threads.csv",
                             "board,network,threads,time_ms\nboard,alexnet," + text + ",2.5\n");
    return read_measured_threads(file.path());
  };
  EXPECT_EQ(threads("b2")[0].big, 2);
  EXPECT_EQ(threads("b2")[0].little, 0);
  EXPECT_EQ(threads("s4+b1")[0].big, 1);
  EXPECT_EQ(threads("s4+b1")[0].little, 4);
  EXPECT_DOUBLE_EQ(threads("b1")[0].time_ms, 2.5);
  for (const char* const wrong : {"", "b", "b0", "x2", "b12", "b1+b2", "b1,s1", "2b"}) {
    EXPECT_THROW(threads(wrong), InputError) << wrong;
  }
}

TEST(MeasuredParts, OfTheProjectNameLayersThatExist) {
  const auto networks = read_network_parts(project_root() + "/configs/calibration/parts.toml");
  ASSERT_EQ(networks.size(), 3u);
  std::size_t parts = 0;
  for (const NetworkParts& network : networks) parts += network.first_layers.size();
  EXPECT_EQ(parts, 32u);
  for (const MeasuredPart& part :
       read_measured_parts(project_root() + "/configs/calibration/armcl_rk3399pro_parts.csv")) {
    bool known = false;
    for (const NetworkParts& network : networks) {
      known = known ||
              (network.name == part.network && part.part < static_cast<int>(network.first_layers.size()));
    }
    EXPECT_TRUE(known) << part.network << " " << part.part;
  }
}

}  // namespace
}  // namespace tandem::spec
