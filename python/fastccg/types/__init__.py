"""What goes into a model and what comes out."""

from __future__ import annotations


def __getattr__(name: str) -> object:
    if name in ("prompt", "response", "settings"):
        from importlib import import_module

        return import_module(f"fastccg.types.{name}")
    raise AttributeError(f"module 'fastccg.types' has no attribute {name!r}")
