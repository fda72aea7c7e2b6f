"""Autosaving a conversation."""

import fastccg
import pytest
from canary import KEY
from fastccg.errors import SessionError


def test_turns_are_on_disk_when_the_call_returns(make_model, simulator, tmp_path):
    model = make_model().autosave(tmp_path / "journal")
    model.ask("Q1")
    list(model.ask_stream("Q2"))
    model.append_prompt("Q3").append_response("A3")
    model.flush()
    loaded = fastccg.load_model(tmp_path / "journal", KEY, base_url=simulator.base_url)
    assert loaded.get_history() == model.get_history()
    assert len(loaded.get_history()) == 6
    assert loaded.session_warnings == []


def test_killed_process_loses_no_turn_that_was_returned(simulator, run_program, tmp_path):
    run_program(
        f"""
import os, sys, fastccg
model = fastccg.init_model("openai/gpt-4o", "{KEY}", base_url=sys.argv[1]).autosave(sys.argv[2])
for i in range(5):
    model.ask(f"Number {{i}}?")
os.kill(os.getpid(), 9)
""",
        simulator.base_url,
        str(tmp_path / "journal"),
        expect=-9,
    )
    loaded = fastccg.load_model(tmp_path / "journal", KEY, base_url=simulator.base_url)
    assert [m.content for m in loaded.get_history() if m.role == "user"] == [f"Number {i}?" for i in range(5)]


def test_one_model_at_a_time_writes_a_journal(make_model, tmp_path):
    first = make_model().autosave(tmp_path / "journal")
    with pytest.raises(SessionError):
        make_model().autosave(tmp_path / "journal")
    first.autosave(None)
    make_model().autosave(tmp_path / "journal")
