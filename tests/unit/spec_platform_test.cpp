// SPDX-License-Identifier: Apache-2.0
// What a platform file becomes, and every way it can be wrong.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "models/memory/dram_spec.h"
#include "models/spec/platform.h"
#include "tests/unit/config_text.h"

namespace tandem::spec {
namespace {

using test::ConfigText;

ConfigText ultra96() { return ConfigText::shipped("configs/platforms/ultra96.toml"); }

std::string said(const ConfigText& text) {
  return text.messages([](const std::string& path) { read_platform(path); });
}

// The message for ultra96 with one replacement.
std::string with(const std::string& old, const std::string& now) {
  ConfigText text = ultra96();
  return said(text.replace(old, now));
}

std::string at(const ConfigText& text, const std::string& part, int column) {
  return "f.toml:" + std::to_string(text.line_of(part)) + ":" + std::to_string(column) + ": ";
}

TEST(PlatformFile, BecomesAPlatform) {
  const Platform platform = read_platform("ultra96");
  EXPECT_EQ(platform.name, "ultra96");
  ASSERT_EQ(platform.clusters.size(), 1u);
  EXPECT_EQ(platform.clusters[0].name, "a53");
  EXPECT_EQ(platform.clusters[0].cores, 4);
  EXPECT_EQ(platform.clusters[0].l2, Bytes(1 << 20));
  EXPECT_EQ(platform.clusters[0].core.l1d, Bytes(32 * 1024));
  EXPECT_EQ(platform.clusters[0].core.reads_in_flight, 512);
  EXPECT_EQ(platform.clusters[0].core.chooser.prepare_bytes_per_cycle, 0.987);
  EXPECT_EQ(platform.clusters[0].operating_points.at(0).frequency, Hertz(1'200'000'000));
  EXPECT_EQ(platform.interconnect.clock, Hertz(533'000'000));
  EXPECT_EQ(platform.dram.size, Bytes(std::int64_t{2} << 30));
  EXPECT_EQ(platform.dram.controller_latency, Picoseconds(60'000));
  ASSERT_EQ(platform.accelerators.size(), 1u);
  EXPECT_EQ(platform.accelerators[0].name, "accelerator0");
  EXPECT_EQ(to_string(platform.accelerators[0].array), "8x32");
  EXPECT_EQ(platform.accelerators[0].registers, 0xA0000000u);
  EXPECT_EQ(platform.runtime.interrupt_latency, Picoseconds(2'000'000));
  EXPECT_EQ(platform.base_power, Milliwatts(2500));
}

TEST(PlatformFile, OperatingPointsAreSortedByFrequency) {
  const Platform platform = read_platform("hikey970");
  for (const Cluster& cluster : platform.clusters) {
    const auto& points = cluster.operating_points;
    EXPECT_TRUE(std::is_sorted(
        points.begin(), points.end(),
        [](const OperatingPoint& a, const OperatingPoint& b) { return a.frequency < b.frequency; }));
  }
  ConfigText text = ConfigText::shipped("configs/platforms/hikey970.toml");
  text.replace("\"682 MHz\"", "\"3 GHz\"");
  EXPECT_EQ(read_platform(text.write().path()).clusters[0].operating_points.back().frequency,
            Hertz(3'000'000'000));
}

struct Board {
  const char* name;
  std::vector<std::string> clusters;  // "<core>x<cores> <top frequency in MHz>"
  std::string array;
};

TEST(PlatformFile, EveryBoardHasItsCoresItsMemoryAndItsArray) {
  const Board boards[] = {
      {"hikey970", {"a73x4 2362", "a53x4 1844"}, ""},
      {"khadas_vim3", {"a73x4 2208", "a53x2 1800"}, ""},
      {"rk3399pro", {"a72x2 1800", "a53x4 1416"}, ""},
      {"odroid_xu3", {"a15x4 2000", "a7x4 1400"}, ""},
      {"ultra96", {"a53x4 1200"}, "8x32"},
      {"zcu104", {"a53x4 1200"}, "16x16"},
      {"zcu106", {"a53x4 1200"}, "8x32"},
      {"zedboard", {"a9x2 667"}, "8x32"},
      {"edge_soc", {"a73x4 2362", "a53x4 1844"}, "16x16"},
  };
  for (const Board& board : boards) {
    const Platform platform = read_platform(board.name);
    EXPECT_EQ(platform.name, board.name);
    std::vector<std::string> clusters;
    for (const Cluster& cluster : platform.clusters)
      clusters.push_back(cluster.core.name + "x" + std::to_string(cluster.cores) + " " +
                         std::to_string(cluster.operating_points.back().frequency.raw() / 1'000'000));
    EXPECT_EQ(clusters, board.clusters) << board.name;
    EXPECT_NE(memory::find_dram(platform.dram.type), nullptr) << board.name << ": " << platform.dram.type;
    ASSERT_LE(platform.accelerators.size(), 1u) << board.name;
    const std::string array = platform.accelerators.empty() ? "" : to_string(platform.accelerators[0].array);
    EXPECT_EQ(array, board.array) << board.name;
  }
}

TEST(PlatformErrors, AnUnknownNameSaysTheNearestAndAll) {
  try {
    read_platform("ultra69");
    FAIL();
  } catch (const InputError& error) {
    const std::string message = error.what();
    EXPECT_EQ(
        message.find(
            "platform: \"ultra69\" is unknown, did you mean \"ultra96\"?; allowed is a path or one of "),
        0u);
    for (const char* name : {"hikey970", "ultra96", "zcu104"})
      EXPECT_NE(message.find(name, 60), std::string::npos) << message;
  }
}

TEST(PlatformErrors, AClusterWithoutCores) {
  ConfigText text = ultra96();
  text.replace("cores = 4", "cores = 0");
  EXPECT_EQ(said(text), at(text, "cores = 0", 9) + "cluster[0].cores: is 0; allowed is 1 to 64");
}

TEST(PlatformErrors, AWrongUnit) {
  ConfigText text = ultra96();
  text.replace("clock = \"200 MHz\"", "clock = \"200 MB\"");
  const std::string message = said(text);
  EXPECT_EQ(message.find(at(text, "clock = \"200 MB\"", 9) + "accelerator[0].clock: is \"200 MB\"; give"), 0u)
      << message;
  EXPECT_NE(message.find("MHz"), std::string::npos) << "the units there are: " << message;
}

TEST(PlatformErrors, AnUnknownKeySaysTheNearest) {
  ConfigText text = ultra96();
  text.replace("outstanding = 16", "outstandig = 16");
  const std::string message = said(text);
  EXPECT_NE(message.find(at(text, "outstandig", 1) + "interconnect.outstandig: "), std::string::npos)
      << message;
  EXPECT_NE(message.find("did you mean \"outstanding\"?"), std::string::npos) << message;
  EXPECT_NE(message.find("interconnect.outstanding: is missing"), std::string::npos) << message;
}

TEST(PlatformErrors, AWrongArray) {
  for (const char* array : {"8x33", "64x32", "8", "x", "8x32x2", " 8x32", "8X32", "-8x32"}) {
    ConfigText text = ultra96();
    text.replace("\"8x32\"", std::string("\"") + array + "\"");
    EXPECT_EQ(said(text), at(text, "array = ", 9) + "accelerator[0].array: \"" + array +
                              "\" is no array; allowed is " + accelerator::kAllowedArrays);
  }
}

TEST(PlatformErrors, AnEmptyArray) {
  ConfigText text = ultra96();
  text.replace("\"8x32\"", "\"\"");
  EXPECT_EQ(said(text), at(text, "array = ", 9) + "accelerator[0].array: \"\" is no array; allowed is " +
                            accelerator::kAllowedArrays);
}

TEST(PlatformErrors, OverlappingMemoryMap) {
  EXPECT_EQ(with("registers = 0xA000_0000", "registers = 0x1000_0000"),
            "f.toml:1:1: the memory map is not unique: accelerator0 at 0x10000000 overlaps dram at 0x0");
  EXPECT_EQ(with("registers = 0xA000_0000", "registers = 0x8000_0000"), "") << "right behind the DRAM";
  EXPECT_EQ(with("registers = 0xA000_0000", "registers = 0x7FFF_F000"),
            "f.toml:1:1: the memory map is not unique: accelerator0 at 0x7ffff000 overlaps dram at 0x0");
}

TEST(PlatformErrors, AMemoryMapBeyondTheAddressSpace) {
  const std::string message = with("base = 0x0", "base = \"0xFFFF_FFFF_F000_0000\"");
  EXPECT_NE(message.find("dram at 0xfffffffff0000000 ends beyond 64 bits of address"), std::string::npos)
      << message;
}

TEST(PlatformErrors, MissingRegistersAreNoOverlapAsWell) {
  ConfigText text = ultra96();
  text.replace("registers = 0xA000_0000", "");
  EXPECT_EQ(said(text), at(text, "[[accelerator]]", 1) +
                            "accelerator[0].registers: is missing; give an address like 0x8000_0000");
}

TEST(PlatformErrors, RegistersOffTheirPage) {
  ConfigText text = ultra96();
  text.replace("0xA000_0000", "0xA000_0800");
  EXPECT_EQ(said(text), at(text, "0xA000_0800", 13) + "accelerator[0].registers: is not a multiple of 4096");
}

TEST(PlatformErrors, ACacheThatIsNoPowerOfTwo) {
  ConfigText text = ultra96();
  text.replace("\"1 MiB\"", "\"768 KiB\"");
  EXPECT_EQ(said(text),
            at(text, "\"768 KiB\"", 6) +
                "cluster[0].l2: gives 768 lines a way; the size over ways and 64-byte lines must be a power "
                "of two");
}

TEST(PlatformErrors, AnUnknownCore) {
  ConfigText text = ultra96();
  text.replace("core = \"a53\"", "core = \"a54\"");
  const std::string message = said(text);
  EXPECT_EQ(message.find(
                at(text, "core = \"a54\"", 8) +
                "cluster[0].core: \"a54\" is unknown, did you mean \"a53\"?; allowed is a path or one of "),
            0u)
      << message;
}

TEST(PlatformErrors, NoClusterAtAll) {
  const std::string message = said(ConfigText("name = \"x\"\n"));
  EXPECT_NE(message.find("cluster: is missing; give at least one [[cluster]]"), std::string::npos) << message;
  EXPECT_NE(message.find("dram: is missing"), std::string::npos) << message;
}

TEST(PlatformErrors, TwoClustersOfOneName) {
  ConfigText text = ConfigText::shipped("configs/platforms/hikey970.toml");
  text.replace("name = \"a53\"", "name = \"a73\"");
  const std::string message = said(text);
  EXPECT_NE(message.find("cluster[1].name: is not unique"), std::string::npos) << message;
}

// An energy, a track and a port are found by their name, so a second one would be lost.
TEST(PlatformErrors, AClusterNamedLikeAnotherComponent) {
  for (const char* name : {"dram", "board", "interconnect", "accelerator0"}) {
    ConfigText text = ultra96();
    text.replace("name = \"a53\"", std::string("name = \"") + name + "\"");
    EXPECT_EQ(said(text), at(text, std::string("name = \"") + name, 8) +
                              "cluster[0].name: is not unique: there is another \"" + name + "\"");
  }
  ConfigText text = ConfigText::shipped("configs/platforms/hikey970.toml");
  text.replace("name = \"a53\"", "name = \"a73_l2\"");
  EXPECT_NE(said(text).find("cluster[1].name: is not unique: there is another \"a73_l2\""),
            std::string::npos);
}

TEST(PlatformErrors, AClusterNameThatIsNoWord) {
  for (const char* name : {"a,b", "a.53", "a 53"}) {
    ConfigText text = ultra96();
    text.replace("name = \"a53\"", std::string("name = \"") + name + "\"");
    EXPECT_EQ(said(text), at(text, std::string("name = \"") + name, 8) +
                              "cluster[0].name: has more than letters, digits and underscores");
  }
}

TEST(PlatformErrors, MemoryOffItsPage) {
  ConfigText text = ultra96();
  text.replace("base = 0x0", "base = 0x1");
  EXPECT_EQ(said(text), at(text, "base = 0x1", 8) + "dram.base: is not a multiple of 4096");
}

TEST(PlatformErrors, TwoOperatingPointsOfOneFrequency) {
  ConfigText text = ultra96();
  text.replace(
      "[[cluster.operating_point]]",
      "[[cluster.operating_point]]\nfrequency = \"1200 MHz\"\nmillivolts = 500\n[[cluster.operating_point]]");
  EXPECT_NE(said(text).find("cluster[0].operating_point: has 1200 MHz twice; points differ in frequency"),
            std::string::npos);
}

// Found beside the platform; its problems stand where they are.
TEST(PlatformErrors, OfACoresOwnFileStandThere) {
  ConfigText core = ConfigText::shipped("configs/cores/a53.toml");
  core.replace("l1d_ways = 4", "l1d_ways = \"x\"");
  const test::OwnFile file("core.toml", core.text());
  ConfigText text = ultra96();
  text.replace("core = \"a53\"", "core = \"" + std::filesystem::path(file.path()).filename().string() + "\"");
  const std::string message = said(text);
  EXPECT_EQ(message.find(file.path() + ":" + std::to_string(core.line_of("l1d_ways")) +
                         ":12: l1d_ways: is a string; give an integer from 1 to 64"),
            0u)
      << message;
}

TEST(PlatformErrors, AllAtOnceInTheOrderOfTheFile) {
  ConfigText text = ultra96();
  text.replace("cores = 4", "cores = 65").replace("\"533 MHz\"", "533").replace("\"2 GiB\"", "\"2 GHz\"");
  text.replace("\"8x32\"", "\"9x32\"").replace("barrier = ", "barier = ");
  const std::string message = said(text);
  std::vector<std::size_t> places;
  for (const char* part : {"cluster[0].cores: is 65", "interconnect.clock: is an integer",
                           "dram.size: is \"2 GHz\"", "accelerator[0].array: \"9x32\"", "runtime.barier: "}) {
    places.push_back(message.find(part));
    EXPECT_NE(places.back(), std::string::npos) << part << " in\n" << message;
  }
  EXPECT_TRUE(std::is_sorted(places.begin(), places.end())) << message;
  EXPECT_EQ(std::count(message.begin(), message.end(), '\n'), 5) << "and runtime.barrier is missing:\n"
                                                                 << message;
}

}  // namespace
}  // namespace tandem::spec
