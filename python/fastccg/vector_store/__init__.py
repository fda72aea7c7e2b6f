"""Where vectors are kept and found again."""

from fastccg.vector_store.base import VectorStoreBase
from fastccg.vector_store.in_memory import InMemoryVectorStore

__all__ = ["InMemoryVectorStore", "VectorStoreBase"]
