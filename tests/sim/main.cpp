// SPDX-License-Identifier: Apache-2.0
// GoogleTest under SystemC's main(). CTest starts a process a test: SystemC elaborates once a process.
#include <gtest/gtest.h>

#include "sim/kernel/systemc.h"

int sc_main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  tandem::sim::install_report_handler(/*warnings_are_errors=*/true);
  return RUN_ALL_TESTS();
}
