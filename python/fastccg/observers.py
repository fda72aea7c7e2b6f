"""Hearing of calls: for logs, metrics and traces.

    def log(event):
        print(event.kind, event.model, event.elapsed, event.error or "")

    fastccg.add_observer(log)          # of all calls
    model.add_observer(log)            # of this model's

Nothing is logged or printed without one. An observer is a function. It is called with one `CallEvent` at a time, in a
thread of its own: it may block, no call waits for it, and no thread of the library's ever waits for the interpreter. A
call has five or six events, however many chunks it has. An observer that falls behind by more than 10,000 loses the
next ones, and is told how many. What it raises goes to `sys.unraisablehook`, and it hears of the rest all the same.

When a call returns its last event may still be on the way; `wait_for_observers` waits for it. So does the end of the
program, for five seconds at most. In the child of a fork an observer hears of the child's calls.
"""

from __future__ import annotations

import atexit
import os
import threading
from time import monotonic

from fastccg import _core
from fastccg._record import Record
from fastccg.types.response import Timings, Usage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from fastccg.errors import FastCCGError

    Observer = Callable[["CallEvent"], object]


class CallEvent(Record):
    """Something that has happened to a call. It holds no key.

    Args:
        kind: "started", the first event of every call; "queued", it waits for its turn under `set_rate_limits`;
            "attempt", a request is sent; "first_byte", the headers of an answer have come; "first_token", the first
            piece of the answer has; "attempt_failed", there will be another one; "finished", the last event of every
            call, whether it has ended well or not.
        call: The same for all events of a call, and no other's in this process.
        elapsed: Seconds since the call began.
        provider: Who is asked; with fallbacks it may change, as may the model.
        model: The model as it was asked for.
        stream: Whether the answer is streamed.
        attempt: How many requests were sent so far.
        status: The HTTP status of the attempt's answer; None if there is none.
        pieces: How many pieces of the attempt's answer have come.
        request_id: What to quote to the provider's support, once it is known.
        error: Of "attempt_failed", and of a call that failed: the `FastCCGError`, not raised.
        pause: Of "attempt_failed": seconds until the next attempt.
        usage: Of "finished", as are the next three: a `Usage`.
        cost: As in `ModelResponse.cost`.
        finish_reason: As in `ModelResponse.finish_reason`.
        timings: A `Timings`.
        lost: How many events before this one the observer did not get, since it was too slow.
    """

    __slots__ = (
        "kind", "call", "elapsed", "provider", "model", "stream", "attempt", "status", "pieces", "request_id", "error",
        "pause", "usage", "cost", "finish_reason", "timings", "lost",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        call: int = 0,
        elapsed: float = 0.0,
        provider: str = "",
        model: str = "",
        stream: bool = False,
        attempt: int = 0,
        status: Optional[int] = None,
        pieces: int = 0,
        request_id: str = "",
        error: Optional[FastCCGError] = None,
        pause: Optional[float] = None,
        usage: Optional[Usage] = None,
        cost: Optional[float] = None,
        finish_reason: str = "unknown",
        timings: Optional[Timings] = None,
        lost: int = 0,
    ) -> None:
        self.kind: str = kind
        self.call: int = call
        self.elapsed: float = elapsed
        self.provider: str = provider
        self.model: str = model
        self.stream: bool = stream
        self.attempt: int = attempt
        self.status: Optional[int] = status
        self.pieces: int = pieces
        self.request_id: str = request_id
        self.error: Optional[FastCCGError] = error
        self.pause: Optional[float] = pause
        self.usage: Usage = Usage() if usage is None else usage
        self.cost: Optional[float] = cost
        self.finish_reason: str = finish_reason
        self.timings: Timings = Timings() if timings is None else timings
        self.lost: int = lost


def add_observer(observer: Observer) -> None:
    """Calls a function with a `CallEvent` for all that happens to calls of this process which start from now on.

    Adding it again changes nothing. For one model see `ModelBase.add_observer`.
    """
    attach(observer, _core.add_observer)


def remove_observer(observer: Observer) -> None:
    """Ends that; calls that have started it hears of to their end. Does nothing if it was not added."""
    detach(observer, _core.remove_observer)


def wait_for_observers(timeout: Optional[float] = None) -> bool:
    """Waits until all observers have been through what has happened up to now.

    Of a call that has returned they have then heard "finished". It blocks the calling thread, but no longer than so
    many seconds, and returns False if that was too short. An observer that calls this does not wait for itself.
    """
    end = float("inf") if timeout is None else monotonic() + timeout
    if not _until(end, _core.wait_for_observers):
        return False
    with _lock:
        waits = [watch.caught_up() for watch in _watches if watch.thread is not threading.current_thread()]
    return all(_until(end, caught_up) for caught_up in waits)


def _until(end: float, reached: Callable[[float], bool]) -> bool:
    """Waits in slices, so that Ctrl-C ends it."""
    while True:
        left = end - monotonic()
        if reached(max(0.0, min(left, 0.05))):
            return True
        if left <= 0:
            return False


class _Watch:
    """An observer, and the thread that calls it until nobody has it any more."""

    def __init__(self, observer: Observer) -> None:
        self.observer = observer
        self.native = _core.observer()
        self.thread: Optional[threading.Thread] = None

    def has(self, observer: Observer) -> bool:
        """Whether it is this one. A method is another object each time that it is got."""
        mine = self.observer
        return mine is observer or (getattr(mine, "__self__", None) is not None and mine == observer)

    def start(self) -> None:
        try:
            self.thread = threading.Thread(target=self._run, name="fastccg observer", daemon=True)
        except RuntimeError:
            # An interpreter beside the main one has no such threads, and waits for all others before its `atexit`.
            self.thread = threading.Thread(target=self._run, name="fastccg observer")
            threading._register_atexit(self._end)  # type: ignore[attr-defined]
        self.thread.start()

    def caught_up(self) -> Callable[[float], bool]:
        """Waits, so many seconds at most, until the observer has been through what has come before this call."""
        events = self.native.added()
        return lambda longest: self.native.reached(events, longest)

    def _run(self) -> None:
        while events := self.native.take():
            for fields in events:
                _core.tell(self.observer, _event(fields))
        with _lock:
            _watches.remove(self)

    def _end(self) -> None:
        _wait_at_exit()
        self.native.stop()


_lock = threading.Lock()
_watches: list[_Watch] = []


def attach(observer: Observer, add: Callable[[_core.Observer], bool]) -> None:
    """Has `add` add what stands for a function in the native part."""
    if not callable(observer):
        raise TypeError(f"an observer must be a function, not {type(observer).__name__}")
    if getattr(getattr(observer, "__code__", None), "co_flags", 0) & _COROUTINE:
        raise TypeError("an observer must be a plain function: no event loop runs where it is called")
    with _lock:
        for watch in _watches:
            if watch.has(observer) and add(watch.native):
                return
        watch = _Watch(observer)
        add(watch.native)
        try:
            watch.start()
        except BaseException:
            watch.native.stop()
            raise
        _watches.append(watch)


def detach(observer: Observer, remove: Callable[[_core.Observer], None]) -> None:
    """The opposite."""
    with _lock:
        for watch in _watches:
            if watch.has(observer):
                remove(watch.native)


_COROUTINE = 0x80 | 0x200  # inspect.CO_COROUTINE and CO_ASYNC_GENERATOR


def _event(fields: dict[str, Any]) -> CallEvent:
    fields["usage"] = Usage(**fields["usage"])
    fields["timings"] = Timings(**fields["timings"])
    return CallEvent(**fields)


def _wait_at_exit() -> None:
    wait_for_observers(5)


def _start_anew() -> None:
    """In the child of a fork, where the threads are not."""
    global _lock
    _lock = threading.Lock()
    watches = list(_watches)
    _watches.clear()
    for watch in watches:
        if watch.native.start_anew():
            watch.start()
            _watches.append(watch)


atexit.register(_wait_at_exit)
os.register_at_fork(after_in_child=_start_anew)
