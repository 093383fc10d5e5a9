#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fuzzes the configuration and the ONNX reader, each for SECONDS of time on one core:
#   tests/fuzz/run.sh SECONDS [config|onnx]
# Builds with clang, AddressSanitizer and UndefinedBehaviorSanitizer below build/fuzz. The inputs found are kept
# there for the next run. Exit code 1 when a fuzzer finds a crash, a hang or a leak; the input is printed.
set -eu
if [ $# -lt 1 ]; then
  echo "usage: tests/fuzz/run.sh SECONDS [config|onnx]" >&2
  exit 2
fi
seconds=$1
fuzzers=${2:-config onnx}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/fuzz
export CCACHE_NOHASHDIR=1
launcher=
if command -v ccache >/dev/null; then launcher=-DCMAKE_CXX_COMPILER_LAUNCHER=ccache; fi
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DCMAKE_C_COMPILER=clang \
  -DCMAKE_CXX_COMPILER=clang++ -DTANDEM_FUZZ=ON -DTANDEM_SANITIZE=ON $launcher >"$build.log" 2>&1 ||
  { cat "$build.log" >&2; exit 2; }
targets=fuzz_corpus
for fuzzer in $fuzzers; do targets="$targets fuzz_$fuzzer"; done
# shellcheck disable=SC2086  # a list of words
ninja -C "$build" $targets >"$build.log" 2>&1 || { tail -40 "$build.log" >&2; exit 2; }

# protobuf and toml++ are not instrumented, so their containers must not be checked for overflow.
export ASAN_OPTIONS=detect_container_overflow=0:allocator_may_return_null=0
export UBSAN_OPTIONS=print_stacktrace=1
"$build/tests/fuzz/fuzz_corpus" "$root/configs" "$build/seeds"
failed=0
for fuzzer in $fuzzers; do
  found=$build/corpus/$fuzzer
  mkdir -p "$found" "$build/crashes"
  log=$build/$fuzzer.log
  if "$build/tests/fuzz/fuzz_$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=20000 \
    -print_final_stats=1 -artifact_prefix="$build/crashes/$fuzzer-" "$found" "$build/seeds/$fuzzer" >"$log" 2>&1; then
    result="no crash"
  else
    result="CRASH, see $log"
    failed=1
    grep -E "ERROR|SUMMARY|Test unit written|uncaught|terminate" "$log" >&2 || tail -20 "$log" >&2
  fi
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  edges=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -1)
  echo "fuzz_$fuzzer: $result in $seconds s, ${executions:-?} executions, ${edges:-?} edges covered"
done
exit $failed
