// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "models/core/random.h"

namespace tandem {
namespace {

TEST(Random, FollowsThePublishedSequenceOfSplitMix64) {
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Random, StableHashIsTheOfficialFnv1a) {
  EXPECT_EQ(stable_hash(""), 0xcbf29ce484222325u);
  EXPECT_EQ(stable_hash("a"), 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(stable_hash("foobar"), 0x85944171f73967e8u);
}

TEST(Random, InstancesAndSeedsHaveSequencesOfTheirOwn) {
  const std::set<std::uint64_t> firsts = {Random(1, "dram").next(), Random(1, "weights").next(),
                                          Random(2, "dram").next()};
  EXPECT_EQ(firsts.size(), 3u);
  EXPECT_EQ(Random(1, "dram").next(), Random(1, "dram").next());
}

TEST(Random, BetweenReachesBothEndsAndStaysInside) {
  Random random(7);
  std::set<std::int64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(random.between(-2, 2));
  EXPECT_EQ(seen, (std::set<std::int64_t>{-2, -1, 0, 1, 2}));
}

TEST(Random, BetweenTakesTheWholeRangeOfIntegers) {
  Random random(7);
  Random same(7);
  const auto low = std::numeric_limits<std::int64_t>::min();
  const auto high = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(static_cast<std::uint64_t>(random.between(low, high)) - static_cast<std::uint64_t>(low),
            same.next());
}

TEST(Random, UniformStaysBelowOneAndAveragesToAHalf) {
  Random random(3);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double value = random.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);  // four standard errors are 0.0115
}

}  // namespace
}  // namespace tandem
