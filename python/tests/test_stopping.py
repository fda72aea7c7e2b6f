"""Ways to stop a call, and what each leaves behind."""

import asyncio
import contextlib
import gc
import threading
import weakref
from pathlib import Path

import fastccg
import pytest
from fastccg.errors import Cancelled, FastCCGError, UsageError

STORY = "Tell me a short story about a robot who learns to paint."


def wait_for(condition, seconds=10):
    """Waits until a condition holds."""
    import time

    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.002)


def interrupted_turn(model):
    """The texts of the only turn, which must not be whole."""
    question, answer = model.get_history()
    assert (question.role, answer.role) == ("user", "assistant")
    return answer.content


@pytest.fixture
def stalled(simulators, make_model):
    """A model that never answers, and its simulator."""
    simulator = simulators("--fault", "stall-before-headers")
    return make_model(at=simulator), simulator


def closed_connections(simulator):
    """Whether the simulator has nobody to talk to any more."""
    import os

    mine = set()
    for name in os.listdir(f"/proc/{simulator.process.pid}/fd"):
        with contextlib.suppress(OSError):
            mine.add(os.readlink(f"/proc/{simulator.process.pid}/fd/{name}"))
    port = int(simulator.url.rsplit(":", 1)[1])
    for line in Path("/proc/net/tcp").read_text().splitlines():
        fields = line.split()
        if fields[1].endswith(f":{port:04X}") and fields[3] == "01" and f"socket:[{fields[9]}]" in mine:
            return False
    return True


def test_cancelled_task_closes_the_connection_and_leaves_nothing(stalled):
    model, simulator = stalled

    async def main():
        task = asyncio.create_task(model.ask_async("Q"))
        await asyncio.to_thread(simulator.wait_for_requests, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.to_thread(wait_for, lambda: closed_connections(simulator))

    asyncio.run(main())
    assert model.get_history() == []


def test_wait_for_cancels_the_call(stalled):
    model, simulator = stalled

    async def main():
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(model.ask_async("Q"), 0.2)
        await asyncio.to_thread(wait_for, lambda: closed_connections(simulator))

    asyncio.run(main())
    assert model.get_history() == []


def test_failing_task_of_a_group_cancels_the_others(stalled):
    if not hasattr(asyncio, "TaskGroup"):
        pytest.skip("Python 3.11 and newer have task groups")
    model, simulator = stalled

    async def fail():
        raise RuntimeError("mine")

    async def main():
        async with asyncio.TaskGroup() as group:
            group.create_task(model.ask_async("Q"))
            group.create_task(fail())

    with pytest.raises(BaseException) as caught:
        asyncio.run(main())
    assert "mine" in repr(caught.value.exceptions)
    wait_for(lambda: closed_connections(simulator))


def test_task_that_is_cancelled_before_it_runs_sends_nothing(make_model, simulators):
    simulator = simulators()
    model = make_model(at=simulator)

    async def main():
        task = asyncio.create_task(model.ask_async("Q"))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert simulator.requests() == []


def test_cancelling_after_the_answer_came_does_not_break_the_next_call(model):
    async def main():
        for _ in range(50):
            task = asyncio.create_task(model.ask_async("Q"))
            await asyncio.sleep(0.001)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        return await model.ask_async("What is the capital of Australia?")

    assert "Canberra" in asyncio.run(main()).content


def test_break_leaves_what_was_read(model):
    async def main():
        async for chunk in model.ask_stream(STORY):
            return chunk.content

    first = asyncio.run(main())
    assert interrupted_turn(model) == first


def test_break_of_a_plain_for_leaves_what_was_read(slow):
    for chunk in slow.ask_stream(STORY):  # noqa: B007
        break
    assert interrupted_turn(slow) == chunk.content


@pytest.mark.parametrize("end", ["close", "aclose", "with", "async with", "del"])
def test_every_way_of_closing_leaves_what_was_read(slow, end):
    async def main():
        stream = slow.ask_stream(STORY)
        if end == "async with":
            async with stream:
                return (await stream.__anext__()).content
        if end == "with":
            with stream:
                return (await stream.__anext__()).content
        text = (await stream.__anext__()).content
        if end == "close":
            stream.close()
        elif end == "aclose":
            await stream.aclose()
        else:
            del stream
        return text

    text = asyncio.run(main())
    assert interrupted_turn(slow) == text


def test_closed_stream_gives_what_was_read_as_its_response(slow):
    stream = slow.ask_stream(STORY)
    text = next(stream).content
    stream.close()
    stream.close()
    reply = stream.response()
    assert reply.interrupted
    assert reply.content == text
    assert next(stream, None) is None


def test_stream_that_was_never_read_leaves_nothing(slow):
    slow.ask_stream(STORY).close()
    assert slow.get_history() == []


def test_cancelled_reader_gives_up_the_stream(slow):
    async def main():
        stream = slow.ask_stream(STORY)
        texts, came = [], asyncio.Event()

        async def read():
            async for chunk in stream:
                texts.append(chunk.content)
                came.set()

        task = asyncio.create_task(read())
        await came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return "".join(texts)

    text = asyncio.run(main())
    assert interrupted_turn(slow) == text


def test_stream_in_a_cycle_is_closed_by_the_garbage_collector(slow):
    class Holder:
        pass

    holder = Holder()
    holder.itself = holder
    holder.stream = slow.ask_stream(STORY)
    text = next(holder.stream).content
    del holder
    gc.collect()
    assert interrupted_turn(slow) == text


def test_abandoned_task_is_let_go_with_its_loop(stalled):
    model, simulator = stalled
    loop = asyncio.new_event_loop()
    task = loop.create_task(model.ask_async("Q"))
    loop.run_until_complete(loop.run_in_executor(None, simulator.wait_for_requests, 1))
    loop.run_until_complete(loop.shutdown_default_executor())
    gone = weakref.ref(loop)
    loop.close()
    task._log_destroy_pending = False
    del loop, task
    gc.collect()
    assert gone() is None
    wait_for(lambda: closed_connections(simulator))


def test_two_tasks_cannot_read_one_stream(slow):
    async def main():
        stream = slow.ask_stream(STORY)
        await stream.__anext__()

        async def read():
            return await stream.__anext__()

        first = asyncio.create_task(read())
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="another task"):
            await read()
        first.cancel()

    asyncio.run(main())


def test_two_threads_cannot_read_one_stream(slow):
    stream = slow.ask_stream(STORY)
    next(stream)
    waiting = threading.Thread(target=lambda: next(stream, None), daemon=True)
    waiting.start()
    errors = []

    def read():
        try:
            next(stream)
        except UsageError as error:
            errors.append(error)

    def try_to_read():
        other = threading.Thread(target=read, daemon=True)
        other.start()
        other.join(0.05)
        return bool(errors)

    try:
        wait_for(try_to_read)
    finally:
        stream.close()


def test_closing_a_stream_wakes_the_thread_that_waits_for_it(slow):
    stream = slow.ask_stream(STORY)
    next(stream)
    ended = []

    def read():
        try:
            ended.append(next(stream, None))
        except FastCCGError as error:
            ended.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    thread.join(0.05)
    stream.close()
    thread.join(5)
    assert not thread.is_alive()
    assert ended == [None] or isinstance(ended[0], Cancelled)


def test_closing_a_stream_wakes_the_task_that_waits_for_it(slow):
    async def main():
        stream = slow.ask_stream(STORY)
        await stream.__anext__()

        async def read():
            return [chunk async for chunk in stream]

        task = asyncio.create_task(read())
        await asyncio.sleep(0)  # it waits now
        await stream.aclose()
        try:
            return await asyncio.wait_for(task, 5)
        except Cancelled:
            return []

    assert asyncio.run(main()) == []


def test_models_and_streams_are_freed(make_model):
    model = make_model()
    gone = weakref.ref(model)
    stream = model.ask_stream("Q")
    list(stream)
    del model, stream
    assert gone() is None


def test_an_awaited_call_cannot_be_awaited_again(model):
    async def main():
        call = model._native.ask_async("Q", None)
        await call
        with pytest.raises(RuntimeError, match="awaited already"):
            await call

    asyncio.run(main())
    assert isinstance(model, fastccg.ModelBase)


class Bot:
    """What programs often write: it has a model, whose filter is a method of it."""

    def __init__(self, model):
        self.model = model.reply_filter(self.clean)
        self.mark = "!"

    def clean(self, text):
        return text + self.mark


@pytest.mark.parametrize("how", ["model", "fork", "stream", "task"])
def test_filter_is_collected_with_the_model_that_it_refers_to(make_model, how):
    bot = Bot(make_model())
    if how == "fork":
        bot.fork = bot.model.fork()
    elif how == "stream":
        bot.stream = bot.model.ask_stream(STORY)
        next(bot.stream)
    elif how == "task":
        assert asyncio.run(bot.model.ask_async("Q")).content.endswith("!")
    assert bot.model.ask("Q").content.endswith("!")
    gone = weakref.ref(bot)
    del bot
    gc.collect()
    assert gone() is None


def test_fork_keeps_the_filter_when_the_model_that_had_it_is_gone(make_model):
    fork = Bot(make_model()).model.fork()
    gc.collect()
    assert fork.ask("Q").content.endswith("!")


def test_stream_keeps_the_filter_when_the_model_that_had_it_is_gone(make_model):
    stream = Bot(make_model()).model.ask_stream("What is the capital of Australia?")
    next(stream)
    gc.collect()
    assert stream.response().content == "The capital of Australia is Canberra.!"


def test_filter_that_was_replaced_or_reset_is_let_go(make_model):
    class Filter:
        def __call__(self, text):
            return text

    model = make_model()
    for end in (lambda: model.reply_filter(str.upper), lambda: model.reply_filter(None), model.reset):
        old = Filter()
        gone = weakref.ref(old)
        model.reply_filter(old)
        del old
        end()
        assert gone() is None


@pytest.mark.parametrize("how", ["next", "response", "await"])
def test_stream_that_its_filter_ended_is_collected(make_model, how):
    class Held:
        pass

    def fail(text):
        raise ZeroDivisionError

    model = make_model().reply_filter(fail)
    held = Held()
    gone = weakref.ref(held)

    def read(held):
        stream = model.ask_stream("Q")
        for _ in range(2):  # the same again when it is asked again
            with pytest.raises(ZeroDivisionError):
                if how == "next":
                    list(stream)
                    stream.response()
                elif how == "response":
                    stream.response()
                else:
                    asyncio.run(stream.response_async())

    read(held)
    del held
    gc.collect()
    assert gone() is None
