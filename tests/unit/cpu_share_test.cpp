// SPDX-License-Identifier: Apache-2.0
// Dealing a range to threads: everything once, nothing twice, nobody with more than the library's rule gives.
#include <gtest/gtest.h>

#include <algorithm>

#include "models/core/quantity.h"
#include "models/core/random.h"
#include "models/cpu/share.h"

namespace tandem::cpu {
namespace {

struct Dealt {
  network::Shape output;
  network::OutputRange range;
  int threads = 1;
  int unit = 8;
  Dealing dealing = Dealing::pixels;
};

Dealt draw(Random& random) {
  Dealt dealt;
  dealt.unit = 1 << random.below(5);
  dealt.threads = static_cast<int>(random.between(1, 8));
  dealt.output = {static_cast<int>(random.between(1, 70)), static_cast<int>(random.between(1, 12)),
                  static_cast<int>(random.between(1, 12))};
  const auto piece = [&](int size, int& begin, int& end) {
    begin = static_cast<int>(random.between(0, size - 1));
    end = static_cast<int>(random.between(begin + 1, size));
  };
  piece(dealt.output.h, dealt.range.p0, dealt.range.p1);
  piece(dealt.output.c, dealt.range.k0, dealt.range.k1);
  dealt.dealing = random.below(2) == 0 ? Dealing::pixels : Dealing::channels;
  return dealt;
}

TEST(Deal, CoversTheRangeExactlyOnce) {
  Random random(41);
  for (int trial = 0; trial < 2000; ++trial) {
    const Dealt dealt = draw(random);
    const std::int64_t pixels = std::int64_t{dealt.output.h} * dealt.output.w;
    std::vector<int> times(static_cast<std::size_t>(dealt.output.c * pixels), 0);
    const auto shares = deal(area_of(dealt.range, dealt.output), dealt.threads, dealt.unit, dealt.dealing);
    ASSERT_EQ(static_cast<int>(shares.size()), dealt.threads);
    for (const Share& share : shares) {
      for (int k = share.k0; k < share.k1; ++k) {
        for (std::int64_t m = share.m0; m < share.m1; ++m) ++times[static_cast<std::size_t>(k * pixels + m)];
      }
    }
    for (int k = 0; k < dealt.output.c; ++k) {
      for (std::int64_t m = 0; m < pixels; ++m) {
        const bool inside = k >= dealt.range.k0 && k < dealt.range.k1 &&
                            m / dealt.output.w >= dealt.range.p0 && m / dealt.output.w < dealt.range.p1;
        ASSERT_EQ(times[static_cast<std::size_t>(k * pixels + m)], inside ? 1 : 0) << "trial " << trial;
      }
    }
  }
}

TEST(Deal, TheBusiestThreadIsTheFirstAndHasTheRoundedUpPart) {
  Random random(43);
  int by_channels = 0;
  for (int trial = 0; trial < 2000; ++trial) {
    const Dealt dealt = draw(random);
    const auto shares = deal(area_of(dealt.range, dealt.output), dealt.threads, dealt.unit, dealt.dealing);
    const std::int64_t pixels = std::int64_t{dealt.range.p1 - dealt.range.p0} * dealt.output.w;
    const int channels = dealt.range.k1 - dealt.range.k0;
    const std::int64_t pixel_units = divide_up(pixels, kPixelsPerUnit);
    const std::int64_t channel_units = divide_up(channels, dealt.unit);
    const bool pixelwise = shares[0].k1 - shares[0].k0 == channels;
    if (pixelwise) {
      ASSERT_EQ(shares[0].m1 - shares[0].m0,
                std::min(pixels, divide_up(pixel_units, dealt.threads) * kPixelsPerUnit));
    } else {
      ++by_channels;
      if (dealt.dealing == Dealing::pixels) {
        ASSERT_LT(pixel_units, dealt.threads) << "channels only where pixels do not go round";
        ASSERT_GT(channel_units, pixel_units);
      }
      ASSERT_EQ(shares[0].k1 - shares[0].k0,
                std::min<std::int64_t>(channels, divide_up(channel_units, dealt.threads) * dealt.unit));
      for (const Share& share : shares) {
        ASSERT_TRUE(share.empty() || (share.k0 - dealt.range.k0) % dealt.unit == 0);
      }
    }
    for (const Share& share : shares) ASSERT_LE(share.elements(), shares[0].elements());
  }
  EXPECT_GT(by_channels, 100);
}

TEST(Deal, ChannelsFirstWhereAsked) {
  // 3 units of channels go round 2 threads, and do not go round 4, where 5 units of pixels do.
  const auto channels = deal({0, 20, 0, 40}, 2, 8, Dealing::channels);
  EXPECT_EQ(channels, (std::vector<Share>{{0, 16, 0, 40}, {16, 20, 0, 40}}));
  const auto pixels = deal({0, 20, 0, 40}, 4, 8, Dealing::channels);
  EXPECT_EQ(pixels, (std::vector<Share>{{0, 20, 0, 16}, {0, 20, 16, 32}, {0, 20, 32, 40}, {0, 20, 40, 40}}));
}

TEST(Deal, ByHand) {
  // 30 pixels are 4 units: two threads get 2 each, the last unit is short.
  const auto rows = deal({0, 16, 0, 30}, 2, 8);
  EXPECT_EQ(rows, (std::vector<Share>{{0, 16, 0, 16}, {0, 16, 16, 30}}));
  // One pixel, 20 channels in planes of 8: three units for four threads.
  const auto channels = deal({0, 20, 0, 1}, 4, 8);
  EXPECT_EQ(channels, (std::vector<Share>{{0, 8, 0, 1}, {8, 16, 0, 1}, {16, 20, 0, 1}, {20, 20, 0, 1}}));
}

}  // namespace
}  // namespace tandem::cpu
