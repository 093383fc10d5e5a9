// SPDX-License-Identifier: Apache-2.0
// Which Verilated library a run takes: the one made from what is there now, however new another one's file
// is.
#include "sim/platform/variant.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "models/core/error.h"
#include "models/core/locate.h"

namespace tandem::sim::test {
namespace {

class VerilatedLibrary : public testing::Test {
 protected:
  VerilatedLibrary() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    setenv("TANDEM_RTL_DIR", folder_.c_str(), 1);
    std::ofstream(library_) << "library";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string hash_of_sources() const {
    const std::string file = (folder_ / "hash").string();
    const std::string script = project_root() + "/rtl/build_variant.sh --hash 8 32";
    EXPECT_EQ(std::system(("CXX=\"" TANDEM_TEST_CXX "\" " + script + " >" + file).c_str()), 0);
    std::string hash;
    std::ifstream(file) >> hash;
    return hash;
  }

  accelerator::Array array_ = accelerator::parse_array("8x32");
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) /
      (std::string("verilated_library_") + testing::UnitTest::GetInstance()->current_test_info()->name());
  std::filesystem::path library_ = folder_ / "libtandem_accelerator_8x32.so";
};

TEST_F(VerilatedLibrary, IsTakenWhenItIsMadeFromTheSources) {
  std::ofstream(library_.string() + ".hash") << hash_of_sources() << "\n";
  std::filesystem::last_write_time(library_, std::filesystem::file_time_type{});  // older than all of them
  EXPECT_EQ(verilated_library(array_), library_.string());
}

TEST_F(VerilatedLibrary, IsBuiltAnewWhenItIsMadeFromOthersHoweverNewItIs) {
  std::ofstream(library_.string() + ".hash") << "0123456789abcdef\n";
  setenv("VERILATOR", "no_such_verilator", 1);  // so that it fails at once
  EXPECT_THROW(verilated_library(array_), SimulationError);
}

}  // namespace
}  // namespace tandem::sim::test
