#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""coverage.py [--build DIR] [--tables]: which lines and branches of the C++ the tests execute. Configures and builds the
preset `coverage`, runs all tests but the long campaigns, proofs and the browser's, and writes coverage.csv (a row a
file) and the tables of README.md. --tables: from the counts that the build's folder has. Branches that only an exception
takes are not counted."""
import argparse
import csv
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MARK = "<!-- made by coverage.py -->\n"
LAYERS = ("models", "dse", "sim")
NOT_RUN = "^(rtl\\.Campaign|formal|fuzz)"
LONG_HOLE = 5  # lines in one piece that no test executes: listed


def run(*command, **more):
    print("$", *command, file=sys.stderr)
    return subprocess.run(command, cwd=ROOT, check=True, **more)


def measure(build):
    jobs = str(os.cpu_count())
    run("cmake", "--preset", "coverage", "-B", str(build))
    run("cmake", "--build", str(build), "-j", jobs)
    for old in build.rglob("*.gcda"):
        old.unlink()
    run("ctest", "--test-dir", str(build), "-j", jobs, "-E", NOT_RUN, "--output-on-failure", "-Q")


def counts(build):
    filters = [x for layer in LAYERS for x in ("--filter", f"{layer}/")]
    out = build / "coverage.json"
    run("gcovr", "-r", ".", *filters, "--exclude-throw-branches", "--exclude-unreachable-branches",
        "--gcov-ignore-parse-errors", "--json", str(out), str(build))
    return json.loads(out.read_text())["files"]


def row_of(file):
    lines = [x for x in file["lines"] if not x.get("gcovr/noncode")]
    branches = [b for x in lines for b in x["branches"]]
    return {"file": file["file"], "lines": len(lines), "lines_run": sum(x["count"] > 0 for x in lines),
            "branches": len(branches), "branches_taken": sum(b["count"] > 0 for b in branches)}


def holes(file):
    """(first line, last line) of pieces that no test executes, by lines that hold code."""
    found, begin, last = [], None, None
    for line in sorted(file["lines"], key=lambda x: x["line_number"]):
        if line.get("gcovr/noncode"):
            continue
        if line["count"] == 0:
            begin, last, size = (line["line_number"], line["line_number"], 1) if begin is None else \
                (begin, line["line_number"], size + 1)
        elif begin is not None:
            found.append((begin, last, size))
            begin = None
    if begin is not None:
        found.append((begin, last, size))
    return found


def percent(part, whole):
    return f"{100 * part / whole:.1f}" if whole else ""


def table(head, rows):
    return "\n".join(["| " + " | ".join(head) + " |", "|" + "---|" * len(head)] +
                     ["| " + " | ".join(map(str, row)) + " |" for row in rows]) + "\n"


def sums(name, rows):
    total = {key: sum(row[key] for row in rows) for key in ("lines", "lines_run", "branches", "branches_taken")}
    return (name, len(rows), total["lines"], percent(total["lines_run"], total["lines"]), total["branches"],
            percent(total["branches_taken"], total["branches"]))


def write(files):
    rows = sorted(map(row_of, files), key=lambda row: row["file"])
    with open(HERE / "coverage.csv", "w", newline="") as file:
        out = csv.DictWriter(file, rows[0], lineterminator="\n")
        out.writeheader()
        out.writerows(rows)
    folders = sorted({"/".join(row["file"].split("/")[:2]) for row in rows})
    by_folder = [sums(folder, [row for row in rows if row["file"].startswith(folder + "/")]) for folder in folders]
    text = table(("folder", "files", "lines", "executed %", "branches", "taken %"), [*by_folder, sums("all", rows)])
    missing = [(f'`{file["file"]}`', f"{a}-{b}", size) for file in sorted(files, key=lambda x: x["file"])
               for a, b, size in holes(file) if size >= LONG_HOLE]
    text += f"\nPieces of {LONG_HOLE} and more lines that no test executes:\n\n"
    text += table(("file", "lines", "of code"), missing) if missing else "none\n"
    page = HERE / "README.md"
    head, _, rest = page.read_text(encoding="utf-8").split(MARK)
    page.write_text(head + MARK + text + MARK + rest, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "coverage")
    parser.add_argument("--tables", action="store_true")
    given = parser.parse_args()
    if not given.tables:
        measure(given.build)
    write(counts(given.build))


if __name__ == "__main__":
    main()
