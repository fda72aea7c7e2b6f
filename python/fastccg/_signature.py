"""What `help` shows of a class that takes keywords by `**options`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    import inspect


class SpelledOut:
    """A class's `__signature__`, with the keywords of a class of `fastccg.types.settings` in place of `**options`.

    It is made when it is asked for: nothing else needs `inspect` and `typing`.
    """

    def __init__(self, options: str) -> None:
        self._options = options

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner = owner

    def __get__(self, instance: object, owner: type) -> inspect.Signature:
        if owner.__init__ is not self._owner.__init__:  # type: ignore[misc]
            raise AttributeError("__signature__")  # that of its own is as it says
        import inspect

        from fastccg.types import settings

        signature = inspect.signature(owner.__init__)  # type: ignore[misc]
        parameters = [each for each in signature.parameters.values() if each.kind is not each.VAR_KEYWORD][1:]
        for name, hint in getattr(settings, self._options).__annotations__.items():
            annotation = getattr(hint, "__forward_arg__", hint)
            parameters.append(
                inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
            )
        return signature.replace(parameters=parameters)
