"""What do a call and a streamed chunk cost from Python, next to the official SDK that asks the same simulator?

Each contender runs in a process of its own, taking turns, with the same number of calls at once; CPU time of all its
threads is counted. Prints medians.

usage: python bench/python_side_by_side.py SIMULATOR_PROGRAM [ROUNDS]
"""

import asyncio
import statistics
import subprocess
import sys
import time

AT_ONCE = 20
QUESTION = "What is the capital of Australia?"
STORY = "Tell me a short story about a robot who learns to paint."
CALLS = {"fastccg": 2000, "openai": 400}


class Fastccg:
    def __init__(self, url):
        import fastccg

        self.model = fastccg.init_model("openai/gpt-4o", api_key="sk-bench", base_url=url + "/v1")

    async def ask(self):
        return (await self.model.fork().ask_async(QUESTION)).content

    async def stream(self):
        return [chunk.content async for chunk in self.model.fork().ask_stream(STORY)]


class Openai:
    def __init__(self, url):
        from openai import AsyncOpenAI

        self.client = AsyncOpenAI(api_key="sk-bench", base_url=url + "/v1")

    async def create(self, question, **options):
        messages = [{"role": "user", "content": question}]
        return await self.client.chat.completions.create(model="gpt-4o", messages=messages, **options)

    async def ask(self):
        return (await self.create(QUESTION)).choices[0].message.content

    async def stream(self):
        return [
            chunk.choices[0].delta.content async for chunk in await self.create(STORY, stream=True) if chunk.choices
        ]


async def repeat(work, count):
    """CPU seconds, and all results, of so many calls, some at once."""

    async def some():
        return [await work() for _ in range(count // AT_ONCE)]

    begin = time.process_time()
    results = await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return time.process_time() - begin, [result for part in results for result in part]


async def measure(name, url):
    contender = {"fastccg": Fastccg, "openai": Openai}[name](url)
    await repeat(contender.ask, AT_ONCE)
    seconds, replies = await repeat(contender.ask, CALLS[name])
    assert "Canberra" in replies[0]
    print(seconds / len(replies) * 1e6)
    seconds, streams = await repeat(contender.stream, CALLS[name] // 10)
    print(seconds / sum(map(len, streams)) * 1e6)


def main(program, rounds=3):
    with subprocess.Popen([program], stdout=subprocess.PIPE, text=True) as simulator:
        try:
            url = simulator.stdout.readline().strip()
            costs = {name: [] for name in CALLS}
            for _ in range(rounds):
                for name, found in costs.items():
                    done = subprocess.run(
                        [sys.executable, __file__, "--measure", name, url], check=True, stdout=subprocess.PIPE
                    )
                    found.append([float(line) for line in done.stdout.split()])
        finally:
            simulator.terminate()
    for row, work in enumerate(("a call", "a chunk")):
        ours, theirs = (statistics.median(cost[row] for cost in costs[name]) for name in CALLS)
        print(f"{work}: fastccg {ours:.1f} us, openai {theirs:.1f} us, ratio {theirs / ours:.0f}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        asyncio.run(measure(sys.argv[2], sys.argv[3]))
    else:
        main(sys.argv[1], *map(int, sys.argv[2:3]))
