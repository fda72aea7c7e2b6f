"""The conversation holds whole turns, in the order in which they were asked, however the calls end."""

from __future__ import annotations

import asyncio
import gc
import threading

import fastccg
import pytest
from fastccg import errors
from fastccg.models.claude import claude_3_sonnet
from fastccg.models.mock import MockModel

from simulator import Simulator


def said(model: fastccg.ModelBase) -> list[tuple[str, str]]:
    return [(message.role, message.content) for message in model.get_history()]


def questions(body: dict[str, object]) -> list[object]:
    messages = body["messages"]
    assert isinstance(messages, list)
    return [message["content"] for message in messages if message["role"] == "user"]


def test_questions_asked_at_once_do_not_see_each_other(model: fastccg.ModelBase, sim: Simulator) -> None:
    sim.faults("stall-before-headers;ms=100")

    async def both() -> None:
        await asyncio.gather(model.ask_async("say one"), model.ask_async("say two"))

    asyncio.run(both())
    assert sorted(map(questions, sim.bodies())) == [["say one"], ["say two"]]
    assert said(model) == [("user", "say one"), ("assistant", "one"), ("user", "say two"), ("assistant", "two")]


def test_turns_stand_in_the_order_of_asking_whichever_ends_first(model: fastccg.ModelBase, sim: Simulator) -> None:
    async def both() -> None:
        sim.faults("stall-before-headers;ms=200;first=1")
        slow = asyncio.create_task(model.ask_async("say slow"))
        await asyncio.to_thread(sim.wait_for_requests, 1)
        await model.ask_async("say quick")
        await slow

    asyncio.run(both())
    assert [text for role, text in said(model) if role == "user"] == ["say slow", "say quick"]


def test_failed_call_leaves_no_question_behind(model: fastccg.ModelBase, sim: Simulator) -> None:
    sim.faults("rate-limit;first=1")
    with pytest.raises(fastccg.QuotaExceeded):
        model.ask("say one")
    model.ask("say two")
    assert questions(sim.bodies()[-1]) == ["say two"]
    assert said(model) == [("user", "say two"), ("assistant", "two")]


def test_cancelled_call_leaves_no_question_behind(alone: Simulator, model: fastccg.ModelBase) -> None:
    async def cancel() -> None:
        alone.faults("stall-before-headers;first=1")
        task = asyncio.create_task(model.ask_async("say one"))
        await asyncio.to_thread(alone.wait_for_requests, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    alone.wait_for_hang_up()
    assert said(model) == []
    model.ask("say two")
    assert questions(alone.bodies()[-1]) == ["say two"]


def test_stream_left_early_keeps_what_was_read(alone: Simulator, model: fastccg.ModelBase) -> None:
    async def leave() -> str:
        alone.faults("endless;delay-ms=1;first=1")
        async for chunk in model.ask_stream("say on and on"):
            return str(chunk.content)
        return ""

    first = asyncio.run(leave())
    gc.collect()
    alone.wait_for_hang_up()
    (_, question), (role, answer) = said(model)
    assert question == "say on and on"
    assert role == "assistant" and answer.startswith(first)
    assert model.ask("say next").content == "next"


def test_stream_that_fails_midway_keeps_what_had_arrived(model: fastccg.ModelBase, sim: Simulator) -> None:
    sim.faults("truncate;events=4")
    with pytest.raises(errors.StreamTruncated) as caught:
        for _ in model.ask_stream("say one two three four five"):
            pass
    assert caught.value.partial
    assert said(model) == [("user", "say one two three four five"), ("assistant", caught.value.partial)]


def test_stream_that_was_never_read_leaves_nothing(model: fastccg.ModelBase, sim: Simulator) -> None:
    model.ask_stream("say nothing").close()
    assert said(model) == []
    assert sim.requests() == []


@pytest.mark.parametrize("way", ["aclose", "async with", "del", "cancel"])
def test_stream_that_is_given_up_hangs_up(way: str, alone: Simulator, model: fastccg.ModelBase) -> None:
    alone.faults("endless;delay-ms=1")

    async def read_one_and_stop() -> None:
        stream = model.ask_stream("say on and on")
        if way == "async with":
            async with stream:
                await stream.__anext__()
        elif way == "cancel":

            async def read() -> None:
                async for _ in stream:
                    pass

            task = asyncio.create_task(read())
            await asyncio.to_thread(alone.wait_for_requests, 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        else:
            await stream.__anext__()
            if way == "aclose":
                await stream.aclose()
            else:
                del stream
        await asyncio.to_thread(alone.wait_for_hang_up)

    asyncio.run(read_one_and_stop())


def test_conversation_written_by_hand_can_be_sent_to_a_strict_provider() -> None:
    model = fastccg.init_model(claude_3_sonnet)
    model.append_prompt("say one").append_prompt("say two")
    assert model.ask("say three").content


def test_history_is_a_copy(model: fastccg.ModelBase) -> None:
    model.ask("say one")
    history = model.get_history()
    history[0].content = "changed"
    history.clear()
    assert said(model)[0] == ("user", "say one")


def test_reset_clears_conversation_settings_and_filter(model: fastccg.ModelBase, sim: Simulator) -> None:
    model.sys_prompt("Shout.").temperature(0.5).reply_filter(str.upper)
    model.ask("say one")
    assert model.reset() is model
    assert said(model) == []
    assert model.ask("say two").content == "two"
    body = sim.bodies()[-1]
    assert "temperature" not in body
    assert [message["role"] for message in body["messages"]] == ["user"]


def test_fork_is_independent(model: fastccg.ModelBase) -> None:
    model.ask("say one")
    other = model.fork()
    other.ask("say two")
    other.temperature(0.1)
    assert len(model.get_history()) == 2
    assert len(other.get_history()) == 4
    assert model.model_info()["temperature"] is None
    assert type(other) is type(model)


def test_one_model_serves_many_threads() -> None:
    model = fastccg.init_model(MockModel)
    failures: list[BaseException] = []

    def ask(number: int) -> None:
        try:
            for _ in range(20):
                assert model.ask(str(number)).content.endswith(str(number))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    turns = said(model)
    assert len(turns) == 8 * 20 * 2
    assert all(answer[1].endswith(question[1]) for question, answer in zip(turns[::2], turns[1::2], strict=True))
