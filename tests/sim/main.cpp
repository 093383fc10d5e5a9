// SPDX-License-Identifier: Apache-2.0
// GoogleTest under SystemC's main(). CTest starts a process a test: SystemC elaborates once a process.
#include <gtest/gtest.h>

#include "sim/kernel/systemc.h"

// Read by the address sanitizer, when there is one: SystemC's threads live on stacks of their own, which its
// leak check walks off the end of, and its fake stacks do not know.
extern "C" const char* __asan_default_options() { return "detect_leaks=0:detect_stack_use_after_return=0"; }

int sc_main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  tandem::sim::install_report_handler(/*warnings_are_errors=*/true);
  return RUN_ALL_TESTS();
}
