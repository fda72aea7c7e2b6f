"""Talking to a model in a terminal ends when the input ends."""

from __future__ import annotations

import io

import fastccg
import pytest
from fastccg.models.mock import MockModel

from simulator import Simulator


def talk(model: fastccg.ModelBase, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    fastccg.run_terminal(model)


def test_closed_input_ends_the_conversation(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    talk(fastccg.init_model(MockModel), "", monkeypatch)
    assert len(capsys.readouterr().out.splitlines()) < 10


def test_answers_are_printed_until_exit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    model = fastccg.init_model(MockModel)
    talk(model, "Hello\nEXIT\nnever\n", monkeypatch)
    output = capsys.readouterr().out
    assert "mock" in output and "never" not in output
    assert len(model.get_history()) == 2


def test_reset_clears_the_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    model = fastccg.init_model(MockModel)
    talk(model, "Hello\nreset\n", monkeypatch)
    assert model.get_history() == []


def test_failure_is_shown_and_the_conversation_goes_on(
    model: fastccg.ModelBase, sim: Simulator, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sim.faults("status;code=401;first=1")
    talk(model, "say one\nsay two\n", monkeypatch)
    output = capsys.readouterr()
    assert "openai" in output.err
    assert "two" in output.out
