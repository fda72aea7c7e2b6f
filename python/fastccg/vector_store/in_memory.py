"""Vectors in memory: for some thousands of documents."""

from __future__ import annotations

import heapq
import json
import math
import operator
import os
from threading import get_ident

from fastccg.errors import UsageError
from fastccg.vector_store.base import VectorStoreBase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional, Sequence, Union


class InMemoryVectorStore(VectorStoreBase):
    """Compares a vector with all others by the cosine of their angle. All vectors of a store have one size.

    A store can be used from several threads.
    """

    def __init__(self) -> None:
        self._documents: dict[
            str, tuple[list[float], float, dict[str, Any]]
        ] = {}  # vector of length 1, length, metadata
        self._size: Optional[int] = None

    def add(self, doc_id: str, vector: Sequence[float], metadata: Optional[dict[str, Any]] = None) -> None:
        """Adds a document, or replaces the one of the same id.

        Raises:
            UsageError: The vector is empty, of another size than those before it, or has numbers that are not finite.
        """
        unit, length = self._checked(vector, f"the vector of {doc_id!r}")
        self._size = len(unit)
        self._documents[doc_id] = unit, length, dict(metadata or {})

    def remove(self, doc_id: str) -> None:
        """Removes a document. Raises `KeyError` if there is none of that id."""
        del self._documents[doc_id]
        if not self._documents:
            self._size = None

    def similarity_search(
        self, query_vector: Sequence[float], top_k: int = 5
    ) -> list[tuple[str, float, dict[str, Any]]]:
        """The documents nearest to a vector, the nearest first: id, similarity (from -1 to 1) and metadata of each."""
        documents = list(self._documents.items())
        if not documents or top_k < 1:
            return []
        query, _ = self._checked(query_vector, "the vector of the query")
        scored = ((_dot(query, vector), doc_id, metadata) for doc_id, (vector, _, metadata) in documents)
        best = heapq.nlargest(top_k, scored, key=operator.itemgetter(0))
        return [(doc_id, score, dict(metadata)) for score, doc_id, metadata in best]

    def save(self, filepath: Union[str, os.PathLike[str]], pretty_print: bool = False) -> None:
        """Writes the store to a JSON file, which is replaced in one step."""
        content = {
            doc_id: [[number * length for number in vector], metadata]
            for doc_id, (vector, length, metadata) in list(self._documents.items())
        }
        temporary = f"{os.fsdecode(filepath)}.{os.getpid()}-{get_ident()}.tmp"
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
            except (ValueError, RecursionError) as error:
                raise UsageError(f"{os.fsdecode(filepath)} is not a vector store: {error}") from None
        loaded = InMemoryVectorStore()
        for doc_id, entry in _entries(content, os.fsdecode(filepath)):
            loaded.add(doc_id, entry[0], entry[1])
        self.__dict__.update(loaded.__dict__)

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, doc_id: object) -> bool:
        return doc_id in self._documents

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
