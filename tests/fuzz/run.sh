#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the readers of files, each for SECONDS of time on one core:
#   tests/fuzz/run.sh SECONDS [READER...]
# Builds with clang, AddressSanitizer and UndefinedBehaviorSanitizer below build/fuzz. The inputs found are kept there
# for the next run. A line for each reader: executions, the edges covered after four fifths of the time and at its end (as
# many: nothing new was found in the last fifth). Exit code 1 when a reader crashes, hangs or leaks; the input is printed.
set -eu
all="network platform core run schedule sweep set costs certificate table parts threads throughput splits published jobs
store onnx"
if [ $# -lt 1 ]; then
  echo "usage: tests/fuzz/run.sh SECONDS [READER...]; readers:" $all >&2
  exit 2
fi
seconds=$1
shift
if [ $# -eq 0 ]; then
  # shellcheck disable=SC2086  # a list of words
  set -- $all
fi
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/fuzz
export CCACHE_NOHASHDIR=1
launcher=
if command -v ccache >/dev/null; then launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_COMPILER=clang \
  -DCMAKE_CXX_COMPILER=clang++ -DTANDEM_FUZZ=ON -DTANDEM_SANITIZE=ON $launcher >"$build.log" 2>&1 ||
  { cat "$build.log" >&2; exit 2; }
ninja -C "$build" ${TANDEM_FUZZ_JOBS:+-j "$TANDEM_FUZZ_JOBS"} fuzz_corpus fuzz_readers fuzz_store fuzz_onnx \
  >"$build.log" 2>&1 || { tail -40 "$build.log" >&2; exit 2; }

# protobuf and toml++ are not instrumented, so their containers must not be checked for overflow.
export ASAN_OPTIONS=detect_container_overflow=0:allocator_may_return_null=0
export UBSAN_OPTIONS=print_stacktrace=1
"$build/tests/fuzz/fuzz_corpus" "$root/configs" "$build/seeds"
edges() { sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$1" | tail -1; }
failed=0
for reader; do
  case $reader in
    store | onnx) program=fuzz_$reader ;;
    *) program=fuzz_readers ;;
  esac
  found=$build/corpus/$reader
  mkdir -p "$found" "$build/crashes"
  log=$build/$reader.log
  : >"$log"
  (sleep $((seconds * 4 / 5)); edges "$log" >"$log.early") &
  early=$!

  if TANDEM_FUZZ_READER=$reader "$build/tests/fuzz/$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=20000 -print_final_stats=1 -artifact_prefix="$build/crashes/$reader-" "$found" "$build/seeds/$reader" \
    >>"$log" 2>&1; then
    result="no crash"
  else
    result="CRASH, see $log"
    failed=1
    kill "$early" 2>/dev/null || true
    grep -E "ERROR|SUMMARY|Test unit written|uncaught|terminate" "$log" >&2 || tail -20 "$log" >&2
  fi
  wait "$early" 2>/dev/null || true
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  printf '%-12s %s in %s s, %s executions, edges: %s after four fifths, %s at the end\n' "$reader" "$result" "$seconds" \
    "${executions:-?}" "$(cat "$log.early" 2>/dev/null || echo '?')" "$(edges "$log")"
  rm -f "$log.early"
done
exit $failed
