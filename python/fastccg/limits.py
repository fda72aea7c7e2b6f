"""How much may be asked of a model at a time."""

from __future__ import annotations

from fastccg import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional


def set_rate_limits(
    name: str,
    *,
    concurrent: int = 0,
    requests_per_minute: int = 0,
    tokens_per_minute: int = 0,
    queue: int = 1000,
    heed_provider: bool = True,
) -> None:
    """Limits how much the whole process asks of a model at a time. Calls that would exceed it wait for their turn.

    Those that wait are served in turns, model object by model object. They can be cancelled, and their total deadline
    goes on; `ModelResponse.timings.queued` says how long it was. Each model is counted for itself, and so is each key
    and each address. By default nothing is limited. Without a number nothing is but by what the provider says.

    Args:
        name: "provider/name" for one model, or "provider" for each model of it that has no limits of its own.
        concurrent: Calls under way at the same time. 0 sets no limit, as it does with the next two.
        requests_per_minute: Requests in any 60 seconds; each attempt counts.
        tokens_per_minute: Tokens in any 60 seconds, of requests and answers together: estimated when a request is sent,
            and corrected when the answer tells.
        queue: How many calls may wait. One more fails at once with `RateLimited`, without having been sent.
        heed_provider: Whether the rate limits in the provider's answers count as well.

    Raises:
        UsageError: The provider is unknown, or a number is less than zero.
    """
    limits = {
        "concurrent": concurrent,
        "requests_per_minute": requests_per_minute,
        "tokens_per_minute": tokens_per_minute,
        "queue": queue,
        "heed_provider": heed_provider,
    }
    _core.set_rate_limits(name, limits)


def rate_limits(name: str) -> Optional[dict[str, Any]]:
    """The limits that hold for "provider/name" or "provider", by the keywords of `set_rate_limits`; None if none do."""
    return _core.rate_limits(name)


def clear_rate_limits() -> None:
    """Forgets all limits."""
    _core.clear_rate_limits()
