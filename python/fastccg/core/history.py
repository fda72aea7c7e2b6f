"""The conversation of a model as a list."""

from __future__ import annotations

from collections.abc import MutableSequence
from typing import overload

from fastccg.types.prompt import ModelPrompt, native_prompt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Iterable, Iterator, Union

    from fastccg.core.model_base import ModelBase


class History(MutableSequence[ModelPrompt]):
    """What `ModelBase.history` gives: a list of the messages that is always as the conversation is now.

    Changing it changes the conversation. The messages are copies: to change one, put another into its place.
    """

    __slots__ = ("_model",)

    def __init__(self, model: ModelBase) -> None:
        self._model = model

    def __len__(self) -> int:
        return len(self._model.get_history())

    def __iter__(self) -> Iterator[ModelPrompt]:
        return iter(self.copy())

    def __reversed__(self) -> Iterator[ModelPrompt]:
        return reversed(self.copy())

    def index(self, value: Any, *place: int) -> int:
        """Where the first message stands that is equal to this one."""
        return self.copy().index(value, *place)

    @overload
    def __getitem__(self, index: int) -> ModelPrompt: ...
    @overload
    def __getitem__(self, index: slice) -> list[ModelPrompt]: ...
    def __getitem__(self, index: Union[int, slice]) -> Union[ModelPrompt, list[ModelPrompt]]:
        return self._model.get_history()[index]

    @overload
    def __setitem__(self, index: int, value: ModelPrompt) -> None: ...
    @overload
    def __setitem__(self, index: slice, value: Iterable[ModelPrompt]) -> None: ...
    def __setitem__(self, index: Any, value: Any) -> None:
        messages = self._model.get_history()
        messages[index] = value
        self._model.history = messages

    def __delitem__(self, index: Union[int, slice]) -> None:
        messages = self._model.get_history()
        del messages[index]
        self._model.history = messages

    def insert(self, index: int, value: ModelPrompt) -> None:
        """Puts a message before that of this index."""
        messages = self._model.get_history()
        messages.insert(index, value)
        self._model.history = messages

    def append(self, value: ModelPrompt) -> None:
        """Adds a message at the end."""
        self._model._native.append([native_prompt(value)])

    def clear(self) -> None:
        """Does what `ModelBase.clear_history` does."""
        self._model.clear_history()

    def copy(self) -> list[ModelPrompt]:
        """What `ModelBase.get_history` gives."""
        return self._model.get_history()

    def __add__(self, other: Iterable[ModelPrompt]) -> list[ModelPrompt]:
        return [*self, *other]

    def __radd__(self, other: Iterable[ModelPrompt]) -> list[ModelPrompt]:
        return [*other, *self]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, (list, History)):
            return NotImplemented
        return self.copy() == list(other)

    if TYPE_CHECKING:
        __hash__: ClassVar[None]  # type: ignore[assignment]
    else:
        __hash__ = None

    def __reduce__(self) -> Any:
        return list, (self.copy(),)

    def __repr__(self) -> str:
        return repr(self.copy())
