"""The keywords that models and calls take, for annotations. What each one means stands at `ModelBase.settings`.

The package itself never imports this.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypedDict, Union

from fastccg.tools import Tool

AnyTool = Union[Tool, Callable[..., Any], dict[str, Any]]


class Timeouts(TypedDict, total=False):
    """Deadlines in seconds; zero means none."""

    connect: float
    first_byte: float
    idle: float
    total: float
    heartbeats_count: bool


class Retries(TypedDict, total=False):
    """How often, and after how many seconds, a failed request is repeated."""

    attempts: int
    initial_delay: float
    max_delay: float
    max_announced_delay: float


class Limits(TypedDict, total=False):
    """Bytes that a server may send, and that may wait to be read."""

    headers: int
    event: int
    body: int
    unread: int


class Settings(TypedDict, total=False):
    """How to ask. None leaves a setting as it is."""

    sys_prompt: str | None
    temperature: float | None
    top_p: float | None
    top_k: int | None
    max_tokens: int | None
    stop: str | Iterable[str] | None
    seed: int | None
    frequency_penalty: float | None
    presence_penalty: float | None
    logprobs: int | None
    tools: AnyTool | Iterable[AnyTool] | None
    tool_choice: str | AnyTool | None
    parallel_tools: bool | None
    output_format: str | dict[str, Any] | type[Any] | None
    response_format: str | dict[str, Any] | type[Any] | None
    reasoning: str | int | Literal[False] | None
    cache_prompt: float | Literal[True] | None
    metadata: Mapping[str, Any] | None
    extra: dict[str, Any] | str | None
    extra_headers: Mapping[str, str] | None
    timeout: float | None
    timeouts: Timeouts | None
    retries: int | Retries | None
    limits: Limits | None


class EmbeddingSettings(TypedDict, total=False):
    """How to make vectors. None leaves a setting as it is."""

    dimensions: int | None
    input_kind: str | None
    normalize: bool | None
    encoding: Literal["automatic", "numbers", "base64"] | None
    batch_size: int | None
    parallel: int | None
    extra: dict[str, Any] | str | None
    extra_headers: Mapping[str, str] | None
    timeout: float | None
    timeouts: Timeouts | None
    retries: int | Retries | None
    limits: Limits | None


class Endpoint(TypedDict, total=False):
    """Where a model's requests go."""

    base_url: str | None
    protocol: str | None
    ca_file: str | os.PathLike[str] | None
    proxy: str | None
    allow_plain_http: bool


class Options(Settings, Endpoint, total=False):
    """What a model is made with."""


class EmbeddingOptions(EmbeddingSettings, Endpoint, total=False):
    """What an embedding model is made with."""
