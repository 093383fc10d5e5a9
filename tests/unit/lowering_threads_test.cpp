// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/lowering/threads.h"

namespace tandem::lowering {
namespace {

spec::Platform two_clusters() {
  spec::Platform platform;
  platform.clusters.resize(2);
  platform.clusters[0].kernel_launch = Picoseconds(5);
  platform.clusters[1].kernel_launch = Picoseconds(7);
  return platform;
}

ProgramItem item(network::LayerId layer, int cluster, int cores) {
  ProgramItem made;
  made.layer = layer;
  made.resource.cluster = cluster;
  made.resource.cores = cores;
  return made;
}

TEST(Threads, AreNumberedOverTheItemsOfALayer) {
  std::vector<ProgramItem> items = {item(0, 0, 2), item(1, 0, 2), item(0, 1, 3)};
  count_threads(two_clusters(), items);
  EXPECT_EQ(items[0].first_thread, 0);
  EXPECT_EQ(items[2].first_thread, 2);
  EXPECT_EQ(items[0].threads, 5);
  EXPECT_EQ(items[1].threads, 2);
  EXPECT_EQ(items[1].first_thread, 0);
}

TEST(Threads, OfSeveralAreHandedKernelsAtTheirClustersCost) {
  std::vector<ProgramItem> items = {item(0, 0, 1), item(1, 0, 1), item(1, 1, 1), item(2, 1, 4)};
  count_threads(two_clusters(), items);
  EXPECT_EQ(items[0].launch, Picoseconds(0)) << "alone";
  EXPECT_EQ(items[1].launch, Picoseconds(5)) << "one core, but not the layer's only one";
  EXPECT_EQ(items[2].launch, Picoseconds(7));
  EXPECT_EQ(items[3].launch, Picoseconds(7)) << "as much for four as for two";
}

TEST(Threads, AcceleratorsHaveNone) {
  std::vector<ProgramItem> items = {item(0, -1, 0), item(0, 1, 2)};
  count_threads(two_clusters(), items);
  EXPECT_EQ(items[0].launch, Picoseconds(0));
  EXPECT_EQ(items[1].first_thread, 0);
}

}  // namespace
}  // namespace tandem::lowering
