"""Rate limits of the caller's own."""

import asyncio
import threading

import fastccg
import pytest
from fastccg.errors import RateLimited, UsageError


@pytest.fixture(autouse=True)
def no_limits():
    yield
    fastccg.clear_rate_limits()


def test_limits_are_read_back_and_forgotten():
    assert fastccg.rate_limits("openai") is None
    fastccg.set_rate_limits("openai", concurrent=3, requests_per_minute=100)
    fastccg.set_rate_limits("openai/gpt-4o", tokens_per_minute=10**12, queue=5, heed_provider=False)
    assert fastccg.rate_limits("openai/o3") == {
        "concurrent": 3,
        "requests_per_minute": 100,
        "tokens_per_minute": 0,
        "queue": 1000,
        "heed_provider": True,
    }
    assert fastccg.rate_limits("openai/gpt-4o") == {
        "concurrent": 0,
        "requests_per_minute": 0,
        "tokens_per_minute": 10**12,
        "queue": 5,
        "heed_provider": False,
    }
    fastccg.clear_rate_limits()
    assert fastccg.rate_limits("openai/gpt-4o") is None


def test_calls_wait_for_their_turn_and_say_how_long(simulators, make_model):
    model = make_model(at=simulators("--latency-ms", "30"))
    fastccg.set_rate_limits("openai/gpt-4o", concurrent=1)

    async def main():
        return await asyncio.gather(*(model.ask_async("Q") for _ in range(3)))

    waits = sorted(reply.timings.queued for reply in asyncio.run(main()))
    assert waits[0] < 0.02
    assert waits[1] >= 0.025
    assert waits[2] >= 0.055


def test_call_that_waits_is_told_of_and_can_be_cancelled(slow):
    fastccg.set_rate_limits("openai/gpt-4o", concurrent=1)
    stream = slow.ask_stream("Q")
    next(stream)
    queued = threading.Event()
    slow.add_observer(lambda event: event.kind == "queued" and queued.set())

    async def main():
        task = asyncio.create_task(slow.ask_async("Q"))
        assert await asyncio.to_thread(queued.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    stream.close()


def test_call_for_which_there_is_no_room_fails_unsent(slow):
    fastccg.set_rate_limits("openai/gpt-4o", concurrent=1, queue=0)
    stream = slow.ask_stream("Q")
    next(stream)
    with pytest.raises(RateLimited) as caught:
        slow.ask("Q")
    assert caught.value.attempts == 0
    stream.close()


@pytest.mark.parametrize("name", ["nobody", "nobody/gpt-4o", ""])
def test_unknown_provider_is_a_usage_error(name):
    with pytest.raises(UsageError):
        fastccg.set_rate_limits(name, concurrent=1)


@pytest.mark.parametrize("limit", ["concurrent", "requests_per_minute", "tokens_per_minute", "queue"])
def test_bad_numbers_are_refused_and_change_nothing(limit):
    with pytest.raises(UsageError):
        fastccg.set_rate_limits("openai", **{limit: -1})
    with pytest.raises(UsageError):
        fastccg.set_rate_limits("openai", **{limit: 2**70})
    with pytest.raises(TypeError):
        fastccg.set_rate_limits("openai", **{limit: "many"})
    assert fastccg.rate_limits("openai") is None
