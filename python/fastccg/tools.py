"""Tools that a model may call: functions, or descriptions of them.

    def weather(city: str, days: int = 1) -> str:
        \"\"\"The weather forecast for a city.

        Args:
            city: Such as "Paris".
            days: How many days ahead.
        \"\"\"

    reply = model.ask("What will the weather be in Paris?", tools=[weather])
    for call in reply.tool_calls:
        reply = model.ask(ToolResult(call, weather(**call.parsed_arguments())))

Annotations and docstring of a function become what the model is told of it.
"""

from __future__ import annotations

from fastccg._record import Record
from fastccg.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional, Union

_ANY_OBJECT: dict[str, Any] = {"type": "object", "properties": {}}


class Tool(Record):
    """A tool that the model may call.

    Args:
        name: Letters, digits, `_` and `-`, at most 64.
        description: What it does, for the model.
        parameters: A JSON Schema of its arguments; not given, it takes none.
        strict: Whether the provider shall hold the model to the schema; not given leaves it to the provider.
    """

    __slots__ = ("name", "description", "parameters", "strict")

    def __init__(
        self,
        name: str,
        description: str = "",
        parameters: Optional[dict[str, Any]] = None,
        strict: Optional[bool] = None,
    ) -> None:
        self.name: str = name
        self.description: str = description
        self.parameters: Optional[dict[str, Any]] = parameters
        self.strict: Optional[bool] = strict

    @classmethod
    def from_function(cls, function: Callable[..., Any]) -> Tool:
        """Describes a function by its name, its docstring and its type hints."""
        return _describe(function)

    def _native(self) -> dict[str, Any]:
        from fastccg._settings import _json

        parameters = "" if self.parameters is None else _json(self.parameters, "the parameters of a tool")
        return {"name": self.name, "description": self.description, "parameters": parameters, "strict": self.strict}


def as_tool(value: Union[Tool, dict[str, Any], Callable[..., Any]]) -> Tool:
    """A tool from a tool, a function, or a dict as the providers' own libraries take it."""
    if isinstance(value, Tool):
        return value
    if isinstance(value, dict):
        inner = value.get("function", value)
        if not isinstance(inner, dict) or "name" not in inner:
            raise UsageError("a tool as a dict needs a name")
        parameters = inner.get("parameters", inner.get("input_schema"))
        return Tool(inner["name"], inner.get("description") or "", parameters, inner.get("strict"))
    if callable(value):
        return _describe(value)
    raise TypeError(f"a tool must be a function, a Tool or a dict, not {type(value).__name__}")


def _describe(function: Callable[..., Any]) -> Tool:
    import inspect
    import typing

    hints = typing.get_type_hints(function, include_extras=True)
    text, arguments = _read_docstring(inspect.getdoc(function) or "")
    properties: dict[str, Any] = {}
    required = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        schema = dict(_schema_of(hints.get(parameter.name, typing.Any)))
        if parameter.name in arguments:
            schema["description"] = arguments[parameter.name]
        properties[parameter.name] = schema
        if parameter.default is parameter.empty:
            required.append(parameter.name)
    schema = {"type": "object", "properties": properties, "required": required}
    return Tool(getattr(function, "__name__", "tool"), text, schema if properties else _ANY_OBJECT)


def _read_docstring(text: str) -> tuple[str, dict[str, str]]:
    """The text before "Args:", and what is said there of each argument."""
    before, _, after = text.partition("\nArgs:\n")
    arguments: dict[str, str] = {}
    latest = None
    for line in after.splitlines():
        if line and not line.startswith(" "):
            break
        name, colon, meaning = line.strip().partition(":")
        name = name.split("(")[0].strip()
        if colon and name.isidentifier():
            arguments[latest := name] = meaning.strip()
        elif latest and line.strip():
            arguments[latest] += " " + line.strip()
    return before.strip(), arguments


_SIMPLE: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    dict: {"type": "object"},
    list: {"type": "array"},
    tuple: {"type": "array"},
    set: {"type": "array"},
    type(None): {"type": "null"},
}


def _schema_of(hint: Any) -> dict[str, Any]:
    """The JSON schema of a type hint. What has none may be anything."""
    import types
    import typing

    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if hasattr(hint, "model_json_schema"):  # a pydantic model
        return hint.model_json_schema()  # type: ignore[no-any-return]
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Literal:
        return {"enum": list(arguments)}
    if origin is typing.Union or origin is getattr(types, "UnionType", None):
        return {"anyOf": [_schema_of(argument) for argument in arguments]}
    if origin is typing.Annotated:
        described = [note for note in arguments[1:] if isinstance(note, str)]
        return {**_schema_of(arguments[0]), **({"description": described[0]} if described else {})}
    if origin in (list, set, tuple):
        return {"type": "array", "items": _schema_of(arguments[0])} if arguments else {"type": "array"}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema_of(arguments[1])}
    if isinstance(hint, type) and hasattr(hint, "__members__"):  # an Enum
        return {"enum": [member.value for member in hint.__members__.values()]}
    if isinstance(hint, type) and hasattr(hint, "__total__"):  # a TypedDict
        fields = typing.get_type_hints(hint)
        required = sorted(hint.__required_keys__)  # type: ignore[attr-defined]
        return {"type": "object", "properties": {k: _schema_of(v) for k, v in fields.items()}, "required": required}
    return {}
