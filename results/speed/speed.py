#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""speed.py TANDEM [--runs N]: what the tile level costs the host: AlexNet and ResNet-50 on hikey970's big cluster, host seconds of
one core and simulated events; with perf also where AlexNet's time goes, by the part of the machine. Writes the table of
README.md beside it."""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MARK = "<!-- made by speed.py -->\n"
BARS = {"alexnet": 2.0, "resnet50": 4.0}
RUN = """platform = "hikey970"
network = "{network}"
precision = "{precision}"
images = 1
[fidelity]
tensors = {tensors}
[schedule]
planner = "cpu-only"
cores = ["a73x4"]
"""
# The first that fits a symbol, or the object it is in, names the part.
PARTS = (
    ("synthesised weights and images", r"anonymous namespace\)::draw|network::.*(fill|synth)"),
    ("tensors: the layers' arithmetic", r"run_tile|network::|lowering::.*(stage|pack)"),
    ("events and processes", r"EventQueue|sc_core|sc_dt|libsystemc"),
    ("interconnect", r"Interconnect|sim::.*Port"),
    ("DRAM and its controller", r"Dram|memory::"),
    ("caches", r"Cache|cpu::"),
    ("cores and their bus masters", r"TileCore|CoreMemory|BusMaster|StreamWindow"),
    ("records for the result", r"ActivityLog|Recorder|CoreUse"),
    ("operating system and C library", r"kernel\.kallsyms|libc\.so|\[k\]"),
)


def write_run(folder, network, precision, tensors=True):
    run = pathlib.Path(folder) / "run.toml"
    run.write_text(RUN.format(network=network, precision=precision, tensors=str(tensors).lower()))
    return str(run)


def timed(tandem, run):
    """Host seconds on all cores in the simulation's process, and what the result says of itself."""
    child = subprocess.Popen([tandem, "run", run, "--json"], stdout=subprocess.PIPE)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    if status != 0:
        sys.exit(f"{run} failed")
    return usage.ru_utime + usage.ru_stime, json.loads(text)["simulation"]


def measure(tandem, runs, folder):
    rows = []
    for network, bar in BARS.items():
        for precision in ("fp32", "int8"):
            for tensors in (True, False):
                run = write_run(folder, network, precision, tensors)
                samples = [timed(tandem, run) for _ in range(runs)]
                walls = [simulation["wall_s"] for _, simulation in samples]
                events = samples[0][1]["kernel_events"]
                rows.append((network, precision, "yes" if tensors else "no", f"{statistics.median(walls):.2f}", f"{min(walls):.2f}",
                             f"{statistics.median(s for s, _ in samples):.2f}", f"{events:,}",
                             f"{events / statistics.median(walls) / 1e6:.1f}", f"{bar:.0f}"))
    return rows


def profile(tandem, folder):
    """Share of AlexNet's samples by part, and the functions with most."""
    data = pathlib.Path(folder) / "perf.data"
    run = write_run(folder, "alexnet", "fp32")
    subprocess.run(["perf", "record", "-e", "cpu-clock", "-F", "999", "-o", data, tandem, "run", run], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    text = subprocess.run(["perf", "report", "-i", data, "--stdio", "--no-children", "-n"], check=True, capture_output=True,
                          text=True).stdout
    parts, functions = collections.Counter(), collections.Counter()
    for line in text.splitlines():
        found = re.match(r"\s+[\d.]+%\s+(\d+)\s+\S+\s+(\S+)\s+(\[.\] .*)", line)
        if not found:
            continue
        samples, where = int(found[1]), f"{found[2]} {found[3]}"
        part = next((name for name, pattern in PARTS if re.search(pattern, where)), "other")
        parts[part] += samples
        functions[found[3][4:].strip().replace("(anonymous namespace)::", "")] += samples
    whole = sum(parts.values())
    share = lambda counter: [(name, f"{100 * n / whole:.1f}") for name, n in counter]
    return share(parts.most_common()), share(functions.most_common(12))


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tandem")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = table(("network", "precision", "tensors", "simulation s, median", "least", "whole process, CPU s, median", "events",
                      "million events/s", "bar s"), measure(given.tandem, given.runs, folder))
        if shutil.which("perf"):
            parts, functions = profile(given.tandem, folder)
            text += "\nWhere the time of AlexNet in fp32 goes, the whole process, in per cent of the samples:\n\n"
            text += table(("part", "%"), parts) + "\n" + table(("function", "%"), functions)
    readme = HERE / "README.md"
    before, _, rest = readme.read_text().partition(MARK)
    readme.write_text(before + MARK + text + MARK + rest.partition(MARK)[2])
    print(text)


if __name__ == "__main__":
    main()
