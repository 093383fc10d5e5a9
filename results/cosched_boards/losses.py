#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""losses.py TANDEM [--again] [--only WORD]...: why co-scheduling does not reach the ideal 1 + CPU rate / accelerator
rate. Of every case that runs.csv has, the accelerator alone, the cores alone and `cosched` are simulated, and what
their convolutions take beyond the ideal is dealt out to its causes: losses.csv, of which study.py makes a table of report.md.

A layer takes U on the accelerator alone and C on the cores alone, ideally U C / (U + C) on both. With a share u of its
output on the accelerator and c on the cores it takes T, which is longer by

    C / (U + C) * (T - u U)  +  U / (U + C) * (T - c C)

exactly, because u + c = 1. T of either side is the sum of its account, and so are U and C; so each line of the account
adds its part: what a side computes beyond its share of the whole (an array and a kernel work in steps of channels), waits
for memory, maintains for coherence, spends on starting, waking and barriers, and waits for the other side to end."""
import argparse
import csv
import pathlib
import sys

import study

CAUSES = ("compute", "transfer", "coherence", "synchronisation", "waiting")
COLUMNS = ("board", "pes", "network", "wait", "ideal_ms", "taken_ms", *(f"{cause}_ms" for cause in CAUSES))


def sides(layer):
    """The longest account of each side."""
    found = {}
    for name, account in layer["account_us"].items():
        side = "unit" if name.startswith("accelerator") else "cores"
        if name in layer["resource_channels"]:
            found[side] = dict(account, busy=layer["busy_us"].get(name, 0.0))
    return found


def parts(account, longest):
    """A side's time by cause; the last is how much sooner it ended its work than the other side."""
    waiting = max(0.0, longest - account["busy"])
    rest = account["synchronisation"] + account["idle"] - waiting
    return dict(zip(CAUSES, (account["compute"], account["transfer"], account["coherence"], rest, waiting)))


def loss_of(layer, unit, cores):
    """By cause, in us, of one layer that all three runs have."""
    whole_unit, whole_cores = study.span(unit), study.span(cores)
    ideal = whole_unit * whole_cores / (whole_unit + whole_cores)
    channels = layer["resource_channels"]
    share = {"unit": study.unit_of(layer) / sum(channels.values())}
    share["cores"] = 1 - share["unit"]
    alone = {"unit": sides(unit).get("unit"), "cores": sides(cores).get("cores")}
    weight = {"unit": whole_cores / (whole_unit + whole_cores), "cores": whole_unit / (whole_unit + whole_cores)}
    own = sides(layer)
    longest = max(account["busy"] for account in own.values())
    lost = dict.fromkeys(CAUSES, 0.0)
    for side, by in weight.items():
        here = parts(own[side], longest) if side in own else dict.fromkeys(CAUSES, 0.0) | {"waiting": study.span(layer)}
        there = parts(alone[side], alone[side]["busy"])
        for cause in CAUSES:
            lost[cause] += by * (here[cause] - share[side] * there[cause])
    return ideal, lost


def losses(tandem, case):
    answer = study.call(tandem, "compare", case, "--planners", "accelerator-only,cpu-only,cosched", "--set",
                        "fidelity.accelerator=model")
    unit, cores, both = ({layer["name"]: layer for layer in row["layers"]} for row in answer["rows"])
    ideal, taken, sums = 0.0, 0.0, dict.fromkeys(CAUSES, 0.0)
    for name, layer in both.items():
        if layer["kind"] != "conv" or study.unit_of(unit[name]) == 0:
            continue
        own_ideal, lost = loss_of(layer, unit[name], cores[name])
        ideal += own_ideal
        taken += study.span(layer)
        for cause in CAUSES:
            sums[cause] += lost[cause]
    assert abs(ideal + sum(sums.values()) - taken) < 1e-6 * taken, (study.name_of(case), ideal, sums, taken)
    return dict(zip(COLUMNS, (*case, ideal * 1e-3, taken * 1e-3, *(sums[cause] * 1e-3 for cause in CAUSES))))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tandem")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--again", action="store_true")
    given = parser.parse_args()
    simulated = {study.key_of(row) for row in study.load("runs.csv")}
    known = set() if given.again else {study.key_of(row) for row in study.load("losses.csv")}
    for case in study.cases():
        if case in simulated and case not in known and all(word in study.name_of(case) for word in given.only):
            study.store("losses.csv", COLUMNS, study.load("losses.csv"), [losses(given.tandem, case)])
            print(study.name_of(case), file=sys.stderr)
    import report
    report.write(study.HERE)


if __name__ == "__main__":
    main()
