"""The simulator as a process, and the requests that reach it, as they come."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest


def simulator_program() -> str:
    """The simulator: the one that FASTCCG_SIM names, that of the build, or one that is installed."""
    named = os.environ.get("FASTCCG_SIM")
    built = Path(os.environ.get("FASTCCG_BUILD", "build"), "simulator", "fastccg-sim")
    program = named or (str(built) if built.is_file() else shutil.which("fastccg-sim"))
    if not program:
        pytest.fail("fastccg-sim is not found; build it, or name it in FASTCCG_SIM")
    return program


class Arrivals:
    """Starts a simulator, and reads its log, which has a line for each request as soon as it has arrived."""

    def __init__(self, *command: str) -> None:
        log, of_simulator = os.pipe()
        self.process = subprocess.Popen(
            [*command, "--log", f"/dev/fd/{of_simulator}"],
            pass_fds=[of_simulator],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        os.close(of_simulator)
        self._count = 0
        self._changed = threading.Condition()
        self._reader = threading.Thread(target=self._read, args=(log,), daemon=True)
        self._reader.start()
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        assert self.url.startswith("http://"), "the simulator did not start"

    def _read(self, log: int) -> None:
        with open(log) as lines:
            for _ in lines:
                with self._changed:
                    self._count += 1
                    self._changed.notify_all()

    def wait_for(self, count: int, seconds: float = 10) -> None:
        """Waits until so many requests have arrived since the start."""
        with self._changed:
            arrived = self._changed.wait_for(lambda: self._count >= count, seconds)
        assert arrived, f"waited in vain for {count} requests"

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=10)
        self._reader.join(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
