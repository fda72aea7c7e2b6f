"""Vectors that are made in the process itself: no server, no network, no key."""

from __future__ import annotations

from fastccg.embedding.base import EmbeddingBase


class MockEmbedding(EmbeddingBase):
    """For tests of programs.

    The same text has the same vector always and everywhere, and texts that share words are nearer to each other than
    texts that do not. All vectors have a length of 1.
    """

    provider = "mock"
    model = "mock-embedding-sha256"
    dimensions = 128
    """How many numbers a vector has, unless the setting of that name says otherwise."""
