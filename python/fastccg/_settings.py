"""Settings as keywords, put into the form in which the native part reads them."""

from __future__ import annotations

from fastccg.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    _Reader = Callable[[dict[str, Any], Any], None]


def collect(given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The settings of a model among keywords. Those that are None are left as they are."""
    return _read(given, _READERS) if given else None


def collect_embedding(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of an embedding model among keywords."""
    return _read(given, _EMBEDDING_READERS)


def completed(changes: dict[str, Any], current: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Settings over the current ones: groups of which only some members are given keep the others."""
    groups = [name for name in ("timeouts", "retries", "limits") if name in changes]
    if groups:
        before = current()
        for name in groups:
            changes[name] = {**before.get(name, {}), **changes[name]}
    return changes


def without(settings: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Settings but for those of these names."""
    for name in names:
        _reader(name, _READERS)
        settings.pop("output_format" if name == "response_format" else name, None)
        if name == "timeout":
            settings.get("timeouts", {}).pop("total", None)
    return settings


def _read(given: Mapping[str, Any], readers: Mapping[str, _Reader]) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    for name, value in given.items():
        read = _reader(name, readers)
        if value is not None:
            read(settings, value)
    return settings


def _reader(name: str, readers: Mapping[str, _Reader]) -> _Reader:
    read = readers.get(name)
    if read is None:
        raise TypeError(f"there is no setting {name!r}; there are {', '.join(sorted(readers))}")
    return read


def _as_it_is(name: str) -> Callable[[dict[str, Any], Any], None]:
    def read(settings: dict[str, Any], value: Any) -> None:
        settings[name] = value

    return read


def _listed(name: str, value: Any, wanted: str) -> list[Any]:
    if not hasattr(value, "__iter__"):
        raise TypeError(f"{name} must be {wanted}, not {type(value).__name__}")
    return list(value)


def _dict(name: str, value: Any) -> dict[Any, Any]:
    try:
        return dict(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be a dict, not {type(value).__name__}") from None


def _stop(settings: dict[str, Any], value: Any) -> None:
    settings["stop"] = [value] if isinstance(value, str) else _listed("stop", value, "a text or several")


def _tools(settings: dict[str, Any], value: Any) -> None:
    from fastccg.tools import Tool, as_tool

    if callable(value) or isinstance(value, (Tool, dict)):
        value = [value]
    settings["tools"] = [as_tool(tool)._native() for tool in _listed("tools", value, "functions, Tools or dicts")]


def _tool_choice(settings: dict[str, Any], value: Any) -> None:
    if isinstance(value, str) and value in ("auto", "none", "required"):
        settings["tool_choice"] = {"mode": value}
        return
    if isinstance(value, dict):
        function = value.get("function", value)
        value = function.get("name") if isinstance(function, dict) else None
    elif not isinstance(value, str):
        value = getattr(value, "name", None) or getattr(value, "__name__", None)
    if not isinstance(value, str):
        raise UsageError('tool_choice must be "auto", "none", "required", or a tool or its name')
    settings["tool_choice"] = {"mode": "named", "name": value}


def _output_format(settings: dict[str, Any], value: Any) -> None:
    settings["output_format"] = _format_of(value)


def _format_of(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        if value not in ("text", "json"):
            raise UsageError('output_format must be "text", "json" or a JSON schema')
        return {"kind": value}
    if hasattr(value, "model_json_schema"):  # a pydantic model
        return _schema_format(value.__name__, value.model_json_schema(), True)
    if not isinstance(value, dict):
        raise UsageError('output_format must be "text", "json" or a JSON schema as a dict')
    kind = value.get("type")
    if kind in ("json_object", "text") and len(value) == 1:
        return {"kind": "text" if kind == "text" else "json"}
    if kind == "json_schema" and "json_schema" in value:
        value = value["json_schema"]
        if not isinstance(value, dict):
            raise UsageError("the json_schema of output_format must be a dict")
    if "schema" in value and isinstance(value["schema"], dict):
        return _schema_format(value.get("name", "answer"), value["schema"], value.get("strict", True))
    return _schema_format(value.get("title", "answer"), value, True)


def _schema_format(name: Any, schema: dict[str, Any], strict: bool) -> dict[str, Any]:
    if not isinstance(name, str):
        raise UsageError("the name or title of a JSON schema must be a str")
    name = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in name)[:64] or "answer"
    return {"kind": "schema", "name": name, "schema": _json(schema, "a schema"), "strict": strict}


def _reasoning(settings: dict[str, Any], value: Any) -> None:
    if value is False or value == "off":
        settings["reasoning"] = {}
    elif isinstance(value, str):
        settings["reasoning"] = {"level": value}
    elif isinstance(value, int) and value is not True:
        settings["reasoning"] = {"tokens": value}
    else:
        raise UsageError('reasoning must be "off", an effort such as "low", or a number of tokens')


def _cache_prompt(settings: dict[str, Any], value: Any) -> None:
    if value is False:
        raise UsageError('cache_prompt must be True or a number of seconds; unset("cache_prompt") takes it back')
    settings["cache_prompt"] = 300 if value is True else value


def _metadata(settings: dict[str, Any], value: Any) -> None:
    settings["metadata"] = {str(name): str(label) for name, label in _dict("metadata", value).items()}


def _extra(settings: dict[str, Any], value: Any) -> None:
    settings["extra"] = value if isinstance(value, str) else _json(value, "extra")


def _extra_headers(settings: dict[str, Any], value: Any) -> None:
    settings["extra_headers"] = _dict("extra_headers", value)


def _timeout(settings: dict[str, Any], value: Any) -> None:
    settings["timeouts"] = {**settings.get("timeouts", {}), "total": value}


def _group(name: str, *members: str) -> Callable[[dict[str, Any], Any], None]:
    def read(settings: dict[str, Any], value: Any) -> None:
        if not isinstance(value, dict):
            raise TypeError(f"{name} must be a dict, not {type(value).__name__}")
        for member in value:
            if member not in members:
                raise UsageError(f"{name} has no {member!r}; it has {', '.join(members)}")
        settings[name] = {**settings.get(name, {}), **value}

    return read


_retries_group = _group("retries", "attempts", "initial_delay", "max_delay", "max_announced_delay")


def _retries(settings: dict[str, Any], value: Any) -> None:
    if isinstance(value, int):
        if value < 0:
            raise UsageError("retries must be zero or more")
        value = {"attempts": value + 1}
    _retries_group(settings, value)


def _json(value: Any, what: str) -> str:
    import json

    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise UsageError(f"{what} cannot be written as JSON: {error}") from None


_READERS: dict[str, _Reader] = {
    **{
        name: _as_it_is(name)
        for name in (
            "sys_prompt", "temperature", "top_p", "top_k", "max_tokens", "seed", "frequency_penalty",
            "presence_penalty", "logprobs", "parallel_tools",
        )
    },
    "stop": _stop,
    "tools": _tools,
    "tool_choice": _tool_choice,
    "output_format": _output_format,
    "response_format": _output_format,
    "reasoning": _reasoning,
    "cache_prompt": _cache_prompt,
    "metadata": _metadata,
    "extra": _extra,
    "extra_headers": _extra_headers,
    "timeout": _timeout,
    "timeouts": _group("timeouts", "connect", "first_byte", "idle", "total", "heartbeats_count"),
    "retries": _retries,
    "limits": _group("limits", "headers", "event", "body", "unread"),
}  # fmt: skip

_EMBEDDING_READERS: dict[str, _Reader] = {
    **{
        name: _as_it_is(name)
        for name in ("dimensions", "input_kind", "normalize", "encoding", "batch_size", "parallel")
    },
    **{name: _READERS[name] for name in ("extra", "extra_headers", "timeout", "timeouts", "retries", "limits")},
}
