#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The seeded faults of faults.toml.

  mutate.py --list [--proof]     number, file and what it breaks (and the proof that must refute it)
  mutate.py --check              whether each still has its place in rtl/, exactly once
  mutate.py NUMBER TREE          apply fault NUMBER to the copy of rtl/ in TREE
"""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Stale(Exception):
    """The text that a fault replaces does not stand in its file exactly once."""


class Unknown(Exception):
    """No fault has this number."""


def load():
    faults = tomllib.loads((HERE / "faults.toml").read_text())["fault"]
    for number, fault in enumerate(faults, 1):
        fault["number"] = number
    return faults


def find(faults, number):
    for fault in faults:
        if str(fault["number"]) == str(number):
            return fault
    raise Unknown(f"no fault {number}: they are 1 to {len(faults)}")


def faulty(fault, tree):
    """The fault's file in this tree and its text with the fault."""
    path = Path(tree) / fault["file"]
    text = path.read_text()
    count = text.count(fault["old"])
    if count != 1:
        raise Stale(f"fault {fault['number']}: {fault['file']} has {count} times: {fault['old']!r}")
    return path, text.replace(fault["old"], fault["new"])


def apply(fault, tree):
    path, text = faulty(fault, tree)
    path.write_text(text)


def main(arguments):
    faults = load()
    if arguments[:1] == ["--list"]:
        for fault in faults:
            if "--proof" not in arguments:
                print(f"{fault['number']:3} {fault['file']}: {fault['why']}")
            elif "proof" in fault:
                print(fault["number"], fault["proof"], fault["why"])
        return 0
    if arguments == ["--check"]:
        stale = 0
        for fault in faults:
            try:
                faulty(fault, HERE.parent)
            except (Stale, OSError) as error:
                print(f"mutate.py: {error}", file=sys.stderr)
                stale += 1
        print(f"{len(faults) - stale} of {len(faults)} faults have their place")
        return 1 if stale else 0
    if len(arguments) != 2 or arguments[0].startswith("-"):
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        apply(find(faults, arguments[0]), arguments[1])
    except Unknown as unknown:
        print(f"mutate.py: {unknown}", file=sys.stderr)
        return 2
    except (Stale, OSError) as error:
        print(f"mutate.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
