// SPDX-License-Identifier: Apache-2.0
// power_table [--csv]: fits the power constants to the measured boards and prints how well they fit and
// predict: the text of results/power/power.txt, or the rows of power.csv.
#include <cstdio>
#include <string>

#include "tests/agreement/power_report.h"

int main(int argc, char** argv) {
  const auto data = tandem::energy::read_power_data();
  const bool csv = argc > 1 && std::string(argv[1]) == "--csv";
  std::fputs((csv ? tandem::energy::power_csv(data) : tandem::energy::power_text(data)).c_str(), stdout);
  return 0;
}
