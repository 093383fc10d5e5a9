#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""study.py TANDEM [--jobs N] [--only WORD]... [--rtl]: co-scheduling on four FPGA boards with 2, 4 and 8 PEs, seven
networks, both wait policies, against one side alone and against the oracle, and once more with rows shared, at fidelity
`model`. Writes runs.csv (a row a planner), layers.csv (a row a co-executed layer of cosched), rows.csv (the same with rows
shared) and, from them, report.md and the pictures. Cases that are in the files are passed over (--again: simulated anew),
and every case is written when it is done, so that the study can be broken off and goes on where it was. --only: of the
cases, those whose name has the word; the files keep what they have of the others. --oracles: also the oracle of every case
that waits by polling, and of every case with rows shared; without it only cases that wait by interrupt, in whole steps,
have one. --rtl: a seeded tenth of the cases again with the RTL, into rtl.csv. --tables: only report.md and the pictures."""
import argparse
import concurrent.futures
import csv
import json
import pathlib
import random
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BOARDS = ("ultra96", "zedboard", "zcu104", "zcu106")
PES = (2, 4, 8)
NETWORKS = ("alexnet", "googlenet", "mobilenet_v1", "resnet18", "resnet50", "squeezenet", "squeezenet_v1_1")
WAITS = ("interrupt", "polling")
PLANNERS = ("accelerator-only", "cpu-only", "cosched", "oracle")
ROWS = {"cosched": "cosched-rows", "oracle": "oracle-rows"}  # with rows of the last channels shared
RUN = ("board", "pes", "network", "wait", "planner", "latency_ms", "predicted_ms", "conv_ms", "conv_predicted_ms",
       "energy_mj", "shared_layers", "idle_mean", "idle_worst", "error_mean", "error_p95", "utilization", "row_hits")
LAYER = ("board", "pes", "network", "wait", "layer", "kind", "unit_channels", "core_channels", "time_us", "predicted_us",
         "idle", "oracle_unit_channels", "oracle_us", "oracle_idle")
# waiting: what the side that ends its work first waits for the other, in per cent of the layer
ROW = ("board", "pes", "network", "wait", "layer", "kind", "time_us", "predicted_us", "idle", "waiting")
RTL = ("board", "pes", "network", "wait", "model_ms", "rtl_ms", "off_percent")


def cases():
    return [(b, p, n, w) for w in WAITS for n in NETWORKS for b in BOARDS for p in PES]


def name_of(case):
    return "{}_{}_{}_{}".format(*case)


def call(tandem, command, case, *more):
    board, pes, network, wait = case
    settings = [f"platform={board}", f"accelerator={pes}x32", f"network={network}", f"schedule.wait={wait}",
                "fidelity.tensors=false"]
    arguments = [x for s in settings for x in ("--set", s)]
    done = subprocess.run([tandem, command, "configs/runs/quickstart.toml", *arguments, *more, "--json"], cwd=ROOT,
                          capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{name_of(case)}: {done.stderr}")
    return json.loads(done.stdout)


def span(layer):
    return layer["end_us"] - layer["start_us"]


def unit_of(layer):
    return layer["resource_channels"].get("accelerator0", 0)


def is_shared(layer):
    return unit_of(layer) > 0 and len(layer["resource_channels"]) > 1


def percentile(values, part):
    values = sorted(values)
    return values[min(len(values) - 1, int(part * len(values)))] if values else 0.0


def mean(values):
    values = list(values)
    return sum(values) / len(values) if values else 0.0


def run_row(case, row, planner):
    layers = row["layers"]
    conv = [x for x in layers if x["kind"] == "conv"]
    shared = [x for x in layers if is_shared(x)]
    errors = [100 * abs(x["predicted_us"] / span(x) - 1) for x in shared]
    return dict(zip(RUN, (*case, planner, row["latency_ms"], row["predicted_latency_ms"],
                          sum(map(span, conv)) * 1e-3, sum(x["predicted_us"] or 0 for x in conv) * 1e-3,
                          row["energy_mj"], len(shared), mean(x["idle_percent"] for x in shared),
                          max((x["idle_percent"] for x in shared), default=0.0), mean(errors), percentile(errors, 0.95),
                          row["accelerator"]["utilization"], row["memory"]["row_hit_rate"])))


def layer_rows(case, rows):
    best = {x["name"]: x for x in rows["oracle"]["layers"]}
    for layer in rows["cosched"]["layers"]:
        oracle = best[layer["name"]]
        if not is_shared(layer) and not is_shared(oracle):
            continue
        cores = sum(layer["resource_channels"].values()) - unit_of(layer)
        yield dict(zip(LAYER, (*case, layer["name"], layer["kind"], unit_of(layer), cores, span(layer),
                               layer["predicted_us"], layer["idle_percent"], unit_of(oracle), span(oracle),
                               oracle["idle_percent"])))


def row_layers(case, layers):
    for layer in filter(is_shared, layers):
        busy = layer["busy_us"].values()
        yield dict(zip(ROW, (*case, layer["name"], layer["kind"], span(layer), layer["predicted_us"], layer["idle_percent"],
                             100 * (max(busy) - min(busy)) / span(layer))))


def asked_for(case, oracles):
    """Planners of the case, in whole steps and with rows shared."""
    steps = PLANNERS if oracles or case[3] == "interrupt" else PLANNERS[:-1]
    return steps, tuple(ROWS) if oracles else ("cosched",)


def missing(case, known, oracles):
    steps, rows = asked_for(case, oracles)
    return any((*case, p) not in known for p in steps), any((*case, ROWS[p]) not in known for p in rows)


def simulate(tandem, case, known, oracles):
    """The case's rows that are not known, by file."""
    runs, layers, row_found = [], [], []
    steps, rows = asked_for(case, oracles)
    lacks_steps, lacks_rows = missing(case, known, oracles)
    if lacks_steps:
        answer = call(tandem, "compare", case, "--planners", ",".join(steps), "--set", "fidelity.accelerator=model")
        found = {row["planner"]: row for row in answer["rows"]}
        runs = [run_row(case, found[p], p) for p in steps]
        if "oracle" in found:
            layers = list(layer_rows(case, found))
    if lacks_rows:
        answer = call(tandem, "compare", case, "--planners", ",".join(rows), "--set", "schedule.share_rows=true",
                      "--set", "fidelity.accelerator=model")
        runs += [run_row(case, row, ROWS[row["planner"]]) for row in answer["rows"]]
        row_found = [x for row in answer["rows"] if row["planner"] == "cosched" for x in row_layers(case, row["layers"])]
    return runs, layers, row_found


def at_rtl(tandem, case):
    model = call(tandem, "run", case, "--set", "schedule.planner=cosched", "--set", "fidelity.accelerator=model")
    rtl = call(tandem, "run", case, "--set", "schedule.planner=cosched", "--set", "fidelity.accelerator=rtl")
    off = 100 * (model["latency_ms"] / rtl["latency_ms"] - 1)
    return [dict(zip(RTL, (*case, model["latency_ms"], rtl["latency_ms"], off)))]


def key_of(row):
    return (row["board"], int(row["pes"]), row["network"], row["wait"])


def run_key(row):
    return (*key_of(row), row["planner"])


def load(name):
    path = HERE / name
    if not path.exists():
        return []
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def store(name, columns, old, new, key=key_of, without=None):
    """The rows of both in the study's order; new ones in the place of old ones with their key, and none of the case
    `without`."""
    done = {key(row) for row in new}
    order = {case: i for i, case in enumerate(cases())}
    rows = [row for row in old if key(row) not in done and key_of(row) in order and key_of(row) != without] + new
    rows.sort(key=lambda row: order[key_of(row)])
    text = lambda value: f"{value:.6g}" if isinstance(value, float) else str(value)
    whole = HERE / (name + ".new")
    with open(whole, "w", newline="") as file:
        out = csv.writer(file, lineterminator="\n")
        out.writerow(columns)
        out.writerows([text(row[c]) for c in columns] for row in rows)
    whole.replace(HERE / name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tandem", nargs="?", default=str(ROOT / "tandem"))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--oracles", action="store_true")
    parser.add_argument("--rtl", action="store_true")
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--tables", action="store_true")
    given = parser.parse_args()
    chosen = [case for case in cases() if all(word in name_of(case) for word in given.only)]
    if given.rtl:
        chosen = sorted(random.Random(1).sample(cases(), len(cases()) // 10))
        chosen = [case for case in chosen if all(word in name_of(case) for word in given.only)]
    known = set() if given.again else set(map(key_of, load("rtl.csv")) if given.rtl else map(run_key, load("runs.csv")))
    if given.tables:
        chosen = []
    elif given.rtl:
        chosen = [case for case in chosen if case not in known]
    else:
        chosen = [case for case in chosen if any(missing(case, known, given.oracles))]
    begin = time.monotonic()
    work = at_rtl if given.rtl else lambda tandem, case: simulate(tandem, case, known, given.oracles)
    with concurrent.futures.ThreadPoolExecutor(given.jobs) as pool:
        for i, answer in enumerate(pool.map(lambda case: work(given.tandem, case), chosen)):
            old = chosen[i] if given.again else None  # rows of another build do not stand beside these
            if given.rtl:
                store("rtl.csv", RTL, load("rtl.csv"), answer)
            else:
                store("layers.csv", LAYER, load("layers.csv"), answer[1], without=old)
                store("rows.csv", ROW, load("rows.csv"), answer[2], without=old)
                store("runs.csv", RUN, load("runs.csv"), answer[0], run_key, without=old)
            print(f"{i + 1} of {len(chosen)}, {time.monotonic() - begin:.0f} s", file=sys.stderr)
    import report
    report.write(HERE)


if __name__ == "__main__":
    main()
