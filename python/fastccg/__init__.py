"""FastCCG: one library over every large-language-model API.

    import fastccg
    from fastccg.models.gpt import gpt_4o

    model = fastccg.init_model(gpt_4o, api_key="sk-...")
    print(model.ask("What is the speed of light?").content)

Three ways to wait for one thing: `ask` blocks, `ask_async` is awaitable, `ask_stream` yields the answer as the model writes
it. `init_model` takes a class of `fastccg.models` or any "provider/name"; `load_model` takes up a saved conversation.
"""

from fastccg import _core
from fastccg.core.model_base import ModelBase
from fastccg.core.terminal import run_terminal
from fastccg.errors import APIRequestFailed, FastCCGError, ModelUnavailable, QuotaExceeded
from fastccg.init import init_model, load_model
from fastccg.keys import (
    ApiKey,
    add_anthropic_key,
    add_claude_key,
    add_gemini_key,
    add_key,
    add_mistral_key,
    add_mock_key,
    add_openai_key,
    clear_keys,
)
from fastccg.stream import AskStream
from fastccg.types.prompt import ModelPrompt
from fastccg.types.response import ModelResponse

__version__: str = _core.version

# Names that are looked up when they are first used, so that importing the package stays cheap.
_LAZY = {
    "gpt_4o": "fastccg.models.gpt",
    "gpt_3_5_turbo": "fastccg.models.gpt",
    "gemini_pro_1_5": "fastccg.models.gemini",
    "gemini_flash_1_5": "fastccg.models.gemini",
    "claude_3_sonnet": "fastccg.models.claude",
    "mistral_tiny": "fastccg.models.mistral",
    "mistral_small": "fastccg.models.mistral",
    "mistral_medium": "fastccg.models.mistral",
    "MockModel": "fastccg.models.mock",
    "Tool": "fastccg.tools",
    "find_model": "fastccg.catalog",
    "list_models": "fastccg.catalog",
    "load_catalog": "fastccg.catalog",
}
_MODULES = ("catalog", "core", "errors", "models", "parts", "tools", "types")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from fastccg import models, parts
    from fastccg.catalog import find_model, list_models, load_catalog
    from fastccg.models.claude import claude_3_sonnet
    from fastccg.models.gemini import gemini_flash_1_5, gemini_pro_1_5
    from fastccg.models.gpt import gpt_3_5_turbo, gpt_4o
    from fastccg.models.mistral import mistral_medium, mistral_small, mistral_tiny
    from fastccg.models.mock import MockModel
    from fastccg.tools import Tool


def __getattr__(name: str) -> object:
    import importlib

    if name in _LAZY:
        value = getattr(importlib.import_module(_LAZY[name]), name)
        globals()[name] = value
        return value
    if name in _MODULES:
        return importlib.import_module(f"fastccg.{name}")
    raise AttributeError(f"module 'fastccg' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY, *_MODULES})


__all__ = [
    "APIRequestFailed",
    "ApiKey",
    "AskStream",
    "FastCCGError",
    "ModelBase",
    "ModelPrompt",
    "ModelResponse",
    "ModelUnavailable",
    "QuotaExceeded",
    "Tool",
    "add_anthropic_key",
    "add_claude_key",
    "add_gemini_key",
    "add_key",
    "add_mistral_key",
    "add_mock_key",
    "add_openai_key",
    "clear_keys",
    "find_model",
    "init_model",
    "list_models",
    "load_catalog",
    "load_model",
    "run_terminal",
]
