"""The process around a call: Ctrl-C, fork, the end of the interpreter, memory."""

import os
import signal
import subprocess
import sys
import time

import pytest
from arrivals import simulator_program
from canary import KEY

BEGINNING = f"""
import asyncio, os, signal, sys, threading, time
import fastccg
model = fastccg.init_model("openai/gpt-4o", api_key="{KEY}", base_url=sys.argv[1])

def wait_for_request():
    with open(sys.argv[2]) as arrivals:
        arrivals.readline()

"""

WAITING = {
    "ask": "model.ask('Q')",
    "ask_async": "asyncio.run(model.ask_async('Q'))",
    "stream": "list(model.ask_stream('Q'))",
    "async stream": """
async def main():
    async for chunk in model.ask_stream('Q'): pass
asyncio.run(main())
""",
}


class Stalled:
    """A simulator that never answers. It writes a line into `arrivals`, a pipe, when a request has come."""

    def __init__(self, arrivals):
        os.mkfifo(arrivals)
        self.arrivals = str(arrivals)
        self._open = os.open(arrivals, os.O_RDWR)  # so that neither side waits for the other to open it
        command = [simulator_program(), "--fault", "stall-before-headers", "--log", self.arrivals]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.base_url = self._process.stdout.readline().strip() + "/v1"

    def wait_for_request(self):
        while os.read(self._open, 1) != b"\n":
            pass

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()
        os.close(self._open)


@pytest.fixture
def stalled(tmp_path):
    running = Stalled(tmp_path / "arrivals")
    yield running
    running.stop()


@pytest.mark.parametrize("way", WAITING)
def test_ctrl_c_raises_keyboard_interrupt_within_a_tenth_of_a_second(stalled, tmp_path, way):
    body = "".join("    " + line + "\n" for line in WAITING[way].splitlines())
    file = tmp_path / "program.py"
    file.write_text(
        BEGINNING
        + "try:\n"
        + body
        + "except KeyboardInterrupt:\n    print(time.monotonic(), len(model.get_history()), flush=True)\n"
    )
    latencies = []
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, str(file), stalled.base_url], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True
        ) as program:
            stalled.wait_for_request()
            begin = time.monotonic()
            program.send_signal(signal.SIGINT)
            try:
                told, _ = program.communicate(timeout=10)
            finally:
                program.kill()
        end, history = told.split()
        assert history == "0"
        latencies.append(float(end) - begin)
    assert sorted(latencies)[1] < 0.1


def test_child_of_a_fork_can_ask_and_so_can_its_parent(simulator, run_program):
    told = run_program(
        BEGINNING
        + """
print(model.ask("What is the capital of Australia?").content, flush=True)
child = os.fork()
if child == 0:
    print(model.ask("What is the capital of Australia?").content, flush=True)
    print(asyncio.run(model.ask_async("What is the capital of Australia?")).content, flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(model.ask("What is the capital of Australia?").content, flush=True)
""",
        simulator.base_url,
    )
    assert told.splitlines() == ["The capital of Australia is Canberra."] * 4


def test_stream_of_the_parent_is_an_error_in_the_child_and_goes_on_in_the_parent(simulators, run_program):
    simulator = simulators("--chunk-delay-ms", "20")
    told = run_program(
        BEGINNING
        + """
stream = model.ask_stream("What is the capital of Australia?")
text = next(stream).content
child = os.fork()
if child == 0:
    try:
        next(stream)
    except fastccg.FastCCGError as error:
        print(error, flush=True)
    del stream
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
print(text + "".join(chunk.content for chunk in stream))
""",
        simulator.base_url,
    )
    error, text = told.splitlines()
    assert "forked" in error
    assert text == "The capital of Australia is Canberra."


@pytest.mark.parametrize("name", ["fastccg.limits", "fastccg.init"])
def test_fork_while_a_thread_loads_a_part_of_the_package_leaves_the_child_able_to_use_it(run_program, name):
    run_program(
        """
import importlib.machinery, os, signal, sys, threading
import fastccg
import fastccg.errors

loading, go_on = threading.Event(), threading.Event()
load = importlib.machinery.SourceFileLoader.exec_module

def load_slowly(loader, module):
    if module.__name__ == sys.argv[1]:
        loading.set()
        go_on.wait(5)
    load(loader, module)

importlib.machinery.SourceFileLoader.exec_module = load_slowly
thread = threading.Thread(target=lambda: (fastccg.set_rate_limits, fastccg.init_model))
thread.start()
loading.wait(5)
os.register_at_fork(before=go_on.set)
child = os.fork()
if child == 0:
    signal.alarm(5)
    assert fastccg.rate_limits("openai") is None
    assert "hi" in fastccg.init_model("mock/mock_model").ask("hi").content
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
thread.join()
""",
        name,
    )


def test_multiprocessing_with_fork_works(simulator, run_program):
    told = run_program(
        BEGINNING
        + """
import multiprocessing

def work(i):
    return model.ask("What is the capital of Australia?").content

if __name__ == "__main__":
    model.ask("warm")
    with multiprocessing.get_context("fork").Pool(3) as pool:
        print(set(pool.map(work, range(9))))
""",
        simulator.base_url,
    )
    assert told.strip() == "{'The capital of Australia is Canberra.'}"


EXITS = {
    "task in flight": """
async def main():
    asyncio.create_task(model.ask_async('Q'))
    await asyncio.to_thread(wait_for_request)
    sys.exit(0)
asyncio.run(main())
""",
    "loop left running": """
loop = asyncio.new_event_loop()
task = loop.create_task(model.ask_async('Q'))
task._log_destroy_pending = False
loop.run_until_complete(loop.run_in_executor(None, wait_for_request))
""",
    "daemon thread in ask": """
threading.Thread(target=lambda: model.ask('Q'), daemon=True).start()
wait_for_request()
""",
    "daemon thread in a stream": """
threading.Thread(target=lambda: list(model.ask_stream('Q')), daemon=True).start()
wait_for_request()
""",
    "daemon thread with a loop": """
threading.Thread(target=lambda: asyncio.run(model.ask_async('Q')), daemon=True).start()
wait_for_request()
""",
    "stream in a global": """
stream = model.ask_stream('Q')
iterator = iter(stream)
threading.Thread(target=lambda: next(iterator), daemon=True).start()
wait_for_request()
""",
    "model in a cycle": """
class Cycle: pass
cycle = Cycle(); cycle.itself = cycle; cycle.model = model; cycle.stream = model.ask_stream('Q')
""",
    "os._exit": """
threading.Thread(target=lambda: model.ask('Q'), daemon=True).start()
wait_for_request()
os._exit(0)
""",
    "filter in use": """
model.reply_filter(lambda text: text)
threading.Thread(target=lambda: model.ask('Q'), daemon=True).start()
wait_for_request()
""",
}


FILTERS = {"waits": "threading.Event().wait()", "works": "while True: pass"}


@pytest.mark.parametrize("how", FILTERS)
def test_exit_while_a_filter_runs_in_a_daemon_thread_is_clean(simulator, run_program, how):
    for way in ("model.ask('Q')", "list(model.ask_stream('Q'))", "asyncio.run(model.ask_async('Q'))"):
        run_program(
            BEGINNING
            + f"""
inside = threading.Event()

def slow(text):
    inside.set()
    {FILTERS[how]}

model.reply_filter(slow)
threading.Thread(target=lambda: {way}, daemon=True).start()
inside.wait(5)
""",
            simulator.base_url,
        )


@pytest.mark.parametrize("how", EXITS)
def test_exit_with_a_call_in_flight_is_quick_and_clean(stalled, run_program, how):
    begin = time.monotonic()
    run_program(BEGINNING + EXITS[how], stalled.base_url, stalled.arrivals, timeout=20)
    assert time.monotonic() - begin < 10


def test_exit_while_answers_arrive_is_clean(simulator, run_program):
    source = (
        BEGINNING
        + """
answered = threading.Semaphore(0)

def ask():
    while True:
        for _ in model.ask_stream('Tell me a short story about a robot who learns to paint.'):
            answered.release()
        model.ask('Q')
        answered.release()

for _ in range(4):
    threading.Thread(target=ask, daemon=True).start()
for _ in range(int(sys.argv[2])):
    answered.acquire()
"""
    )
    for answers in (1, 100, 273):
        run_program(source, simulator.base_url, str(answers))


@pytest.mark.skipif(sys.version_info < (3, 13), reason="older interpreters mix up event loops and memory themselves")
def test_interpreters_beside_each_other_do_not_disturb_each_other(simulator, run_program):
    run_program(
        """
import sys, threading
import _interpreters

PROGRAM = f\"\"\"
import sys
sys.path[:] = {sys.path!r}
import asyncio
import fastccg
model = fastccg.init_model("openai/gpt-4o", api_key="sk-1", base_url={sys.argv[1]!r})
model.reply_filter(str.upper)
assert "CANBERRA" in model.ask("What is the capital of Australia?").content

async def main():
    await asyncio.gather(*(model.ask_async("Q") for _ in range(10)))
    async for _ in model.ask_stream("Q"):
        pass

asyncio.run(main())
left = model.ask_stream("Q")
next(left)
\"\"\"
failures = []

def run():
    interpreter = _interpreters.create()
    failures.append(_interpreters.run_string(interpreter, PROGRAM))
    _interpreters.destroy(interpreter)

threads = [threading.Thread(target=run) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert failures == [None] * 4, failures
""",
        simulator.base_url,
    )


def test_importing_brings_in_neither_asyncio_nor_a_sdk(run_program):
    told = run_program(
        """
import sys
# What finds a package that is installed for editing has imports of its own.
for finder in sys.meta_path:
    if not isinstance(finder, type):
        finder.find_spec("fastccg", None)
before = {*sys.modules, "__future__"}
import fastccg
print(sorted(set(sys.modules) - before))
fastccg.init_model(fastccg.MockModel).ask("hi")
heavy = ("asyncio", "openai", "httpx", "typing", "dataclasses", "inspect")
print([name for name in heavy if name in sys.modules and name not in before])
"""
    )
    first, second = told.splitlines()
    assert first == "['fastccg']"
    assert second == "[]"


def test_importing_adds_at_most_thirty_milliseconds(run_program):
    told = run_program(
        """
import time
begin = time.process_time()
import fastccg
print(time.process_time() - begin)
"""
    )
    assert float(told) < 0.03


def test_many_calls_do_not_grow_the_process(model):
    import asyncio
    import resource

    async def some():
        for _ in range(10):
            model.clear_history()
            await asyncio.gather(*(model.ask_async("Q") for _ in range(20)))
            async for _ in model.ask_stream("Q"):
                pass

    asyncio.run(some())
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(5):
        asyncio.run(some())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB


def test_key_is_in_nothing_that_can_be_printed(model, tmp_path):
    model.ask("Q")
    model.save(tmp_path / "session.json")
    shown = [repr(model), str(model.model_info()), repr(vars(model)), (tmp_path / "session.json").read_text()]
    assert not any(KEY in text for text in shown)
    assert "0123456789" not in repr(__import__("fastccg").add_openai_key(KEY))
    assert os.environ.get("OPENAI_API_KEY") is None
