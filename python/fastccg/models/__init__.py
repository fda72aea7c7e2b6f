"""Presets: one class for each well-known model. Any other model goes by its name, as in `init_model("openai/o3")`."""

from fastccg.keys import add_mock_key
from fastccg.models import claude, gemini, gpt, mistral, mock

__all__ = ["add_mock_key", "claude", "gemini", "gpt", "mistral", "mock"]
