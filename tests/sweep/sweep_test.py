#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sweeps as a user meets them: the export's bytes do not depend on workers, kills or what failed on the way."""
import csv
import fcntl
import io
import json
import os
import pathlib
import pty
import random
import resource
import signal
import sqlite3
import struct
import subprocess
import tempfile
import termios
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

# Two good points at tile level, some that simulate too long, some of cores that only the other platforms have.
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
name = "threads"
key = "schedule.cores"
values = ["a73x1", "a73x4"]
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
        self.assertEqual((answer["points"], answer["failed"]), (8, 5))
        rows = list(csv.DictReader(io.StringIO(self.export("s.db"))))
        for row in rows:
            if (row["platform.cluster.a73.cores"], row["schedule.cores"]) == ("1", "a73x4"):
                self.assertEqual((row["status"], row["failure"]), ("failed", "input"))
                self.assertIn("is no core group of edge_soc", row["reason"])
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

    def test_a_time_out_between_the_last_answer_and_the_end_harms_nothing(self):
        self.write("s.toml", ANALYTIC + '[point]\ntimeout = "4 ms"\n')
        for _ in range(3):
            done = self.tandem("sweep", "./s.toml", "--jobs", "4", "--json")
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual(json.loads(done.stdout)["points"], 680)

    def test_a_point_that_is_stopped_takes_its_own_children_along(self):
        self.write("s.toml", MIXED.split("[[axis]]")[0].replace('"tiny"', '"resnet50"') + """
"schedule.planner" = "oracle"
"fidelity.accelerator" = "model"
"fidelity.tensors" = false
"fidelity.quantum" = "1 KiB"
[[axis]]
key = "seed"
values = [1, 2]
[[objective]]
value = "latency_ms"
[point]
timeout = "4 s"
attempts = 1
""")
        done = self.tandem("sweep", "./s.toml", "--jobs", "2", "--json")
        self.assertEqual({failure["failure"] for failure in json.loads(done.stdout)["failures"]}, {"timeout"})
        time.sleep(0.2)
        left = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if (process / "cwd").resolve() == self.path.resolve():
                    left.append((process / "cmdline").read_text())
            except OSError:
                pass  # it ended meanwhile, or is another user's
        self.assertEqual(left, [])

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
        for arguments in ((), ("--dry-run",)):
            self.refused('s.toml:10:7: axis.a73_cores: platform.cluster.a72.cores: "a72" names no member of its list; '
                         "allowed is one of a73, a53", *arguments)
        self.write("s.toml", ANALYTIC.replace("[[objective]]", "[[objektive]]"))
        done = self.tandem("sweep", "./s.toml")
        self.assertEqual(done.returncode, 2)
        self.assertIn("objective: is missing", done.stderr)
        (self.path / "text.db").write_text("x" * 5000, encoding="utf-8")
        self.write("s.toml", ANALYTIC)
        done = self.tandem("sweep", "./s.toml", "--store", "text.db")
        self.assertEqual(done.returncode, 2)
        self.assertIn("text.db: is no store of sweeps", done.stderr)
        self.assertFalse((self.path / "text.db.lock").exists())
        for command in ("export", "report"):
            done = self.tandem(command, "text.db")
            self.assertEqual(done.returncode, 2)
            self.assertIn("text.db: is no store of sweeps", done.stderr)

    def refused(self, words, *arguments):
        done = self.tandem("sweep", "./s.toml", *arguments)
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn(words, done.stderr)
        self.assertFalse(list(self.path.glob("s.db*")), "nothing was begun")

    def test_what_no_point_can_be_is_refused_before_the_first(self):
        for old, new, words in (
                ('key = "accelerator"', 'key = "accelerater"',
                 's.toml:14:7: axis.array: accelerater: is unknown, did you mean "accelerator"?'),
                ("range = [1, 4]", "range = [0, 2]",
                 "s.toml:11:9: axis.a73_cores: platform.cluster[0].cores: is 0; allowed is 1 to 64"),
                ('"ddr3_1066_x32"', '"no_such_part"', 's.toml:25:10: axis.dram: platform.dram.type: "no_such_part" is unknown'),
                ('network = "tiny"', 'networc = "tiny"', "set: networc: is unknown"),
                ("product(array) <= 512", "product(array) <= 5",
                 's.toml:3:15: constraints: "product(array) <= 5" excludes every point of the space'),
                ('value = "latency_ms"', 'value = "latency"',
                 's.toml:27:9: objective.latency: "latency": "latency" is no metric and no axis')):
            with self.subTest(new):
                self.write("s.toml", ANALYTIC.replace(old, new))
                self.refused(words, "--dry-run")
                self.refused(words)
        self.write("s.toml", ANALYTIC + '[[derived]]\nname = "c"\nkey = "schedule.coress"\nvalue = "\'a73x\' + a73_cores"\n')
        self.refused("derived.c: schedule.coress: is unknown", "--dry-run")

    def test_a_value_that_only_some_other_values_allow_is_no_mistake(self):
        self.write("s.toml", MIXED.split("[[axis]]")[0].replace("edge_soc", "quickstart") + """
fidelity = { cpu = "analytic", accelerator = "analytic" }
[[axis]]
key = "platform"
values = ["ultra96", "edge_soc"]
[[axis]]
key = "platform.cluster.a73.cores"
values = [1, 2]
[[objective]]
value = "latency_ms"
""")
        answer = self.sweep("./s.toml", "--store", "platforms.db")
        self.assertEqual((answer["points"], answer["failed"]), (4, 2), "ultra96 has no a73")
        self.write("s.toml", ANALYTIC.replace('constraints = ["product(array) <= 512"]', 'constraints = ["a73_cores > 0 && array != \'3x3\'"]')
                   .replace("range = [1, 4]", "range = [0, 1]").replace('"8x8", ', '"8x8", "3x3", ').replace("step = 50", "step = 400"))
        answer = self.sweep("./s.toml")
        self.assertEqual((answer["points"], answer["failed"]), (36, 0), "what constraints exclude is not read")

    def test_every_metric_is_documented_and_known_before(self):
        self.write("s.toml", ANALYTIC.replace("range = [200, 1000]", "range = [200, 200]"))
        self.sweep("./s.toml")
        with sqlite3.connect(self.path / "s.db") as store:
            measured = set(json.loads(store.execute("SELECT metrics FROM point").fetchone()[0]))
        documented = (ROOT / "docs" / "sweeps.md").read_text(encoding="utf-8").split("Metrics: `")[1].split("`")[0]
        self.assertEqual(set(documented.split()), measured)
        (self.path / "s.db").unlink()
        for file in self.path.glob("s.db*"):
            file.unlink()
        self.write("s.toml", ANALYTIC + '[[limit]]\nvalue = "nothing_of_the_kind"\nat_most = 1\n')
        self.refused("allowed is one of " + ", ".join(documented.split()))

    def test_interrupted_it_says_how_far_it_came(self):
        self.write("s.toml", MIXED.replace('"1 s", "1 us"', '"1 s", "2 s", "3 s", "4 s"').replace('"tiny"', '"squeezenet_v1_1"'))
        running = subprocess.Popen([BINARY, "sweep", "./s.toml", "--jobs", "1"], cwd=self.path,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        reader = lambda: sqlite3.connect(f"file:{self.path / 's.db'}?mode=ro", uri=True)
        for _ in range(300):
            time.sleep(0.1)
            try:
                with reader() as store:
                    if store.execute("SELECT count(*) FROM point").fetchone()[0] > 0:
                        break
            except sqlite3.OperationalError:
                pass
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130)
        self.assertRegex(errors, r"tandem: stopped; \d+ of 16 points are in s.db; start it again to go on\n$")
        with reader() as store:
            there = store.execute("SELECT count(*) FROM point").fetchone()[0]
        self.assertIn(f"stopped; {there} of 16", errors)

    def test_a_large_memory_is_no_large_process(self):
        self.write("s.toml", MIXED.split("[[axis]]")[0] + """
[[axis]]
key = "platform.dram.size"
values = ["1 GiB", "16 GiB"]
[[objective]]
value = "latency_ms"
[point]
memory = "1 GiB"
""")
        self.assertEqual(self.sweep("./s.toml")["failed"], 0)

    def test_a_full_disk_is_said_not_thrown_about(self):
        self.write("s.toml", ANALYTIC)

        def full():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (60000, 60000))

        done = subprocess.run([BINARY, "sweep", "./s.toml"], cwd=self.path, capture_output=True, text=True,
                              timeout=300, preexec_fn=full)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, "tandem: s.db: .*start the same sweep again, it goes on where it stopped\n$")
        self.assertNotIn("internal", done.stderr)
        self.assertEqual(self.sweep("./s.toml")["points"], 680)

    def test_its_progress_fits_a_narrow_terminal(self):
        self.write("s.toml", MIXED.replace('"1 s", "1 us"', '"1 s"').replace('"tiny"', '"squeezenet_v1_1"'))
        master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
        running = subprocess.Popen([BINARY, "sweep", "./s.toml", "--jobs", "1"], cwd=self.path,
                                   stdout=subprocess.DEVNULL, stderr=terminal)
        os.close(terminal)
        said = b""
        while True:
            try:
                said += os.read(master, 4096)
            except OSError:  # the other side is closed
                break
        os.close(master)
        self.assertEqual(running.wait(60), 0)
        lines = [line for line in said.decode().replace("\033[K", "").split("\r") if line]
        self.assertTrue(lines)
        for line in lines:
            self.assertLess(len(line), 40, line)

    def test_more_than_a_hundred_failures_are_all_told(self):
        self.write("s.toml", MIXED.split("[[axis]]")[0] + """
time_limit = "1 us"
[[axis]]
key = "seed"
range = [1, 120]
[[objective]]
value = "latency_ms"
""")
        done = self.tandem("sweep", "./s.toml", "--json")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(json.loads(done.stdout)["failures"]), 120)

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
