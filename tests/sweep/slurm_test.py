#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sweeps on a real Slurm of one node: the same bytes as on this machine alone, whatever gets lost on the way."""
import os
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

import private_slurm
from sweep_test import ANALYTIC, EVOLUTION, MIXED

BINARY = os.environ["TANDEM_BINARY"]
# Points that take long enough for something to happen meanwhile.
SLOW = """
base = "edge_soc"
[set]
network = "mobilenet_v1"
[[axis]]
name = "cores"
key = "platform.cluster.a73.cores"
values = [1, 2, 3, 4]
[[objective]]
value = "latency_ms"
"""


class Slurm(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="tandem-slurm-")
        cls.addClassCleanup(cls.folder.cleanup)
        cls.slurm = private_slurm.PrivateSlurm(cls.folder.name)
        cls.addClassCleanup(cls.slurm.stop)
        cls.slurm.start()

    def setUp(self):
        self.work = tempfile.TemporaryDirectory(prefix="tandem-sweep-")
        self.addCleanup(self.work.cleanup)
        self.path = pathlib.Path(self.work.name)

    def tandem(self, *arguments):
        return subprocess.run([BINARY, *arguments], cwd=self.path, env=self.slurm.environment,
                              capture_output=True, text=True, timeout=300)

    def sweep(self, store, *arguments):
        done = self.tandem("sweep", "./s.toml", "--store", store, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr + self.slurm.logs())

    def export(self, store):
        done = self.tandem("export", store)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def start(self):
        return subprocess.Popen([BINARY, "sweep", "./s.toml", "--store", "slurm.db", "--on", "slurm", "--tasks", "4"],
                                cwd=self.path, env=self.slurm.environment, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def array(self):
        """Slurm's number of the array, once one of its tasks runs."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            running = self.slurm.ask("squeue", "--noheader", "--states=RUNNING", "--format=%A %F").split()
            if running:
                return running[0], running[1]
            time.sleep(0.1)
        self.fail("no task runs: " + self.slurm.logs())

    def test_the_same_bytes_as_on_this_machine(self):
        for text in (ANALYTIC.replace("step = 50", "step = 400"),
                     EVOLUTION.replace("points = 200", "points = 40"), MIXED):
            (self.path / "s.toml").write_text(text, encoding="utf-8")
            for store in ("local.db", "slurm.db"):
                (self.path / store).unlink(missing_ok=True)
            self.sweep("local.db", "--jobs", "2")
            self.sweep("slurm.db", "--on", "slurm", "--tasks", "3")
            self.assertEqual(self.export("slurm.db"), self.export("local.db"))
            self.assertFalse((self.path / "slurm.db.slurm").exists(), "what the tasks left is cleared away")

    def test_a_task_that_was_cancelled_is_submitted_again(self):
        (self.path / "s.toml").write_text(SLOW, encoding="utf-8")
        running = self.start()
        task, _ = self.array()
        self.slurm.ask("scancel", "--signal=KILL", "--full", task)
        _, errors = running.communicate(timeout=300)
        self.assertEqual(running.returncode, 0, errors)
        self.sweep("local.db", "--jobs", "2")
        self.assertEqual(self.export("slurm.db"), self.export("local.db"))

    def test_killed_it_goes_on_where_it_stopped(self):
        (self.path / "s.toml").write_text(SLOW, encoding="utf-8")
        running = self.start()
        _, array = self.array()
        running.send_signal(signal.SIGKILL)
        running.communicate()
        self.sweep("slurm.db", "--on", "slurm", "--tasks", "4")
        self.assertNotIn(array, self.slurm.ask("squeue", "--noheader", "--format=%F").split())
        self.sweep("local.db", "--jobs", "2")
        self.assertEqual(self.export("slurm.db"), self.export("local.db"))


class WithoutSlurm(unittest.TestCase):
    def test_its_commands_are_asked_for(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            (path / "s.toml").write_text(MIXED, encoding="utf-8")
            done = subprocess.run([BINARY, "sweep", "./s.toml", "--on", "slurm"], cwd=path, capture_output=True,
                                  text=True, env=dict(os.environ, PATH=folder), timeout=60)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("--on: slurm needs its command sbatch in the PATH", done.stderr)


if __name__ == "__main__":
    if private_slurm.missing():
        raise SystemExit(f"{private_slurm.missing()} is not installed; ./tandem test installs it")
    unittest.main()
