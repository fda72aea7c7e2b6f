"""An answer while it is being written."""

from __future__ import annotations

from fastccg.types.response import ModelResponse, response_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Optional

    from fastccg import _core
    from fastccg._core import Chunk


class AskStream:
    """The chunks of an answer, as the model writes it.

        async for chunk in model.ask_stream("Tell me a story."):
            print(chunk.content, end="")

        for chunk in model.ask_stream("Tell me a story."):      # blocking
            print(chunk.content, end="")

    Nothing is sent before the first chunk is asked for. When the last one has been read, question and answer enter the
    model's history. A stream that is closed, abandoned or cancelled before that leaves what was read of its text,
    marked as interrupted; if none was read, nothing. `async with` and `with` close it at a certain point; so does
    `break`, if nothing else holds the stream.
    """

    __slots__ = ("_native", "__weakref__")

    def __init__(self, native: _core.Stream) -> None:
        self._native = native

    def __aiter__(self) -> _core.Stream:
        return self._native

    def __anext__(self) -> _core.Next:
        return self._native.__anext__()

    def __iter__(self) -> _core.Stream:
        return self._native

    def __next__(self) -> Chunk:
        return next(self._native)

    def response(self) -> ModelResponse:
        """The whole reply, filtered if the model has a filter. Reads what has not been read yet, blocking.

        Raises what ended the stream. After `close` it gives what had been read, marked `interrupted`.
        """
        return response_of(self._native.response())

    async def response_async(self) -> ModelResponse:
        """The same, awaiting what has not been read yet."""
        async for _ in self._native:
            pass
        return self.response()

    def close(self) -> None:
        """Ends the stream now, and with it the request. May be called again."""
        self._native.close()

    async def aclose(self) -> None:
        """The same, as asynchronous generators have it."""
        self._native.close()

    def __enter__(self) -> AskStream:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    async def __aenter__(self) -> AskStream:
        return self

    async def __aexit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()
