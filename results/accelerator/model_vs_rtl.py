#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fidelity `model` of the accelerator beside its RTL on zcu104, every convolution of the shipped networks.

usage: model_vs_rtl.py [--build DIR] [--parts DIR] [--summary]

Runs platform_table for every array, alone on the DRAM and while cores copy memory, and writes model_vs_rtl.csv,
model_vs_rtl_contended.csv and model_vs_rtl_summary.csv beside this file. Alone, all networks on six arrays: a quarter of
an hour on an idle core, so every table is kept in --parts and a run that was interrupted goes on with those that miss.
--summary only reads the two files and prints the summary. Exit code 1 when a bar is missed.
"""

import argparse
import csv
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PLATFORM = "zcu104"
ARRAYS = ("8x8", "16x16", "32x32", "2x32", "4x32", "8x32")
CONTENDED_ARRAYS = ("8x32", "16x16", "32x32")
CONTENDED_NETWORKS = ("squeezenet_v1_1", "mobilenet_v1", "resnet18")
COPYING_CORES = (1, 4)
MEAN_BAR, WORST_BAR, CONTENDED_MEAN_BAR = 0.23, 1.0, 3.0  # percent, what the design asks for
HOST_TIMES = ("rtl_wall_s", "model_wall_s")


def table(build, parts, array, cores, networks=()):
    part = parts / f"{array}_{cores}.csv"
    if not part.exists():
        unfinished = part.with_suffix(".unfinished")
        with open(unfinished, "w") as out:
            subprocess.run([build / "tests/agreement/platform_table", PLATFORM, str(cores), array, *networks], check=True,
                           stdout=out)
        unfinished.rename(part)
    with open(part) as file:
        return [{key: value for key, value in row.items() if key not in HOST_TIMES} for row in csv.DictReader(file)]


def write(name, rows):
    with open(HERE / name, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read(name):
    with open(HERE / name) as file:
        return list(csv.DictReader(file))


def summary(rows):
    """One line an array and a number of copying cores; every different job of every network counts once."""
    lines = []
    for array, cores in dict.fromkeys((row["array"], row["copying_cores"]) for row in rows):
        own = [row for row in rows if (row["array"], row["copying_cores"]) == (array, cores)]
        errors = [abs(100 * (int(row["model_cycles"]) / int(row["rtl_cycles"]) - 1)) for row in own]
        worst = max(range(len(own)), key=lambda i: errors[i])
        total = sum(int(row["model_cycles"]) for row in own) / sum(int(row["rtl_cycles"]) for row in own)
        cycles = sum(int(row["rtl_cycles"]) for row in own)
        copied = sum(float(row["copied_gbytes_per_s"]) * int(row["rtl_cycles"]) for row in own) / cycles
        lines.append({"array": array, "copying_cores": cores, "copied_gbytes_per_s": f"{copied:.2f}", "jobs": len(own),
                      "exact": sum(row["model_cycles"] == row["rtl_cycles"] for row in own),
                      "mean_error_percent": f"{sum(errors) / len(errors):.4f}",
                      "worst_error_percent": f"{errors[worst]:.3f}",
                      "worst_layer": f"{own[worst]['network']} {own[worst]['layer']}" if errors[worst] > 0 else "",
                      "all_cycles_error_percent": f"{100 * (total - 1):+.4f}"})
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--parts", type=pathlib.Path, default=ROOT / "build/model_vs_rtl")
    parser.add_argument("--summary", action="store_true")
    arguments = parser.parse_args()
    if not arguments.summary:
        arguments.parts.mkdir(parents=True, exist_ok=True)
        write("model_vs_rtl.csv",
              [row for array in ARRAYS for row in table(arguments.build, arguments.parts, array, 0)])
        write("model_vs_rtl_contended.csv",
              [row for array in CONTENDED_ARRAYS for cores in COPYING_CORES
               for row in table(arguments.build, arguments.parts, array, cores, CONTENDED_NETWORKS)])
    lines = summary(read("model_vs_rtl.csv")) + summary(read("model_vs_rtl_contended.csv"))
    write("model_vs_rtl_summary.csv", lines)
    print(f"{'array':<7}{'cores':>6}{'GB/s':>7}{'jobs':>6}{'exact':>7}{'mean %':>9}{'worst %':>9}{'all %':>9}  worst layer")
    missed = False
    for line in lines:
        alone = line["copying_cores"] == "0"
        mean, worst = float(line["mean_error_percent"]), float(line["worst_error_percent"])
        bad = mean > (MEAN_BAR if alone else CONTENDED_MEAN_BAR) or (alone and worst > WORST_BAR)
        missed |= bad
        print(f"{line['array']:<7}{line['copying_cores']:>6}{line['copied_gbytes_per_s']:>7}{line['jobs']:>6}"
              f"{line['exact']:>7}{mean:>9.4f}{worst:>9.3f}{line['all_cycles_error_percent']:>9}  {line['worst_layer']}"
              f"{'  BAR MISSED' if bad else ''}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
