# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
# ./tandem test [--full] [CTEST ARGUMENTS...]. Sourced by ./tandem after scripts/setup.sh.

# run_ctest PRESET ARGUMENTS...: the output of the tests that failed, the slowest tests, and ctest's summary
# as the last line. Everything is in build/PRESET-test.log.
run_ctest() {
  local preset=$1 log=$root/build/$1-test.log status=0
  shift
  ctest --test-dir "$root/build/$preset" -j "$(nproc)" --output-on-failure --no-tests=error "$@" 2>&1 |
    tee "$log" | show_tests "$preset" || status=$?
  if ((status != 0)); then
    sed '/ Passed /d; / Start /d; /tests passed, /d; /^Total Test/d; /^No tests were/d; /^Errors while/d' "$log"
  fi
  echo "Slowest tests of the $preset build:"
  sed -nE 's/^ *[0-9]+\/[0-9]+ Test +#[0-9]+: ([^ ]+) [. ]*\**[A-Za-z]+ +([0-9.]+) sec.*/\2 \1/p' "$log" |
    sort -k1,1nr -k2 | head -8 | while read -r seconds name; do printf '%10s s  %s\n' "$seconds" "$name"; done
  sed -n '/^Total Test time/p' "$log"
  sed -n '/tests passed, .* out of /p; /^No tests were found/p' "$log"
  return "$status"
}

show_tests() {
  local preset=$1 line
  while IFS= read -r line; do
    if [[ $line =~ ^\ *([0-9]+/[0-9]+)\ Test ]]; then progress "testing $preset: ${BASH_REMATCH[1]}"; fi
  done
  end_progress
}

full_tests() {
  with_lock configure sanitize
  with_lock build_target sanitize all
  step "all tests under AddressSanitizer and UndefinedBehaviorSanitizer" run_ctest sanitize "$@"
  with_lock configure clang
  with_lock build_target clang tandem
  with_lock configure debug
  with_lock build_target debug tandem
  step "gcc -O3, clang -O3 and gcc -O0 give the same bytes" "$root/tests/full/same_bytes.sh" \
    "$root/build/release/sim/cli/tandem" "$root/build/clang/sim/cli/tandem" "$root/build/debug/sim/cli/tandem"
  step "a thousand faults end as they must" "$root/build/release/tests/platform/fault_campaign" 1000
  step "ten thousand inferences give their memory back" "$root/build/release/tests/platform/soak" 10000
  step "the readers of files, fuzzed" "$root/tests/fuzz/run.py" "${TANDEM_FUZZ_SECONDS:-60}"
  step "every network, every planner of one stage, on the RTL" "$root/tests/full/all_networks.sh"
}

run_tests() {
  local full=no status=0
  if [[ ${1-} == --help || ${1-} == -h ]]; then
    echo "usage: ./tandem test [--full] [CTEST ARGUMENTS...]"
    echo "Builds everything and runs the tests; further arguments go to ctest, such as -R NAME or -L LABEL."
    echo "  --full   also sanitizers, compilers, faults, a soak, fuzzing, every network on the RTL (over an hour)"
    return
  fi
  if [[ ${1-} == --full ]]; then
    full=yes
    shift
  fi
  local groups=(build test)
  if [[ $full == yes ]]; then groups+=(check); fi
  with_lock require_packages "${groups[@]}"
  with_lock build_program
  with_lock build_target release all
  if [[ $full == yes ]]; then
    full_tests "$@"
    steps_passed || status=1
  fi
  run_ctest release "$@" || status=1
  return "$status"
}
