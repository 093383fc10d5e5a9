#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Waves of the RTL: an FST file with every signal, of the asked time only, that changes nothing of the run."""
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest

BINARY = os.environ["TANDEM_BINARY"]
ROOT = pathlib.Path(os.environ["TANDEM_ROOT"])
QUICK = ["configs/runs/quickstart.toml", "--set", "network=tiny"]
PERIOD = 5000  # ps, of the accelerator


def tandem(*arguments):
    return subprocess.run([BINARY, *map(str, arguments)], cwd=ROOT, capture_output=True, text=True, timeout=500)


def blocks(data):
    """FST: blocks of a type, a length that counts itself, and so much."""
    at = 0
    while at < len(data):
        length, = struct.unpack(">Q", data[at + 1:at + 9])
        yield data[at], data[at + 9:at + 1 + length]
        at += 1 + length


def lz4(data):
    out, at = bytearray(), 0

    def length(nibble):
        nonlocal at
        if nibble < 15:
            return nibble
        while True:
            nibble += data[at]
            at += 1
            if data[at - 1] != 255:
                return nibble

    while at < len(data):
        token = data[at]
        at += 1
        literals = length(token >> 4)
        out += data[at:at + literals]
        at += literals
        if at >= len(data):
            break
        offset = data[at] | data[at + 1] << 8
        at += 2
        for _ in range(length(token & 15) + 4):
            out.append(out[-offset])
    return bytes(out)


class Waves:
    """What the header and the hierarchy say."""

    def __init__(self, path):
        self.names = set()
        for kind, body in blocks(path.read_bytes()):
            if kind == 0:
                self.begin, self.end = struct.unpack(">QQ", body[:16])
                self.unit, = struct.unpack("b", body[64:65])
            elif kind == 6:
                self.read_hierarchy(lz4(body[8:]))

    def read_hierarchy(self, data):
        at, scope = 0, []

        def text():
            nonlocal at
            end = data.index(b"\0", at)
            word, at = data[at:end].decode(), end + 1
            return word

        def number():
            nonlocal at
            while data[at] & 128:
                at += 1
            at += 1

        while at < len(data):
            tag, at = data[at], at + 1
            if tag == 254:  # scope
                at += 1
                scope.append(text())
                text()
            elif tag == 255:
                scope.pop()
            elif tag == 252:  # attribute
                at += 2
                text()
                number()
            else:
                at += 1
                name = text()
                number()
                number()
                self.names.add(".".join([*scope, name]).replace(" ", ""))


class Recording(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_json(self, *arguments):
        done = tandem("run", *QUICK, "--json", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        result = json.loads(done.stdout)
        result["simulation"].pop("wall_s")
        return result

    def test_waves_hold_the_asked_time_and_change_nothing(self):
        plain = self.run_json()
        first = min(layer["start_us"] for layer in plain["layers"] if "accelerator0" in layer["busy_us"])
        path = self.folder / "w.fst"
        recorded = self.run_json("--waves", path, "--waves-from", f"{first + 2} us", "--waves-for", "4 us")
        self.assertEqual(plain, recorded)
        waves = Waves(path)
        self.assertEqual(waves.unit, -12)
        begin = int((first + 2) * 1e6)
        self.assertGreaterEqual(waves.begin, begin)
        self.assertLess(waves.begin, begin + 2 * PERIOD)
        self.assertLessEqual(waves.end, begin + 4_000_000 + PERIOD)
        self.assertGreater(waves.end, begin + 4_000_000 - 2 * PERIOD)
        # Inside the blocks, too; and everything the save file shows is there.
        self.assertGreater(sum(name.count(".") > 2 for name in waves.names), 500)
        save = (self.folder / "w.fst.gtkw").read_text()
        shown = [line for line in save.splitlines() if line.startswith("TOP.")]
        self.assertGreater(len(shown), 30)
        self.assertLessEqual(set(shown), waves.names)
        self.assertIn(f'[dumpfile] "{path}"', save)

    def test_what_cannot_be_recorded_is_refused(self):
        for arguments, word in (
            (["--waves", "w.fst", "--set", "fidelity.accelerator=model"], "rtl"),
            (["--waves", self.folder / "w.fst", "--waves-from", "soon"], "is no time"),
            (["--waves-for", "1 us"], "--waves FILE.fst"),
            (["--waves", "/nowhere/at/all.fst"], "cannot be written")):
            done = tandem("run", *QUICK, *arguments)
            self.assertEqual((done.returncode, done.stdout), (2, ""), arguments)
            self.assertIn(word, done.stderr)


if __name__ == "__main__":
    unittest.main()
