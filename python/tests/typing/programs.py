"""Programs as users write them, for type checkers: never run. A comment that ignores an error demands that error."""

from __future__ import annotations

import asyncio
from pathlib import Path

import fastccg
from fastccg import errors
from fastccg.models.gpt import gpt_4o
from fastccg.models.mock import MockModel
from fastccg.types.response import Usage
from fastccg.types.settings import Settings
from typing_extensions import assert_type

assert_type(fastccg.__version__, str)

model = fastccg.init_model(gpt_4o, api_key=fastccg.add_openai_key("sk-..."))
assert_type(model, gpt_4o)
assert_type(fastccg.init_model("openai/gpt-4o", base_url="http://localhost:8000/v1", retries=0), fastccg.ModelBase)
assert_type(model.sys_prompt("Be brief.").temperature(0.2).max_tokens(100).reply_filter(str.strip), gpt_4o)

response = model.ask("Hello", temperature=0, timeouts={"connect": 1.5}, retries={"attempts": 2})
assert_type(response, fastccg.ModelResponse)
assert_type(response.content, str)
assert_type(response.usage, Usage)
assert_type(response.usage.total, "int | None")


async def main() -> None:
    first, _ = await asyncio.gather(model.ask_async("One?"), model.ask_async("Two?"))
    assert_type(first, fastccg.ModelResponse)
    async for chunk in model.ask_stream("A story."):
        assert_type(chunk.content, str)
    async with model.ask_stream("Another.") as stream:
        async for chunk in stream:
            print(chunk.content, end="")
        assert_type(await stream.response_async(), fastccg.ModelResponse)
    await asyncio.wait_for(model.ask_async("Three?"), 5)
    step = asyncio.create_task(model.ask_stream("Step by step.").__anext__())
    assert_type(await step, fastccg.Chunk)


asyncio.run(main())
for chunk in model.ask_stream("And without a loop?"):
    assert_type(chunk.content, str)

model.save(Path("session.json"))
assert_type(fastccg.load_model("session.json"), fastccg.ModelBase)
assert_type(MockModel.load("session.json"), MockModel)
assert_type(model.fork(), gpt_4o)
assert_type(model.get_history(), "list[fastccg.ModelPrompt]")
assert_type(model.get_history()[0].role, str)

model.history = model.history[-10:]
model.history += [fastccg.ModelPrompt("user", "Hello"), fastccg.ModelPrompt("assistant", "Hello!")]
assert_type(model.history[0], fastccg.ModelPrompt)
assert_type(fastccg.cost("openai/gpt-4o", response.usage), "float | None")


class Echo(fastccg.ModelBase):
    provider = "echo"

    async def _ask_async(self, prompt: str) -> fastccg.ModelResponse:
        return fastccg.ModelResponse(content=prompt, tokens_used=len(self.history), provider=self.provider)


assert_type(fastccg.init_model(Echo, api_key="none"), Echo)

shared: Settings = {"temperature": 0.5, "stop": ["END"]}
model.settings(**shared).ask("Hello", **shared)


def weather(city: str) -> str:
    """Tells the weather."""
    return "rain in " + city


for call in model.ask("Weather in Oslo?", tools=[weather]).tool_calls:
    print(weather(**call.parsed_arguments()))

try:
    model.ask("Hello")
except fastccg.QuotaExceeded as error:
    assert_type(error.retry_after, "float | None")
except errors.Timeout as error:
    assert_type(error.deadline, "str | None")
except fastccg.FastCCGError as error:
    assert_type(error.status, "int | None")


def watch(event: fastccg.CallEvent) -> None:
    assert_type(event.kind, str)
    assert_type(event.error, "fastccg.FastCCGError | None")
    assert_type(event.usage.total, "int | None")


assert_type(model.add_observer(watch).remove_observer(watch), gpt_4o)
fastccg.add_observer(watch)
assert_type(fastccg.wait_for_observers(1.5), bool)
fastccg.set_rate_limits("openai", concurrent=3)
model.fallbacks("openai/o3", MockModel, fastccg.Fallback("openai/o3", "sk-...", base_url="http://localhost"))
model.settings(timeouts={"heartbeats_count": True})
fastccg.init_embedding("openai/text-embedding-3-small", encoding="base64")

# What is wrong is found.
model.ask("Hello", temprature=1)  # type: ignore[call-arg]
model.ask(3)  # type: ignore[arg-type]
model.temperature("hot")  # type: ignore[arg-type]
model.ask("Hello", timeouts={"conect": 1})  # type: ignore[arg-type]
fastccg.init_model(gpt_4o, base_ulr="http://localhost")  # type: ignore[call-overload]
model.add_observer(lambda: None)  # type: ignore[misc, arg-type]
model.fallbacks(3)  # type: ignore[arg-type]
response.content.no_such_method()  # type: ignore[attr-defined]
