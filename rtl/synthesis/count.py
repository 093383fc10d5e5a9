#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts resources in what yosys' `stat` prints for a mapped design.

  count.py --head | ARRAY STAT_FILE     one line of CSV

LUTs are those of logic and, apart, those used as memory (distributed RAM and shift registers, in the LUTs that a
slice spends on them: UltraScale Architecture Libraries Guide, UG974). A RAMB18E2 is half a block.
"""

import re
import sys

COLUMNS = ["array", "dsp48e2", "lut_logic", "lut_memory", "ff", "bram36", "uram", "carry8"]
MEMORY_LUTS = {
    "RAM32X1S": 1, "RAM64X1S": 1, "RAM128X1S": 2, "RAM256X1S": 4, "RAM512X1S": 8,
    "RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4, "RAM256X1D": 8,
    "RAM32M": 4, "RAM32M16": 8, "RAM64M": 4, "RAM64M8": 8,
    "SRL16E": 1, "SRLC32E": 1,
}  # fmt: skip
FREE = {"IBUF", "OBUF", "BUFG", "MUXF7", "MUXF8", "MUXF9", "INV", "CARRY4"}
OWN = {"DSP48E2", "CARRY8", "URAM288", "RAMB18E2", "RAMB36E2"}


def cells(text):
    """Cell counts of the whole hierarchy."""
    if "=== design hierarchy ===" in text:
        text = text.split("=== design hierarchy ===")[1]
    text = text.split("Number of cells:")[-1]
    return {name: int(count) for name, count in re.findall(r"^\s+([A-Z][A-Z0-9_]*)\s+(\d+)\s*$", text, re.M)}


def count(text):
    found = cells(text)
    unknown = [
        name
        for name in found
        if name not in MEMORY_LUTS and name not in FREE and name not in OWN and not re.match(r"LUT\d$|FD[RSCP]E$", name)
    ]
    if unknown:
        raise SystemExit(f"count.py: cells of unknown size: {' '.join(unknown)}")
    blocks = found.get("RAMB36E2", 0) + found.get("RAMB18E2", 0) / 2
    return {
        "dsp48e2": found.get("DSP48E2", 0),
        "lut_logic": sum(n for name, n in found.items() if re.match(r"LUT\d$", name)),
        "lut_memory": sum(n * MEMORY_LUTS[name] for name, n in found.items() if name in MEMORY_LUTS),
        "ff": sum(n for name, n in found.items() if re.match(r"FD[RSCP]E$", name)),
        "bram36": f"{blocks:g}",
        "uram": found.get("URAM288", 0),
        "carry8": found.get("CARRY8", 0),
    }


def main(arguments):
    if arguments == ["--head"]:
        print(",".join(COLUMNS))
        return 0
    if len(arguments) != 2:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    with open(arguments[1]) as file:
        row = {"array": arguments[0], **count(file.read())}
    print(",".join(str(row[column]) for column in COLUMNS))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
