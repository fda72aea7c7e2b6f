"""Settings are checked, sent under the names that providers know, and can be given for one call."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import fastccg
import pytest
from fastccg import errors
from fastccg.models.gpt import gpt_4o
from fastccg.models.mock import MockModel

from simulator import Simulator


def test_filter_sees_the_whole_reply_once(model: fastccg.ModelBase) -> None:
    seen: list[str] = []

    def shout(text: str) -> str:
        seen.append(text)
        return text.upper()

    model.reply_filter(shout)
    stream = model.ask_stream("say one two three")
    chunks = [chunk.content for chunk in stream]
    assert "".join(chunks) == "one two three"
    assert seen == ["one two three"]
    assert stream.response().content == "ONE TWO THREE"
    assert model.get_history()[1].content == "ONE TWO THREE"


def test_filter_of_words_keeps_the_blanks_between_chunks() -> None:
    model = fastccg.init_model(MockModel).reply_filter(str.strip)
    assert "".join(chunk.content for chunk in model.ask_stream("x")) == "This is a mock streamed response."


@pytest.mark.parametrize(
    "change",
    [
        lambda model: model.temperature(-99),
        lambda model: model.temperature(float("nan")),
        lambda model: model.max_tokens(-5),
        lambda model: model.max_tokens(0),
        lambda model: model.ask("say hello", top_p=7),
    ],
)
def test_impossible_setting_is_a_value_error(change: Any, model: fastccg.ModelBase, sim: Simulator) -> None:
    with pytest.raises(ValueError):
        change(model)
    assert sim.requests() == []


def test_setting_for_one_call_changes_no_other(model: fastccg.ModelBase, sim: Simulator) -> None:
    model.temperature(0.9)
    model.ask("say one", temperature=0)
    model.ask("say two")
    assert [body["temperature"] for body in sim.bodies()] == [0, 0.9]
    assert model.model_info()["temperature"] == 0.9


def test_settings_for_calls_under_way_at_once_do_not_mix(model: fastccg.ModelBase, sim: Simulator) -> None:
    sim.faults("stall-before-headers;ms=100")

    async def both() -> None:
        await asyncio.gather(model.ask_async("say one", temperature=0.1), model.ask_async("say two", temperature=0.2))

    asyncio.run(both())
    assert {body["messages"][0]["content"]: body["temperature"] for body in sim.bodies()} == {
        "say one": 0.1,
        "say two": 0.2,
    }


def test_settings_reach_the_wire(model: fastccg.ModelBase, sim: Simulator) -> None:
    model.ask(
        "say hello",
        top_p=0.5,
        stop=["END"],
        seed=7,
        frequency_penalty=0.25,
        presence_penalty=-0.25,
        extra={"user": "someone"},
        extra_headers={"x-canary": "tweet"},
    )
    body = sim.bodies()[0]
    wanted = {"top_p": 0.5, "stop": ["END"], "seed": 7, "frequency_penalty": 0.25, "presence_penalty": -0.25}
    assert {**body, **wanted, "user": "someone"} == body
    headers = {name.lower(): value for name, value in sim.requests()[0]["headers"].items()}
    assert headers["x-canary"] == "tweet"


def test_structured_output_is_asked_for_and_parsed(model: fastccg.ModelBase, sim: Simulator) -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    }
    response = model.ask("Which city?", output_format=schema)
    assert set(response.parsed()) == {"city"}
    assert sim.bodies()[0]["response_format"]["json_schema"]["schema"] == schema


def test_setting_that_a_model_does_not_take_is_reported(sim: Simulator) -> None:
    response = fastccg.init_model(gpt_4o).ask("say hello", top_k=5)
    assert [warning.setting for warning in response.warnings] == ["top_k"]
    assert "top_k" not in sim.bodies()[0]


def test_response_says_what_is_known_of_the_call(model: fastccg.ModelBase) -> None:
    response = model.ask("say hello")
    assert response.finish_reason == "stop"
    assert response.id
    assert response.request_id
    assert response.model == "gpt-4o"
    assert response.attempts == 1
    assert 0 < response.timings.first_byte <= response.timings.total


def test_raw_is_the_providers_answer_as_plain_data(model: fastccg.ModelBase) -> None:
    raw = model.ask("say hello").raw
    assert raw["choices"][0]["message"]["content"] == "hello"
    assert json.loads(json.dumps(raw)) == raw


def test_missing_key_names_a_function_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY", "MISTRAL_API_KEY"):
        monkeypatch.delenv(name)
    for name in ("openai/gpt-4o", "anthropic/claude-sonnet-5", "gemini/gemini-2.5-pro", "mistral/small", "groq/llama"):
        with pytest.raises(errors.MissingKey) as caught:
            fastccg.init_model(name)
        functions = re.findall(r"\b(add_\w+)\(", str(caught.value))
        assert functions
        assert all(callable(getattr(fastccg, function)) for function in functions)


def test_key_comes_from_argument_then_added_then_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator("--key", "sk-right") as strict:
        monkeypatch.setenv("OPENAI_BASE_URL", f"{strict.url}/v1")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-right")
        assert fastccg.init_model(gpt_4o).ask("say hello").content == "hello"
        monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong")
        fastccg.add_openai_key("sk-right")
        assert fastccg.init_model(gpt_4o).ask("say hello").content == "hello"
        fastccg.add_openai_key("sk-wrong")
        assert fastccg.init_model(gpt_4o, api_key="sk-right").ask("say hello").content == "hello"


def test_key_is_given_back_by_the_function_that_adds_it() -> None:
    assert fastccg.add_openai_key("sk-1") == "sk-1"
    assert fastccg.add_mock_key() == "mock_key"
    assert fastccg.add_mock_key("other") == "other"


def test_functions_under_their_old_path_share_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    from fastccg.utils.fastccg import add_openai_key, init_model

    monkeypatch.delenv("OPENAI_API_KEY")
    add_openai_key("sk-test")
    assert fastccg.init_model(gpt_4o).ask("say hello").content == "hello"
    assert init_model(gpt_4o).ask("say hello").content == "hello"


def test_mock_answers_with_what_it_is_told_to() -> None:
    model = fastccg.init_model(MockModel)
    assert model.ask("Hello", extra={"mock_reply": "You said: {prompt}"}).content == "You said: Hello"
