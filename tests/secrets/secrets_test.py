#!/usr/bin/env python3
"""Runs a program that uses a key in every way there is, and looks for the key in all that is left behind.

usage: secrets_test.py PROGRAM
"""

import base64
import os
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
from pathlib import Path

PROGRAM = str(Path(sys.argv.pop(1)).resolve())
KEY = "sk-canary/7Qx+w0Lz=9d4B~e.K_31v"


def forms(key):
    """The key as it might be written, some of them cut short where neighbours change the last letters."""
    found = {key, urllib.parse.quote(key, safe=""), urllib.parse.quote_plus(key), key.replace("/", "\\/")}
    raw = key.encode()
    found |= {raw.hex(), raw.hex().upper()}
    for before in (b"", b"x", b"xx"):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            found.add(encode(before + raw).decode()[4:-4])
    # Half a key is too much as well.
    found |= {key[: len(key) // 2], key[len(key) // 2 :]}
    return [form.encode() for form in found]


def found_in(data):
    return [form.decode() for form in forms(KEY) if form in data]


class SecretsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name) / "work"
        cls.folder.mkdir()
        environment = dict(os.environ, OPENAI_API_KEY=KEY, TMPDIR=str(cls.folder), HOME=str(cls.folder))
        cls.done = subprocess.run([PROGRAM], cwd=cls.folder, env=environment, capture_output=True, timeout=200)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_key_was_used(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr)
        carried = int(self.done.stdout.decode(errors="replace").splitlines()[-1])
        self.assertGreater(carried, 100)

    def test_search_finds_what_it_must(self):
        for text in (
            KEY.encode(),
            b"Basic " + base64.b64encode(b"user:" + KEY.encode()),
            urllib.parse.quote(KEY, safe="").encode(),
            ("x" + KEY[:20]).encode(),
        ):
            self.assertTrue(found_in(text), text)

    def test_key_is_in_nothing_that_was_printed(self):
        self.assertGreater(len(self.done.stdout), 10_000, "all errors and replies were printed")
        for stream in (self.done.stdout, self.done.stderr):
            leaks = [line for line in stream.splitlines() if found_in(line)]
            self.assertEqual(leaks, [])

    def test_observers_heard_of_calls_of_all_kinds(self):
        lines = self.done.stdout.decode(errors="replace").splitlines()
        heard = {line.removeprefix("event ") for line in lines if line.startswith("event ")}
        self.assertLessEqual(
            {"started", "attempt", "first_byte", "first_token", "attempt_failed", "finished"}, heard
        )

    def test_nothing_was_printed_but_by_the_program(self):
        self.assertEqual(self.done.stderr, b"")

    def test_key_is_in_no_file(self):
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        for path in files:
            self.assertEqual(found_in(path.read_bytes()), [], path.name)
            self.assertEqual(found_in(path.name.encode()), [])

    def test_no_file_was_written_but_those_that_were_asked_for(self):
        kinds = {path.suffix for path in self.folder.rglob("*") if path.is_file()}
        self.assertEqual(kinds, {".json", ".journal", ".log"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
