#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every network that ships, under the planners of one stage, at accelerator fidelity `model` and `rtl`: the simulated tensors
# are the reference's. all_networks.sh [PLANNER...]
set -euo pipefail
root=$(dirname "$(dirname "$(dirname "$(readlink -f "$0")")")")
planners=("$@")
if ((${#planners[@]} == 0)); then planners=(accelerator-only cpu-only cosched oracle); fi

value() { sed -nE "s/.*\"$1\": ?\"([0-9a-f]+)\".*/\1/p" <<<"$2" | head -1; }

status=0
for file in "$root"/configs/networks/*.toml; do
  network=$(basename "$file" .toml)
  for planner in "${planners[@]}"; do
    for fidelity in model rtl; do
      if [[ $planner == cpu-only && $fidelity == rtl ]]; then continue; fi  # has no accelerator to tell apart
      # The oracle simulates some fifteen images: minutes on the RTL for the large networks.
      if (($# == 0)) && [[ $planner == oracle && $network != tiny && $network != squeezenet_v1_1 ]]; then continue; fi
      what="$network $planner $fidelity"
      if ! json=$("$root/tandem" run "$root/configs/runs/quickstart.toml" --set "network=$network" --set images=1 \
        --set "schedule.planner=$planner" --set "fidelity.accelerator=$fidelity" --json); then
        echo "FAILED $what: the run ended early"
        status=1
      elif [[ -z $(value output_sha256 "$json") ||
        $(value output_sha256 "$json") != "$(value reference_sha256 "$json")" ]]; then
        echo "FAILED $what: the output is not the reference"
        status=1
      else
        echo "ok     $what"
      fi
    done
  done
done
exit "$status"
