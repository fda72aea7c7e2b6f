"""Questions about documents of one's own."""

from fastccg.rag.rag import RAGModel

__all__ = ["RAGModel"]
