// SPDX-License-Identifier: Apache-2.0
// How a forked child ends: at once, without destructors, because SystemC's objects die with it.
#pragma once

#include <unistd.h>

// Of a build that counts what is executed; without it null.
extern "C" void __gcov_dump() __attribute__((weak));  // NOLINT(bugprone-reserved-identifier)

namespace tandem {

[[noreturn]] inline void end_child(int code) {
  if (__gcov_dump != nullptr) __gcov_dump();
  _exit(code);
}

}  // namespace tandem
