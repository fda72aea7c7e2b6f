"""What the tests share: the simulator, and models that talk to it."""

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import fastccg
import pytest
from canary import KEY
from fastccg.models.gpt import gpt_4o


# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every program that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def simulator_program():
    """The simulator: the one that FASTCCG_SIM names, that of the build, or one that is installed."""
    named = os.environ.get("FASTCCG_SIM")
    built = Path(os.environ.get("FASTCCG_BUILD", "build"), "simulator", "fastccg-sim")
    program = named or (str(built) if built.is_file() else shutil.which("fastccg-sim"))
    if not program:
        pytest.fail("fastccg-sim is not found; build it, or name it in FASTCCG_SIM")
    return program


class Simulator:
    """A running simulator. `requests` are the lines of its log."""

    def __init__(self, log, *options):
        self.log = log
        self.process = subprocess.Popen(
            [simulator_program(), "--log", str(log), *options],
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self.url = self.process.stdout.readline().strip()
        self.base_url = self.url + "/v1"

    def requests(self):
        return self.log.read_text().splitlines() if self.log.exists() else []

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


@pytest.fixture(scope="session")
def simulator(tmp_path_factory):
    running = Simulator(tmp_path_factory.mktemp("simulator") / "log")
    yield running
    running.stop()


@pytest.fixture
def simulators(tmp_path):
    """Starts simulators with options of their own."""
    started = []

    def start(*options):
        started.append(Simulator(tmp_path / f"simulator-{len(started)}.log", *options))
        return started[-1]

    yield start
    for running in started:
        running.stop()


@pytest.fixture
def make_model(simulator):
    """Makes models that ask a simulator, by default the shared one."""

    def make(model=gpt_4o, at=None, **options):
        return fastccg.init_model(model, api_key=KEY, base_url=(at or simulator).base_url, **options)

    return make


@pytest.fixture
def model(make_model):
    return make_model()


@pytest.fixture
def slow(simulators, make_model):
    """A model whose answers take longer than any test, but whose streams begin at once."""
    return make_model(at=simulators("--chunk-delay-ms", "60000"))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch):
    """No key and no address of the machine's gets into a test."""
    for name in list(os.environ):
        if name.endswith(("_API_KEY", "_BASE_URL")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    yield
    fastccg.clear_keys()


@pytest.fixture
def run_program(tmp_path):
    """Runs Python in a process of its own: returns what it wrote to standard output."""

    def run(source, *arguments, expect=0, timeout=30):
        file = tmp_path / "program.py"
        file.write_text(source, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, str(file), *arguments],
            capture_output=True,
            text=True,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == expect, f"status {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run
