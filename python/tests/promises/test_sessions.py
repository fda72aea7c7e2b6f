"""A session is saved whole, in one step and without the key, and loads as what it was."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import fastccg
import pytest
from fastccg import errors
from fastccg.models.claude import claude_3_sonnet
from fastccg.models.gemini import gemini_flash_1_5, gemini_pro_1_5
from fastccg.models.gpt import gpt_3_5_turbo, gpt_4o
from fastccg.models.mistral import mistral_medium, mistral_small, mistral_tiny
from fastccg.models.mock import MockModel

PRESETS: list[type[fastccg.ModelBase]] = [
    claude_3_sonnet,
    gemini_flash_1_5,
    gemini_pro_1_5,
    gpt_3_5_turbo,
    gpt_4o,
    mistral_medium,
    mistral_small,
    mistral_tiny,
    MockModel,
]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_loads_as_its_own_class_and_prints_nothing(
    preset: type[fastccg.ModelBase], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "session.json"
    model = fastccg.init_model(preset, api_key="sk-secret").sys_prompt("Be brief.").temperature(0.5).max_tokens(99)
    model.ask("say hello")
    model.save(path)
    loaded = fastccg.load_model(path, api_key="sk-secret")
    assert type(loaded) is preset
    assert loaded.get_history() == model.get_history()
    assert loaded.model_info() == model.model_info()
    assert capfd.readouterr() == ("", "")


def test_model_without_preset_loads_too(tmp_path: Path) -> None:
    path = str(tmp_path / "session.json")
    fastccg.init_model("mock/of-my-own").save(path)
    assert fastccg.load_model(path).model_name == "of-my-own"


def test_loaded_model_goes_on_with_the_conversation(model: fastccg.ModelBase, tmp_path: Path) -> None:
    model.ask("say one")
    model.save(tmp_path / "session.json")
    loaded = fastccg.load_model(tmp_path / "session.json")
    assert "say one" in loaded.ask("What was my last question?").content


def test_key_is_nowhere_in_the_file(tmp_path: Path) -> None:
    model = fastccg.init_model(gpt_4o, api_key="sk-canary")
    model.ask("say hello")
    model.save(tmp_path / "session.json")
    assert b"canary" not in (tmp_path / "session.json").read_bytes()


def test_key_is_nowhere_in_what_a_model_shows() -> None:
    model = fastccg.init_model(gpt_4o, api_key="sk-canary")
    assert "canary" not in repr(model) + str(model) + str(model.model_info())


def test_file_is_replaced_in_one_step_and_is_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.write_text("what was there before")
    before = path.stat().st_ino
    fastccg.init_model(MockModel).save(path)
    assert path.stat().st_ino != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(tmp_path) == ["session.json"]


def test_file_is_versioned_utf8_and_says_what_it_leaves_out(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    model = fastccg.init_model(MockModel).reply_filter(str.strip)
    model.ask("Grüße 👋")
    model.save(path)
    saved = json.loads(path.read_text(encoding="utf-8"))
    assert saved["format"] == "fastccg-session"
    assert saved["version"] == 1
    assert {"api_key", "reply_filter"} <= set(saved["not_saved"])
    assert "Grüße 👋" in path.read_text(encoding="utf-8")


def test_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.mkdir()
    with pytest.raises(errors.SessionError):
        fastccg.init_model(MockModel).save(path)
    assert os.listdir(tmp_path) == ["session.json"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "line 1"),
        ("{", "line 1"),
        ('{"format": "fastccg-session", "version": 1}', "name"),
        ('{"format": "fastccg-session", "version": 99, "name": "mock/m"}', "version"),
        ('{"provider": "openai", "model_name": "gpt-4o", "history": [{"role": "nobody"}]}', "history[0]"),
    ],
)
def test_file_that_is_no_session_is_refused_with_the_place(text: str, place: str, tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    path.write_text(text)
    with pytest.raises(errors.SessionError) as caught:
        fastccg.load_model(path, api_key="sk-test")
    assert place in str(caught.value)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, ValueError)


def test_missing_file_is_a_file_not_found_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        fastccg.load_model(tmp_path / "nowhere.json", api_key="sk-test")
    assert isinstance(caught.value, errors.SessionError)


def test_provider_is_stored_under_the_name_that_it_is_asked_by(tmp_path: Path) -> None:
    fastccg.init_model(claude_3_sonnet).save(tmp_path / "session.json")
    assert json.loads((tmp_path / "session.json").read_text())["name"] == "anthropic/claude-3-sonnet-20240229"


def test_working_folder_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = fastccg.init_model(MockModel)
    model.ask("one")
    for _ in model.ask_stream("two"):
        pass
    assert os.listdir(tmp_path) == []
