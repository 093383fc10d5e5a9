#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""study.py TANDEM [NETWORK...]: co-scheduling, the exact pipeline of cores and the joint pipeline of cores and
accelerator on edge_soc in int8, simulated: at fidelity `model` all networks, at `rtl` two. A network at a fidelity is
three rows of runs.csv and is not repeated while they stand there; the table of README.md is made of them."""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

MARK = "<!-- made by study.py -->\n"
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NETWORKS = ("tiny", "squeezenet_v1_1", "squeezenet", "mobilenet_v1", "resnet18", "googlenet", "alexnet", "resnet50")
AT_RTL = ("tiny", "squeezenet_v1_1")
PLANNERS = ("cosched", "exact", "joint")
IMAGES = 11
COLUMNS = ("network", "fidelity", "planner", "stages", "images_per_s", "latency_ms", "energy_mj", "utilization")
RUN = """platform = "edge_soc"
network = "{network}"
images = {images}
[schedule]
planner = "joint"
objective = "throughput"
refine = 3
[fidelity]
accelerator = "{fidelity}"
"""


def compared(tandem, network, fidelity, folder):
    run = pathlib.Path(folder) / "run.toml"
    run.write_text(RUN.format(network=network, images=IMAGES, fidelity=fidelity))
    done = subprocess.run([tandem, "compare", str(run), "--planners", ",".join(PLANNERS), "--json"], cwd=ROOT,
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{network}: {done.stderr}")
    rows = []
    for row in json.loads(done.stdout)["rows"]:
        stages = " ".join("+".join(stage["resources"]) for stage in row["stages"])
        rows.append({"network": network, "fidelity": fidelity, "planner": row["planner"], "stages": stages,
                     "images_per_s": f"{row['throughput_images_per_s']:.3f}", "latency_ms": f"{row['latency_ms']:.4f}",
                     "energy_mj": f"{row['energy_mj']:.3f}", "utilization": f"{row['accelerator']['utilization']:.4f}"})
    return rows


def read(path):
    if not path.exists():
        return []
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tables(rows):
    by = {(row["network"], row["fidelity"], row["planner"]): row for row in rows}
    text = ["| network | fidelity | cosched | exact | joint | gain over the better | stages of the joint pipeline |",
            "|---|---|---:|---:|---:|---:|---|"]
    gains = []
    for network, fidelity in dict.fromkeys((row["network"], row["fidelity"]) for row in rows):
        rates = [float(by[network, fidelity, planner]["images_per_s"]) for planner in PLANNERS]
        gain = 100 * (rates[2] / max(rates[:2]) - 1)
        if fidelity == "model":
            gains.append(gain)
        text.append(f"| {network} | {fidelity} | " + " | ".join(f"{rate:.2f}" for rate in rates) +
                    f" | {gain:+.1f} % | {by[network, fidelity, 'joint']['stages']} |")
    if gains:
        text += ["", f"Images/s. At fidelity `model` over {len(gains)} networks: mean gain {sum(gains) / len(gains):+.1f} %, "
                     f"least {min(gains):+.1f} %."]
    return "\n".join(text) + "\n"


def main():
    networks = sys.argv[2:] or NETWORKS
    path = HERE / "runs.csv"
    rows = read(path)
    order = {name: i for i, name in enumerate(NETWORKS)}
    with tempfile.TemporaryDirectory() as folder:
        for network, fidelity in [(n, "model") for n in networks] + [(n, "rtl") for n in networks if n in AT_RTL]:
            if any(row["network"] == network and row["fidelity"] == fidelity for row in rows):
                continue
            rows += compared(sys.argv[1], network, fidelity, folder)
            rows.sort(key=lambda row: (order[row["network"]], row["fidelity"], PLANNERS.index(row["planner"])))
            with open(path, "w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
                writer.writeheader()
                writer.writerows(rows)
            print(network, fidelity, "done", file=sys.stderr)
    text = tables(rows)
    page = HERE / "README.md"
    head, rest = page.read_text(encoding="utf-8").split(MARK)[::2]
    page.write_text(head + MARK + text + MARK + rest, encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
