#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`tandem calibrate`: with --stages a cost table that `tandem plan --costs` takes, with --out the published latency model by
which `cosched` decides; whole, with their errors, and their refusals."""
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


class PublishedModel(unittest.TestCase):
    def test_it_is_fitted_tells_of_layers_it_has_not_seen_and_decides_splits_on_its_platform_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            model = pathlib.Path(folder) / "model.toml"
            done = tandem("calibrate", "zedboard", "--accelerator", "4x8", "--out", str(model))
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, r"zedboard 4x8 beside a9x2: \d+ layers fitted, \d+ others\n")
            self.assertRegex(done.stdout, r"accelerator +\d+\.\d+ % off on fitted layers, +\d+\.\d+ % on others\n")
            run = ("configs/runs/quickstart.toml", "--set", "network=tiny", "--set", "fidelity.accelerator=model", "--set",
                   f"schedule.model={model}", "--set", "accelerator=4x8")
            done = tandem("run", *run, "--set", "platform=zedboard", "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            result = json.loads(done.stdout)
            self.assertEqual(result["output_sha256"], result["reference_sha256"])
            self.assertTrue(any(len(layer["resource_channels"]) > 1 for layer in result["layers"]))
            other = tandem("run", *run, "--set", "platform=ultra96", "--json")
            self.assertEqual((other.returncode, other.stdout), (2, ""))
            self.assertIn("zedboard", other.stderr)
            model.write_text(model.read_text()[:100])
            torn = tandem("run", *run, "--set", "platform=zedboard", "--json")
            self.assertEqual((torn.returncode, torn.stdout), (2, ""))

    def test_what_cannot_be_is_refused(self):
        done = tandem("calibrate", "hikey970", "--out", "/tmp/never.toml")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("accelerator", done.stderr)


if __name__ == "__main__":
    unittest.main()
