#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The commands of docs/extending.md, run one block after the other as a reader would."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["TANDEM_ROOT"])
BINARY = os.environ["TANDEM_BINARY"]


class Extending(unittest.TestCase):
    def test_every_block_works_in_an_empty_folder(self):
        text = (ROOT / "docs/extending.md").read_text(encoding="utf-8")
        blocks = re.findall(r"^## (.*?)$|^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
        chapter, run = "", 0
        with tempfile.TemporaryDirectory() as folder:
            tools = pathlib.Path(folder) / "tools"
            work = pathlib.Path(folder) / "work"
            tools.mkdir()
            work.mkdir()
            (tools / "tandem").symlink_to(BINARY)
            environment = dict(os.environ, PATH=f"{tools}:{os.environ['PATH']}")
            for title, block in blocks:
                if title:
                    chapter = title
                    continue
                run += 1
                done = subprocess.run(["bash", "-euo", "pipefail", "-c", block], cwd=work, env=environment,
                                      capture_output=True, text=True, timeout=300)
                self.assertEqual(done.returncode, 0, f"{chapter}:\n{block}\n{done.stdout}{done.stderr}")
            self.assertEqual(len((work / "sweep.csv").read_text().splitlines()), 5, "a line a point, and the names")
        self.assertEqual(run, 7, "a chapter lost its block, or its fence is wrong")


if __name__ == "__main__":
    unittest.main()
