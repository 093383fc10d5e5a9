// SPDX-License-Identifier: Apache-2.0
// The expressions of sweep files: constraints, derived values, objectives.
//
//   numbers, 'strings' or "strings", names (letters, digits, _ and .), ( )
//   || && ! == != < <= > >= + - * / %          as in C; truth is 1, everything but 0 is true
//   min(a, ...) max(a, ...) floor(a) ceil(a) round(a) abs(a) sqrt(a) log2(a) if(condition, a, b)
//   product("16x16")                           the numbers around the x, multiplied
//
// A string that is a quantity ("800 MHz", "2 MiB", "30 ns", "5 W") counts as a number of Hz, bytes,
// picoseconds or milliwatts. + joins strings that are none.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace tandem::sweep {

using Value = std::variant<double, std::string>;

// As in CSV and messages: whole numbers without a point, others as short as they read back the same.
std::string text_of(const Value& value);
std::string text_of(double value);
bool is_number(const Value& value);  // or a quantity

class Expression {
 public:
  // Throws InputError without a place, "at character 7: ...".
  explicit Expression(const std::string& text);

  // `lookup` gives a name's value and may throw. Throws InputError without a place when types do not fit.
  using Lookup = std::function<Value(const std::string& name)>;
  [[nodiscard]] Value evaluate(const Lookup& lookup) const;
  [[nodiscard]] double number(const Lookup& lookup) const;

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }  // those it uses

  struct Node;

 private:
  std::string text_;
  std::vector<std::string> names_;
  std::shared_ptr<const Node> root_;
};

}  // namespace tandem::sweep
