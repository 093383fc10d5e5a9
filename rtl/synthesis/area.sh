#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Area of the accelerator on an UltraScale+ FPGA, as yosys maps it: one line of CSV an array on stdout.
#
#   area.sh [TMxTN...]     default 2x16 4x16 8x8 8x16 16x16 32x32
#   --work DIR             logs and netlists, default build/synthesis
#
# synth_xilinx maps module by module (no -flatten: the arithmetic is the same in every row, and flat it takes hours);
# the counts are of the whole hierarchy. Not placed, not routed: no timing, and no sharing across modules.
# Exit code 0: all mapped. 1: one was not, and the reason is in the log. 2: no yosys or wrong arguments.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rtl=$here/..
work=$here/../../build/synthesis
arrays=()
while [ $# -gt 0 ]; do
  case $1 in
    --work) work=${2?}; shift ;;
    [0-9]*x[0-9]*) arrays+=("$1") ;;
    *) echo "usage: area.sh [--work DIR] [TMxTN...]" >&2; exit 2 ;;
  esac
  shift
done
[ ${#arrays[@]} -gt 0 ] || arrays=(2x16 4x16 8x8 8x16 16x16 32x32)
command -v yosys >/dev/null || { echo "area.sh: yosys is not installed" >&2; exit 2; }
mkdir -p "$work"

status=0
"$here/count.py" --head
for array in "${arrays[@]}"; do
  # A top with the wanted defaults keeps the hierarchy's name.
  if yosys -q -l "$work/$array.log" -p "
      read_verilog -sv -D SYNTHESIS $rtl/accelerator/*.sv $rtl/registers/*.sv
      chparam -set Tm ${array%x*} -set Tn ${array#*x} tandem_accelerator
      synth_xilinx -family xcup -top tandem_accelerator
      tee -q -o $work/$array.stat stat -top tandem_accelerator" >"$work/$array.out" 2>&1; then
    "$here/count.py" "$array" "$work/$array.stat"
  else
    echo "area.sh: yosys failed for $array, see $work/$array.log" >&2
    status=1
  fi
done
exit $status
