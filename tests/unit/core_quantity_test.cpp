// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <type_traits>

#include "models/core/quantity.h"

namespace tandem {
namespace {

template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
template <class A, class B>
concept Comparable = requires(A a, B b) {
  a < b;
};

TEST(Quantity, OnlyMixesWithItsOwnUnit) {
  static_assert(Addable<Cycles, Cycles>);
  static_assert(!Addable<Cycles, Picoseconds>);
  static_assert(!Addable<Cycles, std::int64_t>);
  static_assert(!Comparable<Bytes, Cycles>);
  static_assert(!std::is_convertible_v<Cycles, std::int64_t>);
  static_assert(!std::is_convertible_v<std::int64_t, Cycles>);
  EXPECT_EQ((Cycles(3) + Cycles(4)).raw(), 7);
}

TEST(Quantity, RatioOfTwoIsANumber) {
  static_assert(std::is_same_v<decltype(Bytes(9) / Bytes(2)), std::int64_t>);
  EXPECT_EQ(Bytes(9) / Bytes(2), 4);
  EXPECT_EQ((Bytes(9) / 2).raw(), 4);
  EXPECT_EQ(3 * Bytes(9), Bytes(9) * 3);
}

TEST(Clock, PeriodIsRoundedToTheNearestPicosecond) {
  EXPECT_EQ(Clock(Hertz(1'000'000'000)).period(), Picoseconds(1000));
  EXPECT_EQ(Clock(Hertz(2'360'000'000)).period(), Picoseconds(424));  // 423.73 ps
  EXPECT_EQ(Clock(Hertz(1'840'000'000)).period(), Picoseconds(543));  // 543.48 ps
}

TEST(Clock, ManyCyclesTakeExactlyAsManyPeriods) {
  const Clock clock(Hertz(2'360'000'000));
  EXPECT_EQ(clock.time(Cycles(1'000'000'007)).raw(), clock.period().raw() * 1'000'000'007);
}

TEST(Clock, CyclesCoveringATimeAreEnoughAndNotOneTooMany) {
  const Clock clock(Hertz(1'200'000'000));  // 833 ps
  EXPECT_EQ(clock.cycles_covering(Picoseconds(0)), Cycles(0));
  EXPECT_EQ(clock.cycles_covering(Picoseconds(1)), Cycles(1));
  EXPECT_EQ(clock.cycles_covering(Picoseconds(833)), Cycles(1));
  EXPECT_EQ(clock.cycles_covering(Picoseconds(834)), Cycles(2));
}

TEST(Rounding, GoesUpToTheNextMultipleAndKeepsMultiples) {
  EXPECT_EQ(divide_up(0, 8), 0);
  EXPECT_EQ(divide_up(8, 8), 1);
  EXPECT_EQ(divide_up(9, 8), 2);
  EXPECT_EQ(round_up(64, 64), 64);
  EXPECT_EQ(round_up(65, 64), 128);
}

TEST(Units, ConvertToWhatTablesShow) {
  EXPECT_DOUBLE_EQ(to_microseconds(Picoseconds(1'500'000)), 1.5);
  EXPECT_DOUBLE_EQ(to_milliseconds(Picoseconds(2'500'000'000)), 2.5);
  EXPECT_DOUBLE_EQ(to_millijoules(Picojoules(3e9)), 3.0);
}

}  // namespace
}  // namespace tandem
