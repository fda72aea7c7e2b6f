"""Models of a program's own: classes with `_ask_async` and `_ask_stream`, as the original package had its providers.

Such a class derives from `ModelBase` and says who it is in `provider`. It keeps its conversation, settings, filter and
sessions as any model does, and answers by two methods:

    async def _ask_async(self, prompt): ...     # returns a ModelResponse
    async def _ask_stream(self, prompt): ...    # yields ModelResponses

While they run, the question is the last message of `self.history`. Question and answer enter the history together when
the answer is there; of a stream that was left early, what had been read. Where calls run at the same time, turns stand
in the order in which they end.
"""

from __future__ import annotations

from contextvars import ContextVar

from fastccg.errors import UsageError
from fastccg.types.prompt import ModelPrompt, native_prompt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Coroutine
    from typing import Any, Optional, TypeVar

    from fastccg.core.model_base import ModelBase
    from fastccg.types.response import ModelResponse
    from fastccg.types.settings import Settings

    T = TypeVar("T")

_asked: ContextVar[Optional[tuple[ModelBase, ModelPrompt]]] = ContextVar("asked", default=None)


def question_of(model: ModelBase) -> list[ModelPrompt]:
    """What the model's own methods are answering at the moment, if they are."""
    asked = _asked.get()
    return [asked[1]] if asked is not None and asked[0] is model else []


async def ask(model: ModelBase, prompt: Any, settings: Settings) -> ModelResponse:
    """Has a model's own `_ask_async` answer."""
    question = _question(prompt, settings)
    token = _asked.set((model, question))
    try:
        response: ModelResponse = await model._ask_async(question.content)  # type: ignore[attr-defined]
    finally:
        _asked.reset(token)
    if model._filter:
        response.content = model._filter(response.content)
    _commit(model, question, response.content)
    return response


async def ask_stream(model: ModelBase, prompt: Any, settings: Settings) -> AsyncGenerator[ModelResponse, None]:
    """Has a model's own `_ask_stream` answer."""
    question = _question(prompt, settings)
    chunks = model._ask_stream(question.content)  # type: ignore[attr-defined]
    text = ""
    whole = False
    try:
        while True:
            token = _asked.set((model, question))
            try:
                chunk: ModelResponse = await chunks.__anext__()
            except StopAsyncIteration:
                whole = True
                break
            finally:
                _asked.reset(token)
            text += chunk.content
            yield chunk
        if model._filter:
            text = model._filter(text)
    except GeneratorExit:
        await chunks.aclose()
        raise
    finally:
        if text or whole:
            _commit(model, question, text)


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Waits for a coroutine, blocking, whether or not an event loop runs on this thread."""
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(coroutine)

    from concurrent.futures import ThreadPoolExecutor
    from contextvars import copy_context

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(copy_context().run, asyncio.run, coroutine).result()


def _question(prompt: Any, settings: Settings) -> ModelPrompt:
    if settings:
        raise UsageError("a model of your own takes no settings for a single call; set them on the model")
    return prompt if isinstance(prompt, ModelPrompt) else ModelPrompt("user", prompt)


def _commit(model: ModelBase, question: ModelPrompt, text: str) -> None:
    model._native.append([native_prompt(question), native_prompt(ModelPrompt("assistant", text))])
