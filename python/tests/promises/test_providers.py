"""Every preset answers, in its provider's own protocol."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import fastccg
import pytest
from fastccg import errors
from fastccg.models.claude import claude_3_sonnet
from fastccg.models.gemini import gemini_flash_1_5, gemini_pro_1_5
from fastccg.models.gpt import gpt_3_5_turbo, gpt_4o
from fastccg.models.mistral import mistral_medium, mistral_small, mistral_tiny

from simulator import Simulator

PRESETS: list[type[fastccg.ModelBase]] = [
    claude_3_sonnet,
    gemini_flash_1_5,
    gemini_pro_1_5,
    gpt_3_5_turbo,
    gpt_4o,
    mistral_medium,
    mistral_small,
    mistral_tiny,
]
ONE_OF_EACH_PROVIDER = [claude_3_sonnet, gemini_pro_1_5, gpt_4o, mistral_small]


def said(model: fastccg.ModelBase) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in model.get_history()]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_answers_and_each_turn_enters_the_history_once(preset: type[fastccg.ModelBase]) -> None:
    model = fastccg.init_model(preset)
    response = model.ask("What is the capital of Australia?")
    assert "Canberra" in response.content
    assert said(model) == [("user", "What is the capital of Australia?"), ("assistant", response.content)]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_streams_and_stores_the_whole_answer(preset: type[fastccg.ModelBase]) -> None:
    model = fastccg.init_model(preset)

    async def read() -> list[str]:
        return [chunk.content async for chunk in model.ask_stream("write 50 words")]

    chunks = asyncio.run(read())
    assert len(chunks) > 1
    assert said(model)[1] == ("assistant", "".join(chunks))


@pytest.mark.parametrize("preset", ONE_OF_EACH_PROVIDER)
def test_second_question_is_sent_with_the_first_turn(preset: type[fastccg.ModelBase], sim: Simulator) -> None:
    model = fastccg.init_model(preset)
    model.ask("say one")
    assert "say one" in model.ask("What was my last question?").content
    messages = sim.bodies()[1].get("messages") or sim.bodies()[1]["contents"]
    assert [message["role"] for message in messages] in (["user", "assistant", "user"], ["user", "model", "user"])


def test_gemini_conversation_keeps_its_roles_and_system_prompt(sim: Simulator) -> None:
    model = fastccg.init_model(gemini_pro_1_5).sys_prompt("Be brief.")
    model.ask("say assistant: I am a robot")
    model.ask("say two")
    body = sim.bodies()[1]
    texts = [[part["text"] for part in content["parts"]] for content in body["contents"]]
    assert texts[0] == ["say assistant: I am a robot"]
    assert texts[2] == ["say two"]
    assert body["systemInstruction"]["parts"][0]["text"] == "Be brief."


@pytest.mark.parametrize("preset", ONE_OF_EACH_PROVIDER)
def test_models_have_keys_of_their_own(preset: type[fastccg.ModelBase], monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator("--key", "sk-right") as strict:
        for name, value in strict.environment().items():
            monkeypatch.setenv(name, value)
        right = fastccg.init_model(preset, api_key="sk-right")
        wrong = fastccg.init_model(preset, api_key="sk-wrong")
        assert right.ask("say hello").content
        with pytest.raises(errors.AuthenticationFailed) as caught:
            wrong.ask("say hello")
        assert right.ask("say hello").content
        assert "sk-wrong" not in repr(caught.value) + str(vars(caught.value))


@pytest.mark.parametrize("preset", ONE_OF_EACH_PROVIDER)
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.InvalidRequest),
        (401, errors.AuthenticationFailed),
        (403, errors.PermissionDenied),
        (500, fastccg.APIRequestFailed),
    ],
)
def test_failures_are_told_apart_for_every_provider(
    preset: type[fastccg.ModelBase], status: int, error: type[fastccg.FastCCGError], sim: Simulator
) -> None:
    model = fastccg.init_model(preset)
    sim.faults(f"status;code={status};should-retry=false")
    with pytest.raises(error) as caught:
        model.ask("say hello", retries=0)
    assert caught.value.status == status
    assert caught.value.provider == preset.provider
    assert said(model) == []


@pytest.mark.parametrize("preset", ONE_OF_EACH_PROVIDER)
def test_tokens_are_counted_for_every_provider(preset: type[fastccg.ModelBase]) -> None:
    response = fastccg.init_model(preset).ask("say hello")
    assert response.usage.input and response.usage.output
    assert response.tokens_used == response.usage.total == response.usage.input + response.usage.output


@pytest.mark.parametrize("preset", ONE_OF_EACH_PROVIDER)
def test_tokens_are_counted_in_streams_too(preset: type[fastccg.ModelBase]) -> None:
    stream = fastccg.init_model(preset).ask_stream("say hello")
    assert stream.response().tokens_used


@pytest.fixture
def scripted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that starts a simulator with these replies, to which all providers then lead."""
    running: list[Simulator] = []

    def start(*replies: dict[str, Any]) -> Simulator:
        script = tmp_path / "script.json"
        script.write_text(json.dumps([{"reply": reply} for reply in replies]))
        running.append(Simulator("--script", str(script)))
        for name, value in running[-1].environment().items():
            monkeypatch.setenv(name, value)
        return running[-1]

    yield start
    for simulator in running:
        simulator.close()


Scripted = Callable[..., Simulator]


@pytest.mark.parametrize("preset", ONE_OF_EACH_PROVIDER)
def test_answer_without_text_is_an_answer(preset: type[fastccg.ModelBase], scripted: Scripted) -> None:
    scripted({"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]})
    response = fastccg.init_model(preset).ask("Weather?", tools=[WEATHER])
    assert response.content == ""
    assert [(call.name, call.parsed_arguments()) for call in response.tool_calls] == [("get_weather", {"city": "Oslo"})]
    assert response.finish_reason == "tool_calls"


WEATHER = fastccg.Tool(
    "get_weather",
    "Tells the weather.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)


@pytest.mark.parametrize("name", ["anthropic/claude-sonnet-5", "gemini/gemini-2.5-pro"])
def test_answer_that_begins_with_reasoning_is_read(name: str, scripted: Scripted) -> None:
    scripted({"reasoning": "Hmm.", "text": "Yes."})
    response = fastccg.init_model(name).ask("Well?", reasoning="low")
    assert response.content == "Yes."
    assert response.reasoning == "Hmm."


@pytest.mark.parametrize("preset", ONE_OF_EACH_PROVIDER)
def test_answer_that_was_cut_says_so(preset: type[fastccg.ModelBase]) -> None:
    response = fastccg.init_model(preset).ask("write 50 words", max_tokens=3)
    assert response.finish_reason == "length"


@pytest.mark.parametrize("preset", ONE_OF_EACH_PROVIDER)
def test_settings_that_are_not_set_are_not_sent(preset: type[fastccg.ModelBase], sim: Simulator) -> None:
    fastccg.init_model(preset).ask("say hello")
    sent = json.dumps(sim.bodies()[0])
    assert "null" not in sent
    assert "temperature" not in sent


def test_chunk_with_usage_alone_is_no_error(model: fastccg.ModelBase, sim: Simulator) -> None:
    text = "".join(chunk.content for chunk in model.ask_stream("say hello there"))
    assert sim.bodies()[0]["stream_options"] == {"include_usage": True}
    assert said(model)[1] == ("assistant", text)


def test_keep_alives_in_a_stream_are_no_error(model: fastccg.ModelBase, sim: Simulator) -> None:
    sim.faults("heartbeats;count=3")
    assert "".join(chunk.content for chunk in model.ask_stream("say hello there")) == "hello there"


def test_token_limit_has_the_name_that_the_server_takes(sim: Simulator) -> None:
    fastccg.init_model("openai/gpt-5.6-luna").ask("say hello", max_tokens=1000)
    fastccg.init_model("openai/some-other-model", base_url=f"{sim.url}/elsewhere").ask("say hello", max_tokens=1000)
    ours, theirs = sim.bodies()
    assert ours["max_completion_tokens"] == 1000 and "max_tokens" not in ours
    assert theirs["max_tokens"] == 1000 and "max_completion_tokens" not in theirs


def test_any_model_by_name_and_any_server_by_address(sim: Simulator) -> None:
    model = fastccg.init_model("groq/llama-9", api_key="sk-test", base_url=f"{sim.url}/v1")
    assert isinstance(model, fastccg.ModelBase)
    assert model.ask("say hello").content == "hello"
    assert sim.bodies()[0]["model"] == "llama-9"


def test_preset_can_be_led_to_another_server(sim: Simulator) -> None:
    model = fastccg.init_model(gpt_4o, api_key="sk-test", base_url=f"{sim.url}/proxy/v1")
    model.ask("say hello")
    assert sim.requests()[0]["path"] == "/proxy/v1/chat/completions"


def test_retired_model_that_is_gone_names_its_replacement(sim: Simulator) -> None:
    sim.faults("status;code=404;error-code=model_not_found")
    with pytest.raises(fastccg.ModelUnavailable) as caught:
        fastccg.init_model(gpt_3_5_turbo).ask("say hello")
    assert "replacement" in str(caught.value)
