#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""simulated.py TANDEM: simulates every inference whose board power was measured on the RK3399Pro and writes
simulated.csv beside itself and prints the table of README.md: board power and energy, simulated against measured."""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BAR = 15.0
RUN = """platform = "rk3399pro"
network = "{network}"
precision = "fp32"
[schedule]
planner = "cpu-only"
cores = ["{cluster}"]
[frequency]
{name} = "{frequency} MHz"
"""
# The board runs batch normalisation as a pass of its own.
NETWORK_FILES = {"mobilenet_v1": "mobilenet_v1_bn"}
COLUMNS = ("network", "cluster", "frequency_mhz", "measured_ms", "simulated_ms", "measured_mw", "simulated_mw",
           "power_error_percent", "measured_mj", "simulated_mj", "energy_error_percent")


def measured():
    """(network, cluster, MHz) -> ms and mJ of one inference: its parts that compute."""
    runs = {}
    with open(ROOT / "configs" / "calibration" / "armcl_rk3399pro_parts.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["kind"] != "compute":
                continue
            key = (row["network"], row["cluster"], int(row["frequency_mhz"]))
            time = float(row["time_ms"])
            ms, mj = runs.get(key, (0.0, 0.0))
            runs[key] = (ms + time, mj + time * float(row["board_power_mw"]) * 1e-3)
    return runs


def simulate(tandem, network, cluster, frequency):
    name = cluster.split("x")[0]
    with tempfile.NamedTemporaryFile("w", suffix=".toml") as run:
        run.write(RUN.format(network=NETWORK_FILES.get(network, network), cluster=cluster, name=name, frequency=frequency))
        run.flush()
        done = subprocess.run([tandem, "run", run.name, "--json"], cwd=ROOT, capture_output=True, text=True, check=True)
    result = json.loads(done.stdout)
    return result["latency_ms"], result["energy_mj"]


def main():
    rows = []
    for (network, cluster, frequency), (ms, mj) in sorted(measured().items()):
        own_ms, own_mj = simulate(sys.argv[1], network, cluster, frequency)
        power, own_power = mj / ms * 1e3, own_mj / own_ms * 1e3
        rows.append((network, cluster, frequency, ms, own_ms, power, own_power, 100 * (own_power / power - 1), mj, own_mj,
                     100 * (own_mj / mj - 1)))
    with open(HERE / "simulated.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow([*row[:3], *(f"{value:.2f}" for value in row[3:])])
    lines = ["| network | cluster | points | power: mean | worst | energy: mean | worst | time: mean | worst |",
             "|---|---|---:|---:|---:|---:|---:|---:|---:|"]
    for network, cluster in sorted({row[:2] for row in rows}):
        own = [row for row in rows if row[:2] == (network, cluster)]
        cells = []
        for errors in ([r[7] for r in own], [r[10] for r in own], [100 * (r[4] / r[3] - 1) for r in own]):
            worst = max(errors, key=abs)
            cells += [f"{sum(map(abs, errors)) / len(errors):.1f} %", f"{worst:+.1f} %"]
        lines.append(f"| {network} | {cluster} | {len(own)} | " + " | ".join(cells) + " |")
    inside = [sum(abs(row[i]) <= BAR for row in rows) for i in (7, 10)]
    lines += ["", f"Within {BAR:.0f} %: power of {inside[0]} and energy of {inside[1]} of {len(rows)} inferences."]
    print("\n".join(lines))


if __name__ == "__main__":
    main()
