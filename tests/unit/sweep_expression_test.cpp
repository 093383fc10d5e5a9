// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "dse/sweep/expression.h"
#include "models/core/error.h"

namespace tandem::sweep {
namespace {

Value lookup(const std::string& name) {
  if (name == "cores") return 4.0;
  if (name == "clock") return std::string("800 MHz");
  if (name == "array") return std::string("8x32");
  if (name == "platform.dram.type") return std::string("ddr4");
  throw InputError({{}, 0, 0}, "", "no " + name);
}
std::string result(const std::string& text) { return text_of(Expression(text).evaluate(lookup)); }
std::string refusal(const std::string& text) {
  try {
    return "gave " + result(text);
  } catch (const InputError& error) {
    return error.problems().front().message;
  }
}

TEST(SweepExpression, BindsAsInC) {
  EXPECT_EQ(result("1 + 2 * 3 - 4 / 2"), "5");
  EXPECT_EQ(result("(1 + 2) * 3 % 4"), "1");
  EXPECT_EQ(result("1 < 2 && 2 < 1 || 3 == 3"), "1");
  EXPECT_EQ(result("!0 + -2"), "-1");
  EXPECT_EQ(result("7 - 2 - 1"), "4");
  EXPECT_EQ(result("0.5 * 3"), "1.5");
}

TEST(SweepExpression, KnowsQuantitiesStringsAndFunctions) {
  EXPECT_EQ(result("clock / 1000000"), "800");
  EXPECT_EQ(result("clock >= '0.8 GHz'"), "1");
  EXPECT_EQ(result("'a53x' + cores"), "a53x4");
  EXPECT_EQ(result("product(array)"), "256");
  EXPECT_EQ(result("platform.dram.type == 'ddr4'"), "1");
  EXPECT_EQ(result("if(cores > 2, 'many', 'few')"), "many");
  EXPECT_EQ(
      result(
          "min(3, cores, 9) + max(1, 2) + log2(8) + ceil(0.2) + floor(1.9) + abs(-1) + sqrt(4) + round(0.6)"),
      "14");
}

TEST(SweepExpression, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(refusal("1 +"), "at character 4: a value is missing");
  EXPECT_EQ(refusal("1 2"), "at character 3: \"2\" is not expected");
  EXPECT_EQ(refusal("(1"), "at character 3: \")\" is missing");
  EXPECT_EQ(refusal("'a"), "at character 1: the string has no end");
  EXPECT_EQ(refusal("array * 2"), "\"8x32\" is no number and no quantity");
  EXPECT_EQ(refusal("1 / (cores - 4)"), "divides by zero");
  EXPECT_EQ(refusal("log2(0)"), "log2() of 0");
  EXPECT_EQ(refusal("product('8x')"), "product(): \"8x\" is not of the form AxB");
  EXPECT_NE(refusal("cosine(1)").find("\"cosine\" is no function; allowed is one of abs"), std::string::npos);
  EXPECT_NE(refusal(std::string(1000, '(')).find("nested deeper"), std::string::npos);
  EXPECT_NE(refusal(std::string(1000, '-')).find("nested deeper"), std::string::npos);
  EXPECT_EQ(refusal(std::string(100000, '(')), "is longer than 4096 characters");
}

TEST(SweepExpression, NumbersReadBackAsTheyWere) {
  for (const double value : {0.1, 1.0 / 3, 1e300, -2.5e-9, 1e15, 123456789.0})
    EXPECT_EQ(std::stod(text_of(value)), value);
  EXPECT_EQ(text_of(-0.0), "0");
}

}  // namespace
}  // namespace tandem::sweep
