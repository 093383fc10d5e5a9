#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The seeded faults of faults.toml.

  mutate.py --list [--proof]     number, file and what it breaks (and the proof that must refute it)
  mutate.py NUMBER TREE          apply fault NUMBER to the copy of rtl/ in TREE
"""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Stale(Exception):
    """The text that a fault replaces does not stand in its file exactly once."""


def load():
    faults = tomllib.loads((HERE / "faults.toml").read_text())["fault"]
    for number, fault in enumerate(faults, 1):
        fault["number"] = number
    return faults


def apply(fault, tree):
    path = Path(tree) / fault["file"]
    text = path.read_text()
    count = text.count(fault["old"])
    if count != 1:
        raise Stale(f"fault {fault['number']}: {fault['file']} has {count} times: {fault['old']!r}")
    path.write_text(text.replace(fault["old"], fault["new"]))


def main(arguments):
    faults = load()
    if arguments[:1] == ["--list"]:
        for fault in faults:
            if "--proof" not in arguments:
                print(f"{fault['number']:3} {fault['file']}: {fault['why']}")
            elif "proof" in fault:
                print(fault["number"], fault["proof"], fault["why"])
        return 0
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    try:
        apply(faults[int(arguments[0]) - 1], arguments[1])
    except Stale as stale:
        print(f"mutate.py: {stale}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
