"""Every test meets an environment in which the providers' addresses are the simulator's, and no key is left behind."""

from __future__ import annotations

from collections.abc import Iterator

import fastccg
import pytest

from simulator import Simulator


@pytest.fixture(scope="session")
def running() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture(autouse=True)
def sim(running: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """The simulator that all tests share, as good as new."""
    for name, value in running.environment().items():
        monkeypatch.setenv(name, value)
    running.faults()
    running.forget()
    yield running
    fastccg.clear_keys()


@pytest.fixture
def alone(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulator]:
    """A simulator that no other test has connections to. Ask for it before `model`, which then asks this one."""
    with Simulator() as simulator:
        for name, value in simulator.environment().items():
            monkeypatch.setenv(name, value)
        yield simulator


@pytest.fixture
def model() -> fastccg.ModelBase:
    """A model that asks the simulator, once and not again."""
    return fastccg.init_model("openai/gpt-4o", retries=0)
