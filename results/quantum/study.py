#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""study.py TANDEM: the error of a coarse quantum (`fidelity.quantum`: what a core moves of a kernel's data before it
computes and others have a turn) against the finest, alone and with clusters contending, and what it costs in events of
the kernel and in host time. Writes quantum.csv, quantum.svg and the table of README.md."""
import csv
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MARK = "<!-- made by study.py -->\n"
QUANTA = (2, 4, 8, 16, 32, 64, 128, 256)  # KiB
ALONE = ['schedule.planner="cpu-only"']
RUNS = {
    "squeezenet, one cluster": ["platform=hikey970", "network=squeezenet", "precision=fp32", *ALONE,
                                'schedule.cores=["a73x4"]'],
    "alexnet, one cluster": ["platform=rk3399pro", "network=alexnet", "precision=fp32", *ALONE, 'schedule.cores=["a53x4"]'],
    "squeezenet, two clusters": ["platform=hikey970", "network=squeezenet", "precision=fp32", *ALONE],
    "alexnet beside alexnet": ["platform=rk3399pro", "network=alexnet", "precision=fp32", *ALONE,
                               'schedule.cores=["a53x4"]', 'beside=[{network="alexnet",cores=["a72x2"]}]'],
    "squeezenet_v1_1, co-scheduled": ["platform=ultra96", "network=squeezenet_v1_1"],
    "mobilenet_v1, co-scheduled": ["platform=zedboard", "network=mobilenet_v1"],
}
REPEATS = 3


def run(tandem, settings, quantum):
    arguments = [x for s in (*settings, f'fidelity.quantum="{quantum} KiB"', "fidelity.tensors=false",
                             "fidelity.accelerator=model") for x in ("--set", s)]
    done = subprocess.run([tandem, "run", "configs/runs/quickstart.toml", *arguments, "--json"], cwd=ROOT,
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def measure(tandem):
    rows = []
    for name, settings in RUNS.items():
        wall = {q: [] for q in QUANTA}
        last = {}
        for _ in range(REPEATS):  # the quanta in turn, so that a slow moment of the machine hits all
            for quantum in QUANTA:
                last[quantum] = run(tandem, settings, quantum)
                wall[quantum].append(last[quantum]["simulation"]["wall_s"])
        finest = last[QUANTA[0]]
        for quantum in QUANTA:
            ratio = statistics.median(a / b for a, b in zip(wall[quantum], wall[QUANTA[0]]))
            rows.append({"run": name, "quantum_kib": quantum, "latency_ms": f"{last[quantum]['latency_ms']:.6f}",
                         "error_percent": f"{100 * (last[quantum]['latency_ms'] / finest['latency_ms'] - 1):+.3f}",
                         "events": last[quantum]["simulation"]["kernel_events"], "host_time_ratio": f"{ratio:.2f}"})
            print(rows[-1], flush=True)
    return rows


def picture(rows):
    """Error over the quantum, a line a run."""
    colours = ("#4269d0", "#efb118", "#ff725c", "#6cc5b0", "#3ca951", "#a463f2")
    left, top, width, height = 60, 20, 520, 260
    most = max(0.5, max(abs(float(r["error_percent"])) for r in rows)) * 1.1

    def at(index, error):
        return left + index * width / (len(QUANTA) - 1), top + height / 2 - error / most * height / 2

    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 {top + height + 50}" font-family="sans-serif" '
             'font-size="12" fill="#555">']
    for error in (-most / 1.1, 0, most / 1.1):
        x, y = at(0, error)
        parts.append(f'<path d="M{x:.0f} {y:.1f}h{width}" stroke="#ccc"/>'
                     f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{error:+.1f} %</text>')
    for index, quantum in enumerate(QUANTA):
        x, _ = at(index, 0)
        parts.append(f'<text x="{x:.0f}" y="{top + height + 18}" text-anchor="middle">{quantum}</text>')
    parts.append(f'<text x="{left + width / 2}" y="{top + height + 38}" text-anchor="middle">quantum, KiB</text>')
    for number, name in enumerate(RUNS):
        points = [at(QUANTA.index(r["quantum_kib"]), float(r["error_percent"])) for r in rows if r["run"] == name]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colours[number]}" stroke-width="2"/>'
                     f'<text x="{left + width + 12}" y="{top + 16 + 18 * number}" fill="{colours[number]}">{name}</text>')
    return "\n".join(parts) + "\n</svg>\n"


def table(rows):
    text = ["| run | " + " | ".join(f"{q} KiB" for q in QUANTA) + " |", "|---|" + "---:|" * len(QUANTA)]
    for name in RUNS:
        own = [r for r in rows if r["run"] == name]
        text.append(f"| {name}: error | " + " | ".join(f"{r['error_percent']} %" for r in own) + " |")
        text.append("| kernel events, of the finest | "
                    + " | ".join(f"{r['events'] / own[0]['events']:.2f}" for r in own) + " |")
        text.append("| host time, of the finest | " + " | ".join(r["host_time_ratio"] for r in own) + " |")
    return "\n".join(text) + "\n"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    rows = measure(sys.argv[1])
    with open(HERE / "quantum.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    (HERE / "quantum.svg").write_text(picture(rows))
    page = (HERE / "README.md").read_text().split(MARK)
    (HERE / "README.md").write_text(page[0] + MARK + table(rows) + MARK + page[2])


if __name__ == "__main__":
    main()
