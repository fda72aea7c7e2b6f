"""What is known of models: limits, prices, abilities, and when they end."""

from __future__ import annotations

import os

from fastccg import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Union

    from fastccg.types.response import Usage


def find_model(name: str) -> dict[str, Any]:
    """What the catalogue knows of a model ("provider/name"). `listed` is False if that is guesswork."""
    return _core.find_model(name)


def list_models() -> list[dict[str, Any]]:
    """All models of the catalogue, sorted by provider and id."""
    return _core.list_models()


def cost(model: Union[str, dict[str, Any]], usage: Usage) -> Optional[float]:
    """What so many tokens cost in US dollars by the model's prices, the cheaper cached ones included.

    None if a price or a number that it takes is not known: a call of unknown cost is not a free one.

    Args:
        model: "provider/name", or what `find_model` gives.
        usage: Such as `ModelResponse.usage`.
    """
    info = find_model(model) if isinstance(model, str) else model
    return _core.cost(info, {name: getattr(usage, name) for name in usage.__slots__})


def load_catalog(path: Union[str, os.PathLike[str]]) -> None:
    """Lays a file over the built-in catalogue, for all models that are made later."""
    _core.load_catalog(os.fsdecode(path))
