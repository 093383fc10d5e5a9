#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Seeds the faults of faults.toml into the RTL, one at a time, and shows what catches each.

usage: run.py [--build DIR] [--work DIR] [--csv FILE] [--jobs N] [NUMBER...]

A fault meets these in turn until one catches it: the random campaign on a small array, the tests of registers, control,
errors, rings and watchdog, the campaign on other arrays, and the formal proof it names. Needs `rtl_campaign` and
`rtl` built in --build (default build/release). What is done is kept in --work (default build/mutation), for this RTL and
these tests: a run that was interrupted goes on where it stopped; remove the folder to begin anew. The unchanged RTL passes every stage first, or
nothing is shown. Exit code 0: every fault was caught; 1: one was not; 2: wrong arguments or sources that do not build.
"""

import argparse
import concurrent.futures
import csv
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import mutate

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIME_LIMIT_S = 300  # of one stage; a mutant that hangs the bench is caught as well
TESTS = "Registers.*:Control.*:*Errors.*:*Watchdog*:Rings.*"
# name, arrays it needs, command after the build folder
STAGES = (
    ("campaign 4x8", ("4x8",), ("rtl_campaign", "3000", "4x8", "--stop", "--workers", "1")),
    ("tests 8x32", ("8x32",), ("rtl", "--gtest_fail_fast", "--gtest_brief=1", f"--gtest_filter={TESTS}")),
    ("campaign 8x32", ("8x32",), ("rtl_campaign", "2000", "8x32", "--stop", "--workers", "1")),
    ("campaign 32x4 2x4", ("32x4", "2x4"),
     ("rtl_campaign", "4000", "32x4", "2x4", "--stop", "--workers", "1")),
    ("campaign 16x16", ("16x16",), ("rtl_campaign", "3000", "16x16", "--stop", "--workers", "1")),
)


class Unbuildable(Exception):
    pass


def build(tree, array, libraries):
    tm, tn = array.split("x")
    # Some faults leave a signal unused: lint would refuse them, but it is the tests that must.
    done = subprocess.run([tree / "rtl/build_variant.sh", tm, tn, libraries / f"libtandem_accelerator_{array}.so", "debug"],
                          capture_output=True, text=True, env=dict(os.environ, VERILATOR_FLAGS="-Wno-fatal"))
    if done.returncode != 0:
        raise Unbuildable(done.stderr)


def evidence(text):
    """The first line that says what went wrong."""
    lines = [line.strip() for line in text.splitlines()]
    telling = [line for line in lines if "job" in line or "Failure" in line or "Assertion" in line or "%Error" in line]
    return (telling or lines or [""])[0].replace(str(ROOT) + "/", "")[:160]


def tidy(why):
    """Without the folders of this machine, nor a trace that is gone."""
    return re.sub(r"\S*/(?=tests/rtl/)", "", re.sub(r" ?\bsee\b.*", "", why)).strip()


def stage_fails(command, tests, libraries):
    environment = dict(os.environ, TANDEM_RTL_LIBRARIES=str(libraries))
    try:
        done = subprocess.run([tests / command[0], *command[1:]], capture_output=True, text=True, errors="replace",
                              env=environment, timeout=TIME_LIMIT_S, cwd=libraries)
    except subprocess.TimeoutExpired:
        return f"no end within {TIME_LIMIT_S} s"
    return evidence(done.stderr + done.stdout) or f"exit code {done.returncode}" if done.returncode != 0 else ""


def proof_fails(fault, work):
    done = subprocess.run([ROOT / "rtl/formal/prove.sh", "--sources", work / "rtl/accelerator", "--work", work / "formal",
                           fault["proof"]], capture_output=True, text=True)
    if done.returncode not in (0, 1) or not done.stdout.strip():
        raise Unbuildable(done.stderr or f"prove.sh {fault['proof']} says nothing")
    last = done.stdout.strip().splitlines()[-1]
    return " ".join(last.split()[4:8]) if "REFUTED" in last else ""


def fingerprint(tests):
    """Of all that a result depends on besides its fault."""
    files = [path for folder in ("accelerator", "registers", "verilated", "formal") for path in (ROOT / "rtl" / folder).iterdir()
             if path.is_file()]
    files += [ROOT / "rtl/build_variant.sh", ROOT / "sim/cosim/verilated_api.h"]
    files += sorted({tests / command[0] for _, _, command in STAGES})
    sums = [f"{path.name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for path in sorted(files)]
    return hashlib.sha256("\n".join([repr(STAGES), *sums]).encode()).hexdigest()


def caught_by(fault, work, tests):
    """(stage, evidence) of the first stage that fails; fault None: of the RTL as it is."""
    shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(ROOT / "rtl", work / "rtl")
    (work / "sim/cosim").mkdir(parents=True)
    shutil.copy(ROOT / "sim/cosim/verilated_api.h", work / "sim/cosim")
    if fault is not None:
        mutate.apply(fault, work / "rtl")
    libraries = work / "libraries"
    libraries.mkdir()
    for name, arrays, command in STAGES:
        for array in arrays:
            build(work, array, libraries)
        if why := stage_fails(command, tests, libraries):
            return name, why
    if fault is not None and "proof" in fault and (why := proof_fails(fault, work)):
        return f"proof {fault['proof']}", why
    return "", ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/mutation")
    parser.add_argument("--csv", type=pathlib.Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("numbers", type=int, nargs="*")
    arguments = parser.parse_args()
    tests, work = (arguments.build / "tests/rtl").resolve(), arguments.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    faults = mutate.load()
    try:
        if arguments.numbers:
            faults = [mutate.find(faults, number) for number in sorted(set(arguments.numbers))]
        made_from = fingerprint(tests)
    except (mutate.Unknown, OSError) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2

    def one(fault):
        begin = time.monotonic()
        text = made_from + repr(fault and (fault["file"], fault["old"], fault["new"], fault.get("proof")))
        kept = work / (hashlib.sha256(text.encode()).hexdigest()[:16] + ".caught")
        if not kept.exists():
            folder = kept.with_suffix(".tree")
            stage, why = caught_by(fault, folder, tests)
            kept.write_text(f"{stage}\t{why}")
            shutil.rmtree(folder)
        stage, why = kept.read_text().split("\t")
        return fault, stage, why, time.monotonic() - begin

    try:
        _, stage, why, _ = one(None)
        if stage:
            print(f"run.py: the RTL without a fault fails {stage}: {why}", file=sys.stderr)
            return 2
        rows = []
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for fault, stage, why, seconds in pool.map(one, faults):
                print(f"{fault['number']:3} {fault['file'].split('/')[1]:26} {stage or 'NOT CAUGHT':22} {seconds:5.0f} s  "
                      f"{fault['why']}", flush=True)
                rows.append({"fault": fault["number"], "file": fault["file"], "breaks": fault["why"], "caught_by": stage,
                             "evidence": tidy(why)})
    except (Unbuildable, mutate.Stale) as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 2
    missed = sum(not row["caught_by"] for row in rows)
    print(f"{len(rows) - missed} of {len(rows)} faults caught")
    if arguments.csv:
        with open(arguments.csv, "w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
