#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Pages in a headless browser: no console message, no request, every mark there with the value the JSON has."""
import csv
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

BINARY = os.environ["TANDEM_BINARY"]
ROOT = pathlib.Path(os.environ["TANDEM_ROOT"])
CHROMIUM = os.environ["CHROMIUM"]
QUICK = ["configs/runs/quickstart.toml", "--set", "network=tiny", "--set", "fidelity.accelerator=model"]
REASONS = ["compute", "transfer", "coherence", "synchronisation", "idle"]

SWEEP = """
base = "edge_soc"
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
values = ["8x8", "16x16", "32x32"]
[[axis]]
name = "clock"
key = "platform.accelerator.0.clock"
range = [200, 1000]
step = 100
unit = "MHz"
[[axis]]
name = "dram"
key = "platform.dram.type"
values = ["lpddr4x_3733_4x16", "ddr3_1066_x32"]
[[derived]]
name = "threads"
key = "schedule.cores"
value = "'a73x' + if(dram == 'ddr3_1066_x32', 4, a73_cores)"
[[objective]]
value = "latency_ms"
[[objective]]
value = "energy_mj"
[[objective]]
value = "accelerator_macs"
"""


def tandem(*arguments):
    done = subprocess.run([BINARY, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=300)
    if done.returncode != 0:
        raise AssertionError(f"{arguments}: {done.returncode}\n{done.stderr}")
    return done.stdout


def browse(page, folder):
    """The document after loading, console messages, and the addresses the page itself asked for."""
    log = folder / "net.json"
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run",
         "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--window-size=1280,900",
         f"--user-data-dir={folder / 'profile'}", f"--log-net-log={log}", "--dump-dom", f"file://{page}#check"],
        capture_output=True, text=True, timeout=120)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    # The browser's own errands have "not an origin" as their initiator.
    starts = re.findall(r'"initiator":"([^"]*)".*"url":"([^"]*)"', log.read_text())  # an event is a line
    requests = [url for initiator, url in starts if initiator != "not an origin" and not url.startswith("file:")]
    return done, console, requests


def render(page, folder):
    """What the page says it drew; fails on any console message and any request."""
    done, console, requests = browse(page, folder)
    assert not console, console
    assert not requests, requests
    found = re.search(r'<pre id="check">(.*?)</pre>', done.stdout, re.S)
    assert found, done.stderr[-2000:]
    text = found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    report = json.loads(text)
    assert report["requests"] == 0, report["requests"]
    return report


class Pages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.temporary.name)

    @classmethod
    def tearDownClass(cls):
        cls.temporary.cleanup()

    def page(self, source, name):
        page = self.folder / name
        self.printed = tandem("report", source, "--out", page)
        text = page.read_text()
        self.assertNotIn("src=", text.split("<script>")[0])
        self.assertIn("Content-Security-Policy", text)
        return page, render(page, self.folder)

    def data(self, page):
        """What the page's script draws from."""
        return json.loads(re.search(r'<script type="application/json" id="page">(.*?)</script>', page.read_text(), re.S)[1])

    def tables_answer(self, report):
        """The examples that a filter gives find something; a column that is not there is answered with those that are."""
        for name, filter_ in report["filters"].items():
            self.assertTrue(filter_["found"] and all(rows > 0 for rows in filter_["found"]), (name, filter_))
            self.assertIn("no column no_such_column; there are ", filter_["complaint"], name)

    def series(self, report, figure, name):
        found = [series for series in report["figures"][figure] if series["name"] == name]
        self.assertEqual(len(found), 1, (figure, name))
        return found[0]

    def close(self, value, expected, what=""):
        self.assertAlmostEqual(value, expected, delta=max(1e-4, abs(expected) * 1e-5), msg=what)

    def test_a_page_that_asks_or_complains_would_be_noticed(self):
        page = self.folder / "loud.html"
        page.write_text('<img src="http://example.invalid/picture.png"><script>nothing.at.all()</script>')
        _, console, requests = browse(page, self.folder)
        self.assertTrue(any("nothing is not defined" in line for line in console), console)
        self.assertIn("http://example.invalid/picture.png", requests)

    def test_a_run(self):
        out = self.folder / "run"
        tandem("run", *QUICK, "--set", "images=2", "--out", out)
        result = json.loads((out / "result.json").read_text())
        detail = json.loads((out / "detail.json").read_text())
        _, report = self.page(out, "run.html")
        # Gantt: a mark a block, drawn; begins and ends as in the JSON.
        blocks = [block for track in detail["tracks"] for block in track["blocks"]]
        gantt = report["figures"]["gantt"][0]
        self.assertEqual(gantt["count"], len(blocks))
        self.assertEqual(gantt["drawn"], len(blocks))
        self.assertGreater(len(blocks), 20)
        # Interconnect and DRAM are drawn as dark as a block is busy: blocks are short, and hold what the account has.
        total = sum(result["tracks"][0]["account_us"].values())
        for own, track in zip(detail["tracks"], result["tracks"]):
            if track["kind"] not in ("interconnect", "dram"):
                continue
            for begin, end, _, _, *times in own["blocks"]:
                self.assertTrue(end - begin <= total / 300 or times[1] + times[4] > 0.999 * (end - begin), own["name"])
            moving = sum(block[4 + 1] for block in own["blocks"])
            self.assertAlmostEqual(moving / track["account_us"]["transfer"], 1, delta=1e-3)
        # Accounts of layers: the mean over both images of what those did that compute the layer, by reason.
        layers = {}
        for layer in result["layers"]:
            if layer["account_us"]:
                layers.setdefault(layer["name"], []).append(layer)
        for reason in REASONS:
            expected = 0
            for images in layers.values():
                for layer in images:
                    weights = {name: int(name.rsplit("x", 1)[1]) if "x" in name else 1 for name in layer["account_us"]
                               if name in layer["resource_channels"] or not layer["resource_channels"]}
                    expected += sum(layer["account_us"][name][reason] * weight for name, weight in weights.items()) / sum(
                        weights.values()) / len(images)
            drawn = self.series(report, "layer_account", reason)
            self.assertEqual(drawn["count"], len(layers))
            self.close(drawn["y"], expected, reason)
        self.assertTrue(any(len(layer["account_us"]) > len(layer["resource_channels"]) > 0 for layer in result["layers"]))
        # Accounts of tracks close to 100 % each.
        self.close(sum(series["x"] for series in report["figures"]["track_account"]), 100 * len(result["tracks"]))
        # Energy, channels, prediction, roofline.
        self.close(report["figures"]["energy"][0]["x"], result["energy_mj"])
        first = [layer for layer in result["layers"] if layer["image"] == 0 and layer["resource_channels"]]
        self.close(sum(series["y"] for series in report["figures"]["channels"]), 100 * len(first))
        predicted = [layer for layer in first if layer["predicted_us"] > 0]
        points = self.series(report, "prediction", "layers")
        self.assertEqual(points["drawn"], len(predicted))
        self.close(points["x"], sum(layer["end_us"] - layer["start_us"] for layer in predicted))
        self.close(points["y"], sum(layer["predicted_us"] for layer in predicted))
        roofline = [series for series in report["figures"]["roofline"] if series["type"] == "scatter"]
        expected = sum(len(layer["resource_channels"]) for layer in first if layer["macs"] > 0)
        self.assertEqual(sum(series["drawn"] for series in roofline), expected)
        # Bandwidth: the area is what moved.
        window = detail["over_time"]["window_us"]
        area = sum(series["y"] for series in report["figures"]["bandwidth"]) * window * 1e3
        moved = result["memory"]["read_bytes"] + result["memory"]["write_bytes"]
        self.assertAlmostEqual(area / moved, 1, delta=0.01)
        self.tables_answer(report)
        writes, reads = (self.series(report, "bandwidth", f"accelerator0 {what}")["colour"] for what in ("writes", "reads"))
        self.assertNotEqual(writes, reads)
        self.assertEqual(report["tables"]["layers"], len([l for l in result["layers"] if l["resource_channels"]]))

    def test_a_comparison(self):
        out = self.folder / "compare"
        tandem("compare", *QUICK, "--set", "platform=edge_soc", "--planners", "all", "--out", out)
        rows = json.loads((out / "comparison.json").read_text())["rows"]
        _, report = self.page(out, "compare.html")
        self.assertEqual(len(rows), 9)
        self.close(self.series(report, "latency", "simulated")["x"], sum(row["latency_ms"] for row in rows))
        self.close(self.series(report, "latency", "predicted")["x"],
                   sum(row["predicted_latency_ms"] for row in rows))
        self.close(sum(series["x"] for series in report["figures"]["energy"]),
                   sum(row["energy_mj"] for row in rows))
        for row in rows:
            point = self.series(report, "trade", row["planner"])
            self.assertEqual(point["drawn"], 1)
            self.close(point["x"], row["latency_ms"])
            self.close(point["y"], row["energy_mj"])
            self.close(self.series(report, "layers", row["planner"])["y"],
                       sum(layer["end_us"] - layer["start_us"] for layer in row["layers"] if layer["resource_channels"]))
        self.assertEqual(report["tables"]["table"], 9)
        for figure in ("latency", "energy", "accounts"):
            self.assertTrue(report["names"][figure], figure)
        self.assertTrue(all(report["legends"].values()), report["legends"])
        self.tables_answer(report)

    def test_an_analytic_run_says_that_nothing_was_simulated(self):
        analytic = ["--set", "fidelity.cpu=analytic", "--set", "fidelity.accelerator=analytic"]
        tandem("run", *QUICK[:3], *analytic, "--out", self.folder / "analytic")
        page, report = self.page(self.folder / "analytic", "analytic.html")
        data = self.data(page)
        self.assertIn("nothing was simulated", data["short"][0])
        self.assertFalse([fact for fact in data["facts"] if "predicted" in fact["name"]])
        self.assertEqual(sorted(report["figures"]), ["channels", "energy"])
        self.assertNotIn("difference", [column["name"] for column in data["figures"][-1]["columns"]])
        self.assertIn("left out: who does what when,", self.printed)
        tandem("compare", *QUICK[:3], *analytic, "--planners", "accelerator-only,cosched", "--out", self.folder / "closed")
        page, report = self.page(self.folder / "closed", "closed.html")
        self.assertIn("nothing was simulated", self.data(page)["short"][0])
        self.assertEqual([series["name"] for series in report["figures"]["latency"]], ["closed form"])
        self.assertEqual(self.data(page)["figures"][-1]["values"][0][-1], "not computed")

    def test_a_result_without_its_detail_says_what_is_left_out(self):
        out = self.folder / "bare"
        tandem("run", *QUICK, "--out", out)
        (self.folder / "alone").mkdir()
        shutil.copy(out / "result.json", self.folder / "alone")
        for source, figures in ((out, 9), (out / "result.json", 9), (self.folder / "alone", 6)):
            self.page(source, "bare.html")
            self.assertIn(f": {figures} figures, ", self.printed)
            self.assertEqual("left out: who does what when, roofline, memory traffic; they need the detail.json" in self.printed,
                             figures == 6, self.printed)

    def test_of_a_run_and_a_comparison_in_one_folder_it_says_which(self):
        out = self.folder / "both"
        tandem("run", *QUICK, "--out", out)
        tandem("compare", *QUICK, "--planners", "cpu-only,cosched", "--out", out)
        done = subprocess.run([BINARY, "report", str(out), "--out", str(self.folder / "both.html")], cwd=ROOT,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0)
        self.assertIn("this page is of the comparison, for the run give", done.stderr)

    def test_a_sweep_with_failures(self):
        sweep = self.folder / "space.toml"
        sweep.write_text(SWEEP)
        self.sweep_file = sweep
        store = self.folder / "space.db"
        answers = json.loads(tandem("sweep", sweep, "--store", store, "--json").replace("\n", " "))
        self.check_sweep(store, answers)

    def check_sweep(self, store, answers):
        rows = list(csv.DictReader(io.StringIO(tandem("export", store))))
        good = [row for row in rows if row["status"] == "ok"]
        front = answers["groups"][0]["front"]
        page, report = self.page(store, "sweep.html")
        self.assertIn(f"tandem sweep {self.sweep_file} --store {store}", page.read_text())
        self.assertLess(page.stat().st_size, 10e6)
        dominated = self.series(report, "scatter", "dominated")
        best = self.series(report, "scatter", "Pareto front")
        self.assertEqual(dominated["count"] + best["count"], len(good))
        self.assertEqual(best["count"], len(front))
        lines = report["figures"]["parallel"][0]
        self.assertEqual(lines["count"], len(good))
        for objective in ("latency_ms", "energy_mj", "accelerator_macs"):
            total = sum(float(row[objective]) for row in good)
            self.assertTrue(any(abs(value - total) <= 1e-5 * total for value in lines["sums"]), objective)
        self.close(best["x"], sum(point["objectives"]["latency_ms"] for point in front))
        self.close(best["y"], sum(point["objectives"]["energy_mj"] for point in front))
        self.assertEqual(report["tables"]["points"], len(good))
        self.tables_answer(report)
        axes = {axis["name"]: axis for axis in self.data(page)["figures"][2]["variants"][0]["option"]["parallelAxis"]}
        self.assertEqual(axes["a73_cores"]["data"], ["1", "2", "3", "4"])
        if len(good) < len(rows):
            self.assertEqual(report["tables"]["failures"], len(rows) - len(good))
        effects = [e for e in answers["groups"][0]["sensitivity"] if e["objective"] == "latency_ms"]
        self.close(self.series(report, "tornado", "swing")["x"],
                   sum(effect["highest_mean"] - effect["lowest_mean"] for effect in effects))

    def test_a_sweep_of_failures_alone_is_a_sentence_and_a_table(self):
        sweep = self.folder / "failed.toml"
        sweep.write_text(SWEEP.replace('"lpddr4x_3733_4x16", "ddr3_1066_x32"', '"lpddr4x_3733_4x16"')
                         .replace("range = [200, 1000]", "range = [900, 1000]")
                         .replace('"fidelity.cpu" = "analytic"\n"fidelity.accelerator" = "analytic"',
                                  '"fidelity.accelerator" = "model"\ntime_limit = "1 us"'))
        store = self.folder / "failed.db"
        done = subprocess.run([BINARY, "sweep", str(sweep), "--store", str(store)], cwd=ROOT, capture_output=True, timeout=300)
        self.assertEqual(done.returncode, 1)
        page, report = self.page(store, "failed.html")
        self.assertEqual(self.data(page)["short"], ["none of 24 points could be computed; the table of failures says why."])
        self.assertEqual(report["figures"], {})
        self.assertEqual(report["tables"], {"failures": 24})
        self.assertNotIn("e+300", json.dumps(self.data(page)))

    def test_groups_are_chosen_once_for_the_whole_page(self):
        sweep = self.folder / "groups.toml"
        sweep.write_text('per = ["network"]\n' + SWEEP.replace('network = "tiny"\n', "").replace(
            '[[axis]]\nname = "a73', '[[axis]]\nname = "network"\nkey = "network"\nvalues = ["tiny", "alexnet"]\n[[axis]]\nname = "a73')
            .replace("range = [200, 1000]", "range = [900, 1000]").replace('"lpddr4x_3733_4x16", "ddr3_1066_x32"', '"lpddr4x_3733_4x16"'))
        store = self.folder / "groups.db"
        tandem("sweep", sweep, "--store", store)
        page, report = self.page(store, "groups.html")
        self.assertEqual(self.data(page)["groups"], ["network=tiny", "network=alexnet"])
        self.assertEqual(report["selects"], ["Designs with", "what What matters most shows"])
        self.assertEqual(report["tables"]["points"], 24)
        self.assertEqual(report["figures"]["parallel"][0]["count"], 24)
        # The scale of the lines' colours reads what the best and the worst design take.
        self.assertNotIn("0", report["scale"])

    def test_ten_thousand_points(self):
        sweep = self.folder / "large.toml"
        sweep.write_text(SWEEP.replace("if(dram == 'ddr3_1066_x32', 4, a73_cores)", "a73_cores")
                         .replace("range = [200, 1000]\nstep = 100", "range = [160, 1000]\nstep = 2"))
        self.sweep_file = sweep
        store = self.folder / "large.db"
        answers = json.loads(tandem("sweep", sweep, "--store", store, "--json").replace("\n", " "))
        self.assertGreater(answers["points"], 10000)
        self.check_sweep(store, answers)

    def test_wrong_sources_are_explained(self):
        empty = self.folder / "empty"
        empty.mkdir()
        (self.folder / "half.json").write_text('{"layers": []}')
        (self.folder / "text.json").write_text("no JSON")
        (self.folder / "text.db").write_text("no database")
        done = subprocess.run([BINARY, "report", str(self.folder), "--sweep", "x", "--out", str(self.folder / "no.html")], cwd=ROOT,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--sweep: chooses from a store", done.stderr)
        for source, word in ((empty, "result.json"), (self.folder / "none", "does not exist"),
                             (self.folder / "half.json", "run it again"), (self.folder / "text.json", "no JSON object"),
                             (self.folder / "text.db", "store")):
            done = subprocess.run([BINARY, "report", str(source), "--out", str(self.folder / "no.html")], cwd=ROOT,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(word, done.stderr)
            self.assertFalse((self.folder / "no.html").exists())

    def test_without_npm_the_message_says_what_to_do(self):
        out = self.folder / "offline"
        tandem("run", *QUICK, "--out", out)
        environment = dict(os.environ, PATH="/nowhere", TANDEM_CACHE=str(self.folder / "no_cache"))
        done = subprocess.run([BINARY, "report", str(out), "--out", str(self.folder / "no.html")], cwd=ROOT,
                              capture_output=True, text=True, timeout=60, env=environment)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("npm", done.stderr)
        self.assertFalse((self.folder / "no.html").exists())


if __name__ == "__main__":
    if shutil.which("npm") is None:
        print("skipped: npm, which fetches the charts' library, is not installed")
        sys.exit(77)
    unittest.main()
