#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# same_bytes.sh PROGRAM PROGRAM... [RUN.toml...]: every run (default: all that ship) gives the same JSON with every
# program, and the same when the first runs it twice, apart from the wall time.
set -euo pipefail
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
export TANDEM_ROOT=$root
programs=() runs=()
for word in "$@"; do
  if [[ $word == *.toml ]]; then runs+=("$word"); else programs+=("$word"); fi
done
if ((${#programs[@]} < 2)); then
  echo "usage: tests/full/same_bytes.sh PROGRAM PROGRAM... [RUN.toml...]" >&2
  exit 2
fi
if ((${#runs[@]} == 0)); then runs=("$root"/configs/runs/*.toml); fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The one value that may differ is cut out of the text, so that all else is compared as bytes.
result() { "$1" run "$2" --json | sed -E 's/("wall_s": ?)[-+.0-9eE]+/\1/'; }

status=0
for run in "${runs[@]}"; do
  result "${programs[0]}" "$run" >"$work/first"
  for program in "${programs[@]}"; do
    result "$program" "$run" >"$work/other"
    if ! cmp "$work/first" "$work/other" >&2; then
      echo "$run: the results differ ($program)" >&2
      diff "$work/first" "$work/other" | head -20 >&2 || true
      status=1
    fi
  done
done
exit "$status"
