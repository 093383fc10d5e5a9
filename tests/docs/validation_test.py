#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""validation_test.py SUITE...: docs/validation.md says of these suites what the program says now, to the last digit; and every
row that is outside has its reason there."""
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(os.environ["TANDEM_ROOT"])
BINARY = os.environ["TANDEM_BINARY"]
REASONS = "What is outside, and why"


def chapters(text):
    """The lines below each heading of the page."""
    parts = re.split(r"^## (.*)$", text, flags=re.MULTILINE)
    return {title: body.strip().splitlines() for title, body in zip(parts[1::2], parts[2::2])}


def main():
    suites = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder) / "page.md"
        done = subprocess.run([BINARY, "validate", *suites, "--page", page], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            sys.exit(f"validate ends with {done.returncode}\n{done.stderr}")
        now = chapters(page.read_text(encoding="utf-8"))
    saved = chapters((ROOT / "docs/validation.md").read_text(encoding="utf-8"))
    wrong = [line for suite in suites
             for line in difflib.unified_diff(saved.get(suite, []), now[suite], "docs/validation.md", "now", n=0, lineterm="")]
    for line in now.get(REASONS, []):
        if line not in saved.get(REASONS, []):
            wrong.append(f"not among the reasons of docs/validation.md: {line}")
        if line.strip() == "Not explained yet.":
            wrong.append("a row is outside and nobody says why")
    outside = sum("**outside**" in line for suite in suites for line in now[suite])
    if done.returncode != (1 if outside else 0):
        wrong.append(f"{outside} rows are outside, but validate ends with {done.returncode}")
    if wrong:
        sys.exit("\n".join([*wrong, "", "Regenerate the page: tandem validate --page docs/validation.md"]))


if __name__ == "__main__":
    main()
