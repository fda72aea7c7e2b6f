"""What the package's small value classes have in common."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar


class _OfDataclass:
    """What `dataclasses` looks for in a class, made when it does.

    Importing it takes longer than importing all of this package.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, owner: type[LikeDataclass]) -> Any:
        made = vars(owner).get("_dataclass")
        if made is None:
            from dataclasses import field, make_dataclass
            from inspect import signature
            from typing import Any

            parameters = signature(owner).parameters
            defaults = {
                name: parameter.default
                for name, parameter in parameters.items()
                if parameter.default is not parameter.empty
            }
            fields = [
                (name, Any, field(default=defaults[name]) if name in defaults else field())
                for name in owner.__match_args__  # type: ignore[attr-defined]
            ]
            made = owner._dataclass = make_dataclass(owner.__name__, fields, repr=False)
        return getattr(made, self._name)


class LikeDataclass:
    """A value whose fields, `__match_args__`, can be got at as those of a dataclass: `asdict`, `vars`, `match`, ..."""

    __slots__: tuple[str, ...] = ()

    if TYPE_CHECKING:
        _dataclass: ClassVar[type]
    else:
        __match_args__ = ()  # type checkers take those of each class from its own
        __dataclass_fields__ = _OfDataclass()
        __dataclass_params__ = _OfDataclass()

        @property
        def __dict__(self):
            return {name: getattr(self, name) for name in self.__match_args__}


class _HasDict:
    pass


_DICT = vars(_HasDict)["__dict__"]


class Open(_HasDict, LikeDataclass):
    """One that takes any attribute beside its fields, as an instance of a dataclass does."""

    __slots__ = ()

    if not TYPE_CHECKING:

        @property
        def __dict__(self):
            return {**LikeDataclass.__dict__["__dict__"].__get__(self), **self._added()}

    def _added(self) -> dict[str, Any]:
        """The attributes beside the fields."""
        return dict(_DICT.__get__(self))


class Record(LikeDataclass):
    """A value that is compared, shown and pickled by its fields, which are its slots."""

    __slots__: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        if not cls.__match_args__:  # type: ignore[attr-defined]
            setattr(cls, "__match_args__", tuple(cls.__slots__))  # noqa: B010  so that no type is inferred from it

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fields() == other._fields()

    if TYPE_CHECKING:
        __hash__: ClassVar[None]  # type: ignore[assignment]
    else:
        __hash__ = None

    def __repr__(self) -> str:
        fields = ", ".join(
            f"{name}={value!r}" for name, value in self._fields().items() if value not in (None, "", b"")
        )
        return f"{type(self).__name__}({fields})"

    def __getstate__(self) -> dict[str, Any]:
        return self._fields()

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            setattr(self, name, value)

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}
