"""Models that turn texts into vectors."""

from fastccg.embedding.base import EmbeddingBase, Embeddings
from fastccg.embedding.google import GeminiEmbedding
from fastccg.embedding.mock import MockEmbedding
from fastccg.embedding.openai import text_embedding_3_large, text_embedding_3_small

__all__ = [
    "EmbeddingBase",
    "Embeddings",
    "GeminiEmbedding",
    "MockEmbedding",
    "text_embedding_3_large",
    "text_embedding_3_small",
]
