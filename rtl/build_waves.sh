#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds the Verilated accelerator of one array size as a shared library that can write waves (interfaces:
# sim/cosim/verilated_api.h and waves_api.h). It runs several times slower than the one of build_variant.sh.
#
#   build_waves.sh TM TN OUTPUT.so                build OUTPUT.so unless it is already made from these sources
#   build_waves.sh --is-current TM TN OUTPUT.so   only say whether it is: 0 yes, 3 no
#
# Exit code 0: OUTPUT.so exists and is current. 2: wrong arguments. 1: the build failed, OUTPUT.so is untouched and the
# reason is on stderr. Callers may run in parallel: the first one builds, the others wait for it.
# Environment: CXX (default g++), VERILATOR (default verilator).
set -euo pipefail

look_only=no
if [ "${1:-}" = --is-current ]; then
  look_only=yes
  shift
fi
[ $# -eq 3 ] || { echo "usage: build_waves.sh [--is-current] TM TN OUTPUT.so" >&2; exit 2; }
tm=$1 tn=$2 output=$3
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
cxx=${CXX:-g++}
verilator=${VERILATOR:-verilator}
sources=("$here"/accelerator/*.sv "$here"/registers/*.sv)
own=("$here"/verilated/accelerator_api.cpp "$here"/verilated/waves_api.cpp "$here"/verilated/recording_model.h
  "$root"/sim/cosim/verilated_api.h "$root"/sim/cosim/waves_api.h)

hash=$({
  echo "$tm $tn"
  "$verilator" --version
  "$cxx" --version | sed '1s/^[^ ]* //;q'
  cat "${sources[@]}" "${own[@]}" "${BASH_SOURCE[0]}"
} | sha256sum | cut -c 1-16)
current() { [ -f "$output" ] && [ "$(cat "$output.hash" 2>/dev/null)" = "$hash" ]; }
if current; then exit 0; fi
if [ $look_only = yes ]; then exit 3; fi
mkdir -p "$(dirname "$output")"
exec 9>"$output.lock"
flock 9
if current; then exit 0; fi
work=$(mktemp -d "$output.XXXXXX")
trap 'rm -rf "$work"' EXIT
fail() {
  echo "build_waves.sh: $1 failed for ${tm}x$tn" >&2
  cat "$work"/*log >&2
  exit 1
}

"$verilator" --cc --assert -Wall -O3 --x-assign fast --x-initial fast --unroll-count 4096 --unroll-stmts 200000 \
  --trace-fst --trace-structs --output-split 0 --prefix Vtandem_rtl --top-module tandem_accelerator "-GTm=$tm" "-GTn=$tn" \
  -GBusBytes=16 --Mdir "$work" "${sources[@]}" >"$work/log" 2>&1 || fail verilator
include=$("$verilator" --getenv VERILATOR_ROOT)/include
# The recording model stands where accelerator_api.cpp looks for the plain one.
echo '#include "rtl/verilated/recording_model.h"' >"$work/Vtandem_accelerator.h"
echo '{ global: tandem_accelerator_api; tandem_accelerator_waves; local: *; };' >"$work/exports"
compile=("$cxx" -std=c++17 -O1 -fPIC -fvisibility=hidden -fvisibility-inlines-hidden -w -DVM_TRACE=1 -DVM_TRACE_FST=1
  -DVM_COVERAGE=0 -DVM_SC=0 -DTANDEM_TM="$tm" -DTANDEM_TN="$tn" -I"$work" -I"$include" -I"$include/vltstd" -I"$root")
for source in verilated verilated_threads verilated_fst_c; do
  "${compile[@]}" -c "$include/$source.cpp" -o "$work/runtime_$source.o"
done >"$work/runtime_log" 2>&1 &
runtime=$!
cat "$work"/V*.cpp >"$work/model.cc"
"${compile[@]}" -c "$work/model.cc" -o "$work/model.o" >"$work/log" 2>&1 || fail "$cxx"
for source in accelerator_api waves_api; do
  "${compile[@]}" -c "$here/verilated/$source.cpp" -o "$work/$source.o" >"$work/log" 2>&1 || fail "$cxx"
done
wait $runtime || fail "$cxx"
"$cxx" -shared -Wl,-Bsymbolic -Wl,-z,defs "-Wl,--version-script=$work/exports" "$work"/*.o -pthread -lz -Wl,--as-needed \
  -latomic -o "$work/library.so" >"$work/log" 2>&1 || fail "$cxx"
echo "$hash" >"$work/hash"
rm -f "$output.hash"  # see build_variant.sh
mv -f "$work/library.so" "$output"
mv -f "$work/hash" "$output.hash"
