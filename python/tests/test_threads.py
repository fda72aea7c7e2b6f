"""Many threads at once on one model and on one stream, with and without a GIL."""

import asyncio
import contextlib
import sys
import sysconfig
import threading

import pytest
from fastccg.errors import Cancelled, UsageError

QUESTION = "What is the capital of Australia?"
ANSWER = "The capital of Australia is Canberra."
STORY = "Tell me a short story about a robot who learns to paint."


@pytest.fixture(autouse=True)
def quick_switches():
    """A GIL, if there is one, is handed on as often as can be."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(*functions):
    """Runs each function in a thread of its own, all from the same moment on; raises what the first of them raised."""
    start = threading.Barrier(len(functions))
    errors = []

    def run(function):
        start.wait()
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(function,), daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    if errors:
        raise errors[0]


def test_the_native_part_leaves_the_gil_off():
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("this interpreter always has a GIL")
    assert not sys._is_gil_enabled()


def test_threads_ask_stream_and_change_one_model_at_once(model):
    answers = []

    def ask():
        answers.extend(model.ask(QUESTION).content for _ in range(10))

    def stream():
        answers.extend("".join(chunk.content for chunk in model.ask_stream(QUESTION)) for _ in range(10))

    def ask_in_a_loop():
        async def main():
            replies = await asyncio.gather(*(model.ask_async(QUESTION) for _ in range(10)))
            answers.extend(reply.content for reply in replies)

        asyncio.run(main())

    def change():
        for number in range(1, 100):
            model.settings(max_tokens=number + 1000, metadata={"number": number})
            model.reply_filter(lambda text: text)
            assert all(message.role in ("user", "assistant") for message in model.get_history())

    at_once(*[ask, stream, ask_in_a_loop] * 3, change)
    assert answers == [ANSWER] * 90
    assert len(model.get_history()) == 180


def test_threads_that_read_one_stream_get_each_chunk_once_or_are_told(model):
    for _ in range(10):
        stream = model.ask_stream(STORY)
        told, pieces = [], []

        def read(stream=stream, told=told, pieces=pieces):
            while True:
                try:
                    chunk = next(stream, None)
                except UsageError as error:
                    told.append(error)
                    continue
                if chunk is None:
                    return
                pieces.append(chunk.content)

        at_once(read, read, read)
        assert sorted("".join(pieces)) == sorted(stream.response().content)


def test_a_stream_is_closed_while_others_read_it(model):
    for _ in range(25):
        stream = model.ask_stream(STORY)

        def read(stream=stream):
            with contextlib.suppress(Cancelled):
                for _ in stream:
                    pass

        at_once(read, stream.close, stream.close)
        assert next(stream, None) is None


def test_a_task_is_woken_when_another_thread_closes_its_stream(slow):
    async def main():
        stream = slow.ask_stream(STORY)
        await stream.__anext__()

        async def read():
            return [chunk async for chunk in stream]

        task = asyncio.create_task(read())
        await asyncio.sleep(0)
        thread = threading.Thread(target=stream.close)
        thread.start()
        with contextlib.suppress(Cancelled):
            assert await asyncio.wait_for(task, 5) == []
        thread.join()

    for _ in range(5):
        asyncio.run(main())
