// SPDX-License-Identifier: Apache-2.0
#include "models/energy/dram_power.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/error.h"

namespace tandem::energy {

namespace {

struct Supply {
  double volts = 0;
  double idd0 = 0, idd2n = 0, idd3n = 0, idd4r = 0, idd4w = 0, idd5 = 0;  // mA
};

// One device: currents of its supplies, and the times its data sheet measured them with.
struct Device {
  std::string_view family;
  int width_bits = 16;
  double burst_ns = 0, rc_ns = 0, ras_ns = 0, rfc_ns = 0;
  int burst_length = 16;
  double pin_pj_per_bit = 0;  // beside the supplies below
  std::vector<Supply> supplies;
};

// Micron 6 Gb LPDDR4-3200 x16, VDD1, VDD2 and the output supply VDDQ with 1.1 V; as collected in DRAMSys,
// configs/memspec/MICRON_6Gb_LPDDR4-3200_32bit_A.json.
Device lpddr4(std::string_view family, double vddq) {
  return {family,
          16,
          5.0,
          60.6,
          42.5,
          280.0,
          16,
          0.0,
          {{1.8, 3.5, 2.0, 2.25, 2.25, 2.25, 10.0},
           {1.1, 45.0, 27.0, 30.0, 275.0, 210.0, 90.0},
           {vddq, 0.75, 0.75, 0.75, 150.0, 55.0, 0.75}}};
}

const std::array<Device, 5>& devices() {
  static const std::array<Device, 5> kDevices = {
      // LPDDR4X: the same core, outputs at 0.6 V (JESD209-4-1). Before lpddr4: the longer name first.
      lpddr4("lpddr4x", 0.6), lpddr4("lpddr4", 1.1),
      // Micron 4 Gb LPDDR3-1600 x32, VDD1 and VDD2 (DRAMSys, MICRON_4Gb_LPDDR3-1600_32bit_A.json; tRFC 130
      // ns).
      // Its output supply is not among them: assumption 4 pJ a bit, half of DDR4's for unterminated pins.
      Device{"lpddr3",
             32,
             5.0,
             60.0,
             45.0,
             130.0,
             8,
             4.0,
             {{1.8, 15.0, 2.0, 2.0, 5.0, 10.0, 40.0}, {1.2, 80.0, 38.0, 45.0, 260.0, 284.0, 160.0}}},
      // Micron 4 Gb DDR4-2400 x8, VDD and VPP (DRAMSys, MICRON_4Gb_DDR4-2400_8bit_A.json; tRFC 260 ns).
      // Termination: assumption 8 pJ a bit.
      Device{"ddr4",
             8,
             3.33,
             45.8,
             32.5,
             260.0,
             8,
             8.0,
             {{1.2, 60.75, 38.25, 44.0, 184.5, 168.75, 118.0}, {2.5, 4.05, 0.0, 0.0, 0.0, 0.0, 0.0}}},
      // Micron 2 Gb DDR3-1066 x8, VDD (DRAMSys, MICRON_2Gb_DDR3-1066_8bit_D.json; tRFC 160 ns). Termination:
      // assumption 10 pJ a bit, at 1.5 V for DDR4's 1.2 V.
      Device{"ddr3", 8, 7.5, 50.6, 37.5, 160.0, 8, 10.0, {{1.5, 75.0, 32.0, 35.0, 140.0, 145.0, 190.0}}}};
  return kDevices;
}

const Device& device_of(const memory::DramSpec& spec) {
  for (const Device& device : devices()) {
    if (spec.name.starts_with(device.family)) return device;
  }
  std::vector<std::string> families;
  for (const Device& device : devices()) families.emplace_back(device.family);
  throw InputError(
      {"dram", 0, 0}, "type",
      "\"" + spec.name + "\" has no supply currents; its name must begin with one of " + join(families));
}

}  // namespace

// mA * V * ns = pJ
DramPower dram_power(const memory::DramSpec& spec) {
  const Device& device = device_of(spec);
  const double devices_a_channel = static_cast<double>(spec.width_bits) / device.width_bits;
  // A longer burst than the data sheet's takes as much more.
  const double bursts = static_cast<double>(spec.timing.burst_length) / device.burst_length;
  const double pins = device.pin_pj_per_bit * static_cast<double>(spec.access_bytes()) * 8.0;
  DramPower power;
  double background_mw = 0;
  for (const Supply& supply : device.supplies) {
    power.activate_pj += devices_a_channel * supply.volts *
                         (supply.idd0 * device.rc_ns - supply.idd3n * device.ras_ns -
                          supply.idd2n * (device.rc_ns - device.ras_ns));
    power.read_pj +=
        devices_a_channel * bursts * supply.volts * (supply.idd4r - supply.idd3n) * device.burst_ns;
    power.write_pj +=
        devices_a_channel * bursts * supply.volts * (supply.idd4w - supply.idd3n) * device.burst_ns;
    power.refresh_pj += devices_a_channel * supply.volts * (supply.idd5 - supply.idd2n) * device.rfc_ns;
    background_mw += devices_a_channel * spec.channels * supply.volts * supply.idd3n;
  }
  power.read_pj += pins;
  power.write_pj += pins;
  power.background = Milliwatts(background_mw);
  return power;
}

}  // namespace tandem::energy
