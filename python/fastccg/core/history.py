"""The conversation of a model as a list."""

from __future__ import annotations

from sys import maxsize

from fastccg.types.prompt import ModelPrompt, native_prompt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from fastccg.core.model_base import ModelBase


class History(list[ModelPrompt]):
    """What `ModelBase.history` gives: a list of the messages that is always as the conversation is now.

    Changing it changes the conversation. The messages are copies: to change one, put another into its place. What looks
    into a list without asking it, such as `json.dumps`, sees the conversation as it was when `history` was got.
    """

    __slots__ = ("_model",)

    def __init__(self, model: ModelBase) -> None:
        super().__init__(model.get_history())
        self._model = model

    def copy(self) -> list[ModelPrompt]:
        """What `ModelBase.get_history` gives."""
        return self._model.get_history()

    if not TYPE_CHECKING:  # they have the types that those of a list have

        def __len__(self):
            return len(self.copy())

        def __iter__(self):
            return iter(self.copy())

        def __reversed__(self):
            return reversed(self.copy())

        def __contains__(self, value):
            return value in self.copy()

        def index(self, value, start=0, stop=maxsize, /):
            """Where the first message stands that is equal to this one."""
            return self.copy().index(value, start, stop)

        def count(self, value, /):
            """How many messages are equal to this one."""
            return self.copy().count(value)

        def __getitem__(self, index):
            return self.copy()[index]

        def __setitem__(self, index, value):
            self._change(lambda messages: messages.__setitem__(index, value))

        def __delitem__(self, index):
            self._change(lambda messages: messages.__delitem__(index))

        def insert(self, index, object, /):
            """Puts a message before that of this index."""
            self._change(lambda messages: messages.insert(index, object))

        def pop(self, index=-1, /):
            """Takes a message out, by default the last."""
            return self._change(lambda messages: messages.pop(index))

        def remove(self, value, /):
            """Takes the first message out that is equal to this one."""
            self._change(lambda messages: messages.remove(value))

        def reverse(self):
            """Turns the order round."""
            self._change(lambda messages: messages.reverse())

        def sort(self, *, key=None, reverse=False):
            """Sorts the messages."""
            self._change(lambda messages: messages.sort(key=key, reverse=reverse))

        def append(self, object, /):
            """Adds a message at the end."""
            self._model._native.append([native_prompt(object)])

        def extend(self, iterable, /):
            """Adds messages at the end."""
            for message in iterable:
                self.append(message)

        def clear(self):
            """Does what `ModelBase.clear_history` does."""
            self._model.clear_history()

        def __iadd__(self, values):
            self.extend(list(values))
            return self

        def __add__(self, other):
            return [*self, *other]

        def __eq__(self, other):
            return self.copy() == (other.copy() if isinstance(other, History) else other)

        def __ne__(self, other):
            return not self == other

        __hash__ = None

        def __reduce_ex__(self, protocol):
            return list, (self.copy(),)

        def __repr__(self):
            return repr(self.copy())

    def _change(self, change: Callable[[list[ModelPrompt]], Any]) -> Any:
        messages = self.copy()
        result = change(messages)
        self._model.history = messages
        return result
