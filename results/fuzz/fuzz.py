#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""fuzz.py [BUILD]: what the fuzzers of a build have done, from the ledger that tests/fuzz/run.py keeps there (default:
build/fuzz of this clone), into fuzz.csv and the table of README.md. Readers that the ledger does not have keep their row;
of two rows of a reader of the same sources the newer stays, of other sources the one with more time."""
import csv
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/fuzz"))
import run as fuzzers  # the reader's names and how edges are counted

MARK = "<!-- made by fuzz.py -->\n"
COLUMNS = ("reader", "commit", "seconds", "executions", "edges_after_four_fifths", "edges")


def commit_of(folder):
    asked = subprocess.run(["git", "-C", folder, "log", "-1", "--format=%h", "--", "models", "dse", "sim", "tests/fuzz"],
                           capture_output=True, text=True, check=True)
    return asked.stdout.strip()


def row_of(reader, pieces, commit):
    return dict(zip(COLUMNS, (reader, commit, round(fuzzers.seconds_of(pieces)), sum(p["executions"] for p in pieces),
                              fuzzers.edges_after(pieces, 0.8), fuzzers.edges_after(pieces, 1))))


def table(rows):
    lines = ["| reader | CPU minutes | executions | edges after four fifths | at the end | sources of |", "|---|---:|---:|---:|---:|---|"]
    for row in rows:
        lines.append(f"| {row['reader']} | {int(row['seconds']) / 60:.1f} | {int(row['executions']):,} | "
                     f"{row['edges_after_four_fifths']} | {row['edges']} | {row['commit']} |")
    done = sum(int(row["seconds"]) >= 1800 * 0.99 for row in rows)
    still = sum(row["edges"] == row["edges_after_four_fifths"] for row in rows if int(row["seconds"]) >= 1800 * 0.99)
    lines.append(f"\n{done} of {len(fuzzers.READERS)} readers have had 30 minutes; {still} of them found no edge in the last fifth.")
    return "\n".join(lines) + "\n"


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/fuzz").resolve()
    known = {}
    if (HERE / "fuzz.csv").exists():
        with open(HERE / "fuzz.csv", newline="") as file:
            known = {row["reader"]: row for row in csv.DictReader(file)}
    commit = commit_of(build.parent.parent)
    for path in sorted((build / "ledger").glob("*.json")):
        pieces = json.loads(path.read_text())["pieces"]
        fresh = row_of(path.stem, pieces, commit)
        old = known.get(path.stem)
        if old is None or old["commit"] == commit or int(fresh["seconds"]) >= int(old["seconds"]):
            known[path.stem] = {key: str(value) for key, value in fresh.items()}
    rows = [known[reader] for reader in fuzzers.READERS if reader in known]
    with open(HERE / "fuzz.csv", "w", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    page = HERE / "README.md"
    head, _, rest = page.read_text(encoding="utf-8").split(MARK)
    page.write_text(head + MARK + table(rows) + MARK + rest, encoding="utf-8")


if __name__ == "__main__":
    main()
