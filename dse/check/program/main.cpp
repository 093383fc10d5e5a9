// SPDX-License-Identifier: Apache-2.0
// tandem-check CERTIFICATE [TABLE.csv]: exit code 0 when the certificate holds (and speaks of the table), 1
// when it does not, 2 when a file cannot be read.
#include <fstream>
#include <iostream>

#include "dse/check/table.h"
#include "dse/check/verify.h"

namespace {

using namespace tandem::check;

std::string summary(const Statement& statement) {
  const char* const goals[] = {"throughput", "latency", "energy"};
  std::string text = "holds: " + std::to_string(statement.stages.size()) + " stages for " +
                     statement.network + ", period " + std::to_string(statement.period) + " ps, latency " +
                     std::to_string(statement.latency) + " ps";
  text += std::string("; ") + goals[static_cast<int>(statement.objective)];
  text +=
      is_exact(statement) ? " cannot be better" : " cannot be better than " + std::to_string(statement.bound);
  return text;
}

int check(const std::string& file, const std::string& table) {
  std::ifstream text(file);
  if (!text) {
    std::cerr << file << ": cannot be read\n";
    return 2;
  }
  const Statement statement = read_statement(text);
  std::string problem = wrong(statement);
  if (problem.empty() && !table.empty()) {
    std::ifstream csv(table);
    if (!csv) {
      std::cerr << table << ": cannot be read\n";
      return 2;
    }
    problem = differs_from_table(statement, csv);
  }
  if (!problem.empty()) {
    std::cerr << file << ": does not hold: " << problem << '\n';
    return 1;
  }
  std::cout << summary(statement) << '\n';
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2 && count != 3) {
    std::cerr << "usage: tandem-check CERTIFICATE [TABLE.csv]\n";
    return 2;
  }
  try {
    return check(arguments[1], count == 3 ? arguments[2] : "");
  } catch (const Unreadable& error) {
    std::cerr << arguments[1] << ": is no certificate: " << error.what() << '\n';
    return 2;
  }
}
