// SPDX-License-Identifier: Apache-2.0
#include "dse/sweep/sweep_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "models/core/locate.h"
#include "models/toml/reader.h"

namespace tandem::sweep {

using toml_reader::Document;
using toml_reader::Table;

namespace {

constexpr std::int64_t kMostChoices = 10000;
constexpr int kMostGroups = 1000;
constexpr std::int64_t kMostPoints = 100'000'000;
const std::vector<std::string> kStrategies = {"grid", "random", "latin", "evolution"};

// TOML text of a scalar to its value in expressions.
Value value_of(const std::string& text) {
  if (text.size() >= 2 && text.front() == '"') {
    const Document document = Document::parse_text("v = " + text, "value");
    return document.root().string("v");
  }
  if (text == "true") return 1.0;
  if (text == "false") return 0.0;
  char* rest = nullptr;
  const double number = std::strtod(text.c_str(), &rest);
  if (rest != text.c_str() && *rest == '\0' && std::isfinite(number)) return number;
  return text;  // a list or a table
}

// Numbers of a range, with the unit they get.
Choice choice_of(double number, const std::string& unit) {
  if (unit.empty()) return {text_of(number), number};
  const std::string text = text_of(number) + " " + unit;
  return {toml_reader::quote(text), text};
}

class Reader {
 public:
  Reader(Sweep& sweep, const Document& document)
      : sweep_(sweep), document_(document), root_(document.root()) {}

  void run() {
    sweep_.base = root_.string("base");
    sweep_.base_place = root_.place("base");
    sweep_.set = root_.assignments("set");
    sweep_.set_place = root_.place("set");
    sweep_.constraints_place = root_.place("constraints");
    for (const Table& table : root_.tables("axis")) axis(table);
    if (sweep_.axes.empty()) root_.problem("axis", "is missing; give at least one [[axis]]");
    for (const Table& table : root_.tables("derived")) {
      std::string name = name_of(table, table.has("key") ? table.string("key") : "");
      if (auto value = expression(table, "value", axes_and_derived()))
        sweep_.derived.push_back(
            {std::move(name), table.string_or("key", ""), std::move(*value), table.place("key")});
    }
    for (const std::string& text : root_.strings("constraints")) {
      if (auto parsed = parse(root_, "constraints", text, axes_and_derived()))
        sweep_.constraints.push_back(std::move(*parsed));
    }
    per();
    strategy();
    answers();
    if (const auto ladder = root_.table_if("ladder")) {
      for (const std::string& level : ladder->strings("levels")) {
        if (level != "tile" && level != "rtl")
          ladder->problem("levels", "\"" + level + "\" is none; allowed is tile, rtl");
        sweep_.levels.push_back(level);
      }
      sweep_.neighbours = static_cast<int>(ladder->integer_or("neighbours", 1, 0, 10));
      sweep_.most_promoted = ladder->integer_or("most", 1000, 1, kMostPoints);
    }
    if (const auto point = root_.table_if("point")) {
      PointLimits& limits = sweep_.limits_of_point;
      limits.timeout = point->time_or("timeout", limits.timeout, Picoseconds(1'000'000'000),
                                      Picoseconds(std::int64_t{86'400} * 1'000'000'000'000));
      limits.memory = point->size_or("memory", limits.memory, Bytes(1 << 20), Bytes(std::int64_t{1} << 40));
      limits.attempts = static_cast<int>(point->integer_or("attempts", limits.attempts, 1, 10));
    }
    document_.finish();
  }

 private:
  std::vector<std::string> axes_and_derived() const {
    std::vector<std::string> names;
    for (const Axis& axis : sweep_.axes) names.push_back(axis.name);
    for (const Derived& derived : sweep_.derived) names.push_back(derived.name);
    return names;
  }

  std::string name_of(const Table& table, const std::string& key) {
    std::string name = table.string_or("name", key);
    if (name.empty()) table.problem("name", "is missing; give a name or a key");
    if (!names_.insert(name).second) table.problem("name", "\"" + name + "\" is given twice");
    return name;
  }

  void axis(const Table& table) {
    Axis axis;
    axis.key = table.string("key");
    axis.name = name_of(table, axis.key);
    axis.key_place = axis.choices_place = table.place("key");
    for (const char* const way : {"values", "range", "powers_of_two"}) {
      if (table.has(way)) axis.choices_place = table.place(way);
    }
    const std::string unit = table.string_or("unit", "");
    int ways = 0;
    if (table.has("values")) {
      ++ways;
      for (const std::string& text : table.values("values")) axis.choices.push_back({text, value_of(text)});
    }
    if (table.has("range")) {
      ++ways;
      range(table, unit, axis);
    }
    if (table.has("powers_of_two")) {
      ++ways;
      powers(table, unit, axis);
    }
    if (ways != 1) table.problem("", "needs one of values, range and powers_of_two");
    if (axis.choices.empty() && ways == 1) table.problem("", "has no values");
    std::set<std::string> texts;
    for (const Choice& choice : axis.choices) {
      if (!texts.insert(choice.text).second) table.problem("", choice.text + " is given twice");
    }
    if (axis.choices.empty()) axis.choices.push_back({"0", 0.0});
    sweep_.axes.push_back(std::move(axis));
  }

  static void range(const Table& table, const std::string& unit, Axis& axis) {
    std::vector<double> ends;
    for (const std::string& text : table.values("range")) {
      const Value value = value_of(text);
      if (const double* number = std::get_if<double>(&value)) ends.push_back(*number);
    }
    const double step = table.number_or("step", 1, 1e-9, 1e12);
    if (ends.size() != 2 || ends[0] > ends[1] ||
        (ends[1] - ends[0]) / step > static_cast<double>(kMostChoices)) {
      table.problem("range", fmt::format("is [from, to] with at most {} steps between them", kMostChoices));
      return;
    }
    const auto count = static_cast<std::int64_t>(std::floor((ends[1] - ends[0]) / step + 1e-9));
    for (std::int64_t i = 0; i <= count; ++i)
      axis.choices.push_back(choice_of(ends[0] + static_cast<double>(i) * step, unit));
  }

  static void powers(const Table& table, const std::string& unit, Axis& axis) {
    const std::vector<std::int64_t> ends = table.integers("powers_of_two", 1, std::int64_t{1} << 40);
    const auto is_power = [](std::int64_t value) { return (value & (value - 1)) == 0; };
    if (ends.size() != 2 || ends[0] > ends[1] || !is_power(ends[0]) || !is_power(ends[1])) {
      table.problem("powers_of_two", "is [from, to], both powers of two");
      return;
    }
    for (std::int64_t value = ends[0]; value <= ends[1]; value *= 2)
      axis.choices.push_back(choice_of(static_cast<double>(value), unit));
  }

  // A name that nothing gives is a problem; without `known` any name may be a metric's.
  static std::optional<Expression> parse(const Table& table, const std::string& key, const std::string& text,
                                         const std::vector<std::string>& known) {
    try {
      Expression parsed(text);
      for (const std::string& name : parsed.names()) {
        if (known.empty() || std::find(known.begin(), known.end(), name) != known.end()) continue;
        const std::string near = nearest_name(name, known);
        table.problem(key, "\"" + text + "\": \"" + name + "\" is unknown" +
                               (near.empty() ? "" : ", did you mean \"" + near + "\"?") +
                               "; allowed is one of " + join(known));
      }
      return parsed;
    } catch (const InputError& error) {
      table.problem(key, "\"" + text + "\": " + error.problems().front().message);
      return std::nullopt;
    }
  }
  static std::optional<Expression> expression(const Table& table, const std::string& key,
                                              const std::vector<std::string>& known) {
    const std::string text = table.string(key);
    if (text.empty()) return std::nullopt;
    return parse(table, key, text, known);
  }

  void per() {
    for (const std::string& name : root_.strings("per")) {
      std::vector<std::string> axes;
      for (const Axis& axis : sweep_.axes) axes.push_back(axis.name);
      if (std::find(axes.begin(), axes.end(), name) == axes.end())
        root_.problem("per", "\"" + name + "\" is no axis; allowed is one of " + join(axes));
      sweep_.per.push_back(name);
    }
    double groups = 1;
    for (const Axis& axis : sweep_.axes) {
      if (std::find(sweep_.per.begin(), sweep_.per.end(), axis.name) != sweep_.per.end())
        groups *= static_cast<double>(axis.choices.size());
    }
    if (groups > kMostGroups)
      root_.problem("per", fmt::format("makes {:.0f} groups; at most {} are allowed", groups, kMostGroups));
  }

  void strategy() {
    const auto table = root_.table_if("strategy");
    if (!table) return;
    sweep_.strategy = static_cast<Strategy>(table->choice("kind", kStrategies));
    sweep_.seed = static_cast<std::uint64_t>(table->integer_or("seed", 1, 0, INT64_MAX));
    if (sweep_.strategy == Strategy::grid) return;
    sweep_.points = table->integer("points", 1, kMostPoints);
    if (sweep_.strategy == Strategy::evolution)
      sweep_.population = static_cast<int>(table->integer_or("population", 24, 4, 100000));
  }

  void answers() {
    bool any = false;
    for (const Table& table : root_.tables("objective")) {
      any = true;
      const bool maximise = table.choice_or("goal", 0, {"min", "max"}) == 1;
      const std::string name = table.string_or("name", "");
      if (auto value = expression(table, "value", {})) {
        const std::string text = value->text();
        sweep_.objectives.push_back(
            {name.empty() ? text : name, std::move(*value), maximise, table.place("value")});
      }
    }
    if (!any) root_.problem("objective", "is missing; give at least one [[objective]]");
    if (sweep_.objectives.size() > 5) root_.problem("objective", "is given more than 5 times");
    for (const Table& table : root_.tables("limit")) {
      if (table.has("at_most") == table.has("at_least"))
        table.problem("", "needs one of at_most and at_least");
      const bool at_least = table.has("at_least");
      const double bound = table.number(at_least ? "at_least" : "at_most", -1e300, 1e300);
      if (auto value = expression(table, "value", {}))
        sweep_.limits.push_back({std::move(*value), bound, at_least, table.place("value")});
    }
    if (const auto table = root_.table_if("answers")) {
      for (const std::string& text : table->values("reference_point")) {
        const Value value = value_of(text);
        if (const double* number = std::get_if<double>(&value)) sweep_.reference_point.push_back(*number);
      }
      if (table->has("reference_point") && sweep_.reference_point.size() != sweep_.objectives.size())
        table->problem("reference_point", "is a list of one number for each objective");
      sweep_.reference_front = table->string_or("reference_front", "");
    }
  }

  Sweep& sweep_;
  const Document& document_;
  Table root_;
  std::set<std::string> names_;
};

}  // namespace

const char* to_string(Strategy strategy) { return kStrategies[static_cast<std::size_t>(strategy)].c_str(); }

Sweep read_sweep(const std::string& name_or_path) {
  Sweep sweep;
  sweep.asked = name_or_path;
  sweep.file = resolve_config("sweeps", name_or_path);
  sweep.name = std::filesystem::path(sweep.file).stem().string();
  const Document document = Document::parse_file(sweep.file);
  Reader(sweep, document).run();
  return sweep;
}

Sweep read_sweep_text(const std::string& text, const std::string& name) {
  Sweep sweep;
  sweep.file = name + " (as stored)";
  sweep.name = name;
  const Document document = Document::parse_text(text, sweep.file);
  Reader(sweep, document).run();
  return sweep;
}

}  // namespace tandem::sweep
