#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`tandem plan`: pipelines of cost tables and of runs, as JSON and as a person reads them, and their certificates."""
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


COSTS = """network,layer,core_type,cores,time_ms
n,c1,a73,1,4
n,c1,a73,2,2.2
n,c1,a53,1,9
n,c1,a53,2,5
n,c2,a73,1,6
n,c2,a73,2,3.5
n,c2,a53,1,12
n,c2,a53,2,7
n,c3,a73,1,3
n,c3,a73,2,2
n,c3,a53,1,7
n,c3,a53,2,4
"""


class Plans(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.costs = self.folder / "costs.csv"
        self.costs.write_text(COSTS)

    def plan(self, *arguments):
        done = tandem("plan", *arguments, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_a_cost_table_alone_is_planned_and_its_certificate_holds(self):
        certificate = self.folder / "proof"
        plan = self.plan("--costs", str(self.costs), "--certificate", str(certificate))
        self.assertEqual([plan["bottleneck_ms"], plan["lower_bound_ms"], plan["gap_percent"]], [5.5, 5.5, 0])
        self.assertEqual([stage["resources"] for stage in plan["stages"]], [["a53x2"], ["a73x2"]])
        self.assertEqual([plan["stages"][1][key] for key in ("first_layer", "last_layer", "time_ms")], ["c2", "c3", 5.5])
        self.assertEqual(plan["certificate"], certificate.read_text())
        checker = [os.environ["TANDEM_CHECK"], str(certificate), str(self.costs)]
        done = subprocess.run(checker, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.costs.write_text(COSTS.replace("c2,a73,2,3.5", "c2,a73,2,3.4"))
        self.assertEqual(subprocess.run(checker, capture_output=True, timeout=60).returncode, 1)
        certificate.write_text(plan["certificate"].replace("stage 0", "stage 1", 1))
        self.assertEqual(subprocess.run(checker, capture_output=True, timeout=60).returncode, 1)
        certificate.write_text("no certificate\n")
        self.assertEqual(subprocess.run(checker, capture_output=True, timeout=60).returncode, 2)

    def test_the_published_search_says_how_far_it_is_from_the_best(self):
        plan = self.plan("--costs", str(self.costs), "--planner", "pipeit")
        self.assertEqual(plan["pipeline"], "B2-s2")
        self.assertEqual([plan["bottleneck_ms"], plan["lower_bound_ms"]], [5.7, 5.5])
        self.assertAlmostEqual(plan["gap_percent"], 100 * 0.2 / 5.5)

    def test_a_run_is_planned_saved_and_the_schedule_runs(self):
        saved = self.folder / "schedule.toml"
        run = ["configs/runs/quickstart.toml", "--set", "platform=hikey970", "--set", "network=tiny", "--set",
               "precision=fp32", "--objective", "throughput"]
        plan = self.plan(*run, "--planner", "exact", "--save", str(saved))
        self.assertEqual(plan["gap_percent"], 0)
        self.assertIn("[[stage]]", saved.read_text())
        ran = subprocess.run([BINARY, "run", *run[:-2], "--set", f"schedule.file={saved}", "--set", "images=6", "--json"], cwd=ROOT,
                             capture_output=True, text=True, timeout=300)
        self.assertEqual(ran.returncode, 0, ran.stderr)
        result = json.loads(ran.stdout)
        self.assertEqual(result["output_sha256"], result["reference_sha256"])
        self.assertEqual(len(result["stages"]), len(plan["stages"]))

    def test_bad_tables_and_goals_are_refused(self):
        for text, words in ((COSTS.replace("c2,a53,1,12", "c2,a53,1,-12"), ["costs.csv:8: time_ms"]),
                            (COSTS + "n,c1,a73,1,4\n", ["costs.csv:14: layer", "line 2"]),
                            (COSTS.replace("n,c2,a53,1,12\n", ""), ["costs.csv:4: cores", '"c2"'])):
            self.costs.write_text(text)
            done = tandem("plan", "--costs", str(self.costs))
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            for word in words:
                self.assertIn(word, done.stderr)
        self.costs.write_text(COSTS)
        for arguments, word in ((["--objective", "energy"], "no energies"), (["--min-throughput", "1000"], "181.8"),
                                (["--planner", "oracle"], "needs a run file"), (["--save", "x"], "needs a run file"),
                                (["--network", "m"], "the table has n")):
            done = tandem("plan", "--costs", str(self.costs), *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn(word, done.stderr)

    def test_a_table_with_energies_shows_its_stages_and_its_front(self):
        lines = COSTS.splitlines()
        energies = [f"{line},{100 + 10 * at}" for at, line in enumerate(lines[1:])]
        self.costs.write_text("\n".join([lines[0] + ",energy_mj", *energies]) + "\n")
        arguments = ("plan", "--costs", str(self.costs), "--front")
        told = json.loads(tandem(*arguments, "--json").stdout)
        done = tandem(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("5.500 ms, 181.82 images/s", done.stdout)
        self.assertIn("bottleneck at least 5.500 ms: no pipeline is better", done.stdout)
        tables = [part.splitlines() for part in done.stdout.split("\n\n") if "---" in part]
        stages, front = tables[0][2:], tables[1][2:]
        self.assertEqual([line.split()[1] for line in stages], ["a53x2", "a73x2"])
        self.assertEqual(len(front), len(told["front"]))
        for line, point in zip(front, told["front"]):
            self.assertEqual(line.split()[0], f"{point['bottleneck_ms']:.3f}")

    def test_a_refined_plan_tells_of_every_round_beside_the_platform(self):
        run = ("plan", "configs/runs/quickstart.toml", "--set", "platform=hikey970", "--set", "network=tiny", "--set",
               "precision=fp32", "--objective", "throughput", "--planner", "exact", "--refine", "3")
        told = json.loads(tandem(*run, "--json").stdout)["refinement"]
        done = tandem(*run)
        self.assertEqual(done.returncode, 0, done.stderr)
        rounds = done.stdout.split("\n\n")[-1].splitlines()[2:]
        self.assertEqual([line.split()[0] for line in rounds], [str(i + 1) for i in range(len(told))])
        for line, one in zip(rounds, told):
            self.assertEqual(line.split()[1:4], [one["pipeline"], f"{one['planned_ms']:.3f}", f"{one['simulated_ms']:.3f}"])


if __name__ == "__main__":
    unittest.main()
