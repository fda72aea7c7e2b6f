"""Vectors in memory: for some thousands of documents."""

from __future__ import annotations

import heapq
import json
import math
import operator
import os

from fastccg.errors import UsageError
from fastccg.vector_store.base import VectorStoreBase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Sequence, Union


class InMemoryVectorStore(VectorStoreBase):
    """Compares a vector with all others by the cosine of their angle. All vectors of a store have one size."""

    def __init__(self) -> None:
        self._vectors: dict[str, list[float]] = {}  # of length 1
        self._lengths: dict[str, float] = {}
        self._metadata: dict[str, dict[str, Any]] = {}
        self._size: Optional[int] = None

    def add(self, doc_id: str, vector: Sequence[float], metadata: Optional[dict[str, Any]] = None) -> None:
        """Adds a document, or replaces the one of the same id.

        Raises:
            UsageError: The vector is empty, of another size than those before it, or has numbers that are not finite.
        """
        unit, length = self._checked(vector, f"the vector of {doc_id!r}")
        self._size = len(unit)
        self._vectors[doc_id] = unit
        self._lengths[doc_id] = length
        self._metadata[doc_id] = dict(metadata or {})

    def remove(self, doc_id: str) -> None:
        """Removes a document. Raises `KeyError` if there is none of that id."""
        del self._vectors[doc_id], self._lengths[doc_id], self._metadata[doc_id]
        if not self._vectors:
            self._size = None

    def similarity_search(
        self, query_vector: Sequence[float], top_k: int = 5
    ) -> list[tuple[str, float, dict[str, Any]]]:
        """The documents nearest to a vector, the nearest first: id, similarity (from -1 to 1) and metadata of each."""
        if not self._vectors or top_k < 1:
            return []
        query, _ = self._checked(query_vector, "the vector of the query")
        scored = ((_dot(query, vector), doc_id) for doc_id, vector in self._vectors.items())
        best = heapq.nlargest(top_k, scored, key=operator.itemgetter(0))
        return [(doc_id, score, dict(self._metadata[doc_id])) for score, doc_id in best]

    def save(self, filepath: Union[str, os.PathLike[str]], pretty_print: bool = False) -> None:
        """Writes the store to a JSON file, which is replaced in one step."""
        content = {
            doc_id: [[number * self._lengths[doc_id] for number in vector], self._metadata[doc_id]]
            for doc_id, vector in self._vectors.items()
        }
        temporary = f"{os.fsdecode(filepath)}.{os.getpid()}.tmp"
        try:
            with open(temporary, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, allow_nan=False, indent=4 if pretty_print else None)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, filepath)
        finally:
            if os.path.exists(temporary):
                os.unlink(temporary)

    def load(self, filepath: Union[str, os.PathLike[str]]) -> None:
        """Replaces the content by that of a file, which is verified first; raises `UsageError` for a wrong one."""
        with open(filepath, encoding="utf-8") as file:
            try:
                content = json.load(file)
            except ValueError as error:
                raise UsageError(f"{os.fsdecode(filepath)} is not a vector store: {error}") from None
        loaded = InMemoryVectorStore()
        for doc_id, entry in _entries(content, os.fsdecode(filepath)):
            loaded.add(doc_id, entry[0], entry[1])
        self.__dict__.update(loaded.__dict__)

    def __len__(self) -> int:
        return len(self._vectors)

    def __contains__(self, doc_id: object) -> bool:
        return doc_id in self._vectors

    def _checked(self, vector: Sequence[float], what: str) -> tuple[list[float], float]:
        """The vector scaled to a length of 1, and the length that it had."""
        try:
            numbers = [float(number) for number in vector]
        except (TypeError, ValueError):
            raise UsageError(f"{what} must be a list of numbers") from None
        if not numbers:
            raise UsageError(f"{what} is empty")
        if self._size is not None and len(numbers) != self._size:
            raise UsageError(f"{what} has {len(numbers)} numbers, those of this store have {self._size}")
        length = math.sqrt(_dot(numbers, numbers))
        if not math.isfinite(length):
            raise UsageError(f"{what} has numbers that are not finite")
        return ([number / length for number in numbers] if length else numbers), length


def _entries(content: Any, name: str) -> list[tuple[str, list[Any]]]:
    entries = list(content.items()) if isinstance(content, dict) else None
    if entries is None or not all(_is_entry(entry) for _, entry in entries):
        raise UsageError(f"{name} is not a vector store: it needs an object of [vector, metadata] by id")
    return entries


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, list) and len(entry) == 2 and isinstance(entry[0], list) and isinstance(entry[1], dict)


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    product: float = sum(map(operator.mul, a, b))
    return product
