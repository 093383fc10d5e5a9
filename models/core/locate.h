// SPDX-License-Identifier: Apache-2.0
// Where the project's own files are.
#pragma once

#include <string>

namespace tandem {

// The project's folder: $TANDEM_ROOT, else where it was built.
std::string project_root();

// configs/<kind>/<name>.toml for a bare name ("platforms", "ultra96"), the path itself for a path.
// Unknown: InputError naming what exists.
std::string resolve_config(const std::string& kind, const std::string& name_or_path);

// A path that `file` names: as it is where it exists, else beside `file` where it exists there, else as it
// is. Bare names are left alone.
std::string beside_file(const std::string& file, const std::string& name_or_path);

}  // namespace tandem
