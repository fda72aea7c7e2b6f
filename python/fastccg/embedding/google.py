"""Presets for embedding models of Google Gemini."""

from fastccg.embedding.base import EmbeddingBase


class GeminiEmbedding(EmbeddingBase):
    """Google's embedding model, by default gemini-embedding-001."""

    provider = "gemini"
    model = "gemini-embedding-001"
