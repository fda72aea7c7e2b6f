import fastccg
from fastccg.models.gpt import gpt_4o

api_key = fastccg.add_openai_key("sk-...")
model = fastccg.init_model(gpt_4o, api_key=api_key)
response = model.ask("What is the capital of Australia?")
print(response.content)

model.save("my_session.json")                               # whole state; never the API key
loaded_model = fastccg.load_model("my_session.json", api_key=api_key)
response = loaded_model.ask("Based on our previous conversation, what was my last question?")
print(response.content)
