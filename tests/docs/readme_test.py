#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The README's chapter on one's own network, chip and design space, typed as it stands in a clone; only the ONNX file, which the
reader has, is a shipped network here, and the page is left to the tests that have a browser."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(os.environ["TANDEM_ROOT"])
BINARY = os.environ["TANDEM_BINARY"]
CHAPTER = "Your own network, chip and design space"


class Readme(unittest.TestCase):
    def test_what_the_chapter_says_works(self):
        text = (ROOT / "README.md").read_text(encoding="utf-8")
        chapter = re.search(rf"^## {CHAPTER}\n(.*?)^## ", text, re.MULTILINE | re.DOTALL)
        self.assertIsNotNone(chapter, "the chapter has another name")
        lines = [line[4:] for line in chapter[1].splitlines() if line.startswith("    ")]
        is_command = re.compile(r"(\./tandem|cp) ").match
        commands = [line.split("#")[0].replace("model.onnx", "tiny") for line in lines if is_command(line)]
        sweep = "\n".join(line for line in lines if not is_command(line)).replace("model.onnx", "tiny")
        self.assertEqual(len(commands), 6)
        with tempfile.TemporaryDirectory() as folder:
            work = pathlib.Path(folder)
            shutil.copytree(ROOT / "configs", work / "configs")
            (work / "tandem").symlink_to(BINARY)
            (work / "mine.toml").write_text(sweep + "\n")
            for command in commands:
                if "report" in command:
                    continue
                done = subprocess.run(["bash", "-euc", command], cwd=work, capture_output=True, text=True, timeout=300)
                self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}{done.stderr}")
            self.assertIn("9 points: 9 computed", done.stdout)
            self.assertTrue((work / "out" / "mine" / "schedule.toml").exists())


if __name__ == "__main__":
    unittest.main()
