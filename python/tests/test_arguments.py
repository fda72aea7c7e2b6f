"""Arguments that are not what is asked for, or that are at the edge of it: said in words, or taken."""

import os

import fastccg
import pytest
from canary import KEY
from fastccg.errors import UsageError
from fastccg.tools import Tool

HUGE = 10**400


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": HUGE},
        {"timeout": HUGE},
        {"timeouts": {"idle": -HUGE}},
        {"tool_choice": {"function": 3}},
        {"output_format": {"type": "json_schema", "json_schema": 3}},
        {"output_format": {"name": 3, "schema": {}}},
        {"output_format": {"title": 3}},
    ],
)
def test_what_no_provider_could_accept_is_a_usage_error(model, settings):
    with pytest.raises(UsageError):
        model.ask("Q", **settings)


@pytest.mark.parametrize("name", ["stop", "tools", "metadata", "extra_headers"])
def test_setting_of_a_wrong_type_is_named(model, name):
    with pytest.raises(TypeError, match=f"{name} must be"):
        model.ask("Q", **{name: 3})
    if name in ("metadata", "extra_headers"):
        with pytest.raises(TypeError, match=f"{name} must be"):
            model.ask("Q", **{name: "text"})


@pytest.mark.parametrize("tool", [Tool("look"), {"name": "look"}, {"type": "function", "function": {"name": "look"}}])
def test_one_tool_needs_no_list(model, tool):
    assert model.ask("look", tools=tool, tool_choice="required").tool_calls[0].name == "look"


def test_names_that_settings_have_beside_their_own_can_be_unset(model):
    model.settings(timeout=5, timeouts={"idle": 3}, response_format="json").unset("timeout", "response_format")
    settings = model.model_info()["settings"]
    assert set(settings) == {"timeouts"}
    assert (settings["timeouts"]["total"], settings["timeouts"]["idle"]) == (3600, 3)


def test_name_that_no_setting_has_cannot_be_unset(model):
    model.temperature(1)
    with pytest.raises(TypeError, match="there is no setting 'temprature'"):
        model.unset("temperature", "temprature")
    assert model.model_info()["temperature"] == 1


@pytest.mark.parametrize("history", [[{"role": "user", "content": "Q"}], [fastccg.ModelPrompt("user", "Q")]])
def test_history_in_the_place_of_a_prompt_is_explained(model, history):
    with pytest.raises(TypeError, match="append_prompt"):
        model.ask(history)


@pytest.fixture
def odd_folder(tmp_path):
    """A folder whose name is not UTF-8, as file systems allow."""
    folder = os.fsencode(tmp_path) + b"/caf\xe9"
    os.mkdir(folder)
    return folder


@pytest.mark.parametrize("as_what", [os.fsencode, os.fsdecode])
def test_paths_may_be_bytes_and_need_not_be_utf_8(model, odd_folder, as_what):
    model.ask("What is the capital of Australia?")
    model.save(as_what(odd_folder + b"/session"))
    model.autosave(as_what(odd_folder + b"/journal")).autosave(None)
    assert sorted(os.listdir(odd_folder)) == [b"journal", b"session"]
    for name in (b"/journal", b"/session"):
        assert fastccg.load_model(as_what(odd_folder + name), KEY).get_history() == model.get_history()
    with pytest.raises(UsageError):
        fastccg.load_catalog(as_what(odd_folder + b"/none"))
    with pytest.raises(fastccg.FastCCGError) as caught:
        fastccg.init_model("openai/gpt-4o", KEY, ca_file=as_what(odd_folder + b"/none"), retries=0).ask("Q")
    assert "surrogate" not in str(caught.value)
    with pytest.raises(fastccg.errors.SessionNotFound):
        fastccg.load_model(as_what(odd_folder + b"/none"), KEY)
