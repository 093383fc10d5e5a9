// SPDX-License-Identifier: Apache-2.0
// The tags of one cache, the coherence of several, and the checker that finds missing maintenance.
#include <gtest/gtest.h>

#include <functional>

#include "models/core/error.h"
#include "models/cpu/coherent_caches.h"

namespace tandem::cpu {
namespace {

// 4 sets of 2 ways.
CacheTags small_cache() { return CacheTags(Bytes(8 * 64), 2); }

TEST(CacheTags, HoldsAsManyLinesAsItsSize) {
  CacheTags tags = small_cache();
  EXPECT_EQ(tags.capacity_lines(), 8);
  for (LineNumber line = 0; line < 8; ++line) EXPECT_FALSE(tags.insert(line, 0, false)) << line;
  for (LineNumber line = 0; line < 8; ++line) EXPECT_NE(tags.find(line), nullptr) << line;
  EXPECT_EQ(tags.find(8), nullptr);
}

TEST(CacheTags, AFullSetGivesUpItsLeastRecentlyUsedLine) {
  CacheTags tags = small_cache();
  tags.insert(0, 7, true);
  tags.insert(4, 0, false);  // the same set
  const auto victim = tags.insert(8, 0, false);
  ASSERT_TRUE(victim);
  EXPECT_EQ(victim->line, 0u);
  EXPECT_EQ(victim->version, 7u);
  EXPECT_TRUE(victim->dirty);
  EXPECT_EQ(tags.find(0), nullptr);
  EXPECT_NE(tags.find(4), nullptr);  // and is the most recent now
  EXPECT_EQ(tags.insert(12, 0, false)->line, 8u);
}

TEST(CacheTags, OtherSetsAreNotTouched) {
  CacheTags tags = small_cache();
  tags.insert(1, 0, false);
  for (LineNumber line = 0; line < 40; line += 4) tags.insert(line, 0, false);
  EXPECT_NE(tags.find(1), nullptr);
}

TEST(CacheTags, ARemovedLineLeavesAFreePlace) {
  CacheTags tags = small_cache();
  tags.insert(0, 0, false);
  tags.insert(4, 0, true);
  EXPECT_TRUE(tags.remove(4)->dirty);
  EXPECT_FALSE(tags.remove(4));
  EXPECT_EQ(tags.find(4), nullptr);
  EXPECT_FALSE(tags.insert(8, 0, false)) << "nothing had to go";
  EXPECT_NE(tags.find(0), nullptr);
}

using Bursts = std::vector<CacheBurst>;

// Two clusters of 8 lines each over 64 KiB.
class Coherent : public testing::Test {
 protected:
  Bursts after(const std::function<void(Bursts&)>& access) {
    Bursts bursts;
    access(bursts);
    return bursts;
  }
  Bursts read(int cluster, std::uint64_t address, std::int64_t bytes) {
    return after([&](Bursts& bursts) { caches_.read(cluster, address, bytes, bursts); });
  }
  Bursts write(int cluster, std::uint64_t address, std::int64_t bytes) {
    return after([&](Bursts& bursts) { caches_.write(cluster, address, bytes, bursts); });
  }
  Bursts clean(int cluster, std::uint64_t address, std::int64_t bytes) {
    return after([&](Bursts& bursts) { caches_.clean(cluster, address, bytes, bursts); });
  }
  Bursts device_read(bool snoops, std::uint64_t address, std::uint64_t bytes) {
    return after([&](Bursts& bursts) { caches_.device_read("unit", snoops, address, bytes, bursts); });
  }
  Bursts device_write(bool snoops, std::uint64_t address, std::uint64_t bytes) {
    return after([&](Bursts& bursts) { caches_.device_write("unit", snoops, address, bytes, bursts); });
  }
  static std::string message_of(const std::function<void()>& access) {
    try {
      access();
    } catch (const SimulationError& error) {
      return error.what();
    }
    return "";
  }

  CoherentCaches caches_{{{"big", Bytes(8 * 64), 8}, {"little", Bytes(8 * 64), 8}}, 0, 1 << 16};
};

TEST_F(Coherent, AMissFetchesItsLinesAndAHitNothing) {
  EXPECT_EQ(read(0, 0x40, 4), (Bursts{{0, false, 0x40, 64}}));
  EXPECT_EQ(read(0, 0x60, 8), Bursts{});
  EXPECT_EQ(read(0, 0x7c, 8), (Bursts{{0, false, 0x80, 64}})) << "the second of the two lines";
}

TEST_F(Coherent, NeighbouringMissesMergeInsideAnAlignedWindow) {
  EXPECT_EQ(read(0, 0xc0, 256), (Bursts{{0, false, 0xc0, 64}, {0, false, 0x100, 192}}));
  EXPECT_EQ(read(1, 0x100, 256), (Bursts{{1, false, 0x100, 256}}));
}

TEST_F(Coherent, AHitInTheMiddleCutsTheBurst) {
  read(0, 0x140, 64);
  EXPECT_EQ(read(0, 0x100, 256), (Bursts{{0, false, 0x100, 64}, {0, false, 0x180, 128}}));
}

TEST_F(Coherent, AWholeLineIsWrittenWithoutFetchingIt) {
  EXPECT_EQ(write(0, 0x100, 128), Bursts{});
  EXPECT_EQ(read(0, 0x100, 128), Bursts{});
}

TEST_F(Coherent, ALineWrittenInPiecesIsFetchedOnceThoughAllOfItIsWritten) {
  const auto scattered = [&] {
    return after(
        [&](Bursts& bursts) { caches_.write(0, 0x100, 128, bursts, CoherentCaches::Writes::scattered); });
  };
  EXPECT_EQ(scattered(), (Bursts{{0, false, 0x100, 128}}));
  EXPECT_EQ(scattered(), Bursts{});
}

TEST_F(Coherent, APartOfALineIsFetchedFirst) {
  EXPECT_EQ(write(0, 0x120, 128), (Bursts{{0, false, 0x100, 64}, {0, false, 0x180, 64}}));
  EXPECT_EQ(write(0, 0x120, 8), Bursts{}) << "it is there now";
}

TEST_F(Coherent, DirtyVictimsAreWrittenBackAndCleanOnesAreNot) {
  write(0, 0, 4 * 64);
  read(0, 0x400, 4 * 64);
  EXPECT_EQ(read(0, 0x800, 4 * 64), (Bursts{{0, true, 0, 256}, {0, false, 0x800, 256}}));
  EXPECT_EQ(read(0, 0xc00, 4 * 64), (Bursts{{0, false, 0xc00, 256}})) << "the next four victims were clean";
}

TEST_F(Coherent, CleaningWritesDirtyLinesBackOnceAndKeepsThem) {
  write(0, 0x100, 128);
  EXPECT_EQ(clean(1, 0x100, 256), Bursts{}) << "another cluster's";
  EXPECT_EQ(clean(0, 0x100, 256), (Bursts{{0, true, 0x100, 128}}));
  EXPECT_EQ(clean(0, 0x100, 256), Bursts{});
  EXPECT_EQ(read(0, 0x100, 128), Bursts{});
}

TEST_F(Coherent, InvalidatingDropsCleanLines) {
  read(0, 0x100, 64);
  caches_.invalidate(0, 0x100, 64);
  EXPECT_EQ(read(0, 0x100, 64), (Bursts{{0, false, 0x100, 64}}));
}

TEST_F(Coherent, InvalidatingADirtyLineLosesAWrite) {
  write(0, 0x100, 64);
  EXPECT_NE(message_of([&] { caches_.invalidate(0, 0x100, 64); }).find("lost write: cluster"),
            std::string::npos);
}

TEST_F(Coherent, TheOwnerWritesBackWhatAnotherClusterReads) {
  write(0, 0x100, 64);
  EXPECT_EQ(read(1, 0x100, 64), (Bursts{{0, true, 0x100, 64}, {1, false, 0x100, 64}}));
  EXPECT_EQ(read(0, 0x100, 64), Bursts{}) << "it keeps a clean copy";
  EXPECT_EQ(clean(0, 0x100, 64), Bursts{});
}

TEST_F(Coherent, AWriteTakesTheLineFromTheOthers) {
  read(0, 0x100, 64);
  EXPECT_EQ(write(1, 0x100, 64), Bursts{});
  EXPECT_EQ(read(0, 0x100, 64), (Bursts{{1, true, 0x100, 64}, {0, false, 0x100, 64}}));
  write(1, 0x200, 64);
  EXPECT_EQ(write(0, 0x200, 64), (Bursts{{1, true, 0x200, 64}}));
}

TEST_F(Coherent, ADeviceThatReadsUnderADirtyLineReadsStaleBytes) {
  write(1, 0x100, 64);
  EXPECT_EQ(message_of([&] { device_read(false, 0xc0, 65); }),
            "stale read: unit reads the line at 0x100 from memory while cluster little holds newer bytes; a "
            "clean is "
            "missing");
  EXPECT_EQ(device_read(false, 0xc0, 64), Bursts{}) << "the line before is its own";
  clean(1, 0x100, 64);
  EXPECT_EQ(device_read(false, 0x100, 64), Bursts{});
}

TEST_F(Coherent, ADeviceThatWritesUnderADirtyLineLosesAWrite) {
  write(0, 0x100, 64);
  EXPECT_EQ(
      message_of([&] { device_write(false, 0x100, 4); }),
      "lost write: unit writes the line at 0x100 while cluster big holds it dirty; a clean or invalidate is "
      "missing");
}

TEST_F(Coherent, ACachedLineIsStaleOnceADeviceWroteIt) {
  read(0, 0x100, 64);
  device_write(false, 0x100, 64);
  EXPECT_EQ(message_of([&] { read(0, 0x100, 64); }),
            "stale read: cluster big uses its cached line at 0x100, which was written in memory behind its "
            "back; an "
            "invalidate is missing");
  EXPECT_NE(message_of([&] { write(0, 0x100, 8); }), "") << "the rest of the line would be the old one's";
  caches_.invalidate(0, 0x100, 64);
  EXPECT_EQ(read(0, 0x100, 64), (Bursts{{0, false, 0x100, 64}}));
}

TEST_F(Coherent, WritingAllOfAStaleLineMakesItFresh) {
  read(0, 0x100, 64);
  device_write(false, 0x100, 64);
  EXPECT_EQ(message_of([&] { write(0, 0x100, 64); }), "");
  EXPECT_EQ(message_of([&] { read(0, 0x100, 64); }), "");
}

TEST_F(Coherent, ASnoopingDeviceNeedsNoMaintenance) {
  write(0, 0x100, 128);
  EXPECT_EQ(device_read(true, 0x100, 128), (Bursts{{0, true, 0x100, 128}}));
  EXPECT_EQ(read(0, 0x100, 128), Bursts{}) << "a read leaves the copy";
  write(0, 0x100, 64);
  EXPECT_EQ(device_write(true, 0x100, 128), (Bursts{{0, true, 0x100, 64}}));
  EXPECT_EQ(message_of([&] { EXPECT_EQ(read(0, 0x100, 64), (Bursts{{0, false, 0x100, 64}})); }), "");
}

}  // namespace
}  // namespace tandem::cpu
