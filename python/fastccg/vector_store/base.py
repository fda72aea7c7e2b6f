"""What every vector store can do."""

from __future__ import annotations

from abc import ABC, abstractmethod

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from typing import Any, Optional, Sequence, Union


class VectorStoreBase(ABC):
    """The base of vector stores; derive from it to use one of your own with `RAGModel`."""

    @abstractmethod
    def add(self, doc_id: str, vector: Sequence[float], metadata: Optional[dict[str, Any]] = None) -> None:
        """Adds a document, or replaces the one of the same id."""

    @abstractmethod
    def similarity_search(
        self, query_vector: Sequence[float], top_k: int = 5
    ) -> list[tuple[str, float, dict[str, Any]]]:
        """The documents nearest to a vector, the nearest first: id, similarity and metadata of each."""

    @abstractmethod
    def save(self, filepath: Union[str, os.PathLike[str]], pretty_print: bool = False) -> None:
        """Writes the store to a file."""

    @abstractmethod
    def load(self, filepath: Union[str, os.PathLike[str]]) -> None:
        """Replaces the store's content by that of a file."""
