"""Vectors that are made in the process itself: no server, no network, no key."""

from __future__ import annotations

from fastccg.embedding.base import EmbeddingBase, Embeddings, _texts
from fastccg.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Optional, Union


class MockEmbedding(EmbeddingBase):
    """For tests of programs. The same text has the same vector always and everywhere; different texts have vectors that
    point in unrelated directions. All have a length of 1.
    """

    provider = "mock"
    model = "mock-embedding-sha256"
    dimensions = 128

    def __init__(self, api_key: Optional[str] = None, model_name: Optional[str] = None, **options: Any) -> None:
        self.model_name = model_name or self.model
        self.dimensions = options.get("dimensions") or self.dimensions

    async def embed(self, texts: Union[str, Iterable[str], None] = None, *, text: Optional[str] = None, **settings: Any) -> Embeddings:
        """Makes vectors at once. See `EmbeddingBase.embed`."""
        return self.embed_sync(texts, text=text, **settings)

    def embed_sync(
        self, texts: Union[str, Iterable[str], None] = None, *, text: Optional[str] = None, **settings: Any
    ) -> Embeddings:
        """Makes vectors at once. See `EmbeddingBase.embed`."""
        size = settings.get("dimensions") or self.dimensions
        if size < 1:
            raise UsageError("dimensions must be at least 1")
        given = _texts(texts, text)
        if not all(given):
            raise UsageError("a text to embed must not be empty")
        vectors = [_vector(item, size) for item in given]
        tokens = sum(len(item.split()) for item in given)
        usage = {"input": tokens, "total": tokens}
        return Embeddings(vectors, dimensions=size, normalized=True, provider=self.provider, model=self.model_name,
                          usage=usage, tokens_used=tokens)  # fmt: skip

    embed_async = embed

    def settings(self, **settings: Any) -> MockEmbedding:
        """Takes `dimensions`; the others have no meaning here."""
        self.dimensions = settings.get("dimensions") or self.dimensions
        return self

    def model_info(self) -> dict[str, Any]:
        """Model, provider and settings."""
        return {"model": self.model_name, "provider": self.provider, "settings": {"dimensions": self.dimensions}}


def _vector(text: str, size: int) -> list[float]:
    """Numbers from as much of an endless hash of the text as are needed."""
    import hashlib

    stream = hashlib.shake_256(text.encode("utf-8", "surrogatepass")).digest(4 * size)
    numbers = [int.from_bytes(stream[at : at + 4], "big", signed=True) / 2**31 for at in range(0, 4 * size, 4)]
    length = sum(number * number for number in numbers) ** 0.5 or 1.0
    return [number / length for number in numbers]
