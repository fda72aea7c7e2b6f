"""The functions of `fastccg` under the path that the original package also had them at."""

from fastccg.core.model_base import ModelBase
from fastccg.core.terminal import run_terminal
from fastccg.init import init_model
from fastccg.keys import add_claude_key, add_gemini_key, add_mistral_key, add_openai_key

__all__ = [
    "ModelBase",
    "add_claude_key",
    "add_gemini_key",
    "add_mistral_key",
    "add_openai_key",
    "init_model",
    "run_terminal",
]
