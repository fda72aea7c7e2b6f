"""The model, and talking to it in a terminal."""

from __future__ import annotations


def __getattr__(name: str) -> object:
    if name in ("fallback", "history", "model_base", "terminal"):
        from importlib import import_module

        return import_module(f"fastccg.core.{name}")
    raise AttributeError(f"module 'fastccg.core' has no attribute {name!r}")
