"""A call can be waited for anywhere: in scripts, in loops, in threads, and many times over."""

from __future__ import annotations

import asyncio
import contextlib
import time
import warnings

import fastccg
import pytest
from fastccg.models.gpt import gpt_4o
from fastccg.models.mock import MockModel

from simulator import Simulator


def test_ask_works_inside_a_running_loop(model: fastccg.ModelBase) -> None:
    async def main() -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return model.ask("say hello").content

    assert asyncio.run(main()) == "hello"


def test_connection_is_kept_from_one_loop_to_the_next(sim: Simulator) -> None:
    model = fastccg.init_model(gpt_4o)
    model.ask("say zero")
    sim.forget()
    for number in range(5):
        asyncio.run(model.ask_async(f"say {number}"))
    model.ask("say five")
    # One for the client, one for each question that the test itself asks the simulator.
    connections = {request["connection"] for request in sim.requests() if "chat" in request["path"]}
    assert len(connections) == 1


def test_one_loop_after_the_other(model: fastccg.ModelBase) -> None:
    for _ in range(100):
        assert asyncio.run(model.ask_async("say hello")).content == "hello"
        model.reset()


def test_questions_are_under_way_at_the_same_time(sim: Simulator) -> None:
    model = fastccg.init_model(gpt_4o)
    sim.faults("stall-before-headers;ms=300")

    async def many() -> None:
        await asyncio.gather(*(model.ask_async(f"say {number}") for number in range(10)))

    start = time.monotonic()
    asyncio.run(many())
    assert time.monotonic() - start < 10 * 0.3


def test_stream_is_read_in_a_plain_loop(model: fastccg.ModelBase) -> None:
    assert "".join(chunk.content for chunk in model.ask_stream("say one two three")) == "one two three"


def test_stream_is_read_in_a_plain_loop_inside_a_running_loop(model: fastccg.ModelBase) -> None:
    async def main() -> str:
        return "".join(chunk.content for chunk in model.ask_stream("say one two three"))

    assert asyncio.run(main()) == "one two three"


def test_wait_for_gives_up_in_time(alone: Simulator, model: fastccg.ModelBase) -> None:
    alone.faults("stall-before-headers")

    async def main() -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(model.ask_async("say hello"), 0.1)
            pytest.fail("the answer came although the server stalls")

    start = time.monotonic()
    asyncio.run(main())
    assert time.monotonic() - start < 5
    alone.wait_for_hang_up()


def test_coroutine_that_is_never_awaited_sends_nothing(model: fastccg.ModelBase, sim: Simulator) -> None:
    model.ask_async("say hello").close()
    assert sim.requests() == []


def test_ask_async_can_be_a_task(model: fastccg.ModelBase) -> None:
    async def main() -> str:
        task = asyncio.create_task(model.ask_async("say hello"))
        return (await task).content

    assert asyncio.run(main()) == "hello"


def test_mock_stream_does_not_sleep() -> None:
    model = fastccg.init_model(MockModel)
    start = time.monotonic()
    for _ in range(20):
        assert len(list(model.ask_stream("hello"))) == 6
    assert time.monotonic() - start < 20 * 6 * 0.1 / 4
