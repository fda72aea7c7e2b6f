"""What a model answers."""

from __future__ import annotations

from abc import ABCMeta

from fastccg._core import Chunk
from fastccg._record import Open, Record
from fastccg.parts import ToolCall, _from_native
from fastccg.types.prompt import ModelPrompt, from_native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Optional, TypeVar

    from fastccg import _core

    T = TypeVar("T")

_NO_FIELDS: dict[str, Any] = {}
_NOTHING: list[dict[str, Any]] = []


class Usage(Record):
    """Tokens used. What the provider did not say is None, not zero.

    `input` includes what was cached, `output` includes reasoning, whoever the provider is.
    """

    __slots__ = ("input", "input_cached", "input_cache_write", "output", "output_reasoning", "total")

    def __init__(
        self,
        input: Optional[int] = None,
        input_cached: Optional[int] = None,
        input_cache_write: Optional[int] = None,
        output: Optional[int] = None,
        output_reasoning: Optional[int] = None,
        total: Optional[int] = None,
    ) -> None:
        self.input: Optional[int] = input
        self.input_cached: Optional[int] = input_cached
        self.input_cache_write: Optional[int] = input_cache_write
        self.output: Optional[int] = output
        self.output_reasoning: Optional[int] = output_reasoning
        self.total: Optional[int] = total


class Warning(Record):
    """Something that was asked for and not done, or that one should know of."""

    __slots__ = ("setting", "message")

    def __init__(self, setting: str, message: str) -> None:
        self.setting: str = setting
        """The setting that it is about, such as "temperature"; empty if none."""
        self.message: str = message

    def __str__(self) -> str:
        return self.message


class RateLimit(Record):
    """What a provider's headers say of one of its rate limits. A number that was not sent is None."""

    __slots__ = ("limit", "name", "remaining", "reset")

    def __init__(
        self,
        name: str = "",
        limit: Optional[int] = None,
        remaining: Optional[int] = None,
        reset: Optional[float] = None,
    ) -> None:
        self.name: str = name
        """What is limited, in the provider's words: "requests", "tokens", ..."""
        self.limit: Optional[int] = limit
        """How much there is in a window."""
        self.remaining: Optional[int] = remaining
        """How much of it is left."""
        self.reset: Optional[float] = reset
        """How many seconds it was, when the answer arrived, until the limit is as it was at first."""


class Timings(Record):
    """How long the call took, in seconds from its start."""

    __slots__ = ("first_byte", "first_output", "queued", "total")

    def __init__(
        self, first_byte: float = 0.0, first_output: float = 0.0, total: float = 0.0, queued: float = 0.0
    ) -> None:
        self.first_byte: float = first_byte
        """Until the headers of the last attempt's answer."""
        self.first_output: float = first_output
        """Until the first text, reasoning or tool call."""
        self.queued: float = queued
        """How long it waited for its turn under `set_rate_limits`, all attempts together."""
        self.total: float = total


class ModelResponse(Open, metaclass=ABCMeta):
    """A complete answer.

    Args:
        content: The answer's text. Reasoning, refusals and tool calls are not in it.
        tokens_used: Tokens of request and answer together, if the provider said.
        provider: Who answered.
        raw: The provider's answer as parsed JSON.
    """

    __slots__ = ("content", "tokens_used", "provider", "_raw", "_native", "_details")
    __match_args__ = ("content", "tokens_used", "provider", "raw")

    # Other libraries evaluate these, and find no `Optional` here.
    content: str
    tokens_used: int | None
    provider: str | None

    def __init__(
        self, content: str, tokens_used: Optional[int] = None, provider: Optional[str] = None, raw: Any = None
    ) -> None:
        self.content = content
        self.tokens_used = tokens_used
        self.provider = provider
        self._raw = raw
        self._native: Optional[_core.Reply] = None
        self._details: Optional[dict[str, Any]] = None

    @property
    def raw(self) -> Any:
        """The provider's answer as parsed JSON, made when first asked for. Of a stream: the usage, if any came."""
        native = self._from()
        if self._raw is None and native is not None:
            import json

            text = native.raw
            self._raw = json.loads(text) if text else None
        return self._raw

    @raw.setter
    def raw(self, raw: Any) -> None:
        self._raw = raw

    def _from(self) -> Optional[_core.Reply]:
        """What it was made of. A class derived from this one as from a dataclass does not say."""
        return getattr(self, "_native", None)

    @property
    def model(self) -> str:
        """The model as it was asked for."""
        return self._detail("model", "")

    @property
    def provider_model(self) -> str:
        """The model that the provider says it used: often a dated snapshot."""
        return self._detail("provider_model", "")

    @property
    def id(self) -> str:
        """The provider's id of the answer."""
        return self._detail("id", "")

    @property
    def request_id(self) -> str:
        """What to quote to the provider's support."""
        return self._detail("request_id", "")

    @property
    def message(self) -> ModelPrompt:
        """Everything that was answered, in order."""
        fields = self._detail("message", _NO_FIELDS)
        return from_native(fields) if fields else ModelPrompt("assistant", self.content)

    @property
    def finish_reason(self) -> str:
        """Why it stopped: "stop", "length", "tool_calls", "content_filter", "pause", "error", "other" or "unknown"."""
        return self._detail("finish_reason", "unknown")

    @property
    def raw_finish_reason(self) -> str:
        """The same in the provider's words; empty if it gave none."""
        return self._detail("raw_finish_reason", "")

    @property
    def usage(self) -> Usage:
        """Tokens, in detail."""
        return Usage(**self._detail("usage", _NO_FIELDS))

    @property
    def warnings(self) -> list[Warning]:
        """What was asked for and not done."""
        return [Warning(**warning) for warning in self._detail("warnings", _NOTHING)]

    @property
    def rate_limits(self) -> list[RateLimit]:
        """What the answer's headers say of the provider's rate limits."""
        limits: list[dict[str, Any]] = self._detail("rate_limits", [])
        return [RateLimit(**limit) for limit in limits]

    @property
    def attempts(self) -> int:
        """How many times the request was sent."""
        return self._detail("attempts", 0)

    @property
    def timings(self) -> Timings:
        """How long the call took."""
        return Timings(**self._detail("timings", _NO_FIELDS))

    @property
    def cost(self) -> Optional[float]:
        """What it cost in US dollars by the catalogue's prices; None if that is not known."""
        cost: Optional[float] = self._detail("cost", None)
        return cost

    @property
    def interrupted(self) -> bool:
        """Whether the stream was ended early; only ever true in what `AskStream.response` gives after a `close`."""
        return self._detail("interrupted", False)

    @property
    def tool_calls(self) -> list[ToolCall]:
        """The tool calls of the answer, in order."""
        return [_from_native(call) for call in self._detail("tool_calls", _NOTHING)]  # type: ignore[misc]

    @property
    def reasoning(self) -> str:
        """The reasoning that the provider shows."""
        return self._detail("reasoning", "")

    @property
    def refusal(self) -> str:
        """The text of a refusal; empty if the model did not refuse."""
        return self._detail("refusal", "")

    def parsed(self) -> Any:
        """The answer's text as JSON, for calls with an `output_format`. Raises `ValueError` if it is none."""
        import json

        return json.loads(self.content)

    def _detail(self, name: str, default: T) -> T:
        details: Optional[dict[str, Any]] = getattr(self, "_details", None)
        if details is None:
            native = self._from()
            details = self._details = {} if native is None else native.details()
        value: T = details.get(name, default)
        return value

    def __str__(self) -> str:
        return self.content

    def __repr__(self) -> str:
        return f"ModelResponse(content={self.content!r}, tokens_used={self.tokens_used!r}, provider={self.provider!r})"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ModelResponse):
            return NotImplemented
        return (self.content, self.tokens_used, self.provider, self.raw) == (
            other.content, other.tokens_used, other.provider, other.raw)  # fmt: skip

    if TYPE_CHECKING:
        __hash__: ClassVar[None]  # type: ignore[assignment]
    else:
        __hash__ = None

    def __getstate__(self) -> tuple[Any, ...]:
        self._detail("", None)
        return self.content, self.tokens_used, self.provider, self.raw, self._details, self._added()

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        self.content, self.tokens_used, self.provider, self._raw, self._details, added = state
        self._native = None
        for name, value in added.items():
            setattr(self, name, value)


# The pieces of a stream were responses once.
ModelResponse.register(Chunk)


def response_of(native: _core.Reply) -> ModelResponse:
    """The response that stands for a reply of the native part."""
    response = ModelResponse(native.content, native.tokens_used, native.provider)
    response._native = native
    return response
