"""Embeddings: one vector for each text, in the order of the texts, whichever way they are waited for."""

from __future__ import annotations

import asyncio

import fastccg
from fastccg.embedding.mock import MockEmbedding


def test_embedding_takes_its_text_by_either_name() -> None:
    embedder = fastccg.init_embedding(MockEmbedding)
    assert embedder.embed_sync(texts="Hello") == embedder.embed_sync("Hello")
    assert asyncio.run(embedder.embed(text="Hello")) == asyncio.run(embedder.embed(texts=["Hello"]))


def test_mock_embedding_uses_all_its_dimensions() -> None:
    vectors = fastccg.init_embedding(MockEmbedding).embed_sync([f"text {number}" for number in range(20)])
    for vector in vectors:
        assert len(vector) == 128
        assert len(set(vector)) > 120
