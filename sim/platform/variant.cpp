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

#include "models/core/error.h"
#include "models/core/locate.h"

namespace tandem::sim {

namespace fs = std::filesystem;

namespace {

fs::path variant_folder() {
  const char* chosen = std::getenv("TANDEM_RTL_DIR");
  return chosen != nullptr && *chosen != '\0' ? chosen : TANDEM_RTL_DIR;
}

// Any RTL source newer than the library? The build script decides by content; this only saves starting it.
bool is_current(const fs::path& library) {
  std::error_code error;
  const auto built = fs::last_write_time(library, error);
  if (error) return false;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(project_root()) / "rtl", error)) {
    if (entry.is_regular_file() && entry.last_write_time() > built) return false;
  }
  return !error;
}

int run_script(const std::string& script, const accelerator::Array& array, const std::string& library) {
  const std::string tm = std::to_string(array.tm);
  const std::string tn = std::to_string(array.tn);
  const pid_t pid = fork();
  if (pid < 0) throw SimulationError(fmt::format("cannot start {}: {}", script, std::strerror(errno)));
  if (pid == 0) {
    dup2(STDERR_FILENO, STDOUT_FILENO);
    execl(script.c_str(), script.c_str(), tm.c_str(), tn.c_str(), library.c_str(),
          static_cast<char*>(nullptr));
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
  if (is_current(library)) return library.string();
  fmt::print(stderr, "tandem: building the Verilated {} accelerator{}\n", to_string(array),
             waves ? ", with waves" : "");
  std::error_code ignored;
  fs::create_directories(library.parent_path(), ignored);
  const std::string script =
      (fs::path(project_root()) / "rtl" / (waves ? "build_waves.sh" : "build_variant.sh")).string();
  if (run_script(script, array, library.string()) != 0) {
    throw SimulationError(
        fmt::format("the Verilated {} accelerator could not be built by {}", to_string(array), script));
  }
  fs::last_write_time(library, fs::file_time_type::clock::now(), ignored);
  return library.string();
}

}  // namespace tandem::sim
