"""A model at a provider, the settings to ask it with, and the conversation so far."""

from __future__ import annotations

import os

from fastccg import _core
from fastccg._endpoint import endpoint_of, full_name, split
from fastccg._settings import collect, completed, without
from fastccg._signature import SpelledOut
from fastccg.errors import SessionError, SessionNotFound
from fastccg.stream import AskStream
from fastccg.types.prompt import ModelPrompt, from_native, native_prompt
from fastccg.types.response import ModelResponse, Warning, response_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, ClassVar, Iterable, Optional, Union

    from typing_extensions import Self, Unpack

    from fastccg.core.fallback import Fallback
    from fastccg.core.history import History
    from fastccg.keys import ApiKey
    from fastccg.observers import Observer
    from fastccg.parts import Part
    from fastccg.types.settings import Endpoint, Options, Settings

    Prompt = Union[str, Part, ModelPrompt, dict[str, Any], Iterable[Union[str, Part]]]


# Who answers the models that a program brings itself, as far as the native part knows.
_OWN = "mock/own/"


class ModelBase:
    """A model and a conversation with it. The classes in `fastccg.models` are presets of it.

    A turn is a transaction. A call takes the conversation and the settings as they are when it starts; its question and
    its answer enter the history together when it ends. Turns stand in the order in which they were asked. Calls that
    run at the same time do not see each other. A call that fails or is cancelled leaves nothing, or, if text had been
    read from a stream, the turn with that text, marked as interrupted.

    A model can be used from several threads and several event loops at once.

    A class of your own that derives from this one may answer by itself, as `fastccg.core.own` says.

    Args:
        api_key: The key. Not given: the one of `add_*_key`, or of the provider's environment variable.
        model_name: The provider's name of the model. Not given: that of the class.
        base_url: Where the requests go, such as "http://localhost:8000/v1". Not given: the provider's own address.
        protocol: "chat_completions" or "responses", for providers that have both.
        ca_file: A file of trusted certificates (PEM) instead of the system's.
        proxy: Such as "http://proxy:3128"; an empty text means none at all. Not given: what the environment says.
        allow_plain_http: Whether a key may go over plain http to a host other than the local one.
        settings: What `settings` takes, as further keywords.
    """

    provider: ClassVar[str] = ""
    """The provider: "openai", "anthropic", "gemini", "mistral", "mock", ..."""

    _model: ClassVar[str] = ""

    if not TYPE_CHECKING:
        __signature__ = SpelledOut("Options")

    def __init__(
        self,
        api_key: Optional[str] = None,
        model_name: Optional[str] = None,
        **options: Unpack[Options],
    ) -> None:
        endpoint, settings = split(options)
        if self._is_own():
            from fastccg.keys import ApiKey

            self.api_key: ApiKey = ApiKey(api_key or "")
            name, api_key = f"{_OWN}{self.provider or 'own'}/{model_name or type(self).__name__}", None
        else:
            other_way = 'fastccg.init_model("provider/name") or a class of fastccg.models'
            name = full_name(self.provider, model_name or self._model, other_way)
        self._adopt(_core.init_model(name, api_key, endpoint))
        if settings:
            self.settings(**settings)

    @classmethod
    def _is_own(cls) -> bool:
        """Whether this is a class of the program's own, as in `fastccg.core.own`, that derives from no preset."""
        return hasattr(cls, "_ask_async") and not cls._model

    def _adopt(self, native: _core.Model) -> None:
        self._native = native
        self._filter: Optional[Callable[[str], str]] = None
        provider, _, name = native.name().removeprefix(_OWN).partition("/")
        self.provider = provider  # type: ignore[misc]
        self.model_name = name

    # Asking

    def ask(self, prompt: Prompt, **settings: Unpack[Settings]) -> ModelResponse:
        """Asks and waits for the whole answer, blocking the calling thread.

        It works anywhere, also in a thread or inside a running event loop (which it blocks, of course).
        """
        if getattr(self.ask_async, "__func__", None) is ModelBase.ask_async and not hasattr(self, "_ask_async"):
            return response_of(self._native.ask(native_prompt(prompt), self._of_call(settings)))
        from fastccg.core import own

        return own.run(self.ask_async(prompt, **settings))

    async def ask_async(self, prompt: Prompt, **settings: Unpack[Settings]) -> ModelResponse:
        """Asks when it is awaited. Cancelling the task cancels the request."""
        if hasattr(self, "_ask_async"):
            from fastccg.core import own

            return await own.ask(self, prompt, settings)
        return response_of(await self._native.ask_async(native_prompt(prompt), self._of_call(settings)))

    def ask_stream(self, prompt: Prompt, **settings: Unpack[Settings]) -> AskStream:
        """Asks when it is first read, and yields the answer as the model writes it. See `AskStream`."""
        if hasattr(self, "_ask_stream"):
            from fastccg.core import own

            return own.ask_stream(self, prompt, settings)  # type: ignore[return-value]
        return AskStream(self._native.ask_stream(native_prompt(prompt), self._of_call(settings)))

    # Settings

    def settings(self, **settings: Unpack[Settings]) -> Self:
        """Changes settings of all calls that start from now on; returns the model, so that calls can be chained.

        Every method that asks takes the same keywords, for one call. A setting that a model does not take is left out
        of the request, and the reply carries a warning. None leaves a setting as it is; see `unset`.

        Args:
            sys_prompt: What the model shall be and do.
            temperature: 0 to 2.
            top_p: Above 0, up to 1.
            top_k: At least 1.
            max_tokens: At least 1. Where a model reasons, reasoning counts too.
            stop: A text, or several, at which the model stops.
            seed: For answers that are as repeatable as the provider can make them.
            frequency_penalty: -2 to 2.
            presence_penalty: -2 to 2.
            logprobs: 0 to 20: how many alternatives to report with each token.
            tools: Functions, `Tool`s or dicts.
            tool_choice: "auto", "none", "required", or a tool or its name.
            parallel_tools: Whether the model may call several tools at once.
            output_format: "text", "json", or a JSON schema as a dict (`response_format` is another name for it).
            reasoning: "off", an effort ("minimal", "low", "medium", "high", ...), or a number of tokens.
            cache_prompt: How many seconds the provider shall keep instructions and tools in its prompt cache; True for
                five minutes. See also `fastccg.parts.cache_point`.
            metadata: A dict of labels that the provider stores with the request.
            extra: A dict that is merged into the request's body last: whatever it names wins.
            extra_headers: A dict of headers that are added to the request.
            timeout: Seconds for the whole call, with all attempts.
            timeouts: A dict of seconds: connect, first_byte, idle, total; and heartbeats_count, whether blanks,
                comments and pings end the wait for the first byte. What is not in it stays as it is, as with the next
                two.
            retries: How often a failed request is repeated; or a dict: attempts, initial_delay, max_delay,
                max_announced_delay.
            limits: A dict of bytes: headers, event, body, unread.
        """
        changes = self._of_call(settings)
        if changes:
            self._native.change(changes)
        return self

    def _of_call(self, settings: Settings) -> Optional[dict[str, Any]]:
        changes = collect(settings)
        return completed(changes, self._native.settings) if changes else None

    def unset(self, *names: str) -> Self:
        """Takes settings back, so that the provider decides."""
        self._native.replace(without(self._native.settings(), names))
        return self

    def sys_prompt(self, msg: Optional[str]) -> Self:
        """Says what the model shall be and do; None takes it back."""
        return self._set("sys_prompt", msg)

    def temperature(self, val: Optional[float]) -> Self:
        """Sets how freely the model chooses its words, from 0 to 2; None leaves it to the provider."""
        return self._set("temperature", val)

    def max_tokens(self, n: Optional[int]) -> Self:
        """Limits the length of answers; None leaves it to the provider."""
        return self._set("max_tokens", n)

    def _set(self, name: str, value: Any) -> Self:
        if value is None:
            return self.unset(name)
        self._native.change({name: value})
        return self

    def reply_filter(self, fn: Optional[Callable[[str], str]]) -> Self:
        """Sets a function that every reply's text goes through before the caller and the history get it.

        It is called once per reply with the whole text; the chunks of a stream are not filtered. What it raises, the
        call raises, and the history gets nothing. The text of a turn that was interrupted, in the history and in an
        error's `partial`, is no whole reply and does not go through it. None removes it.
        """
        self._native.filter(fn)
        self._filter = fn
        return self

    def fallbacks(self, *models: Union[str, type[ModelBase], Fallback]) -> Self:
        """Sets models to ask in this order when this one fails in a way that another need not.

        Not when the caller has to mend something, and never after output has arrived. Without any there are none any
        more. They are not saved.

        Args:
            models: Each a "provider/name" or a class of `fastccg.models`, with key and address as `init_model` finds
                them, or a `Fallback` with its own.
        """
        from fastccg.core.fallback import as_fallback

        self._native.fallbacks([as_fallback(model)._native() for model in models])
        return self

    # Watching

    def add_observer(self, observer: Observer) -> Self:
        """Calls a function with a `CallEvent` for all that happens to calls of this model which start from now on.

        Adding it again changes nothing. A fork has the same observers, and `reset` leaves them. How it is called stands
        in `fastccg.observers`. It keeps what it belongs to: a method of an object that has this model keeps both until
        it is removed.
        """
        from fastccg.observers import attach

        attach(observer, self._native.add_observer)
        return self

    def remove_observer(self, observer: Observer) -> Self:
        """Ends that; calls that have started it hears of to their end. Does nothing if it was not added."""
        from fastccg.observers import detach

        detach(observer, self._native.remove_observer)
        return self

    # History

    def append_prompt(self, msg: Prompt) -> Self:
        """Adds a message of the user by hand, as if it had been said; a `ModelPrompt` may be anybody's."""
        self._native.append([native_prompt(msg)])
        return self

    def append_response(self, msg: Prompt) -> Self:
        """Adds a message of the assistant by hand, as if it had been said."""
        if not isinstance(msg, ModelPrompt):
            msg = ModelPrompt("assistant", msg)
        self._native.append([native_prompt(msg)])
        return self

    def get_history(self) -> list[ModelPrompt]:
        """A copy of the conversation, in the order of asking. The system prompt is a setting, not in it."""
        history = [from_native(message) for message in self._native.history()]
        if hasattr(self, "_ask_async"):
            from fastccg.core import own

            history += own.question_of(self)
        return history

    @property
    def history(self) -> History:
        """The conversation as a list that can be changed: `model.history = model.history[-10:]` shortens it.

        Calls that are under way put their turns behind what it is set to.
        """
        from fastccg.core.history import History

        return History(self)

    @history.setter
    def history(self, messages: Iterable[ModelPrompt]) -> None:
        self._native.set_history([native_prompt(message) for message in messages])

    def reset(self) -> Self:
        """Clears the conversation and all settings, the filter included.

        Calls that are under way go on, but the cleared history does not get their turns.
        """
        self._native.reset()
        self._filter = None
        return self

    def clear_history(self) -> Self:
        """Clears the conversation and nothing else.

        Calls that are under way go on, but the cleared history does not get their turns.
        """
        self._native.clear_history()
        return self

    def fork(self) -> Self:
        """An independent model with a copy of the conversation, the settings, the filter and the key."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)  # those of classes derived from this one
        other._adopt(self._native.fork())
        other._filter = self._filter
        return other

    # Describing and saving

    def model_info(self) -> dict[str, Any]:
        """Model, provider and settings, and what the catalogue knows of the model. Never the key."""
        current = self._native.settings()
        return {
            "model": self.model_name,
            "provider": self.provider,
            "temperature": current.get("temperature"),
            "max_tokens": current.get("max_tokens"),
            "settings": current,
            "catalog": self._native.info(),
        }

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes settings and conversation to a file that `load_model` reads. The key and the filter are not in it.

        The file is replaced in one step, so that it is never half-written, and only its owner can read it.
        """
        self._native.save(os.fsdecode(path))

    def autosave(self, path: Optional[Union[str, os.PathLike[str]]]) -> Self:
        """Keeps a journal of the conversation from now on, so that no turn is lost when the process is killed.

        When a call returns, its turn is on the disk. A model without turns takes over those of the journal; one that
        `load_model(path)` has made goes on from there. None ends it. One model at a time writes a journal.
        """
        self._native.autosave("" if path is None else os.fsdecode(path))
        return self

    def flush(self) -> None:
        """Waits until everything that happened up to now is in the journal."""
        self._native.flush()

    @property
    def session_warnings(self) -> list[Warning]:
        """What was mended when the session was loaded, and what keeps the journal from being written at the moment."""
        return [Warning(**warning) for warning in self._native.warnings()]

    @classmethod
    def load(
        cls, path: Union[str, os.PathLike[str]], api_key: Optional[str] = None, **options: Unpack[Endpoint]
    ) -> Self:
        """Makes a model from a file that `save` wrote. See `fastccg.load_model`."""
        native = load_native(path, api_key, options)
        name = native.name()
        is_mine = name.startswith(f"{_OWN}{cls.provider}/") if cls._is_own() else name == f"{cls.provider}/{cls._model}"
        if cls.provider and not is_mine:
            raise SessionError(f"{os.fsdecode(path)} is a session with {native.name()}, not with {cls.__name__}")
        return cls._made_of(native, api_key)

    @classmethod
    def _made_of(cls, native: _core.Model, api_key: Optional[str]) -> Self:
        if cls._is_own():
            # It may need what it makes of the key.
            model = cls(api_key=api_key, model_name=native.name().removeprefix(_OWN).partition("/")[2])
        else:
            model = object.__new__(cls)
        model._adopt(native)
        return model

    @classmethod
    def matches(cls, provider: str, model_name: str) -> bool:
        """Whether this class is the preset of that model."""
        return bool(cls.provider) and (provider, model_name) == (cls.provider, cls._model)

    # Names by which classes that derive from this one know its state.

    @property
    def _sys_prompt(self) -> Optional[ModelPrompt]:
        text = self._native.settings().get("sys_prompt")
        return None if text is None else ModelPrompt("system", text)

    @property
    def _temperature(self) -> Optional[float]:
        return self._native.settings().get("temperature")

    @property
    def _max_tokens(self) -> Optional[int]:
        return self._native.settings().get("max_tokens")

    @property
    def _reply_filter(self) -> Optional[Callable[[str], str]]:
        return self._filter

    def __copy__(self) -> Self:
        return self.fork()

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self.fork()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.provider}/{self.model_name}>"

    def __reduce__(self) -> Any:
        raise TypeError("a model cannot be pickled, since it has a key; use save() and fastccg.load_model()")


def load_native(path: Union[str, os.PathLike[str]], api_key: Optional[str], options: Endpoint) -> _core.Model:
    """Reads a session file."""
    name = os.fsdecode(path)
    endpoint = endpoint_of("load_model", options)
    try:
        return _core.load_model(name, api_key, endpoint)
    except SessionError as error:
        if os.path.exists(name):
            raise
        raise SessionNotFound(str(error)) from None
