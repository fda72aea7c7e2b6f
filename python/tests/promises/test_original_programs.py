"""Programs written for the original package run as they stand, each in an interpreter of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from simulator import ROOT, Simulator

THE_PAGE = """
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

    print("AI: ", end="")
    async for chunk in model.ask_stream("Tell me a short story about a robot who learns to paint."):
        print(chunk.content, end="", flush=True)            # as the model writes it
    print()

asyncio.run(main())

model.save("my_session.json")                               # whole state; never the API key
loaded_model = fastccg.load_model("my_session.json", api_key=api_key)
response = loaded_model.ask("Based on our previous conversation, what was my last question?")
print(response.content)
"""


class Program:
    """Runs programs in a folder of their own; warnings are errors, so that nothing is left unawaited or unclosed."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        self.folder = folder
        self.environment = {**os.environ, **simulator.environment(), "PYTHONWARNINGS": "error"}

    def run(self, text: str, stdin: str = "", status: int = 0) -> str:
        command = [sys.executable, "-c", textwrap.dedent(text)]
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, input=stdin, capture_output=True, text=True, timeout=30
        )
        assert done.returncode == status, done.stderr
        self.stderr = done.stderr
        return done.stdout


@pytest.fixture
def program(tmp_path: Path, sim: Simulator) -> Program:
    return Program(tmp_path, sim)


def test_the_page_runs_as_it_stands(program: Program) -> None:
    output = program.run(THE_PAGE)
    assert "299,792,458" in output
    assert "Canberra" in output
    assert "AI: " in output
    assert "Tell me a short story about a robot who learns to paint." in output.splitlines()[-1]
    assert program.stderr == ""
    assert "sk-..." not in (program.folder / "my_session.json").read_text()


@pytest.mark.parametrize("name", ["01_many_at_once", "02_stream", "03_save_and_load"])
def test_examples_are_made_of_the_lines_of_the_page(name: str) -> None:
    added = {'response = model.ask("What is the capital of Australia?")'}
    lines = (ROOT / f"examples/python/{name}.py").read_text().splitlines()
    assert [line for line in lines if line not in THE_PAGE.splitlines() and line not in added] == []


def test_quick_start(program: Program) -> None:
    output = program.run("""
        import fastccg
        from fastccg.models.gpt import gpt_4o

        # Add your API key
        api_key = fastccg.add_openai_key("sk-...")

        # Initialize the model
        model = fastccg.init_model(gpt_4o, api_key=api_key)

        # Ask a question
        response = model.ask("What is the capital of France?")
        print(response.content)
    """)
    assert "Paris" in output


def test_settings_are_chained(program: Program, sim: Simulator) -> None:
    program.run("""
        import fastccg
        from fastccg.models.gpt import gpt_3_5_turbo

        fastccg.add_openai_key("sk-...")
        model = (
            fastccg.init_model(gpt_3_5_turbo)
            .sys_prompt("You are a pirate.")
            .temperature(0.2)
            .max_tokens(50)
            .reply_filter(lambda text: text.upper())
        )
        response = model.ask("say ahoy there")
        assert response.content == response.content.upper() != "", response.content
        assert model.model_info() ["temperature"] == 0.2
        assert model.model_info() ["max_tokens"] == 50
        assert model.model_info() ["model"] == "gpt-3.5-turbo"
        assert model.model_info() ["provider"] == "openai"
    """)
    body = sim.bodies()[0]
    assert body["model"] == "gpt-3.5-turbo"
    assert body["temperature"] == 0.2
    assert body["messages"][0] == {"role": "system", "content": "You are a pirate."}


def test_history_is_written_by_hand(program: Program) -> None:
    program.run("""
        import fastccg
        from fastccg.models.mock import MockModel

        fastccg.add_mock_key()
        model = fastccg.init_model(MockModel)
        model.append_prompt("Hi").append_response("Hello!")
        history = model.get_history()
        assert [(p.role, p.content) for p in history] == [("user", "Hi"), ("assistant", "Hello!")]
        assert history[0].to_dict() == {"role": "user", "content": "Hi"}
        assert model.reset() is model
        assert model.get_history() == []
    """)


def test_mock_model_answers_as_it_always_has(program: Program) -> None:
    program.run("""
        import asyncio
        import fastccg
        from fastccg.models.mock import MockModel

        key = fastccg.add_mock_key()
        assert key == "mock_key"
        model = fastccg.init_model(MockModel, api_key=key)
        response = model.ask("Hello")
        assert response.content == "This is a mock response to: Hello"
        assert response.tokens_used == 10
        assert response.provider == "mock"

        async def main():
            return [chunk.content async for chunk in model.ask_stream("Hello")]

        assert asyncio.run(main()) == ["This ", "is ", "a ", "mock ", "streamed ", "response."]
        info = model.model_info()
        assert (info["model"], info["provider"]) == ("mock_model", "mock")
        assert MockModel().ask("again").content == "This is a mock response to: again"
    """)


def test_public_names_of_the_package_are_there(program: Program) -> None:
    program.run("""
        import fastccg
        from fastccg import (
            ModelBase, EmbeddingBase, GeminiEmbedding, RAGModel, VectorStoreBase, InMemoryVectorStore,
            ModelResponse, ModelPrompt, add_openai_key, add_gemini_key,
            add_claude_key, add_mistral_key, add_mock_key, init_model, init_embedding, load_model, run_terminal,
            gpt_4o, gpt_3_5_turbo, gemini_flash_1_5, gemini_pro_1_5, claude_3_sonnet, mistral_tiny, mistral_small,
            mistral_medium, MockModel, text_embedding_3_small, MockEmbedding,
        )
        for name in fastccg.__all__:
            getattr(fastccg, name)
    """)


def test_import_paths_of_the_original_lead_to_the_same_things(program: Program) -> None:
    program.run("""
        import fastccg
        from fastccg.core.model_base import ModelBase, ModelPrompt, ModelResponse
        from fastccg.core.terminal import run_terminal
        from fastccg.embedding.base import EmbeddingBase
        from fastccg.embedding.google import GeminiEmbedding
        from fastccg.embedding.mock import MockEmbedding
        from fastccg.embedding.openai import text_embedding_3_small
        from fastccg.errors import APIRequestFailed, FastCCGError, ModelUnavailable, QuotaExceeded
        from fastccg.models import claude, gemini, gpt, mistral, mock
        from fastccg.models.claude import claude_3_sonnet
        from fastccg.models.gemini import gemini_flash_1_5, gemini_pro_1_5
        from fastccg.models.mistral import mistral_medium, mistral_small, mistral_tiny
        from fastccg.rag import RAGModel
        from fastccg.rag.prompts import PROMPT_TEMPLATES, get_prompt_template
        from fastccg.types.prompt import ModelPrompt as Prompt
        from fastccg.types.response import ModelResponse as Response
        from fastccg.utils.fastccg import add_openai_key, init_model
        from fastccg.vector_store.base import VectorStoreBase
        from fastccg.vector_store.in_memory import InMemoryVectorStore

        assert Prompt is ModelPrompt is fastccg.ModelPrompt
        assert Response is ModelResponse is fastccg.ModelResponse
        assert ModelBase is fastccg.ModelBase
        assert add_openai_key is fastccg.add_openai_key
        assert issubclass(claude_3_sonnet, ModelBase)
        assert claude_3_sonnet.provider == "anthropic"
        assert gemini_pro_1_5.provider == "gemini"
        assert EmbeddingBase is fastccg.EmbeddingBase
        assert RAGModel is fastccg.RAGModel
        assert issubclass(InMemoryVectorStore, VectorStoreBase)
    """)


def test_models_are_instances_of_their_classes(program: Program) -> None:
    program.run("""
        import fastccg
        from fastccg.models.claude import claude_3_sonnet
        from fastccg.models.gpt import gpt_4o

        model = fastccg.init_model(gpt_4o, api_key="sk-...")
        assert isinstance(model, gpt_4o) and isinstance(model, fastccg.ModelBase)
        assert not isinstance(model, claude_3_sonnet)
        assert gpt_4o(api_key="sk-...").model_name == "gpt-4o"
        assert gpt_4o("sk-...").provider == "openai"

        model.save("session.json")
        assert isinstance(fastccg.load_model("session.json", "sk-..."), gpt_4o)
    """)


def test_except_clauses_catch_what_they_always_caught(program: Program, sim: Simulator) -> None:
    sim.faults("status;code=404")
    program.run("""
        import fastccg
        from fastccg.errors import APIRequestFailed, FastCCGError, ModelUnavailable, QuotaExceeded
        from fastccg.models.gpt import gpt_4o

        model = fastccg.init_model(gpt_4o, api_key="sk-...")
        try:
            model.ask("Hello")
        except QuotaExceeded:
            raise SystemExit("quota?")
        except (ModelUnavailable, APIRequestFailed) as error:
            assert isinstance(error, FastCCGError)
            assert str(error)
        else:
            raise SystemExit("no error at all")
    """)


def test_errors_can_be_made_by_hand_as_in_tests_with_stand_ins(program: Program) -> None:
    program.run("""
        from fastccg.errors import APIRequestFailed, FastCCGError, ModelUnavailable, QuotaExceeded

        for error in (QuotaExceeded(), ModelUnavailable("gone"), APIRequestFailed("broken"), FastCCGError("any")):
            try:
                raise error
            except FastCCGError as caught:
                assert caught is error
        assert "gone" in str(ModelUnavailable("gone"))
        assert "broken" in str(APIRequestFailed("broken"))
    """)


def test_missing_key_is_a_value_error(program: Program) -> None:
    for name in ("OPENAI_API_KEY",):
        program.environment.pop(name)
    program.run("""
        import fastccg
        from fastccg.models.gpt import gpt_4o

        try:
            fastccg.init_model(gpt_4o)
        except ValueError as error:
            assert "add_openai_key" in str(error) or "OPENAI_API_KEY" in str(error), error
        else:
            raise SystemExit("a model without a key")
    """)


def test_a_class_of_ones_own_can_take_the_place_of_a_model(program: Program) -> None:
    """Tests of users often subclass a model, or `ModelBase`, to stand in for a provider."""
    program.run("""
        import fastccg
        from fastccg.models.mock import MockModel

        class Loud(MockModel):
            def ask(self, prompt):
                response = super().ask(prompt)
                response.content = response.content.upper()
                return response

        model = fastccg.init_model(Loud, api_key="mock_key")
        assert isinstance(model, Loud)
        assert model.ask("hi").content == "THIS IS A MOCK RESPONSE TO: HI"
    """)


def test_responses_are_made_and_compared_like_the_dataclass_that_they_were(program: Program) -> None:
    program.run("""
        from fastccg.types.prompt import ModelPrompt
        from fastccg.types.response import ModelResponse

        response = ModelResponse(content="x", tokens_used=3, provider="mock", raw=None)
        assert (response.content, response.tokens_used, response.provider, response.raw) == ("x", 3, "mock", None)
        assert ModelResponse("x").tokens_used is None
        assert ModelPrompt(role="user", content="x") == ModelPrompt("user", "x")
    """)


def test_messages_and_responses_are_taken_apart_like_the_dataclasses_that_they_were(program: Program) -> None:
    program.run("""
        import copy
        import dataclasses
        import json
        import pprint
        import fastccg
        from fastccg.models.mock import MockModel
        from fastccg.types.prompt import ModelPrompt
        from fastccg.types.response import ModelResponse

        model = MockModel()
        response = model.ask("hello")
        question, answer = model.get_history()
        assert dataclasses.is_dataclass(response) and dataclasses.is_dataclass(ModelPrompt)
        names = [field.name for field in dataclasses.fields(ModelResponse)]
        assert names == ["content", "tokens_used", "provider", "raw"]
        assert dataclasses.asdict(question) == {"role": "user", "content": "hello"} == vars(question)
        assert dataclasses.asdict(response)["content"] == vars(response)["content"] == response.content
        assert dataclasses.asdict(response)["raw"] == response.raw
        assert dataclasses.astuple(answer) == ("assistant", response.content)
        assert dataclasses.replace(response, content="x").content == "x"
        assert dataclasses.replace(question, role="system") == ModelPrompt("system", "hello")
        assert json.loads(json.dumps([vars(message) for message in model.get_history()]))[0]["role"] == "user"
        match question:
            case ModelPrompt("user", content):
                assert content == "hello"
            case _:
                raise AssertionError
        match response:
            case ModelResponse(content=text):
                assert text == response.content
        pprint.pprint([response] * 20)

        @dataclasses.dataclass
        class Rated(ModelResponse):
            stars: int = 0

        assert Rated("x", stars=5) == Rated("x", None, None, None, 5)
        assert dataclasses.asdict(Rated("x", stars=5))["stars"] == 5
        assert (Rated("x").raw, Rated("x").usage.total, Rated("x", raw=[1]).raw) == (None, None, [1])
        assert copy.deepcopy(answer) == copy.copy(answer) == answer
        assert copy.copy(response) == response
        for module in (fastccg.parts, fastccg.tools, fastccg.observers, fastccg.types.response, fastccg.types.prompt):
            for thing in vars(module).values():
                assert not hasattr(thing, "__match_args__") or dataclasses.fields(thing) is not None
        assert dataclasses.asdict(response.usage)["total"] == response.tokens_used
    """)


def test_saved_sessions_are_loaded_by_their_class_too(program: Program) -> None:
    program.run("""
        from fastccg.models.mock import MockModel

        model = MockModel()
        model.ask("remember me")
        model.save(path="session.json")
        again = MockModel.load("session.json", api_key="mock_key")
        assert [p.content for p in again.get_history()] == [p.content for p in model.get_history()]
    """)


def test_sessions_written_by_the_original_load(program: Program) -> None:
    (program.folder / "old.json").write_text("""{
      "model_name": "gpt-4o",
      "provider": "openai",
      "history": [
        {"role": "user", "content": "What is the capital of Peru?"},
        {"role": "assistant", "content": "Lima."}
      ],
      "sys_prompt": {"role": "system", "content": "Be brief."},
      "temperature": 0.5,
      "max_tokens": 100
    }""")
    output = program.run("""
        import fastccg

        model = fastccg.load_model("old.json", api_key="sk-...")
        assert model.model_info()["temperature"] == 0.5
        print(model.ask("What was my last question?").content)
    """)
    assert "What is the capital of Peru?" in output


def test_terminal_talks_until_it_is_told_to_stop(program: Program) -> None:
    output = program.run(
        """
        import fastccg
        from fastccg.models.mock import MockModel

        fastccg.run_terminal(fastccg.init_model(MockModel, api_key="mock_key"))
        """,
        stdin="Hello\nreset\nexit\nnever said\n",
    )
    assert "This is a mock response to: Hello" in output
    assert "never said" not in output


def test_embeddings_are_awaited_or_waited_for(program: Program) -> None:
    program.run("""
        import asyncio
        import fastccg
        from fastccg.embedding.mock import MockEmbedding

        fastccg.add_mock_key()
        embedder = fastccg.init_embedding(MockEmbedding)
        one = asyncio.run(embedder.embed("Hello"))
        two = embedder.embed_sync(["Hello", "world"])
        assert len(one) == 1 and len(two) == 2
        assert len(one[0]) == MockEmbedding.dimensions == 128
        assert one[0] == two[0] != two[1]
    """)


def test_questions_are_answered_from_documents(program: Program) -> None:
    program.run("""
        import asyncio
        import fastccg
        from fastccg.embedding.mock import MockEmbedding
        from fastccg.models.mock import MockModel
        from fastccg.rag import RAGModel
        from fastccg.vector_store.in_memory import InMemoryVectorStore

        fastccg.add_mock_key()
        llm = fastccg.init_model(MockModel)
        embedder = fastccg.init_embedding(MockEmbedding)
        store = InMemoryVectorStore()
        documents = {"doc1": "The sky is blue during a clear day.", "doc2": "Grass grows in parks."}

        async def main():
            for doc_id, text in documents.items():
                vector = (await embedder.embed(text))[0]
                store.add(doc_id, vector, metadata={"text": text})
            rag = RAGModel(llm=llm, embedder=embedder, store=store, top_k=1)
            response = await rag.ask_async("Is the sky blue?")
            assert documents["doc1"] in response.content and documents["doc2"] not in response.content
            rag.save("my_knowledge.fcvs", pretty_print=True)
            other = RAGModel(llm=llm, embedder=embedder, store=InMemoryVectorStore())
            other.load("my_knowledge.fcvs")
            (found, score, metadata), *_ = other.store.similarity_search((await embedder.embed("blue sky"))[0], top_k=1)
            assert found == "doc1" and metadata["text"] == documents["doc1"]

        asyncio.run(main())
    """)


def test_keywords_have_the_names_that_they_had(program: Program) -> None:
    program.run("""
        import fastccg
        from fastccg.embedding.openai import text_embedding_3_small
        from fastccg.errors import APIRequestFailed, FastCCGError, ModelUnavailable
        from fastccg.models.gpt import gpt_4o
        from fastccg.utils.fastccg import init_model

        key = fastccg.add_openai_key(key="sk-...")
        for init in (init_model, fastccg.init_model):
            assert "Canberra" in init(model_class=gpt_4o, api_key=key).ask(prompt="The capital of Australia?").content
        embedder = fastccg.init_embedding(embedding_class=text_embedding_3_small)
        assert len(embedder.embed_sync(texts="hello")[0]) == 1536
        assert str(ModelUnavailable(msg="gone")) == "gone" and "broken" in str(APIRequestFailed(msg="broken"))

        class Mine(FastCCGError):
            def __init__(self, a, b):
                super().__init__(a, b)

        assert Mine(1, 2).args == (1, 2)
    """)


def test_history_is_changed_in_place(program: Program) -> None:
    program.run("""
        import fastccg
        from fastccg import MockModel, ModelPrompt

        model = fastccg.init_model(MockModel, api_key="k").temperature(0.5)
        history = model.history
        history.append(ModelPrompt(role="user", content="x"))
        history.append(ModelPrompt("assistant", "y"))
        model.ask("q")
        texts = [message.content for message in model.history]
        assert texts == ["x", "y", "q", "This is a mock response to: q"] == [m.content for m in history]

        model.history = model.history[-2:]
        assert model.history == model.get_history() and len(model.get_history()) == 2
        assert model.history[-1].role == "assistant"
        model.history.pop()
        model.history[0] = ModelPrompt("user", "Q")
        model.history.insert(0, ModelPrompt("assistant", "Hello"))
        model.history += [ModelPrompt("assistant", "A")]
        model.history.extend([ModelPrompt("user", "B"), ModelPrompt("assistant", "C")])
        del model.history[-2:]
        assert [m.content for m in model.get_history()] == ["Hello", "Q", "A"]
        assert [m.content for m in model.history + [ModelPrompt("user", "!")]][-1] == "!"
        assert repr(model.history) == repr(model.get_history())

        other = MockModel()
        other.history = model.get_history()
        model.history.clear()
        assert model.get_history() == [] and len(other.history) == 3
        import copy, pickle
        for twin in (copy.copy(other.history), copy.deepcopy(other.history), pickle.loads(pickle.dumps(other.history))):
            assert type(twin) is list and twin == other.history
        assert isinstance(other.history, list) and list(other.history) == other.history
        assert [ModelPrompt("user", "!")] + other.history == [ModelPrompt("user", "!"), *other.history]
        assert other.history != [] and not other.history != other.get_history() and bool(other.history)
        assert len(sorted(other.history, key=str)) == 3
        first, *rest = other.history
        assert (first.content, len(rest), other.history.count(first)) == ("Hello", 2, 1)
        assert [m.role for m in reversed(other.history)] == ["assistant", "user", "assistant"]
        assert other.history.index(ModelPrompt("user", "Q")) == 1 and ModelPrompt("user", "Q") in other.history
        other.history = []
        assert not other.history and model.model_info()["temperature"] == 0.5
    """)


OWN_MODEL = """
import asyncio
import fastccg
from fastccg import ModelBase, ModelResponse

class Echo(ModelBase):
    provider = "echo"

    def __init__(self, api_key="none", model_name="echo-1"):
        super().__init__(api_key=api_key, model_name=model_name)

    def _ask(self, prompt):
        return asyncio.run(self._ask_async(prompt))

    async def _ask_async(self, prompt):
        asked = [message.content for message in self.history]
        assert asked[-1] == prompt == self.get_history()[-1].content
        assert self.api_key == "k" and self._temperature == 0.3 and self._max_tokens is None
        assert self._sys_prompt.content == "S" and self._reply_filter is str.upper
        return ModelResponse(content=prompt[::-1] + str(len(asked)), tokens_used=1, provider=self.provider)

    async def _ask_stream(self, prompt):
        for letter in prompt:
            assert self.history[-1].content == prompt
            yield ModelResponse(content=letter, provider=self.provider)

model = fastccg.init_model(Echo, api_key="k").sys_prompt("S").temperature(0.3).reply_filter(str.upper)
"""


def test_providers_of_ones_own_answer_by_the_methods_that_the_base_class_called(program: Program) -> None:
    program.run(
        OWN_MODEL
        + """
assert model.ask("abc").content == "CBA1"

async def main():
    assert model.ask("in a loop").content == "POOL A NI3"
    assert (await model.ask_async("xy")).content == "YX5"
    assert [chunk.content async for chunk in model.ask_stream("hey")] == ["h", "e", "y"]
    stream = model.ask_stream("left")
    async for chunk in stream:
        assert len(model.history) == 8
        break
    await stream.aclose()

asyncio.run(main())
texts = [message.content for message in model.get_history()]
assert texts == ["abc", "CBA1", "in a loop", "POOL A NI3", "xy", "YX5", "hey", "HEY", "left", "l"], texts
assert isinstance(model, Echo) and repr(model) == "<Echo echo/echo-1>"
info = model.model_info()
assert (info["model"], info["provider"], info["temperature"]) == ("echo-1", "echo", 0.3)
assert model.fork().ask("q").content == "Q11"

model.save("echo.json")
for again in (Echo.load("echo.json", "k"), fastccg.load_model("echo.json", api_key="k")):
    assert type(again) is Echo and again.history == model.history and again.model_name == "echo-1"
    assert again.reply_filter(str.upper).ask("q").content == "Q11"
"""
    )
    program.run("""
        import fastccg

        try:
            fastccg.load_model("echo.json", api_key="k")
        except fastccg.FastCCGError as error:
            assert "echo" in str(error), error
        else:
            raise AssertionError
    """)


def test_call_that_fails_in_a_provider_of_ones_own_leaves_nothing(program: Program) -> None:
    program.run("""
        import asyncio
        from fastccg import ModelBase

        class Broken(ModelBase):
            provider = "broken"

            async def _ask_async(self, prompt):
                raise ZeroDivisionError

            async def _ask_stream(self, prompt):
                yield 1 / 0

        model = Broken()

        async def read():
            async for _ in model.ask_stream("q"):
                pass

        for call in (lambda: model.ask("q"), lambda: asyncio.run(read())):
            try:
                call()
            except ZeroDivisionError:
                assert model.history == []
            else:
                raise AssertionError
    """)


def test_ask_goes_through_an_ask_async_that_is_replaced(program: Program) -> None:
    program.run("""
        import fastccg
        from unittest.mock import AsyncMock, patch
        from fastccg import ModelResponse
        from fastccg.models.gpt import gpt_4o

        class Logged(gpt_4o):
            def __init__(self, api_key):
                super().__init__(api_key=api_key)
                self.log = []

            async def ask_async(self, prompt):
                self.log.append(prompt)
                return await super().ask_async(prompt)

        model = fastccg.init_model(Logged, api_key="sk-...")
        assert "Canberra" in model.ask("What is the capital of Australia?").content
        assert model.log == ["What is the capital of Australia?"]
        with patch("fastccg.models.gpt.gpt_4o.ask_async", AsyncMock(return_value=ModelResponse("patched"))):
            assert gpt_4o("sk-...").ask("q").content == "patched"
    """)


def test_embedders_of_ones_own_make_vectors(program: Program) -> None:
    program.run("""
        import asyncio
        import fastccg
        from fastccg import EmbeddingBase, InMemoryVectorStore, MockModel, RAGModel

        class Letters(EmbeddingBase):
            provider = "local"

            def __init__(self, api_key=None):
                super().__init__(api_key=api_key, model_name="letters")

            async def embed(self, texts):
                if isinstance(texts, str):
                    texts = [texts]
                return [[float(text.count(letter)) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts]

        embedder = fastccg.init_embedding(Letters, api_key="k")
        assert (embedder.api_key, embedder.model_name, embedder.provider) == ("k", "letters", "local")
        assert embedder.embed_sync("abc")[0][:4] == [1.0, 1.0, 1.0, 0.0]
        assert embedder.model_info()["model"] == "letters"
        rag = RAGModel(llm=MockModel(), embedder=Letters(), store=InMemoryVectorStore(), top_k=1)
        rag.index({"a": "zebra zoo", "b": "apple pie"})
        assert "zebra zoo" in asyncio.run(rag.ask_async("zzoo")).content
        assert "apple pie" in rag.ask("pp").content
    """)


def test_questions_about_documents_go_to_stand_ins(program: Program) -> None:
    program.run("""
        import asyncio
        from unittest.mock import AsyncMock, MagicMock
        from fastccg import InMemoryVectorStore, ModelResponse, RAGModel

        llm = MagicMock(model_name="gpt-4o", ask_async=AsyncMock(return_value=ModelResponse("ok")))
        embedder = MagicMock(embed=AsyncMock(return_value=[[1.0, 2.0]]))
        rag = RAGModel(llm=llm, embedder=embedder, store=InMemoryVectorStore())
        assert asyncio.run(rag.ask_async("Q")).content == "ok"
        embedder.embed.assert_awaited_once_with("Q")
        assert "Q" in llm.ask_async.await_args.args[0]
    """)


def test_responses_and_messages_take_attributes_as_they_did(program: Program) -> None:
    program.run("""
        import copy
        import pickle
        from fastccg import MockModel, ModelPrompt

        model = MockModel()
        response = model.ask("x")
        response.latency = 1.5
        response.content += "!"
        message = model.get_history()[0]
        message.stamp = 7
        for twin in (copy.copy(response), copy.deepcopy(response), pickle.loads(pickle.dumps(response))):
            assert twin == response and twin.latency == 1.5 and vars(twin)["latency"] == 1.5
        for twin in (copy.copy(message), copy.deepcopy(message), pickle.loads(pickle.dumps(message))):
            assert twin == message == ModelPrompt("user", "x") and twin.stamp == 7
    """)


def test_other_libraries_can_evaluate_the_annotations(program: Program) -> None:
    program.run("""
        import dataclasses
        import typing
        from fastccg import ModelPrompt, ModelResponse

        assert typing.get_type_hints(ModelPrompt)["content"] is str
        assert typing.get_type_hints(ModelResponse)["provider"] == typing.Optional[str]
        assert all(not isinstance(field.type, str) for field in dataclasses.fields(ModelResponse))
    """)


def test_pieces_of_a_stream_are_responses_and_its_steps_can_be_tasks(program: Program) -> None:
    program.run("""
        import asyncio
        from fastccg import MockModel, ModelResponse

        async def main():
            stream = MockModel().ask_stream("x")
            first = await asyncio.create_task(stream.__anext__())
            assert isinstance(first, ModelResponse) and not isinstance("This ", ModelResponse)
            waiting = asyncio.create_task(stream.__anext__())
            done, _ = await asyncio.wait({waiting}, timeout=5)
            assert done == {waiting}
            texts = [first.content, waiting.result().content] + [chunk.content async for chunk in stream]
            assert "".join(texts) == "This is a mock streamed response."
            try:
                await asyncio.create_task(stream.__anext__())
            except StopAsyncIteration:
                pass
            else:
                raise AssertionError

        asyncio.run(main())
    """)


def test_pieces_of_a_stream_are_copied_and_pickled(program: Program) -> None:
    program.run("""
        import copy
        import pickle
        import fastccg
        from fastccg import MockModel

        def fields(chunk):
            names = ("content", "kind", "reasoning", "refusal", "tool_index", "tool_id", "tool_name", "tool_arguments")
            return [getattr(chunk, name) for name in (*names, "provider", "tokens_used", "raw")]

        def add(a: int) -> int:
            return a

        model = fastccg.init_model("openai/gpt-4o")
        calls = list(model.ask_stream("Use the tool.", tools=[add], tool_choice="required"))
        assert any(chunk.kind == "tool_call" and chunk.tool_name == "add" for chunk in calls), calls
        for chunk in (*calls, *MockModel().ask_stream("x")):
            assert copy.copy(chunk) is chunk is copy.deepcopy([chunk])[0]
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                twin = pickle.loads(pickle.dumps(chunk, protocol))
                assert type(twin) is type(chunk) and fields(twin) == fields(chunk)
    """)


def test_copy_of_a_model_is_a_fork(program: Program) -> None:
    program.run("""
        import copy
        from fastccg import MockModel

        model = MockModel().temperature(0.3)
        model.ask("a")
        for twin in (copy.copy(model), copy.deepcopy(model), copy.deepcopy({"model": model})["model"]):
            assert type(twin) is MockModel
            twin.ask("b")
            assert (len(twin.history), len(model.history)) == (4, 2)
    """)


def test_reading_a_long_history_takes_no_longer_than_a_copy_of_it(program: Program) -> None:
    program.run("""
        import time
        from fastccg import MockModel, ModelPrompt

        model = MockModel()
        model.history = [ModelPrompt("user", str(i)) for i in range(3000)]
        begin = time.process_time()
        model.get_history()
        once = time.process_time() - begin
        assert [message.content for message in model.history][-1] == "2999"
        assert model.history.index(ModelPrompt("user", "2998")) == 2998
        assert time.process_time() - begin < 100 * once
    """)


def test_copy_of_an_embedder_has_settings_of_its_own(program: Program) -> None:
    program.run("""
        import copy
        from fastccg import MockEmbedding, MockModel, RAGModel

        embedder = MockEmbedding().settings(dimensions=8)
        rag = copy.deepcopy(RAGModel(MockModel(), embedder))
        rag.embedder.settings(dimensions=4)
        assert (len(embedder.embed_sync("x")[0]), len(rag.embedder.embed_sync("x")[0])) == (8, 4)
    """)


def test_modules_are_found_as_attributes_of_the_package(program: Program) -> None:
    for name in (
        "core.model_base", "core.terminal", "embedding.base", "embedding.google", "embedding.mock", "embedding.openai",
        "errors", "models.claude", "models.gemini", "models.gpt", "models.mistral", "models.mock", "rag.prompts",
        "rag.rag", "types.prompt", "types.response", "vector_store.base", "vector_store.in_memory",
    ):  # fmt: skip
        program.run(f"import fastccg; assert fastccg.{name}.__name__ == 'fastccg.{name}'")


def test_terminal_goes_on_after_an_error_of_the_filter(program: Program) -> None:
    output = program.run(
        """
        import fastccg
        from fastccg.models.mock import MockModel

        def picky(text):
            if "bad" in text:
                raise ZeroDivisionError("mine")
            return text

        fastccg.run_terminal(MockModel().reply_filter(picky))
        """,
        stdin="bad\ngood\nexit\n",
    )
    assert "This is a mock response to: good" in output
    assert program.stderr == "mine\n"
