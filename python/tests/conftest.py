"""What the tests share: the simulator, and models that talk to it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request

import fastccg
import pytest
from arrivals import Arrivals, simulator_program
from canary import KEY
from fastccg.models.gpt import gpt_4o

# A shell that runs the tests in the background has them ignore Ctrl-C, and so would every program that they start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Simulator:
    """A running simulator."""

    def __init__(self, *options):
        self._arrivals = Arrivals(simulator_program(), *options)
        self.wait_for_requests = self._arrivals.wait_for
        self.process = self._arrivals.process
        self.url = self._arrivals.url
        self.base_url = self.url + "/v1"

    def requests(self):
        with urllib.request.urlopen(self.url + "/__fastccg/requests") as answer:
            return json.load(answer)["requests"]

    def stop(self):
        self._arrivals.end()


@pytest.fixture(scope="session")
def simulator():
    running = Simulator()
    yield running
    running.stop()


@pytest.fixture
def simulators():
    """Starts simulators with options of their own."""
    started = []

    def start(*options):
        started.append(Simulator(*options))
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
