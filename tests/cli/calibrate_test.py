#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`tandem calibrate --stages`: a cost table that `tandem plan --costs` takes, whole, with its errors, and its refusals."""
import csv
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

BINARY = os.environ["TANDEM_BINARY"]
ROOT = pathlib.Path(os.environ["TANDEM_ROOT"])


def tandem(*arguments):
    return subprocess.run([BINARY, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300)


class Stages(unittest.TestCase):
    def test_the_table_has_every_layer_on_every_number_of_cores_and_plans_a_pipeline(self):
        with tempfile.TemporaryDirectory() as folder:
            table = pathlib.Path(folder) / "stages.csv"
            done = tandem("calibrate", "zedboard", "--networks", "tiny,squeezenet_v1_1", "--precision", "int8", "--stages",
                          str(table))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("each predicted from the others", done.stdout)
            again = pathlib.Path(folder) / "again.csv"
            tandem("calibrate", "zedboard", "--networks", "tiny,squeezenet_v1_1", "--precision", "int8", "--stages", str(again))
            self.assertEqual(table.read_bytes(), again.read_bytes())
            with open(table, newline="") as file:
                rows = list(csv.DictReader(file))
            described = json.loads(tandem("describe", "network", "tiny", "--json").stdout)
            layers = {row["layer"] for row in rows if row["network"] == "tiny"}
            self.assertLessEqual(layers, {layer["name"] for layer in described["layers"]})
            for cores in ("1", "2"):
                own = [row for row in rows if row["network"] == "tiny" and row["cores"] == cores]
                self.assertEqual({row["layer"] for row in own}, layers)
                self.assertEqual({row["core_type"] for row in own}, {"a9"})
                self.assertTrue(all(float(row["time_ms"]) > 0 for row in own))
            plan = tandem("plan", "--costs", str(table), "--network", "tiny", "--planner", "pipeit", "--json")
            self.assertEqual(plan.returncode, 0, plan.stderr)
            self.assertGreater(json.loads(plan.stdout)["bottleneck_ms"], 0)

    def test_what_cannot_be_is_refused(self):
        for arguments, message in ((("--networks", "tiny"), "fewer than two"),
                                   (("--networks", "tiny,nothing"), "nothing"),
                                   (("--networks", "tiny,squeezenet", "--precision", "int4"), "int4")):
            done = tandem("calibrate", "zedboard", *arguments, "--stages", "/tmp/never.csv")
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(message, done.stderr)
        done = tandem("calibrate", "zedboard", "--networks", "tiny,squeezenet_v1_1", "--stages", "/nowhere/stages.csv")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("cannot be written", done.stderr)


if __name__ == "__main__":
    unittest.main()
