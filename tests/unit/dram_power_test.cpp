// SPDX-License-Identifier: Apache-2.0
// Command energies from supply currents, by hand, and for every memory that a platform may name.
#include "models/energy/dram_power.h"

#include <gtest/gtest.h>

#include "models/core/error.h"

namespace tandem::energy {
namespace {

memory::DramSpec lpddr4_x16() {
  memory::DramSpec spec;
  spec.name = "lpddr4_by_hand";
  spec.width_bits = 16;
  return spec;
}

TEST(DramPower, IsVoltageTimesCurrentAboveStandbyTimesTime) {
  const DramPower power = dram_power(lpddr4_x16());
  EXPECT_NEAR(power.read_pj, 1.1 * 245 * 5 + 1.1 * 149.25 * 5, 0.01) << "VDD2 and VDDQ; VDD1 stays";
  EXPECT_NEAR(power.write_pj, 1.1 * 180 * 5 + 1.1 * 54.25 * 5, 0.01);
  EXPECT_NEAR(power.refresh_pj, 280 * (1.8 * 8 + 1.1 * 63), 0.01);
  EXPECT_NEAR(power.background.raw(), 1.8 * 2.25 + 1.1 * 30 + 1.1 * 0.75, 1e-9);
  EXPECT_NEAR(power.activate_pj,
              1.8 * (3.5 * 60.6 - 2.25 * 42.5 - 2.0 * 18.1) + 1.1 * (45 * 60.6 - 30 * 42.5 - 27 * 18.1) +
                  1.1 * 0.75 * (60.6 - 42.5 - 18.1),
              0.01);
}

TEST(DramPower, TwoDevicesSideBySideTakeTwice) {
  memory::DramSpec wide = lpddr4_x16();
  wide.width_bits = 32;
  const DramPower one = dram_power(lpddr4_x16()), two = dram_power(wide);
  EXPECT_DOUBLE_EQ(two.read_pj, 2 * one.read_pj);
  EXPECT_DOUBLE_EQ(two.activate_pj, 2 * one.activate_pj);
  EXPECT_DOUBLE_EQ(two.background.raw(), 2 * one.background.raw());
}

TEST(DramPower, MoreChannelsOnlyAddStandby) {
  memory::DramSpec four = lpddr4_x16();
  four.channels = 4;
  const DramPower one = dram_power(lpddr4_x16()), all = dram_power(four);
  EXPECT_DOUBLE_EQ(all.read_pj, one.read_pj);
  EXPECT_DOUBLE_EQ(all.background.raw(), 4 * one.background.raw());
}

TEST(DramPower, LowerOutputVoltageMakesReadsCheaper) {
  memory::DramSpec x = lpddr4_x16();
  x.name = "lpddr4x_by_hand";
  EXPECT_NEAR(dram_power(lpddr4_x16()).read_pj - dram_power(x).read_pj, 0.5 * 149.25 * 5, 0.01);
}

TEST(DramPower, AFamilyWithoutCurrentsIsRefused) {
  memory::DramSpec other = lpddr4_x16();
  other.name = "hbm2";
  EXPECT_THROW(dram_power(other), InputError);
}

// A burst between 3 pJ a bit (LPDDR4X) and 40 (DDR3 with eight devices): a wrong factor of ten would show.
TEST(DramPower, EveryMemoryOfAPlatformHasOneOfASaneSize) {
  for (const std::string& name : memory::dram_names()) {
    const memory::DramSpec& spec = *memory::find_dram(name);
    const DramPower power = dram_power(spec);
    const double bits = static_cast<double>(spec.access_bytes()) * 8;
    EXPECT_GT(power.read_pj / bits, 4.0) << name;
    EXPECT_LT(power.read_pj / bits, 40.0) << name;
    EXPECT_GT(power.write_pj / bits, 3.0) << name;
    EXPECT_LT(power.write_pj / bits, 40.0) << name;
    EXPECT_GT(power.activate_pj, 0.0) << name;
    EXPECT_GT(power.refresh_pj, power.activate_pj) << name;
    EXPECT_GT(power.background.raw(), 0.0) << name;
  }
}

}  // namespace
}  // namespace tandem::energy
