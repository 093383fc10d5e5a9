#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line's contract: exit codes, messages with their place, JSON on a clean stdout, the same bytes twice."""
import json
import os
import pathlib
import pty
import subprocess
import tempfile
import unittest

BINARY = os.environ["TANDEM_BINARY"]
ROOT = pathlib.Path(os.environ["TANDEM_ROOT"])
QUICK = ["configs/runs/quickstart.toml", "--set", "network=tiny", "--set", "fidelity.accelerator=model"]


def tandem(*arguments):
    return subprocess.run([BINARY, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300)


class Answers(unittest.TestCase):
    def test_run_json_holds_the_keys_of_the_contract(self):
        done = tandem("run", *QUICK, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        for key in ("platform network precision planner images latency_ms throughput_images_per_s energy_mj "
                    "predicted_latency_ms output_sha256 reference_sha256 layers stages accelerator memory "
                    "simulation").split():
            self.assertIn(key, result)
        for key in ("name kind image macs resource_channels start_us end_us busy_us idle_percent predicted_us").split():
            self.assertIn(key, result["layers"][0])
        self.assertEqual(result["output_sha256"], result["reference_sha256"])
        self.assertEqual(set(result["accelerator"]) & {"cycles", "macs", "utilization"}, {"cycles", "macs", "utilization"})
        # The published meaning of idle_percent, recomputed from the same layer's figures.
        shared = [layer for layer in result["layers"] if len(layer["busy_us"]) > 1]
        self.assertTrue(shared)
        for layer in shared:
            time = layer["end_us"] - layer["start_us"]
            self.assertAlmostEqual(layer["idle_percent"], 100 * (1 - min(layer["busy_us"].values()) / time), places=6)

    def test_the_same_run_twice_gives_the_same_bytes(self):
        texts = []
        for _ in range(2):
            result = json.loads(tandem("run", *QUICK, "--json").stdout)
            result["simulation"].pop("wall_s")
            texts.append(json.dumps(result))
        self.assertEqual(texts[0], texts[1])

    def test_compare_orders_the_planners_as_they_must_be(self):
        done = tandem("compare", *QUICK, "--planners", "accelerator-only,cpu-only,cosched,oracle", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = {row["planner"]: row for row in json.loads(done.stdout)["rows"]}
        oracle = rows["oracle"]["latency_ms"]
        for row in rows.values():
            self.assertGreaterEqual(row["latency_ms"], oracle)
        self.assertEqual(rows["accelerator-only"]["speedup_vs_accelerator_only"], 1.0)

    def test_out_writes_every_file_and_the_schedule_runs_again(self):
        with tempfile.TemporaryDirectory() as folder:
            first = tandem("run", *QUICK, "--json", "--out", folder)
            self.assertEqual(first.returncode, 0, first.stderr)
            self.assertEqual(json.loads(pathlib.Path(folder, "result.json").read_text())["network"], "tiny")
            self.assertIn("layer,kind", pathlib.Path(folder, "layers.csv").read_text().splitlines()[0])
            self.assertTrue(json.loads(pathlib.Path(folder, "timeline.json").read_text())["traceEvents"])
            run = pathlib.Path(folder, "run.toml")
            run.write_text(f'platform = "ultra96"\nnetwork = "tiny"\n[schedule]\nfile = "{folder}/schedule.toml"\n'
                           '[fidelity]\naccelerator = "model"\n')
            again = tandem("run", str(run), "--json")
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertEqual(json.loads(again.stdout)["latency_ms"], json.loads(first.stdout)["latency_ms"])

    def test_describe_and_a_run_table_fit_a_terminal(self):
        for arguments in (["describe", "network", "tiny"], ["describe", "platform", "hikey970"],
                          ["describe", "run", "configs/runs/quickstart.toml"], ["run", *QUICK]):
            done = tandem(*arguments)
            self.assertEqual(done.returncode, 0, done.stderr)
            head = [line for line in done.stdout.splitlines() if "(" not in line]
            self.assertLessEqual(max(map(len, head)), 110, arguments)


class Terminal(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.bad = self.folder / "bad.toml"
        self.bad.write_text('platform = "ultra96"\nnetwork = "tiny"\n\n[schedule]\nplannr = "cosched"\n')

    def test_a_wrong_line_is_shown_with_a_caret_under_its_column(self):
        done = tandem("run", str(self.bad))
        self.assertEqual(done.returncode, 2)
        lines = done.stderr.splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith(f"{self.bad}:5:1: "))
        self.assertEqual(lines[at + 1:at + 3], ['    plannr = "cosched"', "    ^"])

    def test_a_caret_stands_under_characters_and_control_codes_are_not_obeyed(self):
        self.bad.write_text('platform = "ultra96"\nnetwork = "tiny"\nx = ["\u00e4\u00f6\u00fc", 1, oops] # \x07\n')
        done = tandem("run", str(self.bad))
        self.assertEqual(done.returncode, 2)
        self.assertNotIn("\x07", done.stderr)
        lines = done.stderr.splitlines()
        shown = next(i for i, line in enumerate(lines) if line.startswith("    x = "))
        column = int(lines[shown - 1].split(":")[2])
        self.assertEqual(lines[shown + 1], " " * (4 + column - 1) + "^")

    def on_terminal(self, **environment):
        master, slave = pty.openpty()
        subprocess.run([BINARY, "run", str(self.bad)], cwd=ROOT, stdout=slave, stderr=slave, timeout=60,
                       env={**os.environ, "TERM": "xterm", **environment})
        os.close(slave)
        text = b""
        try:
            while piece := os.read(master, 65536):
                text += piece
        except OSError:  # the other end is closed
            pass
        os.close(master)
        return text

    def test_colours_only_on_a_terminal_and_never_with_no_color(self):
        os.environ.pop("NO_COLOR", None)
        self.assertIn(b"\x1b[1m", self.on_terminal())
        self.assertNotIn(b"\x1b", self.on_terminal(NO_COLOR="1"))
        self.assertNotIn("\x1b", tandem("run", str(self.bad)).stderr)

    def test_every_command_teaches_with_examples_that_name_it(self):
        commands = [line.split()[0] for line in tandem("--help").stdout.split("Subcommands:")[1].splitlines() if line.strip()]
        self.assertGreater(len(commands), 10)
        for command in commands:
            text = tandem(command, "--help").stdout
            self.assertIn("Examples:", text, command)
            self.assertIn(f"tandem {command}", text.split("Examples:")[1], command)

    def test_the_manual_that_is_kept_is_the_one_that_is_printed(self):
        self.assertEqual((ROOT / "docs" / "tandem.1").read_text(), tandem("manual").stdout,
                         "make it again: ./tandem manual > docs/tandem.1")

    def complete(self, *words):
        script = self.folder / "completion.bash"
        script.write_text(tandem("completion", "bash").stdout)
        quoted = " ".join(f"'{word}'" for word in words)
        done = subprocess.run(
            ["bash", "-c", f"source {script}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; _tandem; "
             'printf "%s\\n" "${COMPREPLY[@]}"'], cwd=self.folder, capture_output=True, text=True, timeout=60,
            env={**os.environ, "TANDEM_ROOT": str(ROOT)})
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_bash_completes_commands_options_and_names(self):
        self.assertEqual(self.complete("tandem", "rep"), ["report"])
        self.assertEqual(self.complete("tandem", "run", "--tr"), ["--trace"])
        self.assertIn("quickstart", self.complete("tandem", "run", "quick"))
        self.assertEqual(self.complete("tandem", "describe", "platform", "ultra"), ["ultra96"])
        self.assertEqual(self.complete("tandem", "plan", "x", "--planner", "cos"), ["cosched"])
        self.assertEqual(self.complete("tandem", "compare", "x", "--planners", "cosched,cpu"), ["cosched,cpu-only"])
        self.assertEqual(self.complete("tandem", "run", "x", "--set", "netw"), ["network="])
        self.assertIn("squeezenet_v1_1", self.complete("tandem", "run", "x", "--set", "network", "=", "squ"))
        self.assertIn("squeezenet_v1_1", self.complete("tandem", "run", "x", "--set", "network", "="))
        self.assertEqual(self.complete("tandem", "run", "x", "--set", "precision", "=", "f"), ["fp32"])
        self.assertEqual(self.complete("tandem", "validate", "me"), ["memory"])
        self.assertEqual(self.complete("tandem", "te"), ["test"])


class Traces(unittest.TestCase):
    def test_tracks_of_a_trace_sum_to_the_runs_length(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "trace.json"
            result = json.loads(tandem("run", *QUICK, "--set", "images=2", "--json", "--trace", str(path)).stdout)
            trace = json.loads(path.read_text())
        tracks = {event["tid"]: event["args"]["name"] for event in trace["traceEvents"] if event["name"] == "thread_name"}
        self.assertEqual(list(tracks.values()), [track["name"] for track in result["tracks"]])
        length = result["images"] * 1000 * result["latency_ms"]
        for tid, name in tracks.items():
            slices = [event for event in trace["traceEvents"] if event["ph"] == "X" and event["tid"] == tid]
            at = 0
            for event in slices:
                self.assertAlmostEqual(event["ts"], at, places=4)
                parts = sum(value for key, value in event["args"].items() if key.endswith("_us"))
                self.assertAlmostEqual(parts, event["dur"], places=4)
                at = event["ts"] + event["dur"]
            # Between two images the host only fetches commands.
            self.assertAlmostEqual(at / length, 1, places=2)
            account = next(track["account_us"] for track in result["tracks"] if track["name"] == name)
            self.assertAlmostEqual(sum(account.values()), at, places=3)
            for reason, time in account.items():
                self.assertAlmostEqual(sum(event["args"].get(reason + "_us", 0) for event in slices), time, places=3)
        flows = [event for event in trace["traceEvents"] if event["ph"] in "stf"]
        self.assertEqual(len(flows) % 3, 0)
        self.assertGreater(len(flows), 0)
        for layer in result["layers"]:
            for account in layer["account_us"].values():
                self.assertAlmostEqual(sum(account.values()), layer["end_us"] - layer["start_us"], places=4)


class BadInput(unittest.TestCase):
    def expect(self, code, words, *arguments):
        done = tandem(*arguments)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, done.stderr)

    def run_file(self, text):
        handle = tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False)
        self.addCleanup(os.unlink, handle.name)
        handle.write(text)
        handle.close()
        return handle.name

    def platform(self, *changes):
        text = (ROOT / "configs/platforms/ultra96.toml").read_text()
        for old, new in changes:
            self.assertIn(old, text)
            text = text.replace(old, new, 1)
        return self.run_file(text)

    def test_all_problems_of_a_file_at_once_with_their_places(self):
        name = self.run_file('platform = "ultra96"\nnetwork = "tiny"\nimages = "two"\n[schedule]\nplaner = "cosched"\n')
        self.expect(2, [f"{name}:3:10: images: is a string", f"{name}:5:1: schedule.planer", 'did you mean "planner"',
                        "schedule.planner: is missing"], "run", name)

    def test_wrong_toml(self):
        name = self.run_file('platform = "ultra96\n')
        self.expect(2, [f"{name}:1:"], "run", name)

    def test_unknown_platform_names_what_exists(self):
        self.expect(2, ['"ultra69" is unknown', "ultra96", "hikey970"], "run", *QUICK, "--set", "platform=ultra69")

    def test_a_name_in_a_file_that_stands_for_nothing_has_its_place(self):
        name = self.run_file('platform = "ultra96"\nnetwork = "tinny"\n[schedule]\nplanner = "cosched"\n')
        self.expect(2, [f'{name}:2:11: network: "tinny" is unknown, did you mean "tiny"?'], "run", name)

    def test_wrong_unit_and_zero_cores(self):
        name = self.platform(('"1200 MHz"', '"1200 MB"'), ("cores = 4", "cores = 0"))
        self.expect(2, [f"{name}:", "units: Hz, kHz, MHz, GHz", "cores: is 0; allowed is 1 to 64"], "run", *QUICK,
                    "--set", f"platform={name}")

    def test_wrong_array_planner_core_group_and_frequency(self):
        self.expect(2, ["Tm in {2, 4, 8, 16, 32}"], "run", *QUICK, "--set", "accelerator=7x3")
        self.expect(2, ["accelerator-only, cpu-only, cosched, oracle"], "run", *QUICK, "--set", "schedule.planner=fast")
        self.expect(2, ["allowed is a53x1 to a53x4"], "run", *QUICK, "--set", 'schedule.cores=["a57x4"]')
        self.expect(2, ["1200 MHz"], "run", *QUICK, "--set", "frequency.a53=1300 MHz")

    def test_precision_and_platform_that_the_planner_cannot_use(self):
        self.expect(2, ["fp32", "cpu-only"], "run", *QUICK, "--set", "precision=fp32")
        self.expect(2, ["has none; allowed is cpu-only"], "run", *QUICK, "--set", "platform=hikey970")

    def test_networks_that_are_none(self):
        empty = self.run_file('name = "nothing"\ninput = [3, 8, 8]\n')
        self.expect(2, [empty], "run", *QUICK, "--set", f"network={empty}")
        broken = tempfile.NamedTemporaryFile(suffix=".onnx", delete=False)
        self.addCleanup(os.unlink, broken.name)
        broken.write(b"\x08\x03\x12\x05not onnx")
        broken.close()
        self.expect(2, [broken.name], "run", *QUICK, "--set", f"network={broken.name}")
        self.expect(2, ["no/such.onnx"], "import", "no/such.onnx")

    def test_a_layer_the_buffers_cannot_hold_is_refused_with_numbers(self):
        wide = self.run_file('name = "wide"\ninput = [1024, 4, 512]\n'
                             '[[layer]]\nname = "conv"\nkind = "conv"\nout = 16\nkernel = 3\npad = 1\n')
        schedule = self.run_file('format = 1\nnetwork = "wide"\nplanner = "hand"\n[[stage]]\nfirst_layer = "conv"\n'
                                 'last_layer = "conv"\nresources = ["accelerator0"]\n[[item]]\nlayer = "conv"\n'
                                 'resource = "accelerator0"\nchannels = [0, 16]\nrows = [0, 4]\n')
        run = self.run_file(f'platform = "ultra96"\nnetwork = "{wide}"\n[schedule]\nfile = "{schedule}"\n')
        self.expect(2, ["item[0]: conv cannot run on accelerator0: needs 1572864 bytes of feature buffer"], "run", run)

    def test_memory_too_small_is_refused_with_numbers(self):
        name = self.platform(('size = "2 GiB"', 'size = "1 MiB"'))
        self.expect(2, ["needs", "bytes of memory, the platform has 1048576"], "run", *QUICK, "--set",
                    f"platform={name}")

    def test_command_line_errors(self):
        self.expect(2, [], "run")
        self.expect(2, ['"compere" is no command, did you mean "compare"?'], "compere")
        self.expect(2, ["key=value"], "run", *QUICK, "--set", "nonsense")

    def test_a_fault_names_its_culprit_and_slow_memory_only_takes_time(self):
        fault = ["platform = 'ultra96'\nnetwork = 'tiny'\n[schedule]\nplanner = 'cosched'\nwait = 'polling'\n"
                 "[fidelity]\naccelerator = 'model'\n[[fault]]\nkind = '%s'\n%s\n" % one
                 for one in (("no-answer", "at = 'accelerator0'\naccess = 'read'\nbeat = 300"),
                             ("slow-memory", "delay = '1 us'"))]
        self.expect(3, ["standstill in layer conv1", "accelerator0 waits since", "for an answer to its read of address 0x"],
                    "run", self.run_file(fault[0]))
        slow = json.loads(tandem("run", self.run_file(fault[1]), "--json").stdout)
        self.assertEqual(slow["output_sha256"], slow["reference_sha256"])
        self.assertTrue(slow["faults"][0]["happened"])
        quick = json.loads(tandem("run", self.run_file(fault[1]), "--set", "fault.0.delay=1 ps", "--json").stdout)
        self.assertGreater(slow["latency_ms"], quick["latency_ms"])

    def test_time_limit_is_a_failed_simulation(self):
        self.expect(3, ["time limit of 10 us reached in layer conv1"], "run", *QUICK, "--set", "time_limit=10 us")
        self.expect(3, ["time limit of 1 us reached between layers"], "run", *QUICK, "--set", "time_limit=1 us")

    def test_what_only_the_whole_run_shows_to_be_wrong_has_its_place(self):
        def run(*lines, platform="ultra96"):
            return self.run_file("\n".join((f'platform = "{platform}"', 'network = "tiny"', "[schedule]", *lines)) + "\n")
        cores = run('planner = "cpu-only"', 'cores = ["a53x9"]')
        self.expect(2, [f'{cores}:5:9: schedule.cores: "a53x9" is no core group'], "run", cores)
        planner = run('planner = "cosched"', platform="hikey970")
        self.expect(2, [f'{planner}:4:11: schedule.planner: "cosched" needs an accelerator'], "run", planner)
        frequency = run('planner = "cpu-only"', "[frequency]", 'a53 = "1 GHz"')
        self.expect(2, [f"{frequency}:6:7: frequency.a53: 1000 MHz is no operating point"], "run", frequency)
        self.expect(2, ["--set: frequency.a53: 1000 MHz"], "run", *QUICK, "--set", "frequency.a53=1 GHz")
        small = self.platform(('size = "2 GiB"', 'size = "1 MiB"'))
        self.expect(2, [f"{small}:", ": dram.size: "], "run", *QUICK, "--set", f"platform={small}")
        self.expect(2, ["--set: platform.cluster[0].cores: is 0"], "run", *QUICK, "--set", "platform.cluster.a53.cores=0")
        self.expect(2, ["platform.=1: is not of the form platform.KEY=VALUE"], "run", *QUICK, "--set", "platform.=1")

    def test_paths_in_a_file_are_found_beside_it(self):
        with tempfile.TemporaryDirectory() as folder:
            deep = pathlib.Path(folder) / "deep"
            deep.mkdir()
            (deep / "p.toml").write_text((ROOT / "configs/platforms/ultra96.toml").read_text())
            (deep / "r.toml").write_text('platform = "p.toml"\nnetwork = "tiny"\n[schedule]\nplanner = "cpu-only"\n'
                                         '[fidelity]\naccelerator = "model"\n')
            done = tandem("run", str(deep / "r.toml"), "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            (deep / "p.toml").unlink()
            self.expect(2, ['r.toml:1:12: platform: "p.toml" is no file'], "run", str(deep / "r.toml"))

    def test_a_network_that_computes_nothing_is_refused(self):
        idle = self.run_file('name = "idle"\ninput = [3, 8, 8]\n[[layer]]\nname = "drop"\nkind = "dropout"\n')
        for command in (["run"], ["plan", "--planner", "exact"]):
            self.expect(2, ['network: "idle" has no layer that computes anything'], command[0], *QUICK, *command[1:], "--set",
                        f"network={idle}", "--set", "schedule.planner=cpu-only")

    def test_options_that_a_planner_has_no_use_for_are_refused(self):
        self.expect(2, ["--refine: is for the planners"], "plan", *QUICK, "--planner", "cosched", "--refine", "3")
        self.expect(2, ["--min-throughput: is for the planners"], "plan", *QUICK, "--planner", "cosched",
                    "--min-throughput", "9")

    def test_an_answer_that_cannot_be_written_is_no_success(self):
        for command in (["describe", "network", "tiny"], ["run", *QUICK], ["run", *QUICK, "--json"], ["--help"]):
            with open("/dev/full", "w") as full:
                done = subprocess.run([BINARY, *command], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, timeout=300)
            self.assertEqual(done.returncode, 3, command)
            self.assertIn("cannot be written", done.stderr)

    def test_a_described_run_says_its_fidelity(self):
        name = self.run_file('platform = "ultra96"\nnetwork = "tiny"\n[schedule]\nplanner = "cosched"\n'
                             '[fidelity]\ncpu = "analytic"\n')
        described = json.loads(tandem("describe", "run", name, "--json").stdout)
        self.assertEqual(described["fidelity"], {"cpu": "analytic", "accelerator": "analytic"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
