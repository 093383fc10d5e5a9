// SPDX-License-Identifier: Apache-2.0
// Assignments by hand (--set key=value).
#include <gtest/gtest.h>

#include "models/toml/reader.h"

namespace tandem::toml_reader {
namespace {

Document parse(const std::string& text) { return Document::parse_text(text, "f.toml"); }

std::string failure(const Document& document) {
  try {
    document.finish();
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

std::string refusal(const std::string& text, const std::string& assignment) {
  Document document = parse(text);
  try {
    document.set(assignment);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(TomlSet, AValueIsTomlWhereItCanBe) {
  Document document = parse("");
  document.set("a=4");
  document.set("b=0.5");
  document.set("c=true");
  document.set("d=\"4\"");
  document.set("e=[\"x\", \"y\"]");
  document.set("f={g = 1}");
  EXPECT_EQ(document.root().integer("a", 0, 9), 4);
  EXPECT_EQ(document.root().number("b", 0, 1), 0.5);
  EXPECT_TRUE(document.root().boolean_or("c", false));
  EXPECT_EQ(document.root().string("d"), "4");
  EXPECT_EQ(document.root().strings("e"), (std::vector<std::string>{"x", "y"}));
  EXPECT_EQ(document.root().table("f").integer("g", 0, 9), 1);
  EXPECT_EQ(failure(document), "");
}

TEST(TomlSet, ElseItIsAString) {
  Document document = parse("");
  document.set("network=../networks/squeezenet.onnx");
  document.set("clock=1200 MHz");
  document.set("array=8x32");
  document.set("equation=a=b");
  document.set("empty=");
  EXPECT_EQ(document.root().string("network"), "../networks/squeezenet.onnx");
  EXPECT_EQ(document.root().frequency("clock", Hertz(1), Hertz(2'000'000'000)), Hertz(1'200'000'000));
  EXPECT_EQ(document.root().string("array"), "8x32");
  EXPECT_EQ(document.root().string("equation"), "a=b");
  EXPECT_EQ(document.root().string("empty"), "");
  EXPECT_EQ(failure(document), "");
}

TEST(TomlSet, ReplacesWhatTheFileSays) {
  Document document = parse("images = 4\n[schedule]\nplanner = \"exact\"\n");
  document.set("images=2");
  document.set("schedule.planner=cosched");
  document.set("schedule.planner=pipeit");
  EXPECT_EQ(document.root().integer("images", 1, 9), 2);
  EXPECT_EQ(document.root().table("schedule").string("planner"), "pipeit");
  EXPECT_EQ(failure(document), "");
}

TEST(TomlSet, MakesTheTablesOnTheWay) {
  Document document = parse("");
  document.set("a.b.c=1");
  EXPECT_EQ(document.root().table("a").table("b").integer("c", 0, 9), 1);
  EXPECT_EQ(failure(document), "");
}

TEST(TomlSet, AScalarForAListKeyIsOneElement) {
  Document document = parse("cores = [\"a73x4\", \"a53x4\"]\n");
  document.set("cores=a53x2");
  document.set("sizes=3");
  EXPECT_EQ(document.root().strings("cores"), (std::vector<std::string>{"a53x2"}));
  EXPECT_EQ(document.root().integers("sizes", 0, 9), (std::vector<std::int64_t>{3}));
  EXPECT_EQ(failure(document), "");
}

TEST(TomlSet, AWrongElementByHandIsRefused) {
  Document document = parse("");
  document.set("cores=4");
  document.set("sizes=12");
  document.root().strings("cores");
  document.root().integers("sizes", 0, 9);
  EXPECT_EQ(failure(document),
            "--set: cores: holds an integer; every element must be a string\n"
            "--set: sizes: holds 12; every element must be an integer from 0 to 9");
}

TEST(TomlSet, ProblemsNameTheHandAndComeBeforeTheFiles) {
  Document document = parse("images = 0\n");
  document.set("schedule.planner=7");
  document.set("schedule.zz=1");
  document.set("schedule.plannr=1");
  document.root().integer("images", 1, 9);
  document.root().table("schedule").string("planner");
  EXPECT_EQ(failure(document),
            "--set: schedule.planner: is an integer; give a string\n"
            "--set: schedule.plannr: is unknown, did you mean \"planner\"?\n"
            "--set: schedule.zz: is unknown; allowed is planner\n"
            "f.toml:1:10: images: is 0; allowed is 1 to 9");
}

TEST(TomlSet, WhatIsNoAssignmentIsRefused) {
  EXPECT_EQ(refusal("", "images"), "--set: images: is not of the form key=value");
  EXPECT_EQ(refusal("", "=4"), "--set: =4: is not of the form key=value");
  EXPECT_EQ(refusal("", "a..b=4"), "--set: a..b: has an empty part; give a key like run.images");
  EXPECT_EQ(refusal("", ".a=4"), "--set: .a: has an empty part; give a key like run.images");
  EXPECT_EQ(refusal("", "a.=4"), "--set: a.: has an empty part; give a key like run.images");
  EXPECT_EQ(refusal("", "a=1\nb=2"), "--set: a: holds more than one value");
  EXPECT_EQ(refusal("a = 1", "a.b=4"), "--set: a.b: \"a\" is not a table");
}

// Members of an array of tables are reached by place or by name.
TEST(TomlSet, ChangesAMemberOfAList) {
  const std::string text = "[[cluster]]\nname = \"a\"\ncores = 4\n[[cluster]]\nname = \"b\"\ncores = 2\n";
  Document document = Document::parse_text(text, "f.toml");
  document.set("cluster.b.cores=1");
  document.set("cluster.0.cores=3");
  const auto flat = document.flat();
  EXPECT_EQ(flat.at("cluster.0.cores"), "3");
  EXPECT_EQ(flat.at("cluster.1.cores"), "1");
  EXPECT_EQ(flat.at("cluster.1.name"), "'b'");
  const auto refused = [&](const char* assignment) {
    try {
      document.set(assignment);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refused("cluster.c.cores=1"),
            "--set: cluster.c.cores: \"c\" names no member of its list; allowed is one of a, b");
  EXPECT_EQ(refused("cluster.a=1"), "--set: cluster.a: names a member of a list, not a key of it");
}

}  // namespace
}  // namespace tandem::toml_reader
