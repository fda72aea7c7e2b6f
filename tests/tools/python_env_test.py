"""tools/python_env makes an environment once, completes it when more is wanted, and says clearly why it cannot.

A stand-in takes the place of Python's own module venv: the real one takes seconds, and `make test` uses it anyway.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()


# Makes an environment whose pip says what it was asked for, and fails where a package is called impossible.
VENV = r"""
import pathlib, shutil, sys
if pathlib.Path(__file__).with_name("broken").exists():
    sys.exit("ensurepip is not available")
folder = pathlib.Path(sys.argv[-1])
shutil.rmtree(folder, ignore_errors=True)
(folder / "bin").mkdir(parents=True)
python = folder / "bin/python"
python.write_text("#!/bin/sh\n"
                  'case "$*" in *impossible*) echo "No matching distribution found for no-such-package"; exit 1;; esac\n'
                  'echo "$*" >>"$PIP_LOG"\n')
python.chmod(0o755)
"""


class Tree:
    """A copy of the tool in a tree of its own, with a purpose that can be met and one that cannot."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.environment = self.root / "build/env"
        (self.root / "tools").mkdir()
        (self.root / "python/requirements").mkdir(parents=True)
        shutil.copy(ROOT / "tools/python_env", self.root / "tools")
        self.log = self.root / "log"
        (self.root / "venv.py").write_text(VENV)
        self.want("nothing", "# nothing\n")
        self.want("impossible", "no-such-package>=99\n")

    def want(self, purpose, text):
        (self.root / f"python/requirements/{purpose}.txt").write_text(text)

    def make(self, *purposes):
        """Status and output."""
        variables = {**os.environ, "PYTHONPATH": str(self.root), "PIP_LOG": str(self.log)}
        command = [sys.executable, self.root / "tools/python_env", self.environment, *purposes]
        done = subprocess.run(command, capture_output=True, text=True, env=variables, cwd=self.root)
        return done.returncode, done.stdout + done.stderr


class PythonEnv(unittest.TestCase):
    def setUp(self):
        self.tree = Tree()
        self.addCleanup(self.tree.folder.cleanup)

    def test_environment_is_made_once(self):
        status, output = self.tree.make("nothing")
        self.assertEqual(status, 0, output)
        self.assertIn("installing nothing", output)
        self.assertIn("python/requirements/nothing.txt", self.tree.log.read_text())
        self.assertEqual(self.tree.make("nothing"), (0, ""))

    def test_changed_wishes_are_met_in_the_same_environment(self):
        self.tree.make("nothing")
        kept = self.tree.environment / "kept"
        kept.touch()
        self.tree.want("nothing", "# nothing else\n")
        status, output = self.tree.make("nothing")
        self.assertEqual(status, 0, output)
        self.assertIn("installing nothing", output)
        self.assertTrue(kept.exists())

    def test_environment_of_another_interpreter_is_made_anew(self):
        self.tree.make("nothing")
        (self.tree.environment / "interpreter.stamp").write_text("another")
        for stamp in self.tree.environment.glob("nothing.stamp"):
            stamp.unlink()
        kept = self.tree.environment / "kept"
        kept.touch()
        self.assertEqual(self.tree.make("nothing")[0], 0)
        self.assertFalse(kept.exists())

    def test_package_that_cannot_be_had_is_a_clear_failure(self):
        status, output = self.tree.make("impossible")
        self.assertEqual(status, 1)
        self.assertIn("python/requirements/impossible.txt", output)
        self.assertIn("package index", output)
        self.assertIn("no-such-package", output)

    def test_failure_is_not_taken_for_done(self):
        self.assertEqual(self.tree.make("impossible")[0], 1)
        self.assertEqual(self.tree.make("impossible")[0], 1)

    def test_python_without_venv_is_told_which_package_has_it(self):
        (self.tree.root / "broken").touch()
        status, output = self.tree.make("nothing")
        self.assertEqual(status, 1)
        self.assertIn("python3-venv", output)
        self.assertIn("ensurepip is not available", output)

    def test_unknown_purpose_is_named(self):
        status, output = self.tree.make("nonsense")
        self.assertEqual(status, 1)
        self.assertIn("python/requirements/nonsense.txt", output)


if __name__ == "__main__":
    unittest.main()
