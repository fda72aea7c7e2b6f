"""API keys. The package puts them into the header of requests and nowhere else."""

from __future__ import annotations

from fastccg import _core


class ApiKey(str):
    """A key: a str, but one that does not show itself in `repr`, so that no debugger and no traceback prints it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<an API key>"


def add_key(provider: str, key: str) -> ApiKey:
    """Remembers a key for all models of a provider that are made later and are not given one of their own.

    Args:
        provider: Such as "openai" or "groq".
        key: The key. White space around it is removed.

    Returns:
        The key, to be given to `init_model` if one likes.
    """
    return ApiKey(_core.add_key(provider, key))


def add_openai_key(key: str) -> ApiKey:
    """Remembers a key for OpenAI. See `add_key`."""
    return add_key("openai", key)


def add_gemini_key(key: str) -> ApiKey:
    """Remembers a key for Google Gemini. See `add_key`."""
    return add_key("gemini", key)


def add_claude_key(key: str) -> ApiKey:
    """Remembers a key for Anthropic Claude. See `add_key`."""
    return add_key("anthropic", key)


def add_mistral_key(key: str) -> ApiKey:
    """Remembers a key for Mistral. See `add_key`."""
    return add_key("mistral", key)


def add_mock_key(key: str = "mock_key") -> ApiKey:
    """Remembers a key for `MockModel`, which needs none. See `add_key`."""
    return add_key("mock", key)


def clear_keys() -> None:
    """Forgets all keys that were added."""
    _core.clear_keys()
