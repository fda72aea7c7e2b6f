"""Event loops of many kinds, and many of them."""

import asyncio
import os
import threading

import fastccg
import pytest

QUESTION = "What is the capital of Australia?"
ANSWER = "The capital of Australia is Canberra."


def test_loops_in_many_threads_share_one_model(model):
    answers = []

    def run():
        async def main():
            replies = await asyncio.gather(*(model.ask_async(QUESTION) for _ in range(10)))
            pieces = [chunk.content async for chunk in model.ask_stream(QUESTION)]
            return [reply.content for reply in replies] + ["".join(pieces)]

        answers.extend(asyncio.run(main()))

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [ANSWER] * 88


def test_stream_goes_on_in_the_next_loop(simulators, make_model):
    stream = make_model(at=simulators("--chunk-delay-ms", "20")).ask_stream(QUESTION)

    async def one():
        return (await stream.__aiter__().__anext__()).content

    async def rest():
        return "".join([chunk.content async for chunk in stream])

    assert asyncio.run(one()) + asyncio.run(one()) + asyncio.run(rest()) == ANSWER


@pytest.mark.parametrize("begin", [lambda model: model.ask_async(QUESTION), lambda model: model.ask_stream(QUESTION)])
def test_nothing_is_sent_where_no_loop_runs(model, begin):
    events = []
    model.add_observer(events.append)
    awaited = begin(model)
    waiting = (awaited.__anext__() if hasattr(awaited, "__anext__") else awaited).__await__()
    with pytest.raises(RuntimeError, match="no running event loop"):
        next(waiting)
    del awaited, waiting
    assert model.ask("Say hello").content
    assert fastccg.wait_for_observers(5)
    assert [event.kind for event in events].count("started") == 1


def test_many_loops_leave_no_descriptors_behind(model):
    asyncio.run(model.ask_async(QUESTION))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(100):
        asyncio.run(model.ask_async(QUESTION))
    assert len(os.listdir("/proc/self/fd")) <= before + 2


def test_debug_mode_is_silent(model, capsys):
    async def main():
        async for _ in model.ask_stream(QUESTION):
            pass
        return (await model.ask_async(QUESTION)).content

    assert asyncio.run(main(), debug=True) == ANSWER
    assert "Traceback" not in capsys.readouterr().err


def test_context_variables_stay_with_their_task(model):
    import contextvars

    number = contextvars.ContextVar("number")

    async def one(i):
        number.set(i)
        await model.ask_async(QUESTION)
        async for _ in model.ask_stream(QUESTION):
            assert number.get() == i
        return number.get()

    async def main():
        return await asyncio.gather(*(one(i) for i in range(5)))

    assert asyncio.run(main()) == list(range(5))


def test_uvloop_does_as_well(model):
    uvloop = pytest.importorskip("uvloop")

    async def main():
        replies = await asyncio.gather(*(model.ask_async(QUESTION) for _ in range(20)))
        pieces = [chunk.content async for chunk in model.ask_stream(QUESTION)]
        return [reply.content for reply in replies] + ["".join(pieces)]

    loop = uvloop.new_event_loop()
    try:
        assert loop.run_until_complete(main()) == [ANSWER] * 21
    finally:
        loop.close()


def test_eager_tasks_do_as_well(model):
    if not hasattr(asyncio, "eager_task_factory"):
        pytest.skip("Python 3.12 and newer have eager tasks")

    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        return [reply.content for reply in await asyncio.gather(*(model.ask_async(QUESTION) for _ in range(10)))]

    assert asyncio.run(main()) == [ANSWER] * 10


def test_tasks_written_in_python_do_as_well(model):
    from asyncio.tasks import _PyTask

    async def main():
        loop = asyncio.get_running_loop()
        loop.set_task_factory(lambda loop, coro, **options: _PyTask(coro, loop=loop, **options))
        task = loop.create_task(model.ask_async(QUESTION))
        return (await task).content

    assert asyncio.run(main()) == ANSWER


def test_a_hundred_calls_at_once(model):
    async def main():
        return await asyncio.gather(*(model.ask_async(f"Number {i}?") for i in range(100)))

    replies = asyncio.run(main())
    assert all(f"Number {i}?" in reply.content for i, reply in enumerate(replies))


def test_tracing_sees_chunks_too(model):
    import sys

    async def main():
        return [chunk.content async for chunk in model.ask_stream(QUESTION)]

    sys.settrace(lambda *_: None)
    try:
        assert "".join(asyncio.run(main())) == ANSWER
    finally:
        sys.settrace(None)


def test_awaiting_without_an_event_loop_is_an_error(make_model, simulators):
    stalled = make_model(at=simulators("--fault", "stall-before-headers"))
    call = stalled._native.ask_async(QUESTION, None)
    with pytest.raises(RuntimeError, match="no running event loop"):
        next(iter(call))
    assert stalled.get_history() == []
