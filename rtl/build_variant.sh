#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Verilated accelerator of one array size as a shared library (interface: sim/cosim/verilated_api.h).
#
#   build_variant.sh [--bus BYTES] TM TN OUTPUT.so [fast|debug|pgo]   build OUTPUT.so unless it is already made from
#                                                                     these sources
#   build_variant.sh [--bus BYTES] --is-current TM TN OUTPUT.so [...] only say whether it is: 0 yes, 3 no
#   build_variant.sh [--bus BYTES] --hash TM TN [fast|debug|pgo]      print the hash of what the library is made from
#   --bus BYTES   data width of the AXI4 master, 8 or 16, default 16
#
# fast: optimised. debug: can write a waveform (--trace), built with line numbers. pgo: fast, compiled twice with
# gcc; in between `$TRAINER LIBRARY` runs a few jobs and so shows which paths are hot. Assertions are on in all.
# Exit code 0: OUTPUT.so exists and is current. 2: wrong arguments. 1: the build failed, OUTPUT.so is untouched
# and the reason is on stderr. Callers may run in parallel, also for the same OUTPUT: the first one builds, the
# others wait for it; the library appears by a rename, never half written. Quiet unless something fails.
# Environment: CXX (default g++), VERILATOR (default verilator), VERILATOR_FLAGS (more of them), TRAINER (pgo only, "rtl_race 1").
set -euo pipefail

usage() {
  echo "usage: build_variant.sh [--bus 8|16] TM TN [--is-current] TM TN OUTPUT.so [fast|debug|pgo] | --hash TM TN [fast|debug|pgo]" >&2
  exit 2
}

hash_only=no look_only=no
bus=16
if [ "${1:-}" = --bus ]; then
  bus=${2:-}
  case $bus in 8 | 16) ;; *) echo "build_variant.sh: a bus of $bus bytes, allowed 8 16" >&2; exit 2 ;; esac
  shift 2
fi
case ${1:-} in
  --hash) hash_only=yes; shift ;;
  --is-current) look_only=yes; shift ;;
esac
[ $# -ge 2 ] || usage
tm=$1 tn=$2
shift 2
output=
if [ $hash_only = no ]; then
  [ $# -ge 1 ] || usage
  output=$1
  shift
fi
flavour=${1:-fast}
case $tm in 2 | 4 | 8 | 16 | 32) ;; *) echo "build_variant.sh: TM is $tm, allowed 2 4 8 16 32" >&2; exit 2 ;; esac
case $tn in 4 | 8 | 16 | 32) ;; *) echo "build_variant.sh: TN is $tn, allowed 4 8 16 32" >&2; exit 2 ;; esac
case $flavour in fast | debug | pgo) ;; *) usage ;; esac
if [ "$flavour" = pgo ] && [ $hash_only$look_only = nono ] && [ -z "${TRAINER:-}" ]; then
  echo "build_variant.sh: pgo needs TRAINER, a command that runs jobs on the library it is given" >&2
  exit 2
fi

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
cxx=${CXX:-g++}
verilator=${VERILATOR:-verilator}
sources=("$here"/accelerator/*.sv "$here"/registers/*.sv)

hash=$({
  echo "$tm $tn $bus $flavour ${VERILATOR_FLAGS:-}"
  "$verilator" --version
  "$cxx" --version | sed '1s/^[^ ]* //;q'  # not the name it is called by: c++ or g++
  cat "${sources[@]}" "$here/verilated/accelerator_api.cpp" "$root/sim/cosim/verilated_api.h" "${BASH_SOURCE[0]}"
} | sha256sum | cut -c 1-16)
if [ $hash_only = yes ]; then
  echo "$hash"
  exit 0
fi

current() { [ -f "$output" ] && [ "$(cat "$output.hash" 2>/dev/null)" = "$hash" ]; }
if current; then exit 0; fi
if [ $look_only = yes ]; then exit 3; fi
mkdir -p "$(dirname "$output")"
exec 9>"$output.lock"
flock 9
if current; then exit 0; fi

work=$(mktemp -d "$output.XXXXXX")
trap 'rm -rf "$work"' EXIT

flags=(--cc --assert -Wall -O3 --x-assign fast --x-initial fast --unroll-count 4096 --unroll-stmts 200000
  --output-split 0 --top-module tandem_accelerator "-GTm=$tm" "-GTn=$tn" "-GBusBytes=$bus" --Mdir "$work")
optimise=(-O3 -fno-plt -fno-semantic-interposition)
read -ra more <<<"${VERILATOR_FLAGS:-}"
flags+=("${more[@]}")
if [ "$flavour" = debug ]; then
  flags+=(--trace --trace-structs)
  optimise=(-O1 -g1)
fi

fail() {
  echo "build_variant.sh: $1 failed for ${tm}x${tn} ($flavour)" >&2
  cat "$work/log" >&2
  exit 1
}
# Nothing but the interface leaves the library: several variants live in one process.
echo '{ global: tandem_accelerator_api; local: *; };' >"$work/exports"
"$verilator" "${flags[@]}" "${sources[@]}" >"$work/log" 2>&1 || fail verilator
include=$("$verilator" --getenv VERILATOR_ROOT)/include
runtime=("$include/verilated.cpp" "$include/verilated_threads.cpp")
[ "$flavour" = debug ] && runtime+=("$include/verilated_vcd_c.cpp")
compile=("$cxx" -std=c++17 -fPIC -fvisibility=hidden -fvisibility-inlines-hidden -w
  -DVM_TRACE=$([ "$flavour" = debug ] && echo 1 || echo 0) -DVM_COVERAGE=0 -DVM_SC=0
  -DTANDEM_TM="$tm" -DTANDEM_TN="$tn" -I"$work" -I"$include" -I"$include/vltstd" -I"$root")
# The runtime is hardly ever entered: compiled fast, beside the model.
for source in "${runtime[@]}"; do
  "${compile[@]}" -O1 -c "$source" -o "$work/runtime_$(basename "$source" .cpp).o" || exit 1
done >"$work/runtime_log" 2>&1 &
runtime_job=$!
cat "$work"/V*.cpp "$here/verilated/accelerator_api.cpp" >"$work/model.cc"
model() { "${compile[@]}" "${optimise[@]}" "$@" -c "$work/model.cc" -o "$work/model.o" >"$work/log" 2>&1 || fail "$cxx"; }
link() {
  "$cxx" -shared -Wl,-Bsymbolic -Wl,-z,defs "-Wl,--version-script=$work/exports" "$work"/*.o -pthread \
    -Wl,--as-needed -latomic -o "$work/library.so" "$@" >"$work/log" 2>&1 || fail "$cxx"
}
if [ "$flavour" = pgo ]; then model -fprofile-generate -fprofile-update=single; else model; fi
wait $runtime_job || { mv "$work/runtime_log" "$work/log"; fail "$cxx"; }
if [ "$flavour" = pgo ]; then
  link -fprofile-generate
  # The counts appear beside model.o when the trainer ends; without them the second pass would silently be the first.
  $TRAINER "$work/library.so" >"$work/log" 2>&1 || fail "the trainer"
  [ -f "$work/model.gcda" ] || { echo "$TRAINER left no profile" >"$work/log"; fail "the trainer"; }
  model -fprofile-use -fprofile-partial-training -Werror=missing-profile
fi
# Verilator's runtime asks whether its atomics are lock free; clang leaves the answer to libatomic. Undefined symbols
# must show here, not when a run loads the library.
link
echo "$hash" >"$work/hash"
rm -f "$output.hash"  # a hash must never stand beside a library that it was not taken for, not even when this is killed
mv -f "$work/library.so" "$output"
mv -f "$work/hash" "$output.hash"
