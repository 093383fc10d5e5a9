#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whole networks on one cluster by threads: simulated beside measured, none of it fitted.

usage: thread_scaling.py [--tandem PROGRAM] [--csv FILE]

Simulates every row of configs/calibration/armcl_thread_scaling.csv that stays on one cluster of the RK3399Pro, at the highest
frequency, and compares the time and its ratio to one thread's. Some 17 runs, a minute and a half of CPU time. Exit code 1 when a
ratio is more than 10 % off.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
NETWORK_FILES = {"mobilenet_v1": "mobilenet_v1_bn"}
CORES = {"b": "a72", "s": "a53"}
BAR = 10.0  # percent, of the ratio to one thread


def simulate(program, network, cores):
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as run:
        run.write(f'platform = "rk3399pro"\nnetwork = "{NETWORK_FILES.get(network, network)}"\nprecision = "fp32"\n'
                  f'[schedule]\nplanner = "cpu-only"\ncores = ["{cores}"]\n')
        run.flush()
        done = subprocess.run([program, "run", run.name, "--json"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)["latency_ms"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tandem", default=ROOT / "build/release/sim/cli/tandem")
    parser.add_argument("--csv", type=pathlib.Path, default=pathlib.Path(__file__).with_suffix(".csv"))
    arguments = parser.parse_args()
    with open(ROOT / "configs/calibration/armcl_thread_scaling.csv") as file:
        measured = [row for row in csv.DictReader(file) if row["board"] == "rk3399pro" and "+" not in row["threads"]]
    rows, one = [], {}
    print(f"{'network':<14}{'threads':<9}{'measured ms':>12}{'simulated ms':>14}{'error %':>9}{'ratio':>8}{'simulated':>11}"
          f"{'error %':>9}")
    for row in measured:
        kind, threads = row["threads"][0], int(row["threads"][1:])
        time, simulated = float(row["time_ms"]), simulate(arguments.tandem, row["network"], f"{CORES[kind]}x{threads}")
        first = one.setdefault((row["network"], kind), (time, simulated))
        ratio, simulated_ratio = time / first[0], simulated / first[1]
        rows.append({"network": row["network"], "cores": f"{CORES[kind]}x{threads}", "measured_ms": time,
                     "simulated_ms": f"{simulated:.1f}", "error_percent": f"{100 * (simulated / time - 1):+.1f}",
                     "ratio": f"{ratio:.3f}", "simulated_ratio": f"{simulated_ratio:.3f}",
                     "ratio_error_percent": f"{100 * (simulated_ratio / ratio - 1):+.1f}"})
        last = rows[-1]
        print(f"{row['network']:<14}{last['cores']:<9}{time:>12.1f}{simulated:>14.1f}{last['error_percent']:>9}"
              f"{last['ratio']:>8}{last['simulated_ratio']:>11}{last['ratio_error_percent']:>9}", flush=True)
    with open(arguments.csv, "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return 1 if any(abs(float(row["ratio_error_percent"])) > BAR for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
