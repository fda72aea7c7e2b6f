"""Observers: what they hear, and that nothing which they do reaches a call."""

import asyncio
import gc
import sys
import threading
import weakref

import fastccg
import pytest
from canary import KEY
from fastccg.errors import Overloaded

WHOLE = ["started", "attempt", "first_byte", "first_token", "finished"]


@pytest.fixture(autouse=True)
def nobody_listens_afterwards():
    yield
    for watch in list(fastccg.observers._watches):
        fastccg.remove_observer(watch.observer)


def threads_of(observer):
    return [watch.thread for watch in list(fastccg.observers._watches) if watch.has(observer)]


def wait_until_let_go(observer):
    """Waits until nothing in the process has the observer."""
    for thread in threads_of(observer):
        thread.join(5)
    assert threads_of(observer) == []


def test_whole_answer_is_told_from_start_to_end(model):
    events = []
    reply = model.add_observer(events.append).ask("Q")
    assert fastccg.wait_for_observers(5)
    assert [event.kind for event in events] == WHOLE
    assert {event.call for event in events} == {events[0].call}
    assert {(event.provider, event.model, event.stream) for event in events} == {("openai", "gpt-4o", False)}
    assert [event.elapsed for event in events] == sorted(event.elapsed for event in events)
    last = events[-1]
    assert (last.attempt, last.status, last.request_id) == (1, 200, reply.request_id)
    assert (last.usage, last.cost, last.finish_reason) == (reply.usage, reply.cost, "stop")
    assert last.cost > 0
    assert last.timings == reply.timings
    assert last.timings.total >= last.timings.first_byte > 0
    assert (last.error, last.pause, last.lost) == (None, None, 0)
    assert events[0].status is None


def test_stream_counts_its_pieces(model):
    events = []
    model.add_observer(events.append)

    async def main():
        return [chunk async for chunk in model.ask_stream("count to 5")]

    chunks = asyncio.run(main())
    assert fastccg.wait_for_observers(5)
    assert [event.kind for event in events] == WHOLE
    assert all(event.stream for event in events)
    assert events[-1].pieces >= len(chunks)


def test_failed_attempt_says_why_and_after_what_pause(simulators, make_model):
    model = make_model(at=simulators("--fault", "503;first=1"), retries={"initial_delay": 0.01})
    events = []
    model.add_observer(events.append).ask("Q")
    assert fastccg.wait_for_observers(5)
    failed = next(event for event in events if event.kind == "attempt_failed")
    assert isinstance(failed.error, Overloaded)
    assert (failed.error.status, failed.status) == (503, 503)
    assert 0.007 <= failed.pause <= 0.01
    assert events[-1].attempt == 2


def test_call_that_fails_finishes_with_its_error(simulators, make_model):
    model = make_model(at=simulators("--fault", "503"), retries=0)
    events = []
    with pytest.raises(Overloaded) as caught:
        model.add_observer(events.append).ask("Q")
    assert fastccg.wait_for_observers(5)
    assert str(events[-1].error) == str(caught.value)
    assert KEY not in repr(events)


def test_cancelled_call_finishes_too(slow):
    events = []
    stream = slow.add_observer(events.append).ask_stream("Q")
    next(stream)
    stream.close()
    while not events or events[-1].kind != "finished":  # the loop cancels in its own time
        assert fastccg.wait_for_observers(5)
    assert events[-1].error.kind == "cancelled"


def test_observer_of_the_process_hears_of_all_models_and_embeddings_until_it_is_removed(make_model, simulator):
    events = []
    fastccg.add_observer(events.append)
    fastccg.add_observer(events.append)
    one, two = make_model().add_observer(events.append), make_model()
    one.ask("Q")
    two.ask("Q")
    fastccg.init_embedding("openai/text-embedding-3-small", KEY, base_url=simulator.base_url).embed_sync("one")
    fastccg.remove_observer(events.append)
    two.ask("Q")
    assert fastccg.wait_for_observers(5)
    assert [event.kind for event in events if event.model == "gpt-4o"] == WHOLE * 2, "once each"
    assert events[-1].model == "text-embedding-3-small"
    assert events[-1].kind == "finished"


def test_fork_has_the_same_observers_and_reset_leaves_them(model):
    events = []
    copy = model.add_observer(events.append).fork().reset()
    model.remove_observer(events.append).ask("Q")
    assert fastccg.wait_for_observers(5)
    assert events == []
    copy.ask("Q")
    assert fastccg.wait_for_observers(5)
    assert [event.kind for event in events] == WHOLE


def test_call_that_has_started_is_heard_to_its_end_after_the_observer_was_removed(slow):
    events = []
    stream = slow.add_observer(events.append).ask_stream("Q")
    next(stream)
    slow.remove_observer(events.append)
    del stream
    wait_until_let_go(events.append)
    assert events[-1].kind == "finished"


def test_thread_ends_with_the_last_model_that_has_the_observer(make_model):
    class Heard(list):
        pass

    events = Heard()
    one = make_model().add_observer(events.append)
    two = one.fork()
    one.ask("Q")
    del one
    two.ask("Q")
    assert len(threads_of(events.append)) == 1
    del two
    wait_until_let_go(events.append)
    assert [event.kind for event in events] == WHOLE * 2
    gone = weakref.ref(events)
    del events
    gc.collect()
    assert gone() is None


def test_observer_that_is_removed_can_be_added_again(model):
    events = []
    for _ in range(20):
        model.add_observer(events.append).ask("Q")
        model.remove_observer(events.append)
    wait_until_let_go(events.append)
    assert [event.kind for event in events] == WHOLE * 20


def test_what_an_observer_raises_is_reported_and_hurts_nobody(model, monkeypatch):
    reported = []
    monkeypatch.setattr(sys, "unraisablehook", lambda unraisable: reported.append(unraisable.exc_value))

    def fail(event):
        raise (SystemExit if event.kind == "attempt" else ZeroDivisionError)(event.kind)

    model.add_observer(fail).ask("Q")
    assert fastccg.wait_for_observers(5)
    assert [str(error) for error in reported] == WHOLE
    assert len(threads_of(fail)) == 1


def test_observer_that_blocks_delays_neither_calls_nor_other_observers(model):
    go_on, slow_one, quick_one = threading.Event(), [], []

    def block(event):
        go_on.wait(10)
        slow_one.append(event)

    model.add_observer(block).add_observer(quick_one.append)
    model.ask("Q")
    assert not fastccg.wait_for_observers(0.01)
    while len(quick_one) < 5:
        fastccg.wait_for_observers(0.001)
    assert slow_one == []
    go_on.set()
    assert fastccg.wait_for_observers()
    assert [event.kind for event in slow_one] == WHOLE


def test_observer_that_is_in_the_middle_of_a_call_is_waited_for(model):
    gates = {"started": threading.Event(), "finished": threading.Event()}
    heard = []

    def observe(event):
        if event.kind in gates:
            gates[event.kind].wait(10)
        heard.append(event.kind)

    model.add_observer(observe).ask("Q")
    assert not fastccg.wait_for_observers(0)
    gates["started"].set()
    assert not fastccg.wait_for_observers(0.02)
    gates["finished"].set()
    assert fastccg.wait_for_observers(5)
    assert heard == WHOLE


def test_observer_may_ask_and_wait_without_a_deadlock(model):
    answers = []
    quiet = model.fork()

    def ask(event):
        if event.kind == "finished":
            assert fastccg.wait_for_observers(5)
            answers.append(quiet.ask("What is the capital of Australia?").content)
            model.remove_observer(ask)

    model.add_observer(ask).ask("Q")
    wait_until_let_go(ask)
    assert answers == ["The capital of Australia is Canberra."]


def test_threads_add_and_remove_observers_while_others_ask(model):
    counts = [0] * 4
    observers = []

    def add_and_remove(number):
        def count(event):
            counts[number] += 1

        observers.append(count)
        for _ in range(25):
            model.add_observer(count)
            model.ask("Q")
            model.remove_observer(count)

    workers = [threading.Thread(target=add_and_remove, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
    for observer in observers:
        wait_until_let_go(observer)
    assert all(count >= 25 * 5 for count in counts)


def test_observers_that_call_themselves_equal_are_told_apart(model):
    class Same(list):
        def __call__(self, event):
            self.append(event.kind)

        def __eq__(self, other):
            return True

        __hash__ = None

    class Broken:
        def __call__(self, event):
            pass

        def __eq__(self, other):
            raise ZeroDivisionError

        __hash__ = None

    one, two, broken = Same(), Same(), Broken()
    model.add_observer(broken).add_observer(one).add_observer(two).add_observer(two).ask("Q")
    assert fastccg.wait_for_observers(5)
    assert list(one) == list(two) == WHOLE
    model.remove_observer(two).ask("Q")
    assert fastccg.wait_for_observers(5)
    assert (len(one), len(two)) == (10, 5)


@pytest.mark.parametrize("observer", [None, 3, "print"])
def test_observer_that_is_no_function_is_refused(model, observer):
    with pytest.raises(TypeError, match="must be a function"):
        model.add_observer(observer)


def test_coroutine_function_is_refused(model):
    async def observe(event):
        pass

    class Metrics:
        async def observe(self, event):
            pass

    for observer in (observe, Metrics().observe):
        with pytest.raises(TypeError, match="plain function"):
            fastccg.add_observer(observer)


def test_removing_what_was_never_added_does_nothing(model):
    fastccg.remove_observer(print)
    assert model.remove_observer(print) is model


def test_event_can_be_shown_compared_and_pickled(model):
    import pickle

    events = []
    model.add_observer(events.append).ask("Q")
    assert fastccg.wait_for_observers(5)
    assert pickle.loads(pickle.dumps(events)) == events
    assert "kind='finished'" in repr(events[-1])


def test_key_is_in_no_event(simulators, make_model):
    model = make_model(at=simulators("--fault", f"status;code=401;message=bad_key_{KEY}"))
    events = []
    with pytest.raises(fastccg.FastCCGError):
        model.add_observer(events.append).ask("Q")
    assert fastccg.wait_for_observers(5)
    assert not any(KEY in repr(vars(event.error)) for event in events if event.error)


PROGRAM = f"""
import asyncio, os, sys, threading
import fastccg
model = fastccg.init_model("openai/gpt-4o", api_key="{KEY}", base_url=sys.argv[1])
def tell(event):
    os.write(1, f"{{event.kind}} ".encode())
model.add_observer(tell)
"""


def test_program_that_ends_has_heard_of_all_calls_that_returned(simulator, run_program):
    for ending in ("", "sys.exit(0)", "threading.Thread(target=lambda: model.ask('Q')).start()"):
        told = run_program(PROGRAM + "model.ask('Q')\n" + ending, simulator.base_url).split()
        assert sorted(told) == sorted(WHOLE * (2 if "Thread" in ending else 1))


def test_program_ends_although_an_observer_never_returns(simulator, run_program):
    run_program(
        PROGRAM
        + """
wait = fastccg.wait_for_observers
fastccg.observers.wait_for_observers = lambda timeout: wait(0.01)  # not five seconds
model.add_observer(lambda event: threading.Event().wait())
model.ask('Q')
""",
        simulator.base_url,
    )


def test_program_ends_while_calls_are_under_way_and_observed(simulators, run_program):
    stalled = simulators("--fault", "stall-before-headers")
    told = run_program(
        PROGRAM
        + """
sent = threading.Event()
model.add_observer(lambda event: event.kind == "attempt" and sent.set())
threading.Thread(target=lambda: model.ask('Q'), daemon=True).start()
assert sent.wait(5)
""",
        stalled.base_url,
    )
    assert told.split() == ["started", "attempt"]


def test_child_of_a_fork_hears_of_its_own_calls_and_the_parent_of_its(simulator, run_program):
    told = run_program(
        PROGRAM
        + """
import warnings
warnings.simplefilter("ignore")
model.ask("Q")
for _ in range(5):
    child = os.fork()
    model.ask("Q")
    assert fastccg.wait_for_observers(5)
    if child == 0:
        fastccg.remove_observer(tell)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
""",
        simulator.base_url,
    ).split()
    assert {kind: told.count(kind) for kind in WHOLE} == dict.fromkeys(WHOLE, 11)


def test_fork_while_an_observer_is_at_work_leaves_both_alive(simulator, run_program):
    run_program(
        PROGRAM
        + """
import warnings
warnings.simplefilter("ignore")
go_on, heard = threading.Event(), []
def block(event):
    heard.append(event.kind)
    go_on.wait(10)
model.add_observer(block)
model.ask("Q")
child = os.fork()
if child == 0:
    heard.clear()
    go_on.set()
    model.ask("Q")
    assert fastccg.wait_for_observers(5)
    os._exit(heard != ["started", "attempt", "first_byte", "first_token", "finished"])
assert os.waitpid(child, 0)[1] == 0
go_on.set()
assert fastccg.wait_for_observers(5)
assert len(heard) == 5
""",
        simulator.base_url,
    )


@pytest.mark.skipif(sys.version_info < (3, 13), reason="older interpreters mix up event loops and memory themselves")
def test_interpreter_beside_the_main_one_hears_all_and_ends(simulator, run_program):
    told = run_program(
        """
import sys
import _interpreters

PROGRAM = f\"\"\"
import sys
sys.path[:] = {sys.path!r}
import fastccg
model = fastccg.init_model("openai/gpt-4o", api_key="sk-1", base_url={sys.argv[1]!r})
kinds = []
def hear(event):
    kinds.append(event.kind)
    if event.kind == "finished":
        print(len(kinds), flush=True)
model.add_observer(hear).ask("Q")
\"\"\"
interpreter = _interpreters.create()
assert _interpreters.run_string(interpreter, PROGRAM) is None
_interpreters.destroy(interpreter)
""",
        simulator.base_url,
    )
    assert told.strip() == "5"
