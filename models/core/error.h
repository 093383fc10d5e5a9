// SPDX-License-Identifier: Apache-2.0
// The three ways a command fails; main() turns each into its exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

namespace tandem {

// A place in an input file. line 0 means "the whole file"; column 0 "the whole line".
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
};

std::string to_string(const Place& place);  // "file:line:column", without the parts that are 0

// One thing wrong with an input: "file:line:column: key: what is wrong, what is allowed".
struct Problem {
  Place place;
  std::string key;  // dotted path of the key, or the node's name; may be empty
  std::string message;
};

std::string to_string(const Problem& problem);

// The user's input is wrong (exit 2). Holds all the problems found, in file order.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::vector<Problem> problems);
  InputError(Place place, std::string key, std::string message);
  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

// The simulated machine failed (exit 3): bus error, stale read, deadlock, time limit.
class SimulationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A check did not hold (exit 1).
class CheckError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The nearest of `candidates` to `word` by edit distance, or "" when none is near: at most a third of the
// word's letters (or two) may differ, and some must be the same. Of several as near, the first.
std::string nearest_name(const std::string& word, const std::vector<std::string>& candidates);
// "a, b, c"
std::string join(const std::vector<std::string>& words);

}  // namespace tandem
