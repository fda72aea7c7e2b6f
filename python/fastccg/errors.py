"""What can go wrong: one tree for all providers.

    FastCCGError
    ├─ QuotaExceeded             credit or a long-term quota is used up
    │   └─ RateLimited           too many requests or tokens for now
    ├─ ModelUnavailable          no such model, or it is retired
    ├─ APIRequestFailed          the provider failed; and the base of every other failure of a request
    │   ├─ AuthenticationFailed  the provider does not accept the key
    │   ├─ PermissionDenied      the key is good, but not for this
    │   ├─ InvalidRequest        the provider refuses the request as it stands
    │   │   └─ ContextTooLong    the conversation does not fit the model
    │   ├─ ContentFiltered       the provider's policy stopped the request
    │   ├─ Overloaded            the provider has no capacity at the moment
    │   ├─ ConnectionFailed      no connection, or it broke (a ConnectionError too)
    │   │   └─ TLSFailed         the server's certificate or the handshake is not acceptable
    │   ├─ Timeout               a deadline passed; `deadline` says which (a TimeoutError too)
    │   ├─ StreamTruncated       the stream ended before its logical end
    │   └─ ProtocolError         the answer cannot be understood
    ├─ Cancelled                 the call was cancelled
    ├─ MissingKey                no API key was given, added, or found (a ValueError too)
    ├─ SessionError              a session file cannot be read or written (a ValueError too)
    │   └─ SessionNotFound       there is no such file (a FileNotFoundError too)
    └─ UsageError                a bad setting, a bad address, misuse (a ValueError too)

All of them can be pickled. No field ever holds an API key.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, Optional


class FastCCGError(Exception):
    """The root of everything that this package raises on its own account.

    The text of the exception is one line for people. The attributes say the same to programs; what is not known is
    None.
    """

    kind: str = "usage"
    """What happened, in a word, such as "rate_limited"."""
    provider: Optional[str] = None
    """Who was asked: "openai", "anthropic", ..."""
    model: Optional[str] = None
    """The model as it was asked for."""
    status: Optional[int] = None
    """The HTTP status of the answer."""
    code: Optional[str] = None
    """The provider's code or type, such as "insufficient_quota"."""
    param: Optional[str] = None
    """The field of the request that the provider blames."""
    provider_message: Optional[str] = None
    """What the provider wrote, in its words. It may quote the user's data."""
    request_id: Optional[str] = None
    """What to quote to the provider's support."""
    rate_limits: Sequence[dict[str, Any]] = ()
    """What the answer's headers say of the rate limits: dicts of name, limit, remaining and reset (in seconds)."""
    retry_after: Optional[float] = None
    """How many seconds the provider asks to wait before the next try."""
    retryable: bool = False
    """Whether the same request may succeed later."""
    attempts: int = 0
    """How many times the request was sent."""
    partial: str = ""
    """The text that had arrived when the call failed."""
    deadline: Optional[str] = None
    """Which deadline passed: "connect", "first_byte", "idle" or "total"."""
    body: Optional[str] = None
    """The body of the provider's answer as it came, cut at 16 KiB."""
    message: str = ""
    """What was wrong and what to do about it, in this package's words."""

    def __init__(self, msg: object = "", *more: object) -> None:
        super().__init__(msg, *more)
        self.message = str(msg)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


class QuotaExceeded(FastCCGError):
    """Credit or a quota is used up: waiting does not help, unless it is `RateLimited`."""

    kind = "quota_exhausted"

    def __init__(self, msg: object = "the quota of this account is used up; see the provider's billing page") -> None:
        super().__init__(msg)


class RateLimited(QuotaExceeded):
    """Too many requests or tokens for now; `retry_after` may say how long."""

    kind = "rate_limited"

    def __init__(self, msg: object = "too many requests for now; try again later") -> None:
        super().__init__(msg)


class ModelUnavailable(FastCCGError):
    """No such model, or it is retired; the message names a replacement if one is known."""

    kind = "model_unavailable"


class APIRequestFailed(FastCCGError):
    """The provider failed, or did not answer: the base of every failure of a request that has no class beside this."""

    kind = "server"


class AuthenticationFailed(APIRequestFailed):
    """The provider does not accept the key."""

    kind = "authentication"


class PermissionDenied(APIRequestFailed):
    """The key is good, but not for this."""

    kind = "permission"


class InvalidRequest(APIRequestFailed):
    """The provider refuses the request as it stands."""

    kind = "invalid_request"


class ContextTooLong(InvalidRequest):
    """The conversation does not fit the model's context window."""

    kind = "context_too_long"


class ContentFiltered(APIRequestFailed):
    """The provider's policy stopped the request."""

    kind = "content_filtered"


class Overloaded(APIRequestFailed):
    """The provider has no capacity at the moment."""

    kind = "overloaded"


class ConnectionFailed(APIRequestFailed, ConnectionError):
    """No connection, or it broke: name resolution, refusal, reset."""

    kind = "connection"


class TLSFailed(ConnectionFailed):
    """The server's certificate or the TLS handshake is not acceptable."""

    kind = "tls"


class Timeout(APIRequestFailed, TimeoutError):
    """One of the four deadlines passed; `deadline` says which."""

    kind = "timeout"


class StreamTruncated(APIRequestFailed):
    """The stream ended before its logical end; `partial` has what had arrived."""

    kind = "stream_truncated"


class ProtocolError(APIRequestFailed):
    """The answer cannot be understood, or it exceeds a limit on its size."""

    kind = "protocol"


class Cancelled(FastCCGError):
    """The call was cancelled."""

    kind = "cancelled"


class MissingKey(FastCCGError, ValueError):
    """No API key for the provider was given, added, or found in the environment."""

    kind = "missing_key"


class SessionError(FastCCGError, ValueError):
    """A session file cannot be read or written; the message gives the line or the field."""

    kind = "session"


class SessionNotFound(SessionError, FileNotFoundError):
    """There is no session file of that name."""


class UsageError(FastCCGError, ValueError):
    """The package was misused: a bad setting, a bad address, an object in use elsewhere."""

    kind = "usage"


_CLASSES: dict[str, type[FastCCGError]] = {
    kind.kind: kind
    for kind in (
        QuotaExceeded, RateLimited, ModelUnavailable, APIRequestFailed, AuthenticationFailed, PermissionDenied,
        InvalidRequest, ContextTooLong, ContentFiltered, Overloaded, ConnectionFailed, TLSFailed, Timeout,
        StreamTruncated, ProtocolError, Cancelled, MissingKey, SessionError, UsageError,
    )
}  # fmt: skip

# Where the native part says "" or 0 for what it does not know.
_NONE_IF_EMPTY = ("provider", "model", "status", "code", "param", "provider_message", "request_id", "body")


def _from_native(kind: str, fields: dict[str, Any]) -> FastCCGError:
    """Makes the exception that stands for an error of the native part."""
    error = _CLASSES.get(kind, FastCCGError)(fields.pop("description"))
    for name in _NONE_IF_EMPTY:
        fields[name] = fields[name] or None
    error.__dict__.update(fields, kind=kind)
    return error
