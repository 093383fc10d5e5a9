// SPDX-License-Identifier: Apache-2.0
// The sources themselves: lint, synthesis front end, generated files, and the build script's contract.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace {

const std::string kSource = TANDEM_SOURCE_DIR;

struct Outcome {
  int status = 0;
  std::string output;
};

Outcome run(const std::string& command) {
  Outcome outcome;
  FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
  std::array<char, 4096> buffer;
  for (std::size_t got; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    outcome.output.append(buffer.data(), got);
  }
  outcome.status = pclose(pipe);
  return outcome;
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class TemporaryFolder {
 public:
  explicit TemporaryFolder(const std::string& name) : path_(std::filesystem::path(TANDEM_BINARY_DIR) / name) {
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(Sources, LintIsCleanForEveryArray) {
  for (const char* const array : {"8 32", "2 32", "4 32", "16 16", "32 32", "2 4", "32 4", "8 8"}) {
    int tm = 0;
    int tn = 0;
    ASSERT_EQ(std::sscanf(array, "%d %d", &tm, &tn), 2);
    const Outcome outcome = run("verilator --lint-only --assert -Wall --top-module tandem_accelerator -GTm=" +
                                std::to_string(tm) + " -GTn=" + std::to_string(tn) + " " + kSource +
                                "/rtl/accelerator/*.sv " + kSource + "/rtl/registers/*.sv");
    EXPECT_EQ(outcome.status, 0) << array << "\n" << outcome.output;
    EXPECT_EQ(outcome.output, "") << array;
  }
}

TEST(Sources, TheSynthesisFrontEndReadsThem) {
  const Outcome outcome =
      run("yosys -q -p 'read_verilog -sv -D SYNTHESIS " + kSource + "/rtl/accelerator/*.sv " + kSource +
          "/rtl/registers/*.sv; chparam -set Tm 4 -set Tn 8 tandem_accelerator; hierarchy -check -top "
          "tandem_accelerator; proc; check -assert'");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

TEST(Sources, GeneratedRegisterFilesAreFresh) {
  const TemporaryFolder folder("generated_registers");
  const Outcome outcome = run("python3 " + kSource + "/rtl/registers/generate.py --out " + folder.path());
  ASSERT_EQ(outcome.status, 0) << outcome.output;
  for (const char* const file : {"rtl/registers/accelerator_registers.sv",
                                 "models/regs/accelerator_registers.h", "docs/registers.md"}) {
    const std::string fresh = read_file(std::filesystem::path(folder.path()) / file);
    EXPECT_FALSE(fresh.empty()) << file;
    EXPECT_EQ(read_file(std::filesystem::path(kSource) / file), fresh)
        << file << " is stale: run rtl/registers/generate.py";
  }
}

TEST(Sources, EverySeededFaultHasItsPlace) {
  const Outcome outcome = run(kSource + "/rtl/mutation/mutate.py --check");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  for (const char* const number : {"0", "100000", "x"}) {
    const Outcome refused = run(kSource + "/rtl/mutation/mutate.py " + number + " /nowhere");
    EXPECT_EQ(WEXITSTATUS(refused.status), 2) << refused.output;
    EXPECT_NE(refused.output.find("no fault"), std::string::npos) << refused.output;
  }
}

TEST(BuildScript, RefusesSizesThatAreNotAllowedAndLeavesNoFile) {
  const TemporaryFolder folder("variant_refused");
  for (const char* const size : {"3 32", "8 64", "8", "x y", "--bus 4 8 32"}) {
    const Outcome outcome = run(kSource + "/rtl/build_variant.sh " + size + " " + folder.path() + "/v.so");
    EXPECT_EQ(WEXITSTATUS(outcome.status), 2) << size;
    EXPECT_FALSE(outcome.output.empty()) << size;
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(BuildScript, AFailedBuildLeavesTheOldLibraryAndSaysWhy) {
  const TemporaryFolder folder("variant_failed");
  std::ofstream(folder.path() + "/v.so") << "old";
  const Outcome outcome = run("VERILATOR=" + kSource + "/rtl/no_such_verilator " + kSource +
                              "/rtl/build_variant.sh 8 32 " + folder.path() + "/v.so");
  EXPECT_NE(outcome.status, 0);
  EXPECT_NE(outcome.output.find("no_such_verilator"), std::string::npos) << outcome.output;
  EXPECT_EQ(read_file(folder.path() + "/v.so"), "old");
}

// By what it is made from, never by the times of files; asking builds nothing.
TEST(BuildScript, ALibraryIsCurrentOnlyWithTheHashOfItsSources) {
  const TemporaryFolder folder("variant_current");
  const std::string library = folder.path() + "/v.so";
  const std::string question = kSource + "/rtl/build_variant.sh --is-current 8 32 " + library;
  EXPECT_EQ(WEXITSTATUS(run(question).status), 3);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  std::ofstream(library) << "library";
  EXPECT_EQ(WEXITSTATUS(run(question).status), 3);
  std::ofstream(library + ".hash") << run(kSource + "/rtl/build_variant.sh --hash 8 32").output;
  EXPECT_EQ(WEXITSTATUS(run(question).status), 0);
  EXPECT_EQ(WEXITSTATUS(run("VERILATOR_FLAGS=-Wno-fatal " + question).status), 3);
}

TEST(BuildScript, TheHashTellsVariantsApart) {
  const Outcome first = run(kSource + "/rtl/build_variant.sh --hash 8 32");
  const Outcome same = run(kSource + "/rtl/build_variant.sh --hash 8 32 fast");
  const Outcome other = run(kSource + "/rtl/build_variant.sh --hash 16 16");
  const Outcome narrow = run(kSource + "/rtl/build_variant.sh --bus 8 --hash 8 32");
  EXPECT_EQ(first.status, 0);
  EXPECT_EQ(first.output.size(), 17u);
  EXPECT_EQ(first.output, same.output);
  EXPECT_NE(first.output, other.output);
  EXPECT_NE(first.output, narrow.output);
}

}  // namespace
