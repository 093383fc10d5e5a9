// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/echarts.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "models/core/error.h"
#include "models/core/locate.h"
#include "models/core/sha256.h"
#include "sim/cli/reference_cache.h"

namespace tandem::cli {

namespace fs = std::filesystem;

namespace {

std::string text_of_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// npm ci in `folder`: exactly what the lock file says, checked by its hashes, no script of a package is run.
int run_npm(const std::string& folder, const std::string& log) {
  const pid_t pid = fork();
  if (pid < 0) return -1;
  if (pid == 0) {
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (out >= 0) {
      dup2(out, STDOUT_FILENO);
      dup2(out, STDERR_FILENO);
    }
    if (chdir(folder.c_str()) != 0) _exit(126);
    execlp("npm", "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error",
           "--fetch-retries=1", "--fetch-timeout=30000", static_cast<char*>(nullptr));
    _exit(127);
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

std::string echarts_text() {
  const fs::path source = fs::path(project_root()) / "dse" / "report" / "page";
  const std::string lock = text_of_file(source / "package-lock.json");
  const fs::path kept =
      fs::path(cache_folder()) / fmt::format("echarts-{}.js", sha256_hex(lock).substr(0, 16));
  if (std::string text = text_of_file(kept); !text.empty()) return text;

  const fs::path folder = fs::path(cache_folder()) / fmt::format("npm.{}", getpid());
  std::error_code ignored;
  fs::create_directories(folder, ignored);
  for (const char* name : {"package.json", "package-lock.json"})
    fs::copy_file(source / name, folder / name, fs::copy_options::overwrite_existing, ignored);
  fmt::print(stderr, "tandem: fetching Apache ECharts by npm, once\n");
  const fs::path log = folder / "log";
  const int code = run_npm(folder.string(), log.string());
  std::string text = text_of_file(folder / "node_modules" / "echarts" / "dist" / "echarts.min.js");
  const std::string said = text_of_file(log);
  if (code == 0 && !text.empty()) {
    const fs::path temporary = folder / "echarts.js";
    // A full disk must not leave half a library for ever.
    if ((std::ofstream(temporary, std::ios::binary) << text).flush()) fs::rename(temporary, kept, ignored);
  }
  fs::remove_all(folder, ignored);
  if (code == 127) {
    throw InputError(
        {"tandem report", 0, 0}, "",
        "needs npm once, to fetch the charts' library; install it (Debian package npm) and try again. "
        "Everything but reports works without it");
  }
  if (code != 0 || text.empty()) {
    throw InputError(
        {"tandem report", 0, 0}, "",
        fmt::format("npm could not fetch the charts' library; it needs its registry once. npm said: {}",
                    said.empty() ? "nothing" : said.substr(0, 600)));
  }
  return text;
}

}  // namespace tandem::cli
