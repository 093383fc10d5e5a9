#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""study.py TANDEM [NETWORK...]: co-scheduling beside one cluster and beside both, the exact pipeline of cores and the joint
pipeline of cores and accelerator on edge_soc in int8, simulated: at fidelity `model` all networks, at `rtl` two. A network
at a fidelity is four rows of runs.csv and is not repeated while they stand there; the table of README.md is made of them."""
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
WAYS = ("cosched", "three-way", "exact", "joint")
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
tensors = {tensors}
"""


def compare(tandem, run, planners, *more):
    done = subprocess.run([tandem, "compare", str(run), "--planners", planners, *more, "--json"], cwd=ROOT,
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{run.read_text()}: {done.stderr}")
    return json.loads(done.stdout)["rows"]


def compared(tandem, network, fidelity, folder):
    run = pathlib.Path(folder) / "run.toml"
    run.write_text(RUN.format(network=network, images=IMAGES, fidelity=fidelity,
                              tensors="true" if fidelity == "rtl" else "false"))
    found = {row["planner"]: row for row in compare(tandem, run, "cosched,exact,joint")}
    found["three-way"] = compare(tandem, run, "cosched", "--set", "schedule.all_clusters=true")[0]
    rows = []
    for way in WAYS:
        row = found[way]
        stages = " ".join("+".join(stage["resources"]) for stage in row["stages"])
        rows.append({"network": network, "fidelity": fidelity, "planner": way, "stages": stages,
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
    text = ["| network | fidelity | cosched | three-way | gain | exact | joint | gain over the best of them | stages of the joint pipeline |",
            "|---|---|---:|---:|---:|---:|---:|---:|---|"]
    gains, third = [], []
    for network, fidelity in dict.fromkeys((row["network"], row["fidelity"]) for row in rows):
        two, three, exact, joint = (float(by[network, fidelity, way]["images_per_s"]) for way in WAYS)
        gain, more = 100 * (joint / max(two, three, exact) - 1), 100 * (three / two - 1)
        if fidelity == "model":
            gains.append(gain)
            third.append(more)
        text.append(f"| {network} | {fidelity} | {two:.2f} | {three:.2f} | {more:+.1f} % | {exact:.2f} | {joint:.2f} | "
                    f"{gain:+.1f} % | {by[network, fidelity, 'joint']['stages']} |")
    if gains:
        text += ["", f"Images/s. At fidelity `model` over {len(gains)} networks: mean gain of the joint pipeline "
                     f"{sum(gains) / len(gains):+.1f} %, least {min(gains):+.1f} %; of the third side {sum(third) / len(third):+.1f} %, "
                     f"least {min(third):+.1f} %."]
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
            rows.sort(key=lambda row: (order[row["network"]], row["fidelity"], WAYS.index(row["planner"])))
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
