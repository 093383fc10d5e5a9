// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/expression.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>

#include "models/core/error.h"
#include "models/toml/units.h"

namespace tandem::sweep {

struct Expression::Node {
  enum class Kind { constant, name, call } kind = Kind::constant;
  Value value;            // constant
  std::string operation;  // call: an operator or a function; name: the name
  std::vector<std::shared_ptr<const Node>> arguments;
};

namespace {

using Node = Expression::Node;
using NodePtr = std::shared_ptr<const Node>;

constexpr int kDeepest = 64;  // nested brackets and signs
constexpr std::size_t kLongest = 4096;

[[noreturn]] void fail(const std::string& what) { throw InputError({{}, 0, 0}, "", what); }

std::optional<double> as_number(const Value& value) {
  if (const double* number = std::get_if<double>(&value)) return *number;
  const std::string& text = std::get<std::string>(value);
  for (const auto* units : {&toml_reader::kFrequencyUnits, &toml_reader::kSizeUnits, &toml_reader::kTimeUnits,
                            &toml_reader::kPowerUnits}) {
    if (const auto quantity = toml_reader::parse_quantity(text, *units)) return quantity;
  }
  return std::nullopt;
}

double number_of(const Value& value) {
  if (const auto number = as_number(value)) return *number;
  fail("\"" + std::get<std::string>(value) + "\" is no number and no quantity");
}

// "16x16" to 256.
double product_of(const Value& value) {
  const std::string text = text_of(value);
  double product = 1;
  const char* at = text.c_str();
  while (true) {
    char* end = nullptr;
    if (std::isdigit(static_cast<unsigned char>(*at)) == 0)
      fail("product(): \"" + text + "\" is not of the form AxB");
    product *= std::strtod(at, &end);
    if (*end == '\0') return product;
    if (*end != 'x') fail("product(): \"" + text + "\" is not of the form AxB");
    at = end + 1;
  }
}

struct Function {
  std::size_t least, most;
};
const std::map<std::string, Function>& functions() {
  static const std::map<std::string, Function> kFunctions = {
      {"min", {1, 16}}, {"max", {1, 16}}, {"floor", {1, 1}}, {"ceil", {1, 1}}, {"round", {1, 1}},
      {"abs", {1, 1}},  {"sqrt", {1, 1}}, {"log2", {1, 1}},  {"if", {3, 3}},   {"product", {1, 1}}};
  return kFunctions;
}

class Parser {
 public:
  Parser(const std::string& text, std::vector<std::string>& names) : text_(text), names_(names) {}

  NodePtr run() {
    NodePtr node = binary(0);
    skip();
    if (at_ != text_.size()) problem(fmt::format("\"{}\" is not expected", text_.substr(at_, 1)));
    return node;
  }

 private:
  [[noreturn]] void problem(const std::string& what) const {
    fail(fmt::format("at character {}: {}", at_ + 1, what));
  }
  void skip() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }
  bool take(const char* token) {
    skip();
    const std::string wanted = token;
    if (text_.compare(at_, wanted.size(), wanted) != 0) return false;
    at_ += wanted.size();
    return true;
  }
  static NodePtr call(std::string operation, std::vector<NodePtr> arguments) {
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::call;
    node->operation = std::move(operation);
    node->arguments = std::move(arguments);
    return node;
  }

  // Levels of binding, the loosest first; in each the longer token first.
  NodePtr binary(std::size_t level) {
    static const std::vector<std::vector<const char*>> kLevels = {
        {"||"}, {"&&"}, {"==", "!=", "<=", ">=", "<", ">"}, {"+", "-"}, {"*", "/", "%"}};
    if (level == kLevels.size()) return unary();
    NodePtr left = binary(level + 1);
    while (true) {
      const char* found = nullptr;
      for (const char* token : kLevels[level]) {
        if (take(token)) {
          found = token;
          break;
        }
      }
      if (found == nullptr) return left;
      left = call(found, {left, binary(level + 1)});
    }
  }

  NodePtr unary() {
    if (++depth_ > kDeepest) problem(fmt::format("is nested deeper than {}", kDeepest));
    NodePtr node;
    if (take("!")) {
      node = call("!", {unary()});
    } else if (take("-")) {
      node = call("neg", {unary()});
    } else {
      node = primary();
    }
    --depth_;
    return node;
  }

  NodePtr primary() {
    skip();
    if (at_ == text_.size()) problem("a value is missing");
    const char c = text_[at_];
    if (take("(")) {
      NodePtr inner = binary(0);
      if (!take(")")) problem("\")\" is missing");
      return inner;
    }
    auto node = std::make_shared<Node>();
    if (c == '\'' || c == '"') {
      const std::size_t end = text_.find(c, at_ + 1);
      if (end == std::string::npos) problem("the string has no end");
      node->value = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
      return node;
    }
    if (std::isdigit(static_cast<unsigned char>(c)) != 0) {
      std::size_t end = at_;
      while (end < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[end])) != 0 ||
                                    text_[end] == '.' || text_[end] == 'e' || text_[end] == '_'))
        ++end;
      std::string digits = text_.substr(at_, end - at_);
      std::erase(digits, '_');
      char* rest = nullptr;
      node->value = std::strtod(digits.c_str(), &rest);
      if (*rest != '\0') problem("\"" + digits + "\" is no number");
      at_ = end;
      return node;
    }
    if (std::isalpha(static_cast<unsigned char>(c)) == 0 && c != '_')
      problem(fmt::format("\"{}\" is not expected", c));
    std::size_t end = at_;
    while (end < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[end])) != 0 ||
                                  text_[end] == '_' || text_[end] == '.'))
      ++end;
    const std::string name = text_.substr(at_, end - at_);
    at_ = end;
    if (take("(")) return function(name);
    node->kind = Node::Kind::name;
    node->operation = name;
    if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
    return node;
  }

  NodePtr function(const std::string& name) {
    const auto found = functions().find(name);
    if (found == functions().end()) {
      std::vector<std::string> known;
      for (const auto& [each, arity] : functions()) known.push_back(each);
      problem("\"" + name + "\" is no function; allowed is one of " + join(known));
    }
    std::vector<NodePtr> arguments;
    do arguments.push_back(binary(0));
    while (take(","));
    if (!take(")")) problem("\")\" is missing");
    if (arguments.size() < found->second.least || arguments.size() > found->second.most)
      problem(fmt::format("{}() has {} arguments", name, arguments.size()));
    return call(name, std::move(arguments));
  }

  const std::string& text_;
  std::vector<std::string>& names_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

Value truth(bool value) { return value ? 1.0 : 0.0; }

Value compare(const std::string& operation, const Value& a, const Value& b) {
  const auto x = as_number(a), y = as_number(b);
  if (!x || !y) {
    if (operation == "==") return truth(text_of(a) == text_of(b));
    if (operation == "!=") return truth(text_of(a) != text_of(b));
    return truth(number_of(a) < number_of(b));  // says which of them is no number
  }
  if (operation == "==") return truth(*x == *y);
  if (operation == "!=") return truth(*x != *y);
  if (operation == "<") return truth(*x < *y);
  if (operation == "<=") return truth(*x <= *y);
  if (operation == ">") return truth(*x > *y);
  return truth(*x >= *y);
}

Value arithmetic(const std::string& operation, const Value& a, const Value& b) {
  if (operation == "+" && (!as_number(a) || !as_number(b))) return text_of(a) + text_of(b);
  const double x = number_of(a), y = number_of(b);
  if (operation == "+") return x + y;
  if (operation == "-") return x - y;
  if (operation == "*") return x * y;
  if (y == 0) fail("divides by zero");
  return operation == "/" ? x / y : std::fmod(x, y);
}

Value evaluate(const Node& node, const Expression::Lookup& lookup);

Value call(const Node& node, const Expression::Lookup& lookup) {
  const std::string& name = node.operation;
  const auto argument = [&](std::size_t i) { return evaluate(*node.arguments[i], lookup); };
  if (name == "||") return truth(number_of(argument(0)) != 0 || number_of(argument(1)) != 0);
  if (name == "&&") return truth(number_of(argument(0)) != 0 && number_of(argument(1)) != 0);
  if (name == "if") return number_of(argument(0)) != 0 ? argument(1) : argument(2);
  if (name == "!") return truth(number_of(argument(0)) == 0);
  if (name == "neg") return -number_of(argument(0));
  if (name == "product") return product_of(argument(0));
  if (name == "+" || name == "-" || name == "*" || name == "/" || name == "%")
    return arithmetic(name, argument(0), argument(1));
  if (functions().count(name) == 0) return compare(name, argument(0), argument(1));
  double result = number_of(argument(0));
  if (name == "min" || name == "max") {
    for (std::size_t i = 1; i < node.arguments.size(); ++i) {
      const double other = number_of(argument(i));
      result = name == "min" ? std::min(result, other) : std::max(result, other);
    }
    return result;
  }
  if (name == "floor") return std::floor(result);
  if (name == "ceil") return std::ceil(result);
  if (name == "round") return std::round(result);
  if (name == "abs") return std::abs(result);
  if (result < 0 || (name == "log2" && result == 0)) fail(name + "() of " + text_of(result));
  return name == "sqrt" ? std::sqrt(result) : std::log2(result);
}

Value evaluate(const Node& node, const Expression::Lookup& lookup) {
  if (node.kind == Node::Kind::constant) return node.value;
  if (node.kind == Node::Kind::name) return lookup(node.operation);
  return call(node, lookup);
}

}  // namespace

bool is_number(const Value& value) { return as_number(value).has_value(); }

std::string text_of(double value) {
  if (std::floor(value) == value && std::abs(value) < 1e15) return fmt::format("{:.0f}", value + 0.0);
  return fmt::format("{}", value);
}

std::string text_of(const Value& value) {
  if (const std::string* text = std::get_if<std::string>(&value)) return *text;
  return text_of(std::get<double>(value));
}

Expression::Expression(const std::string& text) : text_(text) {
  // A long chain of operators is a deep tree.
  if (text.size() > kLongest) fail(fmt::format("is longer than {} characters", kLongest));
  root_ = Parser(text_, names_).run();
}

Value Expression::evaluate(const Lookup& lookup) const { return sweep::evaluate(*root_, lookup); }
double Expression::number(const Lookup& lookup) const { return number_of(evaluate(lookup)); }

}  // namespace tandem::sweep
