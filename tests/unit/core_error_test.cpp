// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "models/core/error.h"

namespace tandem {
namespace {

TEST(Place, ShowsOnlyWhatIsKnown) {
  EXPECT_EQ(to_string(Place{"a.toml", 3, 7}), "a.toml:3:7");
  EXPECT_EQ(to_string(Place{"a.csv", 3, 0}), "a.csv:3");
  EXPECT_EQ(to_string(Place{"a.onnx", 0, 0}), "a.onnx");
}

TEST(Problem, ReadsPlaceKeyMessage) {
  EXPECT_EQ(to_string(Problem{{"a.toml", 3, 7}, "images", "is 0"}), "a.toml:3:7: images: is 0");
  EXPECT_EQ(to_string(Problem{{"a.toml", 3, 7}, "", "is not TOML"}), "a.toml:3:7: is not TOML");
  EXPECT_EQ(to_string(Problem{{}, "network", "is unknown"}), "network: is unknown");
}

TEST(InputError, ShowsEveryProblemOnALineOfItsOwn) {
  const InputError error({{{"a", 1, 1}, "x", "one"}, {{"a", 2, 1}, "y", "two"}});
  EXPECT_STREQ(error.what(), "a:1:1: x: one\na:2:1: y: two");
  EXPECT_EQ(error.problems().size(), 2u);
}

TEST(NearestName, FindsATypingError) {
  const std::vector<std::string> names = {"network", "platform", "precision"};
  EXPECT_EQ(nearest_name("netwrok", names), "network");
  EXPECT_EQ(nearest_name("platfrom", names), "platform");
  EXPECT_EQ(nearest_name("precison", names), "precision");
}

TEST(NearestName, IsEmptyWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("voltage", {"network", "platform"}), "");
  EXPECT_EQ(nearest_name("x", {}), "");
}

TEST(NearestName, DoesNotOfferAWordThatSharesNoLetter) {
  EXPECT_EQ(nearest_name("qz", {"tm", "tn"}), "");
  EXPECT_EQ(nearest_name("", {"ab"}), "");
}

TEST(NearestName, TakesTheFirstOfSeveralAsNear) {
  EXPECT_EQ(nearest_name("a53x3", {"a53x2", "a53x4"}), "a53x2");
  EXPECT_EQ(nearest_name("a53x3", {"a53x4", "a53x2"}), "a53x4");
}

TEST(Join, PutsCommasBetween) {
  EXPECT_EQ(join({}), "");
  EXPECT_EQ(join({"a"}), "a");
  EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
}

}  // namespace
}  // namespace tandem
