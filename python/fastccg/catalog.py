"""What is known of models: limits, prices, abilities, and when they end."""

from __future__ import annotations

import os

from fastccg import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union


def find_model(name: str) -> dict[str, Any]:
    """What the catalogue knows of a model ("provider/name"). `listed` is False if that is guesswork."""
    return _core.find_model(name)


def list_models() -> list[dict[str, Any]]:
    """All models of the catalogue, sorted by provider and id."""
    return _core.list_models()


def load_catalog(path: Union[str, os.PathLike[str]]) -> None:
    """Lays a file over the built-in catalogue, for all models that are made later."""
    _core.load_catalog(os.fsdecode(path))
