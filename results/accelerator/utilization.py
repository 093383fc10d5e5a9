#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Utilisation of the 16x16 array over the convolutions of whole networks, and where the rest goes.

usage: utilization.py [--build DIR] [--fidelity rtl|model] [NETWORK...]

The cycles are those of the RTL on the platform zcu104 (its fabric clock, bus and DRAM; nothing else on the bus). What the
array waited for comes from the counters of the RTL alone in front of a memory of fixed latency, where the same jobs are
run again. Writes utilization.csv beside this file and prints a table by network.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ARRAY = "16x16"
CAPACITY = 256
FABRIC_CYCLES_PER_US = 200
BARS = {"resnet50": 93, "vgg16": 95, "alexnet": 90, "mobilenet_v1": 60}  # percent, what the design asks for


def run_network(build, fidelity, network):
    command = [build / "sim/cli/tandem", "run", ROOT / "configs/runs/quickstart.toml", "--json"]
    for setting in ("platform=zcu104", f'accelerator="{ARRAY}"', f"network={network}", "images=1",
                    "schedule.planner=accelerator-only", f"fidelity.accelerator={fidelity}"):
        command += ["--set", setting]
    result = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    if result["output_sha256"] != result["reference_sha256"]:
        raise SystemExit(f"{network}: the output is not the reference")
    return result


def waits(build, network):
    """Of every convolution: cycles, array active, and waited for, of its jobs alone (times as often as they occur)."""
    with tempfile.TemporaryFile("w+") as out:
        subprocess.run([build / "tests/agreement/accelerator_table", ARRAY, network], check=True, stdout=out,
                       stderr=subprocess.DEVNULL)
        out.seek(0)
        return {layer: row for row in csv.DictReader(out) for layer in row["layers"].split()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--fidelity", default="rtl", choices=["rtl", "model"])
    parser.add_argument("networks", nargs="*", default=list(BARS))
    arguments = parser.parse_args()
    rows, totals = [], []
    for network in arguments.networks:
        result = run_network(arguments.build, arguments.fidelity, network)
        alone = waits(arguments.build, network)
        for layer in result["layers"]:
            if layer["kind"] != "conv" or "accelerator0" not in layer["busy_us"]:
                continue
            cycles = layer["busy_us"]["accelerator0"] * FABRIC_CYCLES_PER_US
            own = alone[layer["name"]]
            row = {"network": network, "layer": layer["name"], "macs": layer["macs"], "cycles": round(cycles),
                   "utilization_percent": round(100 * layer["macs"] / (CAPACITY * cycles), 2)}
            total = int(own["rtl_cycles"])
            active = int(own["mac_active"])
            useful = int(own["macs"]) / CAPACITY
            row["idle_multipliers_percent"] = round(100 * (active - useful) / total, 2)
            for name in ("stall_feature", "stall_weight", "stall_output"):
                row[name + "_percent"] = round(100 * int(own[name]) / total, 2)
            stalls = sum(int(own[name]) for name in ("stall_feature", "stall_weight", "stall_output"))
            row["rest_percent"] = round(100 * (total - active - stalls) / total, 2)
            rows.append(row)
        macs = sum(row["macs"] for row in rows if row["network"] == network)
        cycles = sum(row["cycles"] for row in rows if row["network"] == network)
        totals.append((network, macs, cycles, 100 * macs / (CAPACITY * cycles)))
    fields = ["network", "layer", "macs", "cycles", "utilization_percent", "idle_multipliers_percent",
              "stall_feature_percent", "stall_weight_percent", "stall_output_percent", "rest_percent"]
    with open(HERE / "utilization.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, fields, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{'network':<16}{'conv GMACs':>12}{'Mcycles':>10}{'utilization %':>15}{'asked %':>9}")
    for network, macs, cycles, percent in totals:
        print(f"{network:<16}{macs / 1e9:>12.3f}{cycles / 1e6:>10.3f}{percent:>15.2f}{BARS.get(network, ''):>9}")


if __name__ == "__main__":
    main()
