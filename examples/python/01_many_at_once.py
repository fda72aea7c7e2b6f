import asyncio
import fastccg
from fastccg.models.gpt import gpt_4o

api_key = fastccg.add_openai_key("sk-...")
model = fastccg.init_model(gpt_4o, api_key=api_key)

async def main():
    task1 = model.ask_async("What is the speed of light?")
    task2 = model.ask_async("What is the capital of Australia?")
    responses = await asyncio.gather(task1, task2)          # both in flight at once
    for response in responses:
        print(response.content)

asyncio.run(main())
