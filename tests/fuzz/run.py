#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fuzzes the readers of files with libFuzzer, each for SECONDS of one core's time.

Builds with clang, AddressSanitizer and UndefinedBehaviorSanitizer below build/fuzz. The inputs found are kept
there for the next run. A line for each reader: the time used, executions, and the edges covered after four
fifths of the time and at its end; as many means that nothing new was found in the last fifth. With --to the
time that earlier runs of the same fuzzer used counts too, so that long work can be done in pieces. Exit code 1
when a reader crashes, hangs or leaks; the input is kept below build/fuzz/crashes.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/fuzz"
PROGRAMS = {"store": "fuzz_store", "onnx": "fuzz_onnx"}
READERS = ("network platform core run schedule sweep set costs certificate table parts threads throughput splits "
           "published jobs store onnx").split()
LONGEST_PIECE = 60  # seconds; a killed run loses one piece
LONGEST_INPUT = 10  # seconds


def build():
    """The fuzzers and their first inputs."""
    log = BUILD.with_suffix(".log")
    configure = ["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", "-DCMAKE_BUILD_TYPE=RelWithDebInfo",
                 "-DCMAKE_C_COMPILER=clang", "-DCMAKE_CXX_COMPILER=clang++", "-DTANDEM_FUZZ=ON", "-DTANDEM_SANITIZE=ON"]
    if shutil.which("ccache"):
        configure.append("-DCMAKE_CXX_COMPILER_LAUNCHER=ccache")
    make = ["ninja", "-C", BUILD, "fuzz_corpus", "fuzz_readers", "fuzz_store", "fuzz_onnx"]
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        for command in (configure, make):
            if subprocess.run(command, stdout=out, stderr=out, env={**os.environ, "CCACHE_NOHASHDIR": "1"}).returncode:
                out.flush()
                print(*log.read_text().splitlines()[-40:], sep="\n", file=sys.stderr)
                sys.exit(2)
    subprocess.run([BUILD / "tests/fuzz/fuzz_corpus", ROOT / "configs", BUILD / "seeds"], check=True)


def program_of(reader):
    return BUILD / "tests/fuzz" / PROGRAMS.get(reader, "fuzz_readers")


class Ledger:
    """The pieces of work done for a reader by one build of its fuzzer: edges of two builds cannot be compared."""

    def __init__(self, reader):
        self.path = BUILD / "ledger" / f"{reader}.json"
        self.program = hashlib.sha256(program_of(reader).read_bytes()).hexdigest()
        known = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.pieces = known["pieces"] if known.get("program") == self.program else []

    def add(self, piece):
        self.pieces.append(piece)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps({"program": self.program, "pieces": self.pieces}, indent=1) + "\n")
        fresh.replace(self.path)


def seconds_of(pieces):
    return sum(piece["seconds"] for piece in pieces)


def edges_after(pieces, share):
    """The edges that were covered when `share` of all the time had passed."""
    wanted, passed, edges = share * seconds_of(pieces), 0, 0
    for piece in pieces:
        passed += piece["seconds"]
        edges = max(edges, piece["edges"])
        if passed >= wanted - 1e-6:
            break
    return edges


def environment_of(reader):
    return {
        **os.environ, "TANDEM_FUZZ_READER": reader, "UBSAN_OPTIONS": "print_stacktrace=1",
        # protobuf and toml++ are not instrumented, so their containers must not be checked for overflow.
        "ASAN_OPTIONS": "detect_container_overflow=0:allocator_may_return_null=0"
    }


def waited_for(child):
    """Its exit status and the processor time it took, in seconds."""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return status, usage.ru_utime + usage.ru_stime


def is_slow_host(reader, log_text):
    """Whether the input that took too long, by the clock on the wall, takes little processor time when it is tried again."""
    written = re.findall(r"Test unit written to (\S+-timeout-\S+)", log_text)
    if len(written) != 1:
        return False
    again = subprocess.Popen([program_of(reader), f"-timeout={60 * LONGEST_INPUT}", written[0]], env=environment_of(reader),
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    status, seconds = waited_for(again)
    if status == 0 and seconds < LONGEST_INPUT:
        pathlib.Path(written[0]).unlink()
        return True
    return False


def run_piece(reader, seconds):
    """libFuzzer for `seconds` of wall time: (piece of the ledger, crashed)."""
    found = BUILD / "corpus" / reader
    found.mkdir(parents=True, exist_ok=True)
    (BUILD / "crashes").mkdir(exist_ok=True)
    log = BUILD / f"{reader}.log"
    command = [program_of(reader), f"-max_total_time={max(1, round(seconds))}", f"-timeout={LONGEST_INPUT}", "-rss_limit_mb=2048",
               "-max_len=20000", "-print_final_stats=1", f"-artifact_prefix={BUILD}/crashes/{reader}-", found,
               BUILD / "seeds" / reader]
    with log.open("w") as out:
        child = subprocess.Popen(command, stdout=out, stderr=out, env=environment_of(reader))
        status, used = waited_for(child)
    text = log.read_text(errors="replace")
    numbers = {name: re.findall(pattern, text) for name, pattern in
               (("edges", r" cov: (\d+) "), ("executions", r"stat::number_of_executed_units: *(\d+)"))}
    piece = {name: int(values[-1]) if values else 0 for name, values in numbers.items()}
    piece["seconds"] = round(used, 2)
    return piece, status != 0 and not is_slow_host(reader, text)


def fuzz(reader, seconds, in_all):
    """Fuzzes one reader and prints its line; False when it crashed."""
    ledger = Ledger(reader)
    pieces = ledger.pieces if in_all else []
    crashed = False
    while not crashed and seconds_of(pieces) < seconds * 0.99:
        left = seconds - seconds_of(pieces)
        piece, crashed = run_piece(reader, min(left, LONGEST_PIECE, max(1, seconds / 5)))
        ledger.add(piece)
        if not in_all:
            pieces.append(piece)
    if crashed:
        told = re.findall(r".*(?:ERROR|SUMMARY|Test unit written|uncaught|terminate).*", (BUILD / f"{reader}.log").read_text(errors="replace"))
        print(*told, sep="\n", file=sys.stderr)
    verdict = f"CRASH, see {BUILD}/{reader}.log" if crashed else "no crash"
    before, end = edges_after(pieces, 0.8), edges_after(pieces, 1)
    print(f"{reader:<12} {verdict} in {seconds_of(pieces):6.0f} s, {sum(p['executions'] for p in pieces):11,} executions, "
          f"edges: {before:5} after four fifths, {end:5} at the end", flush=True)
    return not crashed


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("seconds", type=float, help="of processor time, for each reader")
    parser.add_argument("readers", nargs="*", metavar="READER", help="all by default: " + ", ".join(READERS))
    parser.add_argument("--to", action="store_true", help="count what earlier runs of this build used")
    parser.add_argument("--jobs", type=int, default=1, help="readers at once")
    arguments = parser.parse_args()
    unknown = [reader for reader in arguments.readers if reader not in READERS]
    if unknown or arguments.seconds <= 0:
        parser.error(f"no reader {unknown[0]}; allowed: {' '.join(READERS)}" if unknown else "SECONDS must be above 0")
    build()
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        good = list(pool.map(lambda reader: fuzz(reader, arguments.seconds, arguments.to), arguments.readers or READERS))
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
