"""Which model, and where its requests go, put into the form in which the native part reads them."""

from __future__ import annotations

import os

from fastccg.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping

_NAMES = ("base_url", "protocol", "ca_file", "proxy", "allow_plain_http")


def split(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Where requests go, and the other keywords."""
    endpoint = {name: value for name, value in options.items() if name in _NAMES}
    if endpoint.get("ca_file") is not None:
        endpoint["ca_file"] = os.fsdecode(endpoint["ca_file"])
    return endpoint, {name: value for name, value in options.items() if name not in _NAMES}


def endpoint_of(function: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Where requests go, for a function that takes no other keywords."""
    endpoint, others = split(options)
    for name in others:
        raise TypeError(f"{function}() has no argument {name!r}; it has {', '.join(_NAMES)}")
    return endpoint


def full_name(provider: str, model: str, other_way: str) -> str:
    """ "provider/name" of a model that may be named with its provider already."""
    if not model:
        raise UsageError(f"which model? Use {other_way}")
    return f"{provider}/{model}" if provider else model
