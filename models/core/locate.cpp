// SPDX-License-Identifier: Apache-2.0
#include "models/core/locate.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "models/core/error.h"

namespace tandem {

namespace fs = std::filesystem;

namespace {
// False, and no exception, for what cannot be looked at: a name too long, a folder without permission.
bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

bool is_path(const std::string& name_or_path) {
  return name_or_path.find('/') != std::string::npos || name_or_path.find('.') != std::string::npos;
}
}  // namespace

std::string project_root() {
  const char* root = std::getenv("TANDEM_ROOT");
  return root != nullptr && *root != '\0' ? root : TANDEM_SOURCE_DIR;
}

std::string resolve_config(const std::string& kind, const std::string& name_or_path) {
  if (is_path(name_or_path)) {
    if (is_file(name_or_path)) return name_or_path;
    const fs::path in_project = fs::path(project_root()) / name_or_path;
    if (is_file(in_project)) return in_project.string();
    throw InputError(
        {}, kind.substr(0, kind.size() - 1),
        "\"" + name_or_path + "\" is no file; give the path of one, or a name in configs/" + kind);
  }
  const fs::path folder = fs::path(project_root()) / "configs" / kind;
  const fs::path file = folder / (name_or_path + ".toml");
  if (is_file(file)) return file.string();
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".toml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  const std::string near = nearest_name(name_or_path, names);
  throw InputError({}, kind.substr(0, kind.size() - 1),
                   "\"" + name_or_path + "\" is unknown" +
                       (near.empty() ? "" : ", did you mean \"" + near + "\"?") +
                       "; allowed is a path or one of " + join(names));
}

std::string beside_file(const std::string& file, const std::string& name_or_path) {
  if (!is_path(name_or_path) || is_file(name_or_path)) return name_or_path;
  const fs::path beside = fs::path(file).parent_path() / name_or_path;
  return is_file(beside) ? beside.string() : name_or_path;
}

}  // namespace tandem
