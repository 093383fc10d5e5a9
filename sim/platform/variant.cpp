// SPDX-License-Identifier: Apache-2.0
#include "sim/platform/variant.h"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "models/core/error.h"
#include "models/core/locate.h"

namespace tandem::sim {

namespace fs = std::filesystem;

namespace {

fs::path variant_folder() {
  const char* chosen = std::getenv("TANDEM_RTL_DIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : TANDEM_RTL_DIR;
}

// Runs the build script with the compiler of this build, whose libraries they are; its exit code, 1 when it
// has none.
int run_script(const std::string& script, const std::vector<std::string>& arguments) {
  std::vector<char*> words{const_cast<char*>(script.c_str())};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  const pid_t pid = fork();
  if (pid < 0) throw SimulationError(fmt::format("cannot start {}: {}", script, std::strerror(errno)));
  if (pid == 0) {
    setenv("CXX", TANDEM_RTL_CXX, 1);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execv(script.c_str(), words.data());
    _exit(127);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

std::string verilated_library(const accelerator::Array& array, bool waves) {
  const fs::path library = variant_folder() / fmt::format("libtandem_accelerator_{}{}x{}.so",
                                                          waves ? "waves_" : "", array.tm, array.tn);
  const std::string script =
      (fs::path(project_root()) / "rtl" / (waves ? "build_waves.sh" : "build_variant.sh")).string();
  const std::vector<std::string> wanted{std::to_string(array.tm), std::to_string(array.tn), library.string()};
  // Only the script knows all that a library is made from: RTL, interface, Verilator, compiler.
  std::vector<std::string> question{"--is-current"};
  question.insert(question.end(), wanted.begin(), wanted.end());
  if (run_script(script, question) == 0) return library.string();
  fmt::print(stderr, "tandem: building the Verilated {} accelerator{}\n", to_string(array),
             waves ? ", with waves" : "");
  if (run_script(script, wanted) != 0) {
    throw SimulationError(
        fmt::format("the Verilated {} accelerator could not be built by {}", to_string(array), script));
  }
  return library.string();
}

}  // namespace tandem::sim
