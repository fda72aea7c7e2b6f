"""FastCCG: one library over every large-language-model API.

    import fastccg
    from fastccg.models.gpt import gpt_4o

    model = fastccg.init_model(gpt_4o, api_key="sk-...")
    print(model.ask("What is the speed of light?").content)

Three ways to wait for one thing: `ask` blocks, `ask_async` is awaitable, `ask_stream` yields the answer as the model
writes it. `init_model` takes a class of `fastccg.models` or any "provider/name"; `load_model` takes up a saved
conversation. What can go wrong is in `fastccg.errors`, what a message may consist of in `fastccg.parts`.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fastccg import (
        catalog,
        core,
        embedding,
        errors,
        keys,
        limits,
        models,
        observers,
        parts,
        rag,
        tools,
        types,
        vector_store,
    )
    from fastccg._core import Chunk
    from fastccg.catalog import cost, find_model, list_models, load_catalog
    from fastccg.core.fallback import Fallback
    from fastccg.core.model_base import ModelBase
    from fastccg.core.terminal import run_terminal
    from fastccg.embedding.base import EmbeddingBase, Embeddings
    from fastccg.embedding.google import GeminiEmbedding
    from fastccg.embedding.mock import MockEmbedding
    from fastccg.embedding.openai import text_embedding_3_small
    from fastccg.errors import APIRequestFailed, FastCCGError, ModelUnavailable, QuotaExceeded
    from fastccg.init import init_embedding, init_model, load_model
    from fastccg.keys import (
        ApiKey,
        add_claude_key,
        add_gemini_key,
        add_key,
        add_mistral_key,
        add_mock_key,
        add_openai_key,
        clear_keys,
    )
    from fastccg.limits import clear_rate_limits, rate_limits, set_rate_limits
    from fastccg.models.claude import claude_3_sonnet
    from fastccg.models.gemini import gemini_flash_1_5, gemini_pro_1_5
    from fastccg.models.gpt import gpt_3_5_turbo, gpt_4o
    from fastccg.models.mistral import mistral_medium, mistral_small, mistral_tiny
    from fastccg.models.mock import MockModel
    from fastccg.observers import CallEvent, add_observer, remove_observer, wait_for_observers
    from fastccg.parts import ToolResult
    from fastccg.rag import RAGModel
    from fastccg.stream import AskStream
    from fastccg.tools import Tool
    from fastccg.types.prompt import ModelPrompt
    from fastccg.types.response import ModelResponse
    from fastccg.vector_store.base import VectorStoreBase
    from fastccg.vector_store.in_memory import InMemoryVectorStore

    __version__: str

# Where each name is found. It is looked up when it is first used, so that importing the package costs next to nothing.
_PLACES = {
    "catalog": "cost find_model list_models load_catalog",
    "core.fallback": "Fallback",
    "core.model_base": "ModelBase",
    "core.terminal": "run_terminal",
    "errors": "APIRequestFailed FastCCGError ModelUnavailable QuotaExceeded",
    "embedding.base": "EmbeddingBase Embeddings",
    "embedding.google": "GeminiEmbedding",
    "embedding.mock": "MockEmbedding",
    "embedding.openai": "text_embedding_3_small",
    "init": "init_embedding init_model load_model",
    "keys": "ApiKey add_claude_key add_gemini_key add_key add_mistral_key add_mock_key add_openai_key clear_keys",
    "limits": "clear_rate_limits rate_limits set_rate_limits",
    "models.claude": "claude_3_sonnet",
    "models.gemini": "gemini_flash_1_5 gemini_pro_1_5",
    "models.gpt": "gpt_3_5_turbo gpt_4o",
    "models.mistral": "mistral_medium mistral_small mistral_tiny",
    "models.mock": "MockModel",
    "observers": "CallEvent add_observer remove_observer wait_for_observers",
    "parts": "ToolResult",
    "rag": "RAGModel",
    "stream": "AskStream",
    "tools": "Tool",
    "types.prompt": "ModelPrompt",
    "types.response": "ModelResponse",
    "vector_store.base": "VectorStoreBase",
    "vector_store.in_memory": "InMemoryVectorStore",
    "_core": "Chunk",
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names.split()}
_MODULES = (
    "catalog",
    "core",
    "embedding",
    "errors",
    "keys",
    "limits",
    "models",
    "observers",
    "parts",
    "rag",
    "tools",
    "types",
    "vector_store",
)


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _MODULES:
        return import_module(f"fastccg.{name}")
    if name == "__version__":
        value: object = import_module("fastccg._core").version
    elif name in _PLACE_OF:
        value = getattr(import_module(f"fastccg.{_PLACE_OF[name]}"), name)
    else:
        raise AttributeError(f"module 'fastccg' has no attribute {name!r}")
    globals()[name] = value
    return value


def _finish_loading() -> None:
    """Waits for other threads that load parts of the package: after a fork the child would wait for them for ever."""
    from importlib import import_module
    from sys import modules

    begun = [name for name in list(modules) if name.startswith("fastccg.")]
    if begun:
        # Whoever has begun to load something will need these next.
        begun += ["fastccg.init", "fastccg.models"]
        if "asyncio" in modules:
            begun.append("fastccg._loop")
    for name in begun:
        import_module(name)


os.register_at_fork(before=_finish_loading)


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACE_OF, *_MODULES, "__version__"})


__all__ = [
    "APIRequestFailed",
    "ApiKey",
    "AskStream",
    "CallEvent",
    "Chunk",
    "EmbeddingBase",
    "Embeddings",
    "Fallback",
    "FastCCGError",
    "GeminiEmbedding",
    "InMemoryVectorStore",
    "MockEmbedding",
    "MockModel",
    "ModelBase",
    "ModelPrompt",
    "ModelResponse",
    "ModelUnavailable",
    "QuotaExceeded",
    "RAGModel",
    "Tool",
    "ToolResult",
    "VectorStoreBase",
    "add_claude_key",
    "add_gemini_key",
    "add_key",
    "add_mistral_key",
    "add_mock_key",
    "add_observer",
    "add_openai_key",
    "claude_3_sonnet",
    "clear_keys",
    "clear_rate_limits",
    "cost",
    "find_model",
    "gemini_flash_1_5",
    "gemini_pro_1_5",
    "gpt_3_5_turbo",
    "gpt_4o",
    "init_embedding",
    "init_model",
    "list_models",
    "load_catalog",
    "load_model",
    "mistral_medium",
    "mistral_small",
    "mistral_tiny",
    "rate_limits",
    "remove_observer",
    "run_terminal",
    "set_rate_limits",
    "text_embedding_3_small",
    "wait_for_observers",
]
