#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""report.py SWEEP.json STORE.db: from `tandem sweep edge_soc --json` and its store, front.csv and the tables of README.md."""
import csv
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
MARK = "<!-- made by report.py -->\n"
LATENCY, ENERGY = "latency_ms", "energy_mj"


def whole(value):
    return f"{value:.0f}" if isinstance(value, float) else value


def design(values):
    return (f"{whole(values['a73_cores'])} A73 at {values['a73_clock']}, {values['array']} at {values['array_clock']}, "
            f"{whole(values['bus_bytes'])} B, {values['dram']}")


def least(points, objective):
    return min(points, key=lambda p: p["objectives"][objective])


def fronts(groups):
    rows = []
    for group in groups:
        for level, answers in [("analytic", group)] + [(step["level"], step["answers"]) for step in group["ladder"]]:
            rows += [{"level": level, **p["values"], **p["objectives"]} for p in answers["front"]]
    return rows


def network_of(group):
    return group["front"][0]["values"]["network"]


def best_table(groups):
    text = ["| network | analytic front | fastest | ms | mJ | most saving | ms | mJ |", "|---|---:|---|---:|---:|---|---:|---:|"]
    for group in groups:
        cells = [network_of(group), f"{len(group['front'])} points"]
        for objective in (LATENCY, ENERGY):
            best = least(group["front"], objective)
            cells += [design(best["values"]), f"{best['objectives'][LATENCY]:.2f}", f"{best['objectives'][ENERGY]:.1f}"]
        text.append("| " + " | ".join(cells) + " |")
    return text


def ladder_table(groups):
    text = ["| network | latency: mean % | worst % | energy: mean % | worst % | fastest at the tile level, ms |", "|---|---:|---:|---:|---:|---:|"]
    for group in groups:
        step = group["ladder"][0]
        found = {a["objective"]: a for a in step["agreement"]}
        cells = [f"{found[o][k]:+.1f}" for o in (LATENCY, ENERGY) for k in ("mean_percent", "worst_percent")]
        fastest = least(step["points"], LATENCY)["objectives"][LATENCY]
        text.append("| " + " | ".join([network_of(group), *cells, f"{fastest:.2f}"]) + " |")
    return text


def axes_table(groups):
    axes = list(dict.fromkeys(s["axis"] for g in groups for s in g["sensitivity"] if s["axis"] != "network"))
    text = ["| network | " + " | ".join(axes) + " |", "|---|" + "---:|" * len(axes)]
    for group in groups:
        swing = {(s["axis"], s["objective"]): s["swing_percent"] for s in group["sensitivity"]}
        cells = [" / ".join(f"{swing.get((a, o), 0):.0f}" for o in (LATENCY, ENERGY)) for a in axes]
        text.append("| " + " | ".join([network_of(group), *cells]) + " |")
    return text


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sweep = json.loads(pathlib.Path(sys.argv[1]).read_text())
    size = pathlib.Path(sys.argv[2]).stat().st_size
    groups = sweep["groups"]
    rows = fronts(groups)
    with open(HERE / "front.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    promoted = sum(len(step["points"]) for g in groups for step in g["ladder"])
    points = sum(g["ok"] + g["failed"] for g in groups)
    text = [f"{points:,} points analytically, {promoted} of the networks' fronts at the tile level, {sweep['failed']} failed; the "
            f"store has {size / 1e6:.1f} MB, {size / (points + promoted):.0f} bytes a point.", "",
            "Best points by the closed form:", "", *best_table(groups), "",
            "The tile level against the closed form, on the promoted points (a positive figure: the closed form was too fast):", "",
            *ladder_table(groups), "", "How much each axis moves the mean of latency / energy, percent of the overall mean:", "",
            *axes_table(groups)]
    page = (HERE / "README.md").read_text().split(MARK)
    (HERE / "README.md").write_text(page[0] + MARK + "\n".join(text) + "\n" + MARK + page[2])


if __name__ == "__main__":
    main()
