// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "models/core/error.h"
#include "models/core/locate.h"

namespace tandem {
namespace {

// A project of its own with two platforms.
class Locate : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "locate_test_" + std::to_string(getpid());
    std::filesystem::create_directories(root_ + "/configs/platforms");
    std::filesystem::create_directories(root_ + "/configs/runs");
    for (const char* name : {"ultra96", "only_here"}) {
      std::ofstream(root_ + "/configs/platforms/" + name + ".toml") << "\n";
    }
    setenv("TANDEM_ROOT", root_.c_str(), 1);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  static std::string refusal(const std::string& name_or_path) {
    try {
      return "found " + resolve_config("platforms", name_or_path);
    } catch (const InputError& error) {
      return error.what();
    }
  }

  std::string root_;
};

TEST_F(Locate, ABareNameIsAFileOfItsKind) {
  EXPECT_EQ(resolve_config("platforms", "ultra96"), root_ + "/configs/platforms/ultra96.toml");
}

TEST_F(Locate, APathIsTakenAsItIsElseFromTheProject) {
  const std::string absolute = root_ + "/configs/platforms/only_here.toml";
  EXPECT_EQ(resolve_config("platforms", absolute), absolute);
  EXPECT_EQ(resolve_config("platforms", "configs/platforms/only_here.toml"), absolute);
}

TEST_F(Locate, AnUnknownNameOffersTheNearestAndAllThatExist) {
  EXPECT_EQ(refusal("ultra69"),
            "platform: \"ultra69\" is unknown, did you mean \"ultra96\"?; allowed is a path or one of "
            "only_here, ultra96");
}

TEST_F(Locate, APathThatIsNoFileIsRefused) {
  EXPECT_EQ(refusal("no/such.toml"),
            "platform: \"no/such.toml\" is no file; give the path of one, or a name in configs/platforms");
  EXPECT_EQ(refusal(root_ + "/configs").find("platform: \"" + root_ + "/configs\" is no file"), 0u);
}

TEST_F(Locate, APathInAFileMayBeRelativeToIt) {
  const std::string run = root_ + "/configs/runs/r.toml";
  EXPECT_EQ(beside_file(run, "../platforms/ultra96.toml"), root_ + "/configs/runs/../platforms/ultra96.toml");
  EXPECT_EQ(beside_file(run, "ultra96"), "ultra96") << "a bare name";
  EXPECT_EQ(beside_file(run, "no/such.toml"), "no/such.toml");
}

TEST_F(Locate, ANameTooLongForAnyFileIsRefusedToo) {
  EXPECT_NE(refusal(std::string(5000, 'x')).find("is unknown"), std::string::npos);
  EXPECT_NE(refusal(std::string(5000, '/')).find("is no file"), std::string::npos);
}

}  // namespace
}  // namespace tandem
