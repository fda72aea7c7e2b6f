"""Presets for embedding models of OpenAI."""

from fastccg.embedding.base import EmbeddingBase


class text_embedding_3_small(EmbeddingBase):
    """OpenAI's text-embedding-3-small: vectors of 1,536 numbers, or fewer."""

    provider = "openai"
    model = "text-embedding-3-small"


class text_embedding_3_large(EmbeddingBase):
    """OpenAI's text-embedding-3-large: vectors of 3,072 numbers, or fewer."""

    provider = "openai"
    model = "text-embedding-3-large"
