"""Models to ask when another fails."""

from __future__ import annotations

from fastccg._endpoint import endpoint_of
from fastccg.keys import ApiKey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Union

    from typing_extensions import Unpack

    from fastccg.core.model_base import ModelBase
    from fastccg.types.settings import Endpoint


class Fallback:
    """A model for `ModelBase.fallbacks` with a key or an address of its own.

    Args:
        model: A class of `fastccg.models`, or "provider/name".
        api_key: The key. Not given: found as for `init_model`.
        endpoint: base_url, protocol, ca_file, proxy, allow_plain_http, as for `ModelBase`.
    """

    __slots__ = ("model", "_api_key", "_endpoint")

    def __init__(
        self, model: Union[type[ModelBase], str], api_key: Optional[str] = None, **endpoint: Unpack[Endpoint]
    ) -> None:
        self.model: str = model if isinstance(model, str) else _name_of(model)
        """ "provider/name"."""
        self._api_key = None if api_key is None else ApiKey(api_key)
        self._endpoint = endpoint_of("Fallback", endpoint)

    def _native(self) -> dict[str, Any]:
        return {"name": self.model, "api_key": self._api_key, "endpoint": self._endpoint}

    def __repr__(self) -> str:
        return f"<Fallback {self.model}>"

    def __reduce__(self) -> Any:
        raise TypeError("a Fallback cannot be pickled, since it may have a key")


def as_fallback(value: Union[Fallback, type[ModelBase], str]) -> Fallback:
    """A fallback from itself or from the model alone."""
    return value if isinstance(value, Fallback) else Fallback(value)


def _name_of(model: type[ModelBase]) -> str:
    from fastccg.core.model_base import ModelBase

    if isinstance(model, type) and issubclass(model, ModelBase) and model._model:
        return f"{model.provider}/{model._model}"
    raise TypeError('a fallback must be a "provider/name", a class of fastccg.models or a Fallback')
