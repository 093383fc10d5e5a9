#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fidelity analytic beside the tile level as a table, from `tandem sweep analytic_agreement --json`:
agreement.py SWEEP.json >agreement.md"""
import json
import sys

sweep = json.load(open(sys.argv[1], encoding="utf-8"))
print("| platform | network | planner | latency ms, analytic | tile | % off | energy mJ, analytic | tile | % off |")
print("|---|---|---|---|---|---|---|---|---|")
off = {"latency_ms": {}, "energy_mj": {}}
for group in sweep["groups"]:
    for step in group["ladder"]:
        for point in step["points"]:
            values = point["values"]
            cells = [values["platform"], values["network"], values["planner"]]
            for objective in ("latency_ms", "energy_mj"):
                agreement = point["agreement"][objective]
                # The tile level is what the closed form is held against.
                error = 100 * (agreement["below"] / agreement["here"] - 1)
                off[objective].setdefault(values["planner"], []).append(error)
                cells += [f"{agreement['below']:.3f}", f"{agreement['here']:.3f}", f"{error:+.1f}"]
            print("| " + " | ".join(cells) + " |")
print()
for objective, planners in off.items():
    for planner, errors in planners.items():
        mean = sum(map(abs, errors)) / len(errors)
        print(f"* {objective}, {planner}: mean size {mean:.1f} %, worst {max(errors, key=abs):+.1f} %, {len(errors)} points")
