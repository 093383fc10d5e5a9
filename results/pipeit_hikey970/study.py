#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""study.py TANDEM [NETWORK...]: the five networks of the Pipe-it paper on HiKey 970 in fp32, on each cluster alone, on
all cores layer by layer, and as the pipelines of the published search and of the exact planner. Every simulation is a
row of runs.csv and is not repeated while it stands there; from those come the tables of README.md and throughput.svg."""
import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

MARK = "<!-- made by study.py -->\n"
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NETWORKS = ("mobilenet_v1", "squeezenet", "alexnet", "googlenet", "resnet50")
LAYERWISE = {"a73x4": 'planner = "cpu-only"\ncores = ["a73x4"]', "a53x4": 'planner = "cpu-only"\ncores = ["a53x4"]',
             "kernel-parallel": 'planner = "kernel-parallel"'}
PLANNERS = ("pipeit", "exact")
ROUNDS = 2
COLUMNS = ("network", "way", "pipeline", "images", "planned_ms", "gap_percent", "rounds", "together_ms", "alone_ms",
           "stage_error_percent", "throughput_error_percent", "first_stage_error_percent",
           "first_throughput_error_percent", "energy_mj")
RUN = 'platform = "hikey970"\nnetwork = "{network}"\nprecision = "fp32"\nimages = {images}\n[schedule]\n{schedule}\n'


class Study:
    def __init__(self, tandem, folder):
        self.tandem = tandem
        self.folder = pathlib.Path(folder)

    def call(self, command, network, images, schedule, *arguments):
        run = self.folder / "run.toml"
        run.write_text(RUN.format(network=network, images=images, schedule=schedule))
        done = subprocess.run([self.tandem, command, str(run), "--json", *arguments], cwd=ROOT, capture_output=True,
                              text=True)
        if done.returncode != 0:
            sys.exit(f"{command} of {network}: {done.stderr}")
        return json.loads(done.stdout)

    def layerwise(self, network, way):
        """The second of two images: the caches hold what the first left."""
        result = self.call("run", network, 2, LAYERWISE[way])
        second = [layer for layer in result["layers"] if layer["image"] == 1]
        time = (max(l["end_us"] for l in second) - min(l["start_us"] for l in second)) * 1e-3
        return {"pipeline": way, "images": 2, "together_ms": time, "alone_ms": time, "energy_mj": result["energy_mj"]}

    def pipeline(self, network, planner):
        saved = self.folder / "schedule.toml"
        plan = self.call("plan", network, 1, f'planner = "{planner}"\nrefine = {ROUNDS}', "--save", str(saved))
        rounds = plan["refinement"]
        last, best = rounds[-1], min(rounds, key=lambda r: r["simulated_ms"])
        # One image at a time: no stage meets another on the bus.
        text = saved.read_text()
        saved.write_text(re.sub(r"(?m)^wait = .*$", r"\g<0>\nimages_in_flight = 1", text, count=1))
        alone = self.call("run", network, 2, f'file = "{saved}"')
        return {"pipeline": plan["pipeline"], "images": 2 * len(plan["stages"]) + 1, "planned_ms": plan["bottleneck_ms"],
                "gap_percent": plan["gap_percent"], "rounds": len(rounds), "together_ms": best["simulated_ms"],
                "alone_ms": max(stage["time_ms"] for stage in alone["stages"]),
                "stage_error_percent": last["stage_error_percent"],
                "throughput_error_percent": last["throughput_error_percent"],
                "first_stage_error_percent": rounds[0]["stage_error_percent"],
                "first_throughput_error_percent": rounds[0]["throughput_error_percent"]}


def read(path):
    if not path.exists():
        return []
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            cells = [row.get(column, "") for column in COLUMNS]
            writer.writerow([f"{cell:.4f}" if isinstance(cell, float) else cell for cell in cells])


def measured():
    """images/s on the board by cluster, where the paper's table has them."""
    return {(row["network"], row["cluster"]): float(row["images_per_s"])
            for row in read(ROOT / "configs" / "calibration" / "armcl_cluster_throughput.csv")
            if row["board"] == "hikey970"}


def rate(row, key):
    return 1e3 / float(row[key])


def tables(rows, networks):
    by = {(row["network"], row["way"]): row for row in rows}
    board = measured()
    text = ["| network | A73x4 | board | A53x4 | board | all cores a layer | pipeit | exact | exact, contended | gain | contended |",
            "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    gains = {(way, key): [] for way in PLANNERS + ("kernel-parallel",) for key in ("alone_ms", "together_ms")}
    missing = {}
    for network in networks:
        lacks = [way for way in (*LAYERWISE, *PLANNERS) if (network, way) not in by]
        if lacks:
            missing[network] = lacks
            continue
        best = max(rate(by[network, "a73x4"], "alone_ms"), rate(by[network, "a53x4"], "alone_ms"))
        for way, key in gains:
            gains[way, key].append(100 * (rate(by[network, way], key) / best - 1))
        shown = [f"{rate(by[network, 'a73x4'], 'alone_ms'):.2f}", str(board.get((network, "a73x4"), "")),
                 f"{rate(by[network, 'a53x4'], 'alone_ms'):.2f}", str(board.get((network, "a53x4"), "")),
                 f"{rate(by[network, 'kernel-parallel'], 'alone_ms'):.2f}",
                 f"{rate(by[network, 'pipeit'], 'alone_ms'):.2f}", f"{rate(by[network, 'exact'], 'alone_ms'):.2f}",
                 f"{rate(by[network, 'exact'], 'together_ms'):.2f}", f"{gains['exact', 'alone_ms'][-1]:+.1f} %",
                 f"{gains['exact', 'together_ms'][-1]:+.1f} %"]
        text.append(f"| {network} | " + " | ".join(shown) + " |")
    text += ["", "| network | planner | pipeline | gap to exact % | rounds | stages off % | throughput off % | before: stages | throughput |",
             "|---|---|---|---:|---:|---:|---:|---:|---:|"]
    for row in rows:
        if row["way"] in PLANNERS:
            text.append(f"| {row['network']} | {row['way']} | {row['pipeline']} | {float(row['gap_percent']):.2f} | {row['rounds']} | "
                        f"{float(row['stage_error_percent']):.2f} | {float(row['throughput_error_percent']):+.2f} | "
                        f"{float(row['first_stage_error_percent']):.2f} | {float(row['first_throughput_error_percent']):+.2f} |")
    text.append("")
    for (way, key), values in gains.items():
        if values:
            text.append(f"- {way}, {'without' if key == 'alone_ms' else 'with'} contention: mean gain over the best cluster "
                        f"{sum(values) / len(values):+.1f} % over {len(values)} networks")
    if missing:
        text += ["", "Not simulated yet: " + "; ".join(f"{network}: {', '.join(lacks)}" for network, lacks in missing.items()) + "."]
    return "\n".join(text) + "\n"


def draw(rows, networks):
    """Grouped bars of images/s."""
    bars = (("a73x4", "alone_ms", "A73 cluster", "#8da0cb"), ("a53x4", "alone_ms", "A53 cluster", "#e78ac3"),
            ("kernel-parallel", "alone_ms", "all cores a layer", "#a6d854"), ("pipeit", "alone_ms", "published search", "#ffd92f"),
            ("exact", "alone_ms", "exact", "#fc8d62"), ("exact", "together_ms", "exact, contended", "#b3b3b3"))
    by = {(row["network"], row["way"]): row for row in rows}
    networks = [n for n in networks if all((n, way) in by for way, *_ in bars)]
    if not networks:
        return ""
    top = max(rate(by[n, way], key) for n in networks for way, key, *_ in bars)
    width = 70 + 190 * len(networks)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="350" font-family="sans-serif" font-size="10">',
           f'<rect width="{width}" height="350" fill="white"/>']
    for i, network in enumerate(networks):
        for j, (way, key, _, colour) in enumerate(bars):
            value = rate(by[network, way], key)
            height = 230 * value / top
            x = 50 + i * 190 + j * 29
            out.append(f'<rect x="{x}" y="{280 - height:.1f}" width="26" height="{height:.1f}" fill="{colour}"/>')
            out.append(f'<text x="{x + 13}" y="{276 - height:.1f}" text-anchor="middle">{value:.1f}</text>')
        out.append(f'<text x="{50 + i * 190 + 85}" y="296" text-anchor="middle" font-size="12">{network}</text>')
    for j, (_, _, name, colour) in enumerate(bars):
        out.append(f'<rect x="{50 + j * 140}" y="318" width="12" height="12" fill="{colour}"/>')
        out.append(f'<text x="{66 + j * 140}" y="328">{name}</text>')
    out.append('<text x="10" y="20" font-size="12">images/s, HiKey 970, fp32, simulated</text></svg>')
    return "\n".join(out) + "\n"


def main():
    networks = sys.argv[2:] or NETWORKS
    path = HERE / "runs.csv"
    rows = read(path)
    with tempfile.TemporaryDirectory() as folder:
        study = Study(sys.argv[1], folder)
        for network in networks:
            for way in (*LAYERWISE, *PLANNERS):
                if any(row["network"] == network and row["way"] == way for row in rows):
                    continue
                own = study.pipeline(network, way) if way in PLANNERS else study.layerwise(network, way)
                rows.append({"network": network, "way": way, **own})
                order = {name: i for i, name in enumerate(NETWORKS)}
                rows.sort(key=lambda row: (order[row["network"]], (*LAYERWISE, *PLANNERS).index(row["way"])))
                write(path, rows)
                rows = read(path)
                print(network, way, own["pipeline"], file=sys.stderr)
    text = tables(rows, NETWORKS)
    page = HERE / "README.md"
    head, rest = page.read_text(encoding="utf-8").split(MARK)[::2]
    page.write_text(head + MARK + text + MARK + rest, encoding="utf-8")
    (HERE / "throughput.svg").write_text(draw(rows, NETWORKS), encoding="utf-8")
    print(text, end="")


if __name__ == "__main__":
    main()
