import asyncio
import fastccg
from fastccg.models.gpt import gpt_4o

api_key = fastccg.add_openai_key("sk-...")
model = fastccg.init_model(gpt_4o, api_key=api_key)

async def main():
    print("AI: ", end="")
    async for chunk in model.ask_stream("Tell me a short story about a robot who learns to paint."):
        print(chunk.content, end="", flush=True)            # as the model writes it
    print()

asyncio.run(main())
