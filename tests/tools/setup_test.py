"""tools/setup installs what is missing and nothing else, with every command of the system replaced by a stand-in."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1)).resolve()
TOOLS = ("cmake", "ninja", "g++", "pkg-config", "python3")

DPKG_QUERY = 'for p in $INSTALLED; do echo "$p installed"; done'
APT_CACHE = 'if [ -e "$LOG.updated" ] || [ -n "$KNOWN" ]; then echo "  Candidate: 1.0"; else echo "  Candidate: (none)"; fi'
APT_GET = """
echo "apt-get $*" >>"$LOG"
case "$*" in *update*) touch "$LOG.updated" ;; esac
case "$*" in *install*) [ -e "$LOG.updated" ] || [ -n "$FRESH" ] ;; esac
"""


class Machine:
    """A pretended machine: what is installed on it, who we are, and whether its package list is known and fresh."""

    def __init__(self, libraries="", commands=TOOLS, user=0, sudo=True, known=True, fresh=True):
        self.folder = tempfile.TemporaryDirectory()
        self.log = Path(self.folder.name, "log")
        scripts = {"dpkg-query": DPKG_QUERY, "apt-cache": APT_CACHE, "apt-get": APT_GET, "id": f"echo {user}"}
        scripts |= {command: "true" for command in commands}
        if sudo:
            scripts["sudo"] = 'echo sudo >>"$LOG"\n[ "$1" = -n ] && shift\nexec "$@"'
        bin_folder = Path(self.folder.name, "bin")
        bin_folder.mkdir()
        for name, text in scripts.items():
            bin_folder.joinpath(name).write_text(f"#!/bin/sh\n{text}\n")
            bin_folder.joinpath(name).chmod(0o755)
        for name in ("sed", "grep", "sort", "tr", "env", "touch", "sh"):
            if not bin_folder.joinpath(name).exists():
                bin_folder.joinpath(name).symlink_to(f"/bin/{name}" if os.path.exists(f"/bin/{name}") else f"/usr/bin/{name}")
        self.environment = {"PATH": str(bin_folder), "LOG": str(self.log), "INSTALLED": libraries}
        self.environment |= {"KNOWN": "1" if known else "", "FRESH": "1" if fresh else ""}

    def setup(self):
        """Exit status, and what was asked of sudo and apt-get. The machine is gone afterwards."""
        command = ["/bin/sh", ROOT / "tools/setup", "build", "test"]
        with self.folder:
            done = subprocess.run(
                command, env=self.environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
            )
            self.said = done.stdout + done.stderr
            return done.returncode, self.log.read_text() if self.log.exists() else ""


def wanted_libraries():
    """All packages without a command of their own: what a machine without anything is told to install."""
    machine = Machine()
    machine.setup()
    line = next(line for line in machine.said.splitlines() if line.startswith("setup: installing"))
    return line.removeprefix("setup: installing")


class Setup(unittest.TestCase):
    def test_complete_machine_is_left_alone(self):
        self.assertEqual(Machine(wanted_libraries()).setup(), (0, ""))

    def test_missing_packages_are_installed_and_named(self):
        machine = Machine()
        status, log = machine.setup()
        self.assertEqual(status, 0, machine.said)
        self.assertIn("install --no-install-recommends --no-remove", log)
        self.assertIn("libcurl4-openssl-dev", log)
        self.assertNotIn("update", log)
        self.assertNotIn("sudo", log)

    def test_only_what_is_missing_is_installed(self):
        some = wanted_libraries().replace("libgtest-dev", "")
        _, log = Machine(some).setup()
        self.assertTrue(log.rstrip().endswith("--no-remove libgtest-dev"), log)

    def test_missing_command_brings_its_package(self):
        _, log = Machine(wanted_libraries(), commands=[tool for tool in TOOLS if tool != "ninja"]).setup()
        self.assertTrue(log.rstrip().endswith("--no-remove ninja-build"), log)

    def test_unknown_packages_bring_an_update_first(self):
        machine = Machine(known=False)
        status, log = machine.setup()
        self.assertEqual(status, 0, machine.said)
        self.assertLess(log.index("update"), log.index("install --no"))

    def test_stale_list_is_updated_and_tried_again(self):
        machine = Machine(fresh=False)
        status, log = machine.setup()
        self.assertEqual(status, 0, machine.said)
        self.assertEqual(log.count("install --no"), 2)

    def test_user_goes_through_sudo(self):
        status, log = Machine(user=1000).setup()
        self.assertEqual(status, 0)
        self.assertTrue(log.startswith("sudo\n"), log)

    def test_user_with_complete_machine_needs_no_sudo(self):
        self.assertEqual(Machine(wanted_libraries(), user=1000, sudo=False).setup(), (0, ""))

    def test_user_without_sudo_is_told_what_to_run(self):
        machine = Machine(user=1000, sudo=False)
        status, log = machine.setup()
        self.assertNotEqual(status, 0)
        self.assertEqual(log, "")
        self.assertIn("please run as root: env DEBIAN_FRONTEND=noninteractive apt-get", machine.said)


if __name__ == "__main__":
    unittest.main()
