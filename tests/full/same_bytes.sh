#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# same_bytes.sh PROGRAM_A PROGRAM_B [RUN.toml...]: every run (default: all that ship) gives the same JSON with
# both programs, and the same when it is run twice, apart from the wall time.
set -euo pipefail
program_a=$1 program_b=$2
shift 2
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
export TANDEM_ROOT=$root
runs=("$@")
if ((${#runs[@]} == 0)); then runs=("$root"/configs/runs/*.toml); fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The one value that may differ is cut out of the text, so that all else is compared as bytes.
result() { "$1" run "$2" --json | sed -E 's/("wall_s": ?)[-+.0-9eE]+/\1/'; }

status=0
for run in "${runs[@]}"; do
  result "$program_a" "$run" >"$work/a"
  result "$program_a" "$run" >"$work/again"
  result "$program_b" "$run" >"$work/b"
  for other in again b; do
    if ! cmp "$work/a" "$work/$other" >&2; then
      echo "$run: the results differ ($other)" >&2
      diff "$work/a" "$work/$other" | head -20 >&2 || true
      status=1
    fi
  done
done
exit "$status"
