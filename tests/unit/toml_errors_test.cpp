// SPDX-License-Identifier: Apache-2.0
// Every message a wrong file can give, with its place.
#include <gtest/gtest.h>

#include <functional>

#include "models/toml/reader.h"

namespace tandem::toml_reader {
namespace {

using Read = std::function<void(const Table&)>;

// All messages of reading `text` with `read`, one a line; "" when all was right.
std::string messages(const std::string& text, const Read& read) {
  try {
    const Document document = Document::parse_text(text, "f.toml");
    read(document.root());
    document.finish();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(TomlErrors, MissingKeysSayWhatToGive) {
  const auto of = [](const Read& read) {
    return messages("[t]", [&](const Table& root) { read(root.table("t")); });
  };
  EXPECT_EQ(of([](const Table& t) { t.string("k"); }), "f.toml:1:1: t.k: is missing; give a string");
  EXPECT_EQ(of([](const Table& t) { t.integer("k", 1, 8); }),
            "f.toml:1:1: t.k: is missing; give an integer from 1 to 8");
  EXPECT_EQ(of([](const Table& t) { t.number("k", 0, 0.5); }),
            "f.toml:1:1: t.k: is missing; give a number from 0 to 0.5");
  EXPECT_EQ(of([](const Table& t) {
              t.choice("k", {"a", "b"});
            }),
            "f.toml:1:1: t.k: is missing; give one of a, b");
  EXPECT_EQ(of([](const Table& t) { t.frequency("k", Hertz(1), Hertz(2)); }),
            "f.toml:1:1: t.k: is missing; give a string like \"1.2 GHz\"");
  EXPECT_EQ(of([](const Table& t) { t.size("k", Bytes(1), Bytes(2)); }),
            "f.toml:1:1: t.k: is missing; give a string like \"32 KiB\"");
  EXPECT_EQ(of([](const Table& t) { t.time("k", Picoseconds(1), Picoseconds(2)); }),
            "f.toml:1:1: t.k: is missing; give a string like \"30 ns\"");
  EXPECT_EQ(of([](const Table& t) { t.address("k"); }),
            "f.toml:1:1: t.k: is missing; give an address like 0x8000_0000");
  EXPECT_EQ(of([](const Table& t) { t.table("k"); }), "f.toml:1:1: t.k: is missing; give a table [t.k]");
}

TEST(TomlErrors, WrongTypesSayWhatIsThereAndWhatToGive) {
  const auto of = [](const std::string& value, const Read& read) { return messages("k = " + value, read); };
  EXPECT_EQ(of("1", [](const Table& t) { t.string("k"); }), "f.toml:1:5: k: is an integer; give a string");
  EXPECT_EQ(of("1.5", [](const Table& t) { t.integer("k", 1, 8); }),
            "f.toml:1:5: k: is a number; give an integer from 1 to 8");
  EXPECT_EQ(of("\"x\"", [](const Table& t) { t.number("k", 0, 1); }),
            "f.toml:1:5: k: is a string; give a number from 0 to 1");
  EXPECT_EQ(of("1", [](const Table& t) { t.boolean_or("k", true); }),
            "f.toml:1:5: k: is an integer; give true or false");
  EXPECT_EQ(of("true",
               [](const Table& t) {
                 t.choice("k", {"a", "b"});
               }),
            "f.toml:1:5: k: is a boolean; give one of a, b");
  EXPECT_EQ(of("\"x\"", [](const Table& t) { t.strings("k"); }),
            "f.toml:1:5: k: is a string; give a list of strings");
  EXPECT_EQ(of("1", [](const Table& t) { t.integers("k", 0, 9); }),
            "f.toml:1:5: k: is an integer; give a list of integers");
  EXPECT_EQ(of("[1]", [](const Table& t) { t.table("k"); }), "f.toml:1:5: k: is a list; give a table [k]");
  EXPECT_EQ(of("{}", [](const Table& t) { t.tables("k"); }),
            "f.toml:1:5: k: is a table; give tables as [[k]]");
  EXPECT_EQ(of("1979-05-27", [](const Table& t) { t.string("k"); }),
            "f.toml:1:5: k: is a date or time; give a string");
  EXPECT_EQ(of("-1", [](const Table& t) { t.address("k"); }),
            "f.toml:1:5: k: is no address; give one like 0x8000_0000");
  EXPECT_EQ(of("\"0xzz\"", [](const Table& t) { t.address("k"); }),
            "f.toml:1:5: k: is no address; give one like 0x8000_0000");
  EXPECT_EQ(of("\"0x1_0000_0000_0000_0000\"", [](const Table& t) { t.address("k"); }),
            "f.toml:1:5: k: is no address; give one like 0x8000_0000");
}

TEST(TomlErrors, WrongElementsOfListsHaveTheirOwnPlace) {
  EXPECT_EQ(messages("k = [\"a\", 2]", [](const Table& t) { t.strings("k"); }),
            "f.toml:1:11: k: holds an integer; every element must be a string");
  EXPECT_EQ(messages("k = [1, \"a\", 12]", [](const Table& t) { t.integers("k", 0, 9); }),
            "f.toml:1:9: k: holds a string; every element must be an integer from 0 to 9\n"
            "f.toml:1:14: k: holds 12; every element must be an integer from 0 to 9");
  EXPECT_EQ(messages("k = [{}, 3]", [](const Table& t) { t.tables("k"); }),
            "f.toml:1:10: k[1]: is an integer; give a table");
}

TEST(TomlErrors, OutOfRangeSaysTheRange) {
  EXPECT_EQ(messages("k = 0", [](const Table& t) { t.integer("k", 1, 8); }),
            "f.toml:1:5: k: is 0; allowed is 1 to 8");
  EXPECT_EQ(messages("k = 9", [](const Table& t) { t.integer_or("k", 4, 1, 8); }),
            "f.toml:1:5: k: is 9; allowed is 1 to 8");
  EXPECT_EQ(messages("k = 1.5", [](const Table& t) { t.number("k", 0, 1); }),
            "f.toml:1:5: k: is 1.5; allowed is 0 to 1");
  EXPECT_EQ(messages("k = nan", [](const Table& t) { t.number("k", 0, 1); }),
            "f.toml:1:5: k: is nan; allowed is 0 to 1");
  EXPECT_EQ(
      messages("k = \"5 GHz\"", [](const Table& t) { t.frequency("k", Hertz(1'500), Hertz(4'000'000'000)); }),
      "f.toml:1:5: k: is \"5 GHz\"; allowed is 1.5 kHz to 4 GHz");
  EXPECT_EQ(messages("k = \"-1 B\"", [](const Table& t) { t.size("k", Bytes(0), Bytes(2048)); }),
            "f.toml:1:5: k: is \"-1 B\"; allowed is 0 B to 2 KiB");
}

TEST(TomlErrors, AQuantityBeyondAllIntegersIsOutOfRange) {
  const auto highest = Picoseconds(std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(messages("k = \"9223372036854775808 ps\"",
                     [&](const Table& t) { t.time("k", Picoseconds(0), highest); }),
            "f.toml:1:5: k: is \"9223372036854775808 ps\"; allowed is 0 ps to 9.22337e+06 s");
}

TEST(TomlErrors, QuantitiesNeedTheirUnit) {
  const Read clock = [](const Table& t) { t.frequency("k", Hertz(1), Hertz(2)); };
  EXPECT_EQ(messages("k = 1200", clock),
            "f.toml:1:5: k: is an integer; give a string like \"1.2 GHz\" (units: Hz, kHz, MHz, GHz)");
  EXPECT_EQ(messages("k = \"30 ns\"", clock),
            "f.toml:1:5: k: is \"30 ns\"; give a string like \"1.2 GHz\" (units: Hz, kHz, MHz, GHz)");
  EXPECT_EQ(messages("k = \"-5 mW\"", [](const Table& t) { t.power_or("k", Milliwatts(1)); }),
            "f.toml:1:5: k: is \"-5 mW\"; give a power from 0 to 10 kW like \"120 mW\" (units: uW, mW, W)");
}

TEST(TomlErrors, UnknownChoiceOffersTheNearest) {
  const Read planner = [](const Table& t) { t.choice("k", {"cosched", "pipeit"}); };
  EXPECT_EQ(
      messages("k = \"cosch\"", planner),
      "f.toml:1:5: k: \"cosch\" is unknown, did you mean \"cosched\"?; allowed is one of cosched, pipeit");
  EXPECT_EQ(messages("k = \"random\"", planner),
            "f.toml:1:5: k: \"random\" is unknown; allowed is one of cosched, pipeit");
}

TEST(TomlErrors, UnknownKeysOfferTheNearest) {
  const Read read = [](const Table& t) {
    t.string_or("network", "");
    t.string_or("platform", "");
    if (const auto schedule = t.table_if("schedule")) schedule->string_or("planner", "");
  };
  EXPECT_EQ(messages("netwrok = \"x\"", read), "f.toml:1:1: netwrok: is unknown, did you mean \"network\"?");
  EXPECT_EQ(messages("voltage = 1", read),
            "f.toml:1:1: voltage: is unknown; allowed is network, platform, schedule");
  EXPECT_EQ(messages("[schedule]\n  planer = 1", read),
            "f.toml:2:3: schedule.planer: is unknown, did you mean \"planner\"?");
  EXPECT_EQ(messages("[voltage]\nx = 1\ny = 2", read),
            "f.toml:1:2: voltage: is unknown; allowed is network, platform, schedule");
  EXPECT_EQ(messages("a = 1", [](const Table&) {}), "f.toml:1:1: a: is unknown; no key is allowed here");
}

TEST(TomlErrors, AllProblemsComeAtOnceInFileOrder) {
  const std::string text = "images = 0\nspeed = 1\n[schedule]\nplanner = 3\n[memory]\nsize = \"2 MB\"\n";
  EXPECT_EQ(messages(text,
                     [](const Table& root) {  // asked for in another order than they stand in
                       root.table("memory").size("size", Bytes(1), Bytes(2));
                       root.table("schedule").string("planner");
                       root.integer("images", 1, 100);
                       root.table("schedule").string("objective");
                     }),
            "f.toml:1:10: images: is 0; allowed is 1 to 100\n"
            "f.toml:2:1: speed: is unknown; allowed is images, memory, schedule\n"
            "f.toml:3:1: schedule.objective: is missing; give a string\n"
            "f.toml:4:11: schedule.planner: is an integer; give a string\n"
            "f.toml:6:8: memory.size: is \"2 MB\"; give a string like \"32 KiB\" (units: B, KiB, MiB, GiB)");
}

TEST(TomlErrors, AKeyAskedForTwiceIsWrongOnce) {
  EXPECT_EQ(messages("k = 0",
                     [](const Table& t) {
                       t.integer("k", 1, 8);
                       t.integer("k", 1, 8);
                     }),
            "f.toml:1:5: k: is 0; allowed is 1 to 8");
}

TEST(TomlErrors, AMissingTableIsReportedOnceAndReadingGoesOn) {
  EXPECT_EQ(messages("",
                     [](const Table& root) {
                       const Table dram = root.table("dram");
                       EXPECT_EQ(dram.integer("banks", 4, 16), 4);
                       EXPECT_EQ(dram.string("kind"), "");
                       EXPECT_FALSE(dram.has("kind"));
                       EXPECT_EQ(dram.time("tRCD", Picoseconds(3), Picoseconds(9)), Picoseconds(3));
                       EXPECT_TRUE(dram.tables("ranks").empty());
                       EXPECT_EQ(dram.table("timing").choice("k", {"a"}), 0u);
                     }),
            "f.toml:1:1: dram: is missing; give a table [dram]");
}

TEST(TomlErrors, AReadersOwnProblemHasThePlaceOfItsValue) {
  EXPECT_EQ(messages("\n[[cluster]]\ncores = 3",
                     [](const Table& root) {
                       const Table cluster = root.tables("cluster").at(0);
                       cluster.integer("cores", 1, 8);
                       cluster.problem("cores", "is odd");
                       cluster.problem("", "is lonely");
                     }),
            "f.toml:2:1: cluster[0]: is lonely\nf.toml:3:9: cluster[0].cores: is odd");
}

TEST(TomlErrors, WhatIsNotTomlHasItsPlace) {
  const Read nothing = [](const Table&) {};
  EXPECT_EQ(messages("a = 1\nb = [1,", nothing).substr(0, 24), "f.toml:2:8: is not TOML:");
  EXPECT_EQ(messages("a = 1\na = 2", nothing).substr(0, 24), "f.toml:2:5: is not TOML:");
  EXPECT_EQ(messages("a = \"\xff\"", nothing).substr(0, 24), "f.toml:1:5: is not TOML:");
}

TEST(TomlErrors, ANameIsOneLineAndNotEmpty) {
  const std::string text = "a = \"\"\nb = \"x\\ny\"\nc = 1\nd = \"K\u00fcche 2\"\n";
  EXPECT_EQ(messages(text,
                     [](const Table& root) {
                       for (const char* key : {"a", "b", "c"}) root.name(key);
                       EXPECT_EQ(root.name("d"), "K\u00fcche 2");
                     }),
            "f.toml:1:5: a: is empty; give a name\n"
            "f.toml:2:5: b: has a control character; give a name of one line\n"
            "f.toml:3:5: c: is an integer; give a string");
}

TEST(TomlErrors, AFileThatCannotBeReadIsNamed) {
  const auto of = [](const std::string& path) -> std::string {
    try {
      Document::parse_file(path);
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  const std::string folder = testing::TempDir();
  EXPECT_EQ(of(folder + "no_such_file.toml"),
            folder + "no_such_file.toml: cannot be read; give a TOML file that exists");
  EXPECT_EQ(of(folder), folder + ": is a folder; give a TOML file");
}

}  // namespace
}  // namespace tandem::toml_reader
