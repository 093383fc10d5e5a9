# SPDX-License-Identifier: Apache-2.0
# Flags of every target. No contraction and no -march: results must not depend on compiler or host.
add_library(tandem_options INTERFACE)
target_include_directories(tandem_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_options(tandem_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Werror -ffp-contract=off)
# gcc 12 at -O3 takes the clean-up of aggregates with strings for a use before initialisation. AddressSanitizer and
# clang look for the real ones.
target_compile_options(tandem_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)

option(TANDEM_SANITIZE "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
option(TANDEM_FUZZ "Build the libFuzzer targets (clang only)" OFF)
if(TANDEM_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  # SystemC's threads change stacks behind AddressSanitizer's back: after an exception it takes frames that are long
  # gone for poisoned ones. Heap, globals and undefined behaviour stay checked; the fuzzers (clang, no SystemC) check
  # stacks too.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(--param=asan-stack=0)
  endif()
endif()
if(TANDEM_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
