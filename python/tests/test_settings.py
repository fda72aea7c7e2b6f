"""Settings: of a model, of a call, and what reaches the wire."""

import asyncio
import enum
import json
import pickle
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated, Literal, Optional

import fastccg
import pytest
from fastccg.errors import UsageError
from fastccg.parts import Audio, File, Image, ToolCall, ToolResult
from fastccg.tools import Tool

REPLY = {
    "id": "chatcmpl-1",
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": '{"a": 1}'}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7},
}


@pytest.fixture
def wire():
    """A model, and the list of the request bodies that it sent, to a server that says the same every time."""
    bodies, headers, replies = [], [], [REPLY]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            headers.append(dict(self.headers))
            body = json.dumps(replies[-1]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False  # the model keeps its connection open
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    model = fastccg.init_model("openai/gpt-4o", "sk-1", base_url=f"http://127.0.0.1:{server.server_port}/v1")
    model.server_url = f"http://127.0.0.1:{server.server_port}"
    model.bodies, model.headers, model.replies = bodies, headers, replies
    yield model
    server.shutdown()
    thread.join()
    server.server_close()


def test_setters_chain_and_reach_the_wire(wire):
    assert wire.sys_prompt("Be brief.").temperature(0.5).max_tokens(9) is wire
    wire.ask("Q")
    body = wire.bodies[0]
    assert body["messages"][0]["content"] == "Be brief."
    assert body["temperature"] == 0.5
    assert 9 in (body.get("max_tokens"), body.get("max_completion_tokens"))
    assert wire.model_info()["temperature"] == 0.5
    assert wire.model_info()["max_tokens"] == 9


def test_setters_take_none_back(wire):
    wire.temperature(0.5).temperature(None).ask("Q")
    assert "temperature" not in wire.bodies[0]


def test_settings_of_a_call_are_for_that_call(wire):
    wire.temperature(0.5)
    wire.ask("Q", temperature=1.0, seed=3)
    wire.ask("Q")
    assert [body["temperature"] for body in wire.bodies] == [1.0, 0.5]
    assert ["seed" in body for body in wire.bodies] == [True, False]


def test_all_scalars_reach_the_wire(wire):
    wire.ask("Q", top_p=0.9, stop="END", seed=1, frequency_penalty=0.1, presence_penalty=0.2, logprobs=2,
             parallel_tools=False, tools=[Tool("a")], metadata={"k": "v"}, extra={"service_tier": "flex"},
             extra_headers={"X-Mine": "1"})  # fmt: skip
    body = wire.bodies[0]
    assert body["top_p"] == 0.9
    assert body["stop"] == ["END"]
    assert body["seed"] == 1
    assert body["top_logprobs"] == 2
    assert body["parallel_tool_calls"] is False
    assert body["metadata"] == {"k": "v"}
    assert body["service_tier"] == "flex"
    assert wire.headers[0]["X-Mine"] == "1"


def test_what_is_worth_caching_is_marked(wire):
    claude = fastccg.init_model("anthropic/claude-sonnet-5", "sk-1", base_url=wire.server_url)
    prompt = ["Long text", fastccg.parts.cache_point(), "Q"]
    with pytest.raises(fastccg.FastCCGError):  # the server answers as OpenAI does
        claude.ask(prompt, sys_prompt="Be brief.", cache_prompt=True, retries=0)
    body = wire.bodies[0]
    assert body["system"][0]["cache_control"]["type"] == "ephemeral"
    assert body["messages"][0]["content"][0]["cache_control"]["type"] == "ephemeral"
    assert "cache_control" not in body["messages"][0]["content"][1]


@pytest.mark.parametrize(
    "settings",
    [
        {"temperature": -99},
        {"max_tokens": -5},
        {"top_p": 7},
        {"reasoning": True},
        {"output_format": "xml"},
        {"timeouts": {"never": 1}},
        {"timeout": -1},
        {"retries": -1},
        {"extra": {"a": float("nan")}},
        {"tools": [{}]},
        {"max_tokens": 10**30},
    ],  # fmt: skip
)
def test_bad_values_are_usage_errors_and_change_nothing(wire, settings):
    with pytest.raises(UsageError):
        wire.settings(**settings)
    with pytest.raises(ValueError):
        wire.ask("Q", **settings)
    assert wire.bodies == []
    assert wire.model_info()["settings"] == {}


@pytest.mark.parametrize(
    "settings", [{"temperature": "hot"}, {"max_tokens": 1.5}, {"no_such": 1}, {"tools": [3]}, {"sys_prompt": 3}]
)
def test_wrong_types_are_type_errors(wire, settings):
    with pytest.raises(TypeError):
        wire.ask("Q", **settings)


@pytest.mark.parametrize("prompt", [3, None, b"bytes", 1.5, object()])
def test_a_prompt_of_a_wrong_type_is_a_type_error(wire, prompt):
    with pytest.raises(TypeError, match="prompt"):
        wire.ask(prompt)


def test_lone_surrogates_are_a_clear_error(wire):
    with pytest.raises(ValueError, match="surrogate"):
        wire.ask("a\ud800b")
    assert wire.get_history() == []


def test_groups_keep_the_members_that_are_not_given(wire):
    wire.settings(timeouts={"connect": 1.5}).settings(timeouts={"idle": 2}, retries=4)
    settings = wire.model_info()["settings"]
    assert settings["timeouts"]["connect"] == 1.5
    assert settings["timeouts"]["idle"] == 2
    assert settings["retries"]["attempts"] == 5


def test_output_format_makes_json(wire):
    schema = {
        "type": "object",
        "properties": {"a": {"type": "integer"}},
        "required": ["a"],
        "additionalProperties": False,
    }
    assert wire.ask("Q", output_format=schema).parsed() == {"a": 1}
    wire.ask("JSON", output_format="json")
    wire.ask(
        "Q", response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": schema, "strict": True}}
    )
    assert wire.bodies[0]["response_format"]["json_schema"]["schema"] == schema
    assert wire.bodies[1]["response_format"] == {"type": "json_object"}
    assert wire.bodies[2]["response_format"]["json_schema"]["name"] == "n"


class Unit(enum.Enum):
    CELSIUS = "c"
    FAHRENHEIT = "f"


def weather(
    city: str, days: int = 1, unit: Unit = Unit.CELSIUS, kind: Optional[Literal["rain", "wind"]] = None,
    tags: Annotated[list[str], "What to look at"] = (),
) -> str:  # fmt: skip
    """The forecast for a city.

    Args:
        city: Such as
            "Paris".
        days (int): How many days ahead.
    """
    return f"{city}: rain"


def test_a_function_describes_itself(wire):
    wire.ask("Q", tools=[weather], tool_choice=weather)
    function = wire.bodies[0]["tools"][0]["function"]
    assert function["name"] == "weather"
    assert function["description"] == "The forecast for a city."
    properties = function["parameters"]["properties"]
    assert properties["city"] == {"type": "string", "description": 'Such as "Paris".'}
    assert properties["days"] == {"type": "integer", "description": "How many days ahead."}
    assert properties["unit"] == {"enum": ["c", "f"]}
    assert properties["kind"] == {"anyOf": [{"enum": ["rain", "wind"]}, {"type": "null"}]}
    assert properties["tags"] == {"type": "array", "items": {"type": "string"}, "description": "What to look at"}
    assert function["parameters"]["required"] == ["city"]
    assert wire.bodies[0]["tool_choice"] == {"type": "function", "function": {"name": "weather"}}


def test_tools_as_the_providers_libraries_take_them(wire):
    parameters = {"type": "object", "properties": {}}
    wire.ask("Q", tools=[{"type": "function", "function": {"name": "a", "parameters": parameters}},
                         {"name": "b", "description": "B", "input_schema": parameters}])  # fmt: skip
    assert [tool["function"]["name"] for tool in wire.bodies[0]["tools"]] == ["a", "b"]


def test_a_tool_round(wire):
    function = {"name": "weather", "arguments": '{"city": "Paris"}'}
    call = {"id": "call_1", "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "tool_calls": [call]}
    wire.replies.append({"choices": [{"index": 0, "finish_reason": "tool_calls", "message": message}]})
    reply = wire.ask("Weather?", tools=[weather])
    assert reply.finish_reason == "tool_calls"
    (call,) = reply.tool_calls
    assert call == ToolCall("call_1", "weather", '{"city": "Paris"}')
    wire.replies.append(REPLY)
    wire.ask(ToolResult(call, weather(**call.parsed_arguments())), tools=[weather])
    assert wire.bodies[1]["messages"][-1] == {"role": "tool", "tool_call_id": "call_1", "content": "Paris: rain"}
    roles = [message.role for message in wire.get_history()]
    assert roles == ["user", "assistant", "tool", "assistant"]
    assert wire.get_history()[1].parts == [call]


def test_parts_reach_the_wire(wire, tmp_path):
    png = b"\x89PNG\r\n\x1a\n" + bytes(8)
    (tmp_path / "p.png").write_bytes(png)
    wire.ask(["See:", Image.from_file(tmp_path / "p.png"), Image("https://x/y.jpg", detail="low"),
              Audio(b"RIFF", "wav"), File(bytes=b"%PDF", mime="application/pdf", name="a.pdf")])  # fmt: skip
    content = wire.bodies[0]["messages"][0]["content"]
    assert [part["type"] for part in content] == ["text", "image_url", "image_url", "input_audio", "file"]
    assert content[1]["image_url"]["url"].startswith("data:image/png;base64,")
    assert content[2]["image_url"] == {"url": "https://x/y.jpg", "detail": "low"}
    message = wire.get_history()[0]
    assert message.content == "See:"
    assert message.parts[1].bytes == png
    wire.ask(message)
    assert wire.bodies[1]["messages"][-1]["content"] == content


def test_reply_has_everything(wire):
    reply = wire.ask("Q")
    assert (reply.id, reply.provider_model, reply.model) == ("chatcmpl-1", "gpt-4o-2024-08-06", "gpt-4o")
    assert (reply.usage.input, reply.usage.output, reply.usage.total, reply.tokens_used) == (3, 4, 7, 7)
    assert reply.raw == REPLY
    assert reply.attempts == 1
    assert 0 < reply.timings.total < 10
    assert reply.finish_reason == reply.raw_finish_reason == "stop"
    assert reply.message.content == reply.content == str(reply)
    assert (reply.warnings, reply.tool_calls, reply.reasoning, reply.refusal, reply.interrupted) == (
        [],
        [],
        "",
        "",
        False,
    )


def test_reply_can_be_pickled_and_changed(wire):
    import copy
    import pickle

    reply = wire.ask("Q")
    for other in (pickle.loads(pickle.dumps(reply)), copy.deepcopy(reply)):
        assert other == reply
        assert other.usage == reply.usage
        assert other.message == reply.message
    reply.content = "mine"
    assert reply.content == "mine"


def test_response_can_be_made_by_hand_as_the_original_one():
    response = fastccg.ModelResponse("text", 3, "openai", {"a": 1})
    assert (response.content, response.tokens_used, response.provider, response.raw) == ("text", 3, "openai", {"a": 1})
    assert response == fastccg.ModelResponse(content="text", tokens_used=3, provider="openai", raw={"a": 1})
    assert response.usage.total is None


def test_history_is_a_copy(model):
    model.append_prompt("Q").append_response("A")
    history = model.get_history()
    history[0].content = "changed"
    history.clear()
    assert [m.to_dict() for m in model.get_history()] == [
        {"role": "user", "content": "Q"},
        {"role": "assistant", "content": "A"},
    ]
    assert model.history[0]["role"] == "user"
    assert dict(model.history[1]) == {"role": "assistant", "content": "A"}


def test_reset_clears_all_and_clear_history_only_that(wire):
    wire.sys_prompt("S").reply_filter(str.upper).append_prompt("Q").append_response("A")
    wire.clear_history()
    assert wire.get_history() == []
    assert wire.ask("Q").content == '{"A": 1}'
    wire.reset()
    assert wire.get_history() == []
    assert wire.model_info()["settings"] == {}
    assert wire.ask("Q").content == '{"a": 1}'


def test_fork_goes_its_own_way(wire):
    wire.append_prompt("Q").append_response("A").temperature(0.5).reply_filter(str.upper)
    other = wire.fork()
    assert type(other) is type(wire)
    other.temperature(1.0).append_prompt("more")
    assert len(wire.get_history()) == 2
    assert wire.model_info()["temperature"] == 0.5
    assert other.ask("Q").content == '{"A": 1}'


def test_save_and_load_keep_everything_but_key_and_filter(wire, tmp_path):
    wire.sys_prompt("S").temperature(0.5).settings(stop=["END"], tools=[weather]).append_prompt("Q").append_response(
        "A"
    )
    wire.save(tmp_path / "s.json")
    loaded = fastccg.load_model(tmp_path / "s.json", "sk-2", base_url="http://127.0.0.1:9/v1")
    assert type(loaded) is type(wire)
    assert loaded.get_history() == wire.get_history()
    assert loaded.model_info()["settings"] == wire.model_info()["settings"]


def test_settings_change_in_many_threads_without_losing_any(wire):
    names = ["temperature", "top_p", "seed", "max_tokens", "logprobs"]
    threads = [threading.Thread(target=lambda name=name: wire.settings(**{name: 1})) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(wire.model_info()["settings"]) == set(names)


def test_original_import_paths(simulator):
    from fastccg.core.model_base import ModelBase
    from fastccg.core.terminal import run_terminal
    from fastccg.errors import APIRequestFailed, FastCCGError, ModelUnavailable, QuotaExceeded  # noqa: F401
    from fastccg.models.claude import claude_3_sonnet
    from fastccg.models.gemini import gemini_flash_1_5, gemini_pro_1_5
    from fastccg.models.gpt import gpt_3_5_turbo, gpt_4o
    from fastccg.models.mistral import mistral_medium, mistral_small, mistral_tiny
    from fastccg.models.mock import MockModel
    from fastccg.types.prompt import ModelPrompt
    from fastccg.types.response import ModelResponse

    assert callable(run_terminal)
    assert ModelPrompt(role="user", content="Q").to_dict() == {"role": "user", "content": "Q"}
    assert ModelResponse(content="A").tokens_used is None
    presets = [claude_3_sonnet, gemini_flash_1_5, gemini_pro_1_5, gpt_3_5_turbo, gpt_4o, mistral_medium, mistral_small,
               mistral_tiny, MockModel]  # fmt: skip
    for preset in presets:
        model = preset(api_key="sk-1")
        assert isinstance(model, ModelBase)
        assert model.provider == preset.provider


def test_every_preset_saves_and_loads_as_itself(tmp_path):
    import fastccg.models

    for module in (
        fastccg.models.gpt,
        fastccg.models.gemini,
        fastccg.models.claude,
        fastccg.models.mistral,
        fastccg.models.mock,
    ):
        for cls in vars(module).values():
            if isinstance(cls, type) and cls is not fastccg.ModelBase:
                model = fastccg.init_model(cls, api_key="sk-1").append_prompt("Q").append_response("A")
                model.save(tmp_path / "s.json")
                loaded = fastccg.load_model(str(tmp_path / "s.json"), api_key="sk-1")
                assert type(loaded) is cls
                assert cls.load(tmp_path / "s.json", "sk-1").get_history() == model.get_history()


def test_mock_model_answers_in_the_process():
    model = fastccg.init_model(fastccg.MockModel)
    assert "hi" in model.ask("hi").content
    assert asyncio.run(model.ask_async("ho")).provider == "mock"
    assert len(list(model.ask_stream("hu"))) > 1
    assert len(model.get_history()) == 6


def test_keys_that_were_added_are_used(simulator):
    assert fastccg.add_openai_key(" sk-1\n") == "sk-1"
    fastccg.init_model("openai/gpt-4o", base_url=simulator.base_url).ask("Q")
    fastccg.add_key("groq", "gsk-1")
    fastccg.init_model("groq/llama-3.3-70b-versatile")
    with pytest.raises(UsageError):
        fastccg.add_key("nobody", "x")
    with pytest.raises(UsageError) as caught:
        fastccg.add_claude_key("sk-\x01secret")
    assert "secret" not in str(caught.value)


def test_terminal_ends_with_the_input(monkeypatch, capsys, model):
    lines = iter(["What is the capital of Australia?", "reset", "  "])

    def read(prompt):
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", read)
    model.temperature(0.5)
    fastccg.run_terminal(model)
    assert "The capital of Australia is Canberra." in capsys.readouterr().out
    assert model.get_history() == []
    assert model.model_info()["temperature"] == 0.5


def test_another_model_answers_when_this_one_fails(simulators, simulator, make_model, monkeypatch):
    broken = make_model(at=simulators("--fault", "status;code=500"), retries=0)
    monkeypatch.setenv("MISTRAL_BASE_URL", simulator.base_url)
    fastccg.add_mistral_key("sk-2")
    reply = broken.fallbacks("mistral/mistral-small-latest").clear_history().ask("What is the capital of Australia?")
    assert "Canberra" in reply.content
    assert reply.provider == "mistral"
    assert reply.warnings
    with pytest.raises(fastccg.APIRequestFailed):
        broken.fallbacks().ask("Q")


def test_fallback_with_a_key_and_an_address_of_its_own(simulators, simulator, make_model):
    broken = make_model(at=simulators("--fault", "status;code=500"), retries=0)
    own = simulators("--key", "sk-own")
    by_name = fastccg.Fallback("mistral/mistral-small-latest", "sk-own", base_url=own.url + "/mistral/v1")
    by_class = fastccg.Fallback(fastccg.gpt_4o, api_key="sk-own", base_url=own.base_url)
    for fallback, provider in ((by_name, "mistral"), (by_class, "openai")):
        reply = broken.fallbacks(fallback).ask("What is the capital of Australia?")
        assert "Canberra" in reply.content
        assert reply.provider == provider
    assert "sk-own" not in repr(by_name)
    fastccg.add_openai_key("sk-2")
    broken.fallbacks(fastccg.models.gpt.gpt_3_5_turbo, by_class)
    with pytest.raises(TypeError, match="pickled"):
        pickle.dumps(by_name)


@pytest.mark.parametrize("fallback", [None, 3, int, fastccg.ModelBase, ["openai/gpt-4o"]])
def test_fallback_that_is_no_model_is_refused(model, fallback):
    with pytest.raises(TypeError, match="a fallback must be"):
        model.fallbacks(fallback)


def test_fallback_takes_no_settings():
    with pytest.raises(TypeError, match="has no argument 'temperature'"):
        fastccg.Fallback("openai/gpt-4o", temperature=1)


def test_deadlines_and_retries_of_a_call_leave_the_others_of_the_model_alone(simulators, make_model):
    simulator = simulators("--fault", "503")
    model = make_model(at=simulator, retries={"attempts": 2, "initial_delay": 0.001})
    with pytest.raises(fastccg.FastCCGError) as caught:
        model.ask("Q", retries={"max_delay": 1})
    assert caught.value.attempts == 2
    stalled = make_model(at=simulators("--fault", "stall-before-headers"), timeouts={"first_byte": 0.05}, retries=0)
    for ask in (
        lambda: stalled.ask("Q", timeout=30),
        lambda: asyncio.run(stalled.ask_async("Q", timeout=30)),
        lambda: list(stalled.ask_stream("Q", timeout=30)),
    ):
        with pytest.raises(fastccg.errors.Timeout) as timed_out:
            ask()
        assert timed_out.value.deadline == "first_byte"
    stalled.settings(timeout=30)
    assert stalled.model_info()["settings"]["timeouts"]["first_byte"] == 0.05


def test_whether_heartbeats_end_the_wait_for_the_first_byte(simulators, make_model):
    simulator = simulators("--fault", "heartbeats-only;delay-ms=5")
    model = make_model(at=simulator, retries=0, timeouts={"first_byte": 0.05, "total": 0.2})
    deadlines = []
    for count in (False, True):
        with pytest.raises(fastccg.errors.Timeout) as caught:
            list(model.ask_stream("Q", timeouts={"heartbeats_count": count}))
        deadlines.append(caught.value.deadline)
    assert deadlines == ["first_byte", "total"]
    model.settings(timeouts={"heartbeats_count": True})
    assert model.model_info()["settings"]["timeouts"]["heartbeats_count"] is True


def test_settings_with_a_cache_lifetime_can_be_taken_back_and_copied(model):
    model.settings(cache_prompt=True, temperature=1).unset("temperature")
    assert model.clear_history().model_info()["settings"] == {"cache_prompt": 300}
    assert model.settings(cache_prompt=3600.0).fork().model_info()["settings"] == {"cache_prompt": 3600}


def test_reply_says_what_it_cost(model):
    assert model.ask("Q").cost > 0
