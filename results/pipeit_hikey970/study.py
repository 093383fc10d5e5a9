#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""study.py TANDEM [NETWORK...]: the five networks of the Pipe-it paper on HiKey 970 in fp32. Simulates every network on
every number of cores of each cluster (simulated_costs.csv), plans pipelines from the latency model and from those times,
simulates their stages (pipelines.csv), draws throughput.svg and prints the tables of README.md."""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NETWORKS = ("alexnet", "googlenet", "mobilenet_v1", "resnet50", "squeezenet")
GROUPS = [f"{name}x{count}" for name in ("a73", "a53") for count in (1, 2, 3, 4)]
RUN = """platform = "hikey970"
network = "{network}"
precision = "fp32"
images = 2
[schedule]
{schedule}
"""
COLUMNS = ("network", "planner", "times_from", "pipeline", "planned_ms", "bound_ms", "gap_percent", "simulated_ms",
           "error_percent", "stage_error_percent", "images_per_s", "gain_percent")


class Study:
    def __init__(self, tandem, folder):
        self.tandem = tandem
        self.folder = pathlib.Path(folder)

    def call(self, command, network, schedule, *arguments):
        run = self.folder / "run.toml"
        run.write_text(RUN.format(network=network, schedule=schedule))
        done = subprocess.run([self.tandem, command, str(run), "--json", *arguments], cwd=ROOT, capture_output=True,
                              text=True)
        if done.returncode != 0:
            sys.exit(f"{command} of {network}: {done.stderr}")
        return json.loads(done.stdout)

    def layer_times(self, network, schedule):
        """Time of each layer with work in the second image, in ms, by name."""
        layers = self.call("run", network, schedule)["layers"]
        return {layer["name"]: (layer["end_us"] - layer["start_us"]) * 1e-3
                for layer in layers if layer["image"] == 1 and layer["resource_channels"]}

    def pipeline(self, network, planner, costs):
        saved = self.folder / "schedule.toml"
        given = ["--costs", str(costs)] if costs else []
        plan = self.call("plan", network, f'planner = "{planner}"\nobjective = "throughput"', "--save", str(saved), *given)
        times = self.layer_times(network, f'file = "{saved}"')
        stages = [sum(times[name] for name in stage["layers"]) for stage in plan["stages"]]
        errors = [100 * abs(stage["time_ms"] / time - 1) for stage, time in zip(plan["stages"], stages)]
        return {"network": network, "planner": planner, "times_from": "simulation" if costs else "model",
                "pipeline": plan["pipeline"], "planned_ms": plan["bottleneck_ms"], "bound_ms": plan["lower_bound_ms"],
                "gap_percent": plan["gap_percent"], "simulated_ms": max(stages),
                "error_percent": 100 * (plan["bottleneck_ms"] / max(stages) - 1),
                "stage_error_percent": sum(errors) / len(errors)}


def published():
    """images/s measured on the board by cluster, where the paper's table has them."""
    rows = {}
    with open(ROOT / "configs" / "calibration" / "armcl_cluster_throughput.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["board"] == "hikey970":
                rows[row["network"], row["cluster"]] = float(row["images_per_s"])
    return rows


def write(path, columns, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([f"{row[c]:.4f}" if isinstance(row[c], float) else row[c] for c in columns])


def draw(rows, networks):
    """Grouped bars: images/s of the best cluster, of kernel-parallel and of the exact pipeline."""
    wanted = (("best cluster", "#8da0cb"), ("kernel-parallel", "#a6d854"), ("exact", "#fc8d62"))
    values = {(row["network"], row["planner"]): row["images_per_s"] for row in rows if row["times_from"] == "simulation"}
    top = max(values.values())
    out = ['<svg xmlns="http://www.w3.org/2000/svg" width="720" height="330" font-family="sans-serif" font-size="12">']
    for i, network in enumerate(networks):
        for j, (planner, colour) in enumerate(wanted):
            value = values[network, planner]
            height = 230 * value / top
            x = 60 + i * 130 + j * 34
            out.append(f'<rect x="{x}" y="{270 - height:.1f}" width="30" height="{height:.1f}" fill="{colour}"/>')
            out.append(f'<text x="{x + 15}" y="{265 - height:.1f}" text-anchor="middle">{value:.1f}</text>')
        out.append(f'<text x="{60 + i * 130 + 49}" y="288" text-anchor="middle">{network}</text>')
    for j, (planner, colour) in enumerate(wanted):
        out.append(f'<rect x="{60 + j * 150}" y="304" width="12" height="12" fill="{colour}"/>')
        out.append(f'<text x="{78 + j * 150}" y="315">{planner}</text>')
    out.append('<text x="8" y="20">images/s, stages simulated without their neighbours</text></svg>')
    (HERE / "throughput.svg").write_text("\n".join(out) + "\n", encoding="utf-8")


def main():
    networks = sys.argv[2:] or NETWORKS
    costs, rows = [], []
    with tempfile.TemporaryDirectory() as folder:
        study = Study(sys.argv[1], folder)
        for network in networks:
            clusters = {}
            for group in GROUPS:
                times = study.layer_times(network, f'planner = "cpu-only"\ncores = ["{group}"]')
                clusters[group] = sum(times.values())
                name, count = group.split("x")
                costs += [{"network": network, "layer": layer, "core_type": name, "cores": count, "time_ms": f"{time:.6f}"}
                          for layer, time in times.items()]
            write(HERE / "simulated_costs.csv", ("network", "layer", "core_type", "cores", "time_ms"), costs)
            best = min(clusters["a73x4"], clusters["a53x4"])
            own = [{"network": network, "planner": "best cluster", "times_from": "simulation", "simulated_ms": best},
                   {"network": network, "planner": "LITTLE cluster", "times_from": "simulation",
                    "simulated_ms": clusters["a53x4"]},
                   {"network": network, "planner": "kernel-parallel", "times_from": "simulation",
                    "simulated_ms": sum(study.layer_times(network, 'planner = "kernel-parallel"').values())}]
            for planner in ("pipeit", "exact"):
                for table in (None, HERE / "simulated_costs.csv"):
                    own.append(study.pipeline(network, planner, table))
            for row in own:
                row["images_per_s"] = 1e3 / row["simulated_ms"]
                row["gain_percent"] = 100 * (best / row["simulated_ms"] - 1)
                rows.append({column: row.get(column, "") for column in COLUMNS})
            write(HERE / "pipelines.csv", COLUMNS, rows)
            print(network, "done", file=sys.stderr)
    draw(rows, networks)
    measured = published()
    print("| network | planner | times from | pipeline | planned ms | gap % | simulated ms | error % | images/s | gain % |")
    print("|---|---|---|---|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        cells = [f"{row[c]:.2f}" if isinstance(row[c], float) else str(row[c]) for c in
                 ("network", "planner", "times_from", "pipeline", "planned_ms", "gap_percent", "simulated_ms",
                  "error_percent", "images_per_s", "gain_percent")]
        print("| " + " | ".join(cells) + " |")
    for planner in ("pipeit", "exact"):
        chosen = [row for row in rows if row["planner"] == planner and row["times_from"] == "simulation"]
        print(f"\n{planner}, mean gain {sum(row['gain_percent'] for row in chosen) / len(chosen):.1f} %, "
              f"mean error {sum(abs(row['error_percent']) for row in chosen) / len(chosen):.1f} %, "
              f"of a stage {sum(row['stage_error_percent'] for row in chosen) / len(chosen):.1f} %")
    for (network, cluster), images in sorted(measured.items()):
        print(f"measured: {network} on {cluster} {images} images/s")


if __name__ == "__main__":
    main()
