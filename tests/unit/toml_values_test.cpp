// SPDX-License-Identifier: Apache-2.0
// What a correct file gives.
#include <gtest/gtest.h>

#include "models/toml/reader.h"
#include "tests/unit/own_file.h"

namespace tandem::toml_reader {
namespace {

Document parse(const std::string& text) { return Document::parse_text(text, "f.toml"); }

TEST(TomlValues, EveryKindOfValueIsRead) {
  const Document document = parse(R"(
name = "soc"
cores = 4
share = 0.25
whole = 2
coherent = true
kind = "rtl"
clock = "2.36 GHz"
cache = "512 KiB"
latency = "0.5 ns"
power = "1.5 W"
)");
  const Table root = document.root();
  EXPECT_EQ(root.string("name"), "soc");
  EXPECT_EQ(root.integer("cores", 1, 8), 4);
  EXPECT_EQ(root.number("share", 0, 1), 0.25);
  EXPECT_EQ(root.number("whole", 0, 2), 2.0);
  EXPECT_TRUE(root.boolean_or("coherent", false));
  EXPECT_EQ(root.choice("kind", {"model", "rtl"}), 1u);
  EXPECT_EQ(root.frequency("clock", Hertz(1), Hertz(3'000'000'000)), Hertz(2'360'000'000));
  EXPECT_EQ(root.size("cache", Bytes(0), Bytes(1 << 20)), Bytes(512 * 1024));
  EXPECT_EQ(root.time("latency", Picoseconds(0), Picoseconds(1000)), Picoseconds(500));
  EXPECT_EQ(root.power_or("power", Milliwatts(0)), Milliwatts(1500));
  EXPECT_NO_THROW(document.finish());
}

TEST(TomlValues, AbsentOptionalKeysGiveTheirFallback) {
  const Document document = parse("");
  const Table root = document.root();
  EXPECT_EQ(root.string_or("a", "x"), "x");
  EXPECT_EQ(root.integer_or("b", 7, 1, 8), 7);
  EXPECT_EQ(root.number_or("c", 0.5, 0, 1), 0.5);
  EXPECT_TRUE(root.boolean_or("d", true));
  EXPECT_EQ(root.choice_or("e", 1, {"x", "y"}), 1u);
  EXPECT_EQ(root.frequency_or("f", Hertz(5), Hertz(1), Hertz(9)), Hertz(5));
  EXPECT_EQ(root.size_or("g", Bytes(5), Bytes(1), Bytes(9)), Bytes(5));
  EXPECT_EQ(root.time_or("h", Picoseconds(5), Picoseconds(1), Picoseconds(9)), Picoseconds(5));
  EXPECT_EQ(root.power_or("i", Milliwatts(5)), Milliwatts(5));
  EXPECT_TRUE(root.strings("j").empty());
  EXPECT_TRUE(root.integers("k", 0, 9).empty());
  EXPECT_FALSE(root.table_if("l").has_value());
  EXPECT_TRUE(root.tables("m").empty());
  EXPECT_NO_THROW(document.finish());
}

TEST(TomlValues, LimitsAreAllowedThemselves) {
  const Document document = parse("low = 1\nhigh = 8\nclock = \"3 Hz\"");
  EXPECT_EQ(document.root().integer("low", 1, 8), 1);
  EXPECT_EQ(document.root().integer("high", 1, 8), 8);
  EXPECT_EQ(document.root().frequency("clock", Hertz(3), Hertz(3)), Hertz(3));
  EXPECT_NO_THROW(document.finish());
}

TEST(TomlValues, AddressesAreIntegersOrHexadecimalStrings) {
  const Document document = parse("a = 0x8000_0000\nb = \"0xFFFF_0000_0000_0000\"");
  EXPECT_EQ(document.root().address("a"), 0x80000000u);
  EXPECT_EQ(document.root().address("b"), 0xFFFF000000000000u);  // beyond TOML's integers
  EXPECT_NO_THROW(document.finish());
}

TEST(TomlValues, ListsKeepTheirOrder) {
  const Document document = parse("names = [\"b\", \"a\"]\nsizes = [3, 1]\none = 5\nmore = [1, 2]");
  EXPECT_EQ(document.root().strings("names"), (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(document.root().integers("sizes", 0, 9), (std::vector<std::int64_t>{3, 1}));
  EXPECT_EQ(document.root().integer_or_list("one", 0, 9), (std::vector<std::int64_t>{5}));
  EXPECT_EQ(document.root().integer_or_list("more", 0, 9), (std::vector<std::int64_t>{1, 2}));
  EXPECT_NO_THROW(document.finish());
}

TEST(TomlValues, TablesAndListsOfTablesAreRead) {
  const Document document =
      parse("[dram]\nkind = \"lpddr4\"\n[[cluster]]\ncores = 4\n[[cluster]]\ncores = 2");
  EXPECT_EQ(document.root().table("dram").string("kind"), "lpddr4");
  const std::vector<Table> clusters = document.root().tables("cluster");
  ASSERT_EQ(clusters.size(), 2u);
  EXPECT_EQ(clusters[0].integer("cores", 1, 8), 4);
  EXPECT_EQ(clusters[1].integer("cores", 1, 8), 2);
  EXPECT_NO_THROW(document.finish());
}

TEST(TomlValues, KeysComeInTheOrderOfTheFile) {
  const Document document = parse("zeta = 1\nalpha = 2\nmid = 3");
  EXPECT_EQ(document.root().keys(), (std::vector<std::string>{"zeta", "alpha", "mid"}));
}

TEST(TomlValues, AFileIsReadWithItsName) {
  const test::OwnFile file("values.toml", "cores = 9\n");
  const Document document = Document::parse_file(file.path());
  document.root().integer("cores", 1, 8);
  try {
    document.finish();
    FAIL() << "9 is out of range";
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), file.path() + ":1:9: cores: is 9; allowed is 1 to 8");
  }
}

TEST(TomlQuote, GivesBackTheSameTextWhenRead) {
  for (const std::string text :
       {"", "plain", "a \"b\" \\c", "line\nand\ttab", "\x01\x1f\x7f", "'single'", "\"\"\"", "µs, Größe"}) {
    const Document document = parse("v = " + quote(text));
    EXPECT_EQ(document.root().string("v"), text);
    EXPECT_EQ(quote(text).find('\n'), std::string::npos);
  }
}

}  // namespace
}  // namespace tandem::toml_reader
