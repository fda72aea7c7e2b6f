"""Asking in three ways."""

import asyncio
import threading

import fastccg
import pytest
from fastccg.models.gpt import gpt_4o

QUESTION = "What is the capital of Australia?"
ANSWER = "The capital of Australia is Canberra."


def texts(model):
    return [(message.role, message.content) for message in model.get_history()]


def test_ask_returns_the_answer_and_keeps_the_turn(model):
    reply = model.ask(QUESTION)
    assert reply.content == ANSWER
    assert reply.provider == "openai"
    assert texts(model) == [("user", QUESTION), ("assistant", ANSWER)]


def test_ask_works_inside_a_running_event_loop(model):
    async def main():
        return model.ask(QUESTION).content

    assert asyncio.run(main()) == ANSWER


def test_ask_works_in_many_threads_at_once(model):
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(model.ask(QUESTION).content)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [ANSWER] * 16
    assert len(model.get_history()) == 32


def test_ask_async_gathers_in_the_order_of_asking(model):
    async def main():
        return await asyncio.gather(*(model.ask_async(f"Number {i}?") for i in range(8)))

    replies = asyncio.run(main())
    assert [f"Number {i}?" in reply.content for i, reply in enumerate(replies)] == [True] * 8
    assert [m.content for m in model.get_history() if m.role == "user"] == [f"Number {i}?" for i in range(8)]


def test_both_calls_of_a_gather_are_in_flight_at_once(make_model, simulators):
    model = make_model(at=simulators("--latency-ms", "300"))

    async def main():
        loop = asyncio.get_running_loop()
        begin = loop.time()
        await asyncio.gather(model.ask_async("a"), model.ask_async("b"), model.ask_async("c"))
        return loop.time() - begin

    assert asyncio.run(main()) < 0.8


def test_nothing_is_sent_before_it_is_awaited(make_model, simulators):
    simulator = simulators()
    model = make_model(at=simulator)
    model.ask_async(QUESTION).close()
    assert model.ask_stream(QUESTION) is not None
    assert simulator.requests() == []
    assert model.get_history() == []


def test_stream_yields_the_answer_in_pieces_and_keeps_the_turn(model):
    async def main():
        return [chunk.content async for chunk in model.ask_stream(QUESTION)]

    pieces = asyncio.run(main())
    assert len(pieces) > 1
    assert "".join(pieces) == ANSWER
    assert texts(model) == [("user", QUESTION), ("assistant", ANSWER)]


def test_stream_works_with_plain_for(model):
    assert "".join(chunk.content for chunk in model.ask_stream(QUESTION)) == ANSWER
    assert texts(model) == [("user", QUESTION), ("assistant", ANSWER)]


def test_stream_response_has_the_whole_reply(model):
    stream = model.ask_stream(QUESTION)
    reply = stream.response()
    assert reply.content == ANSWER
    assert reply.finish_reason == "stop"
    assert reply.tokens_used > 0
    assert next(stream, None) is None


def test_stream_can_be_awaited_for_its_response(model):
    async def main():
        return await model.ask_stream(QUESTION).response_async()

    assert asyncio.run(main()).content == ANSWER


def test_asyncio_run_many_times_uses_one_model(model):
    for i in range(20):
        assert str(i) in asyncio.run(model.ask_async(f"Say {i}?")).content


def test_init_model_by_class_and_by_name_gives_the_class(simulator):
    by_class = fastccg.init_model(gpt_4o, api_key="sk-1", base_url=simulator.base_url)
    by_name = fastccg.init_model("openai/gpt-4o", api_key="sk-1", base_url=simulator.base_url)
    assert isinstance(by_class, gpt_4o)
    assert isinstance(by_name, gpt_4o)
    assert by_name.model_name == "gpt-4o"


def test_reply_filter_sees_the_whole_text_once(model):
    seen = []

    def shout(text):
        seen.append(text)
        return text.upper()

    model.reply_filter(shout)
    assert model.ask(QUESTION).content == ANSWER.upper()
    assert asyncio.run(model.ask_async(QUESTION)).content == ANSWER.upper()
    stream = model.ask_stream(QUESTION)
    assert "".join(chunk.content for chunk in stream) == ANSWER
    assert stream.response().content == ANSWER.upper()
    assert seen == [ANSWER] * 3
    assert [m.content for m in model.get_history() if m.role == "assistant"] == [ANSWER.upper()] * 3


@pytest.mark.parametrize("way", ["ask", "ask_async", "ask_stream"])
def test_what_a_reply_filter_raises_the_caller_gets(model, way):
    def broken(text):
        raise KeyError("mine")

    model.reply_filter(broken)
    with pytest.raises(KeyError, match="mine"):
        if way == "ask":
            model.ask(QUESTION)
        elif way == "ask_async":
            asyncio.run(model.ask_async(QUESTION))
        else:
            list(model.ask_stream(QUESTION))
    assert model.get_history() == []


def test_filter_of_a_call_under_way_is_let_go_safely(model):
    """The last reference to a filter may go on the library's thread, which cannot touch Python."""

    async def main():
        for _ in range(50):
            model.reply_filter(lambda text: text)
            task = asyncio.create_task(model.ask_async(QUESTION))
            await asyncio.sleep(0)
            model.reset()
            await task

    asyncio.run(main())


def test_fork_of_a_class_of_ones_own_has_its_attributes(simulator):
    class Polite(gpt_4o):
        def __init__(self, word):
            super().__init__("sk-1", base_url=simulator.base_url)
            self.word = word

        def ask(self, prompt, **settings):
            return super().ask(f"say {self.word} {prompt}", **settings)

    model = Polite("please")
    copy = model.reply_filter(str.upper).fork()
    assert copy.ask("go").content == "PLEASE GO"
    assert (len(copy.get_history()), len(model.get_history())) == (2, 0)
