// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/identity.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "models/core/error.h"
#include "models/core/locate.h"
#include "models/core/sha256.h"
#include "models/toml/reader.h"

namespace tandem::sweep {

using toml_reader::Document;

namespace {

constexpr std::size_t kShort = 16;  // digits of a hash that only informs

// Of a string in TOML text, else the text itself.
std::string plain(const std::string& text) {
  if (text.size() < 2 || (text.front() != '"' && text.front() != '\'')) return text;
  const Document document = Document::parse_text("v = " + text, "value");
  return document.root().string("v");
}

std::string lines_of(const std::map<std::string, std::string>& flat) {
  std::string text;
  for (const auto& [key, value] : flat) text += key + "=" + value + "\n";
  return text;
}

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

}  // namespace

Identity::Identity(const std::string& base, std::string code_version)
    : code_version_(std::move(code_version)),
      base_(Document::parse_file(resolved("runs", base)).flat()),
      base_hash_(sha256_hex(lines_of(base_)).substr(0, kShort)) {}

Identity::Stamp Identity::stamp_of(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return {};
  return {info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_ino};
}

std::string Identity::resolved(const std::string& kind, const std::string& name) {
  std::string path = kind.empty() ? name : resolve_config(kind, name);
  files_.emplace(path, stamp_of(path));
  return path;
}

bool Identity::files_are_unchanged() const {
  return std::all_of(files_.begin(), files_.end(),
                     [](const auto& file) { return stamp_of(file.first) == file.second; });
}

const Identity::Flat& Identity::flat_of(const std::string& assignment) {
  const auto known = assignments_.find(assignment);
  if (known != assignments_.end()) return known->second;
  Document document = Document::parse_text("", "--set");
  document.set(assignment);
  return assignments_.emplace(assignment, document.flat()).first->second;
}

// A TOML file as what it says, another as its bytes.
const std::string& Identity::file_content(const std::string& kind, const std::string& name) {
  const std::string key = kind + " " + name;
  const auto known = contents_.find(key);
  if (known != contents_.end()) return known->second;
  std::string hash;
  try {
    const std::string path = resolved(kind, name);
    hash = path.ends_with(".toml") ? sha256_hex(lines_of(Document::parse_file(path).flat()))
                                   : sha256_hex(bytes_of(path));
  } catch (const InputError&) {
    hash = "unreadable " + name;
  }
  return contents_.emplace(key, hash).first->second;
}

const std::string& Identity::platform_content(const std::string& name,
                                              const std::vector<std::string>& core_changes) {
  std::string key = "platform " + name;
  for (const std::string& change : core_changes) key += "\n" + change;
  const auto known = contents_.find(key);
  if (known != contents_.end()) return known->second;
  std::string content;
  try {
    Document document = Document::parse_file(resolved("platforms", name));
    content = sha256_hex(lines_of(document.flat()));
    for (const std::string& change : core_changes) document.set(change);
    for (const auto& [path, value] : document.flat()) {
      if (path.starts_with("cluster.") && path.ends_with(".core"))
        content += " " + file_content("cores", plain(value));
    }
  } catch (const InputError&) {
    content = "unreadable " + name;
  }
  return contents_.emplace(key, content).first->second;
}

Identity::Answer Identity::of(const std::vector<std::string>& assignments) {
  Flat flat = base_;
  std::vector<std::string> core_changes;
  for (const std::string& assignment : assignments) {
    const Flat& changes = flat_of(assignment);
    // A list replaces the whole list that was there.
    const std::string key = assignment.substr(0, assignment.find('='));
    std::erase_if(flat,
                  [&](const auto& each) { return each.first == key || each.first.starts_with(key + "."); });
    for (const auto& [path, value] : changes) flat[path] = value;
    if (assignment.starts_with("platform.") && key.ends_with(".core"))
      core_changes.push_back(assignment.substr(std::string("platform.").size()));
  }
  // Names of files give way to their contents.
  Answer answer;
  answer.content = "base=" + base_hash_;
  const auto replace = [&](const char* key, const auto& content) {
    const auto found = flat.find(key);
    if (found == flat.end()) return;
    found->second = content(plain(found->second));
    answer.content += std::string(" ") + key + "=" + found->second.substr(0, kShort);
  };
  replace("platform", [&](const std::string& name) { return platform_content(name, core_changes); });
  replace("network", [&](const std::string& name) { return file_content("networks", name); });
  for (const char* const key : {"schedule.file", "schedule.model"})
    replace(key, [&](const std::string& name) { return file_content("", name); });
  for (auto& [key, value] : flat) {
    if (key.ends_with(".network"))
      value = file_content("networks", plain(value));  // of those that run beside
  }
  answer.id = sha256_hex("code=" + code_version_ + "\n" + lines_of(flat)).substr(0, 2 * kShort);
  return answer;
}

}  // namespace tandem::sweep
