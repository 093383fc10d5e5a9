// SPDX-License-Identifier: Apache-2.0
#include "dse/check/statement.h"

#include <charconv>
#include <istream>
#include <string_view>

namespace tandem::check {

namespace {

class Lines {
 public:
  explicit Lines(std::istream& text) : text_(text) { advance(); }

  [[noreturn]] void fail(const std::string& why) const {
    throw Unreadable("line " + std::to_string(line_) + ": " + why);
  }
  [[nodiscard]] bool begins(std::string_view word) const {
    return !ended_ && rest_.substr(0, rest_.find(' ')) == word;
  }
  void expect(std::string_view word) {
    if (!begins(word)) fail("should begin with \"" + std::string(word) + "\"");
    skip();
  }
  [[nodiscard]] bool more() const { return !rest_.empty(); }
  std::string word() {
    if (!more()) fail("is too short");
    std::string found(rest_.substr(0, rest_.find(' ')));
    skip();
    return found;
  }
  std::string all() {
    std::string found(rest_);
    rest_ = {};
    return found;
  }
  Number number(Number high) {
    const std::string field = word();
    Number value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc() || end != field.data() + field.size() || value < 0 || value > high)
      fail("\"" + field + "\" is no number from 0 to " + std::to_string(high));
    return value;
  }
  std::vector<Number> numbers(Number high) {
    std::vector<Number> values;
    while (more()) values.push_back(number(high));
    return values;
  }
  void next() {
    if (more()) fail("goes on after its end");
    advance();
  }
  [[nodiscard]] bool ended() const { return ended_; }

 private:
  void advance() {
    ended_ = !std::getline(text_, current_);
    rest_ = ended_ ? std::string_view() : std::string_view(current_);
    ++line_;
  }
  void skip() {
    const std::size_t space = rest_.find(' ');
    rest_ = space == std::string_view::npos ? std::string_view() : rest_.substr(space + 1);
  }

  std::istream& text_;
  std::string current_;
  std::string_view rest_;
  int line_ = 0;
  bool ended_ = false;
};

constexpr Number kMostOfAType = 64;
constexpr Number kHuge = 4'000'000'000'000'000'000;  // sums

void read_problem(Lines& lines, Statement& statement) {
  lines.expect("network");
  statement.network = lines.all();
  lines.next();
  lines.expect("background");
  statement.background = lines.number(1'000'000'000);
  lines.next();
  while (lines.begins("type")) {
    lines.expect("type");
    Type type;
    type.count = static_cast<int>(lines.number(kMostOfAType));
    const std::string kind = lines.word();
    if (kind != "core" && kind != "accelerator") lines.fail("should say core or accelerator");
    type.accelerator = kind == "accelerator";
    type.name = lines.all();
    statement.types.push_back(type);
    lines.next();
  }
  while (lines.begins("layer")) {
    lines.expect("layer");
    Layer layer;
    for (Number inputs = lines.number(kMostLayers); inputs > 0; --inputs)
      layer.inputs.push_back(static_cast<int>(lines.number(kMostLayers)));
    layer.name = lines.all();
    statement.layers.push_back(layer);
    lines.next();
  }
  while (lines.begins("group")) {
    lines.expect("group");
    Group group;
    for (const Number used : lines.numbers(kMostOfAType)) group.usage.push_back(static_cast<int>(used));
    lines.next();
    lines.expect("hand_over");
    group.hand_over = lines.number(kLargest);
    group.power = lines.number(1'000'000'000);
    lines.next();
    const auto list = [&](const char* name) {
      lines.expect(name);
      std::vector<Number> values = lines.numbers(kLargest);
      lines.next();
      return values;
    };
    group.time = list("time");
    group.take_in = list("take_in");
    group.energy = list("energy");
    statement.groups.push_back(std::move(group));
  }
}

void read_answer(Lines& lines, Statement& statement) {
  lines.expect("objective");
  const std::string objective = lines.word();
  if (objective == "throughput") {
    statement.objective = Objective::throughput;
  } else if (objective == "latency") {
    statement.objective = Objective::latency;
  } else if (objective == "energy") {
    statement.objective = Objective::energy;
  } else {
    lines.fail("\"" + objective + "\" is no objective");
  }
  lines.next();
  lines.expect("limit");
  if (lines.begins("none")) {
    lines.expect("none");
  } else {
    statement.limited = true;
    statement.limit = lines.number(kHuge);
  }
  lines.next();
  while (lines.begins("stage")) {
    lines.expect("stage");
    Stage stage;
    stage.group = static_cast<int>(lines.number(1'000'000));
    for (const Number layer : lines.numbers(kMostLayers)) stage.layers.push_back(static_cast<int>(layer));
    statement.stages.push_back(std::move(stage));
    lines.next();
  }
  const auto value = [&](const char* name) {
    lines.expect(name);
    const Number found = lines.number(kHuge);
    lines.next();
    return found;
  };
  statement.period = value("period");
  statement.latency = value("latency");
  statement.energy = value("energy_of_image");
}

void read_refutation(Lines& lines, Statement& statement) {
  lines.expect("refutation");
  const std::string kind = lines.word();
  lines.next();
  if (kind == "reach") {
    statement.refutation = Refutation::reach;
    while (lines.begins("reach")) {
      lines.expect("reach");
      const std::vector<Number> all = lines.numbers(kMostLayers);
      if (all.size() != statement.types.size() + 1) lines.fail("should have a number a type, and one more");
      Reach reach;
      reach.usage.assign(all.begin(), all.end() - 1);
      reach.layers = static_cast<int>(all.back());
      statement.reach.push_back(std::move(reach));
      lines.next();
    }
  } else if (kind == "prices") {
    statement.refutation = Refutation::prices;
    lines.expect("prices");
    statement.prices = lines.numbers(1'000'000);
    lines.next();
  } else if (kind == "layer") {
    statement.refutation = Refutation::layer;
  } else if (kind == "sum") {
    statement.refutation = Refutation::sum;
  } else if (kind == "search") {
    statement.refutation = Refutation::search;
  } else {
    lines.fail("\"" + kind + "\" is no refutation");
  }
  lines.expect("bound");
  statement.bound = lines.number(kHuge);
  lines.next();
}

}  // namespace

Statement read_statement(std::istream& text) {
  Lines lines(text);
  lines.expect("tandem-certificate");
  if (lines.word() != "1") lines.fail("is of another version; known is 1");
  lines.next();
  Statement statement;
  read_problem(lines, statement);
  read_answer(lines, statement);
  read_refutation(lines, statement);
  lines.expect("end");
  lines.next();
  if (!lines.ended()) lines.fail("stands after the end");
  return statement;
}

}  // namespace tandem::check
