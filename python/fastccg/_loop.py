"""Finds the hub of the event loop that is running. Imported only when something is awaited: it imports asyncio."""

from __future__ import annotations

import threading
import weakref
from asyncio import AbstractEventLoop, get_running_loop

from fastccg._core import Hub

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class _HubsOfThread(threading.local):
    """The hubs of the loops of one thread. Each belongs to its loop, which lets it go when it is closed."""

    def __init__(self) -> None:
        self.of: weakref.WeakValueDictionary[int, Hub] = weakref.WeakValueDictionary()
        self.latest: Callable[[], Hub | None] = lambda: None


_hubs = _HubsOfThread()


def running_hub() -> Hub:
    """The hub of the event loop that runs on this thread; a new one if it has none."""
    loop = get_running_loop()
    hub = _hubs.latest()
    if hub is not None and hub.loop is loop:
        return hub
    hub = _hubs.of.get(id(loop))
    if hub is None or hub.loop is not loop:
        hub = _watched_by(loop)
        _hubs.of[id(loop)] = hub
    _hubs.latest = weakref.ref(hub)
    return hub


def _watched_by(loop: AbstractEventLoop) -> Hub:
    hub = Hub.of(loop)
    loop.add_reader(hub.fileno(), hub.drain)
    return hub
