# SPDX-License-Identifier: Apache-2.0
# tandem_layer(NAME DEPENDS...): a static library of all *.cpp in the current folder (not below).
function(tandem_layer name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(sources)
    add_library(${name} STATIC ${sources})
    target_link_libraries(${name} PUBLIC tandem_options ${ARGN})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE tandem_options ${ARGN})
  endif()
endfunction()

# tandem_tests(NAME LIBRARIES...): one GoogleTest program of the current folder's *_test.cpp, every test
# a process of its own (SystemC elaborates once a process).
function(tandem_tests name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  target_compile_definitions(${name} PRIVATE TANDEM_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
    TANDEM_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(${name} PRIVATE tandem_options ${ARGN} GTest::gtest)
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT 600 ENVIRONMENT "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1;ASAN_OPTIONS=detect_stack_use_after_return=0")
endfunction()

# tandem_program_test(NAME SCRIPT.py ARGUMENTS...): the program as a user meets it, asked by a script of the current folder.
# Leak checks are off: the sanitizer cannot walk the stacks of SystemC threads.
function(tandem_program_test name script)
  add_test(NAME ${name} COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/${script} ${ARGN})
  set(surroundings TANDEM_BINARY=$<TARGET_FILE:tandem> TANDEM_CHECK=$<TARGET_FILE:tandem-check> TANDEM_ROOT=${CMAKE_SOURCE_DIR}
    TANDEM_CACHE=${CMAKE_BINARY_DIR}/cache ASAN_OPTIONS=detect_stack_use_after_return=0:detect_leaks=0)
  set_tests_properties(${name} PROPERTIES TIMEOUT 900 SKIP_RETURN_CODE 77 ENVIRONMENT "${surroundings}")
endfunction()
