// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/toml/units.h"

namespace tandem::toml_reader {
namespace {

TEST(Units, EveryUnitHasItsFactor) {
  EXPECT_EQ(parse_quantity("7 Hz", kFrequencyUnits), 7.0);
  EXPECT_EQ(parse_quantity("7 kHz", kFrequencyUnits), 7e3);
  EXPECT_EQ(parse_quantity("200 MHz", kFrequencyUnits), 200e6);
  EXPECT_EQ(parse_quantity("2.36 GHz", kFrequencyUnits), 2.36e9);
  EXPECT_EQ(parse_quantity("3 B", kSizeUnits), 3.0);
  EXPECT_EQ(parse_quantity("32 KiB", kSizeUnits), 32.0 * 1024);
  EXPECT_EQ(parse_quantity("2 MiB", kSizeUnits), 2.0 * 1024 * 1024);
  EXPECT_EQ(parse_quantity("4 GiB", kSizeUnits), 4.0 * 1024 * 1024 * 1024);
  EXPECT_EQ(parse_quantity("5 ps", kTimeUnits), 5.0);
  EXPECT_EQ(parse_quantity("30 ns", kTimeUnits), 30e3);
  EXPECT_EQ(parse_quantity("3.9 us", kTimeUnits), 3.9e6);
  EXPECT_EQ(parse_quantity("64 ms", kTimeUnits), 64e9);
  EXPECT_EQ(parse_quantity("1 s", kTimeUnits), 1e12);
  EXPECT_EQ(parse_quantity("500 uW", kPowerUnits), 0.5);
  EXPECT_EQ(parse_quantity("120 mW", kPowerUnits), 120.0);
  EXPECT_EQ(parse_quantity("1.5 W", kPowerUnits), 1500.0);
}

TEST(Units, SpaceBeforeTheUnitIsOptional) { EXPECT_EQ(parse_quantity("30ns", kTimeUnits), 30e3); }

TEST(Units, AnythingElseIsNoQuantity) {
  for (const char* text : {"", "30", "ns", "30 Ns", "30 MHz", "30 ns later", " 30 ns", "1,5 ns", "inf ns",
                           "nan ns", "1e400 ns", "1e308 s", "0x10 ns", "30\tns"}) {
    EXPECT_EQ(parse_quantity(text, kTimeUnits), std::nullopt) << '"' << text << '"';
  }
}

TEST(Units, NamesAreListedForMessages) { EXPECT_EQ(unit_names(kPowerUnits), "uW, mW, W"); }

}  // namespace
}  // namespace tandem::toml_reader
