#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sweeps as a user meets them: the export's bytes do not depend on workers, kills or what failed on the way."""
import csv
import io
import json
import os
import pathlib
import random
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

BINARY = os.environ["TANDEM_BINARY"]
ROOT = pathlib.Path(os.environ["TANDEM_ROOT"])

ANALYTIC = """
base = "edge_soc"
constraints = ["product(array) <= 512"]
[set]
network = "tiny"
"fidelity.cpu" = "analytic"
"fidelity.accelerator" = "analytic"
[[axis]]
name = "a73_cores"
key = "platform.cluster.a73.cores"
range = [1, 4]
[[axis]]
name = "array"
key = "accelerator"
values = ["8x8", "8x16", "16x8", "16x16", "16x32", "32x32"]
[[axis]]
name = "clock"
key = "platform.accelerator.0.clock"
range = [200, 1000]
step = 50
unit = "MHz"
[[axis]]
name = "dram"
key = "platform.dram.type"
values = ["lpddr4x_3733_4x16", "ddr3_1066_x32"]
[[objective]]
value = "latency_ms"
[[objective]]
value = "energy_mj"
[[objective]]
value = "accelerator_macs"
"""

EVOLUTION = ANALYTIC + """
[strategy]
kind = "evolution"
points = 200
population = 20
seed = 5
"""

# Two good points at tile level, one that simulates too long, one that no platform can be.
MIXED = """
base = "edge_soc"
[set]
network = "tiny"
[[axis]]
name = "cores"
key = "platform.cluster.a73.cores"
values = [1, 4]
[[axis]]
name = "limit"
key = "time_limit"
values = ["1 s", "1 us"]
[[axis]]
name = "bus"
key = "platform.interconnect.width_bytes"
values = [16, 48]
[[objective]]
value = "latency_ms"
"""


class Sweeps(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.path = pathlib.Path(self.folder.name)

    def write(self, name, text):
        (self.path / name).write_text(text, encoding="utf-8")

    def tandem(self, *arguments):
        return subprocess.run([BINARY, *arguments], cwd=self.path, capture_output=True, text=True, timeout=300)

    def sweep(self, *arguments):
        done = self.tandem("sweep", *arguments, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def export(self, store):
        done = self.tandem("export", store)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_workers_change_no_byte(self):
        self.write("s.toml", ANALYTIC)
        exports, answers = [], []
        for workers in (1, 2, 4):
            answer = self.sweep("./s.toml", "--jobs", str(workers), "--store", f"{workers}.db")
            self.assertEqual(answer["computed"], 680)
            answer.pop("store")
            answers.append(answer)
            exports.append(self.export(f"{workers}.db"))
        self.assertEqual(len(exports[0].splitlines()), 681)
        self.assertEqual(exports[0], exports[1])
        self.assertEqual(exports[0], exports[2])
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0], answers[2])

    def test_killed_at_random_moments_and_resumed_it_exports_the_same(self):
        seed = int(os.environ.get("TANDEM_TEST_SEED", "1"))
        moments = random.Random(seed)
        for name, text in (("grid", ANALYTIC), ("evolution", EVOLUTION)):
            self.write("s.toml", text)
            begin = time.monotonic()
            self.sweep("./s.toml", "--jobs", "2", "--store", f"{name}.db")
            whole = time.monotonic() - begin
            expected = self.export(f"{name}.db")
            killed = 0
            while killed < 10:
                running = subprocess.Popen([BINARY, "sweep", "./s.toml", "--jobs", "2", "--store", f"{name}_killed.db"],
                                           cwd=self.path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                try:
                    running.wait(moments.uniform(0.0, whole))
                    for file in self.path.glob(f"{name}_killed.db*"):  # it was done: from the beginning
                        file.unlink()
                except subprocess.TimeoutExpired:
                    running.send_signal(signal.SIGKILL)
                    running.wait()
                    killed += 1
            self.sweep("./s.toml", "--jobs", "2", "--store", f"{name}_killed.db")
            self.assertEqual(self.export(f"{name}_killed.db"), expected, f"{name}: seed {seed}")

    def test_a_failed_point_is_one_row_with_its_reason(self):
        self.write("s.toml", MIXED)
        answer = self.sweep("./s.toml", "--jobs", "2")
        self.assertEqual((answer["points"], answer["failed"]), (8, 6))
        rows = list(csv.DictReader(io.StringIO(self.export("s.db"))))
        for row in rows:
            if row["platform.interconnect.width_bytes"] == "48":
                self.assertEqual((row["status"], row["failure"]), ("failed", "input"))
                self.assertIn("width_bytes: is not a power of two", row["reason"])
            elif row["time_limit"] == "1 us":
                self.assertEqual((row["status"], row["failure"]), ("failed", "simulation"))
                self.assertIn("time limit", row["reason"])
            else:
                self.assertEqual(row["status"], "ok")
                self.assertGreater(float(row["latency_ms"]), 0)
        self.assertEqual(self.sweep("./s.toml")["computed"], 0, "what fails by itself is not tried again")

    def test_what_the_machine_could_not_do_is_tried_again(self):
        slow = ANALYTIC.replace("range = [200, 1000]", "range = [200, 200]")
        self.write("s.toml", slow.replace('network = "tiny"', 'network = "resnet50"') +
                   '[point]\ntimeout = "1 ms"\nattempts = 1\n')
        first = self.tandem("sweep", "./s.toml", "--jobs", "1", "--json")
        self.assertEqual(first.returncode, 1, "all points failed")
        failed = json.loads(first.stdout)
        self.assertEqual({failure["failure"] for failure in failed["failures"]}, {"timeout"})
        self.write("s.toml", slow)
        self.assertEqual(self.sweep("./s.toml")["failed"], 0)

    def test_the_ladder_says_how_its_levels_agree(self):
        self.write("s.toml", ANALYTIC.replace("range = [200, 1000]", "range = [600, 800]").replace("step = 50", "step = 200") +
                   '[ladder]\nlevels = ["tile"]\nneighbours = 1\nmost = 3\n')
        step = self.sweep("./s.toml")["groups"][0]["ladder"][0]
        self.assertEqual(step["level"], "tile")
        self.assertEqual(len(step["points"]), 3)
        for point in step["points"]:
            self.assertTrue(point["ok"])
            agreement = point["agreement"]["latency_ms"]
            self.assertAlmostEqual(agreement["percent"], 100 * (agreement["here"] / agreement["below"] - 1), places=6)

    def test_wrong_input_is_named(self):
        self.write("s.toml", ANALYTIC.replace("a73.cores", "a72.cores"))
        done = self.tandem("sweep", "./s.toml", "--jobs", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn('"a72" names no member of its list; allowed is one of a73, a53', done.stdout)
        self.write("s.toml", ANALYTIC.replace("[[objective]]", "[[objektive]]"))
        done = self.tandem("sweep", "./s.toml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("objective: is missing", done.stderr)
        (self.path / "text.db").write_text("x" * 5000, encoding="utf-8")
        self.write("s.toml", ANALYTIC)
        done = self.tandem("sweep", "./s.toml", "--store", "text.db")
        self.assertEqual(done.returncode, 2)
        self.assertIn("text.db: --store: is no store of sweeps", done.stderr)

    def test_the_store_is_the_documented_one(self):
        self.write("s.toml", ANALYTIC.replace("range = [200, 1000]", "range = [200, 200]"))
        self.sweep("./s.toml")
        with sqlite3.connect(self.path / "s.db") as store:
            self.assertEqual(store.execute("PRAGMA user_version").fetchone()[0], 1)
            documented = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8")
            for table in ("point", "sweep", "member"):
                for column in store.execute(f"PRAGMA table_info({table})"):
                    self.assertIn(f"`{column[1]}`", documented, f"{table}.{column[1]}")


if __name__ == "__main__":
    unittest.main()
