#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The fronts of the sweep edge_soc as CSV, from `tandem sweep edge_soc --json`: front.py SWEEP.json >front.csv"""
import csv
import json
import sys

sweep = json.load(open(sys.argv[1], encoding="utf-8"))
rows = []
for group in sweep["groups"]:
    for level, answers in [("analytic", group)] + [(step["level"], step["answers"]) for step in group["ladder"]]:
        for point in answers["front"]:
            rows.append({"level": level, **point["values"], **point["objectives"]})
writer = csv.DictWriter(sys.stdout, fieldnames=list(rows[0]), lineterminator="\n")
writer.writeheader()
writer.writerows(rows)
