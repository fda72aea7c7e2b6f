"""Texts into vectors."""

from __future__ import annotations

from fastccg import _core
from fastccg._endpoint import full_name, split
from fastccg._settings import collect_embedding, completed
from fastccg._signature import SpelledOut
from fastccg.errors import UsageError
from fastccg.types.response import Usage, Warning

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Iterable, Optional, Union

    from typing_extensions import Self, Unpack

    from fastccg.types.settings import EmbeddingOptions, EmbeddingSettings


class Embeddings(list[list[float]]):
    """The vectors of some texts, in the order of the texts: a list of lists of numbers, and what else is known."""

    def __init__(self, vectors: Iterable[list[float]] = (), **details: Any) -> None:
        super().__init__(vectors)
        self.dimensions: int = details.get("dimensions", len(self[0]) if self else 0)
        """How many numbers each vector has."""
        self.normalized: bool = details.get("normalized", False)
        """Whether every vector has a length of 1."""
        self.provider: str = details.get("provider", "")
        """Who made them."""
        self.model: str = details.get("model", "")
        """The model as it was asked for."""
        self.provider_model: str = details.get("provider_model", "")
        """The model that the provider says it used."""
        self.usage: Usage = Usage(**details.get("usage", {}))
        """Tokens, in detail; not known unless the provider said so for every request."""
        self.tokens_used: Optional[int] = details.get("tokens_used")
        """Tokens of all texts, if the provider said."""
        self.cost: Optional[float] = details.get("cost")
        """What they cost in US dollars by the catalogue's prices; None if that is not known."""
        self.request_ids: list[str] = details.get("request_ids", [])
        """What to quote to the provider's support, in the order of the texts."""
        self.warnings: list[Warning] = [Warning(**warning) for warning in details.get("warnings", ())]
        """What was asked for and not done."""
        self.attempts: int = details.get("attempts", 0)
        """How many requests were sent, repeated ones included."""


class EmbeddingBase:
    """A model that turns texts into vectors. The classes in `fastccg.embedding` are presets of it.

    Texts are sent in as many requests as the provider's limits demand, several at once. A call succeeds as a whole or
    fails as a whole. A text that is empty is refused.

    A class of your own that derives from this one and has an `embed` may have any provider.

    Args:
        api_key: The key. Not given: the one of `add_*_key`, or of the provider's environment variable.
        model_name: The provider's name of the model. Not given: that of the class.
        endpoint: base_url, ca_file, proxy, allow_plain_http, as for `ModelBase`.
        settings: What `embed` takes.
    """

    provider: ClassVar[str] = ""
    model: ClassVar[str] = ""
    """The model of a preset."""

    if not TYPE_CHECKING:
        __signature__ = SpelledOut("EmbeddingOptions")

    def __init__(
        self,
        api_key: Optional[str] = None,
        model_name: Optional[str] = None,
        **options: Unpack[EmbeddingOptions],
    ) -> None:
        endpoint, settings = split(options)
        self._settings = collect_embedding(settings)
        other_way = 'fastccg.init_embedding("provider/name") or a class of fastccg.embedding'
        name = full_name(self.provider, model_name or self.model, other_way)
        try:
            self._native = _core.init_embedding(name, api_key, endpoint)
        except UsageError:
            if type(self).embed is EmbeddingBase.embed:
                raise
            from fastccg.keys import ApiKey

            # A class that makes the vectors itself may be of a provider that only it knows.
            self.api_key: ApiKey = ApiKey(api_key or "")
            name = model_name or self.model
        else:
            provider, _, name = self._native.name().partition("/")
            self.provider = provider  # type: ignore[misc]
        self.model_name: str = name

    async def embed(
        self,
        texts: Union[str, Iterable[str], None] = None,
        *,
        text: Optional[str] = None,
        **settings: Unpack[EmbeddingSettings],
    ) -> Embeddings:
        """Makes vectors when it is awaited. Cancelling the task cancels the requests.

        Args:
            texts: One text or several.
            text: Another name for it.
            settings: dimensions (how many numbers a vector shall have), input_kind ("query", "document", "similarity",
                ...), normalize, encoding (the form in which the vectors travel: "automatic", "numbers" or "base64"),
                batch_size, parallel, extra, extra_headers, timeout, timeouts, retries, limits.
        """
        return _embeddings(await self._native.embed_async(_texts(texts, text), self._merged(settings)))

    def embed_sync(
        self,
        texts: Union[str, Iterable[str], None] = None,
        *,
        text: Optional[str] = None,
        **settings: Unpack[EmbeddingSettings],
    ) -> Embeddings:
        """The same, blocking the calling thread. It works anywhere, also inside a running event loop."""
        if getattr(self.embed, "__func__", None) is not EmbeddingBase.embed:
            from fastccg.core.own import run

            return run(self.embed(text if texts is None else texts, **settings))
        return _embeddings(self._native.embed(_texts(texts, text), self._merged(settings)))

    embed_async = embed

    def settings(self, **settings: Unpack[EmbeddingSettings]) -> Self:
        """Changes settings of all calls that start from now on; returns the model, so that calls can be chained."""
        self._settings = self._merged(settings)
        return self

    def model_info(self) -> dict[str, Any]:
        """Model, provider and settings, and what the catalogue knows of the model. Never the key."""
        settings = dict(self._settings)
        return {
            "model": self.model_name,
            "provider": self.provider,
            "settings": settings,
            "catalog": self._native.info() if hasattr(self, "_native") else {},
        }

    def _merged(self, settings: EmbeddingSettings) -> dict[str, Any]:
        return {**self._settings, **completed(collect_embedding(settings), lambda: self._settings)}

    def __copy__(self) -> Self:
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, _settings=dict(self._settings))
        return other

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.__copy__()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.provider}/{self.model_name}>"

    def __reduce__(self) -> Any:
        raise TypeError("an embedding model cannot be pickled, since it has a key")


def _texts(texts: Union[str, Iterable[str], None], text: Optional[str]) -> list[str]:
    if (texts is None) == (text is None):
        raise TypeError("embed() takes a text or several")
    given = text if texts is None else texts
    if isinstance(given, (bytes, bytearray)):
        raise TypeError(f"a text must be a str, not {type(given).__name__}")
    return [given] if isinstance(given, str) else list(given or ())


def _embeddings(native: dict[str, Any]) -> Embeddings:
    numbers: list[float] = memoryview(native.pop("values")).cast("f").tolist()  # type: ignore[assignment]
    size = native["dimensions"] or 1
    return Embeddings((numbers[begin : begin + size] for begin in range(0, len(numbers), size)), **native)
