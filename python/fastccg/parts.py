"""What a message consists of: text, pictures, sounds, files, tool calls and their results, reasoning.

    model.ask(["What is in this picture?", Image.from_file("cat.png")])
    model.ask(ToolResult(call, "14 degrees, rain"))

All are small values, compared and shown by their fields.
"""

from __future__ import annotations

import os

from fastccg import _core
from fastccg._record import Record
from fastccg.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Iterable, Optional, Sequence, Union

    Bytes = bytes  # where a parameter has that name

    PathLike = Union[str, os.PathLike[str]]


class Part(Record):
    """The base of all parts."""

    __slots__: tuple[str, ...] = ()
    _type: ClassVar[str]

    def _native(self) -> dict[str, Any]:
        return {"type": self._type, **self._fields()}


class Text(Part):
    """Plain text. A str does as well wherever parts are expected."""

    __slots__ = ("text",)
    _type = "text"

    def __init__(self, text: str) -> None:
        self.text: str = text


class Image(Part):
    """A picture, by address or by content.

    Args:
        url: Where the provider shall fetch it. Give this or `bytes`.
        bytes: The content of the file, not in base64.
        mime: Such as "image/png"; found out from the content if it is not given.
        detail: "low", "high" or "auto"; not given leaves it to the provider.
    """

    __slots__ = ("url", "bytes", "mime", "detail")
    _type = "image"

    def __init__(
        self,
        url: Optional[str] = None,
        *,
        bytes: Optional[bytes] = None,
        mime: Optional[str] = None,
        detail: Optional[str] = None,
    ) -> None:
        _one_of("an Image", url=url, bytes=bytes)
        self.url: Optional[str] = url
        self.bytes: Optional[Bytes] = bytes
        self.mime: Optional[str] = mime or (_mime_of(bytes) if bytes is not None else None)
        self.detail: Optional[str] = detail
        if bytes is not None and not self.mime:
            raise UsageError('an Image of an unknown kind needs mime=, such as "image/png"')

    @classmethod
    def from_file(cls, path: PathLike, *, detail: Optional[str] = None) -> Image:
        """Reads a picture from a file."""
        content = _read(path)
        return cls(bytes=content, mime=_mime_of(content) or _mime_of_name(path), detail=detail)


class Audio(Part):
    """A sound: the content of a file, not in base64, and its format, such as "wav" or "mp3"."""

    __slots__ = ("bytes", "format")
    _type = "audio"

    def __init__(self, bytes: bytes, format: str) -> None:
        self.bytes: Bytes = bytes
        self.format: str = format

    @classmethod
    def from_file(cls, path: PathLike) -> Audio:
        """Reads a sound from a file. The name's ending says which format it has."""
        return cls(_read(path), os.path.splitext(os.fsdecode(path))[1][1:].lower())


class File(Part):
    """A document, by address, by content, or by the id that a provider gave it.

    Args:
        url: Where the provider shall fetch it. Give this, `bytes` or `id`.
        bytes: The content of the file, not in base64.
        id: What the provider called it when it was uploaded.
        mime: Such as "application/pdf".
        name: The name of the file, which some models are shown.
    """

    __slots__ = ("url", "bytes", "id", "mime", "name")
    _type = "file"

    def __init__(
        self,
        url: Optional[str] = None,
        *,
        bytes: Optional[bytes] = None,
        id: Optional[str] = None,
        mime: Optional[str] = None,
        name: Optional[str] = None,
    ) -> None:
        _one_of("a File", url=url, bytes=bytes, id=id)
        self.url: Optional[str] = url
        self.bytes: Optional[Bytes] = bytes
        self.id: Optional[str] = id
        self.mime: Optional[str] = mime
        self.name: Optional[str] = name

    @classmethod
    def from_file(cls, path: PathLike) -> File:
        """Reads a document from a file."""
        return cls(bytes=_read(path), mime=_mime_of_name(path), name=os.path.basename(os.fsdecode(path)))


class ToolCall(Part):
    """The model asks for a tool to be run."""

    __slots__ = ("id", "name", "arguments")
    _type = "tool_call"

    def __init__(self, id: str, name: str, arguments: str) -> None:
        self.id: str = id
        """What the result has to name; never empty."""
        self.name: str = name
        """The name of the tool."""
        self.arguments: str = arguments
        """The arguments exactly as the model wrote them: usually, but not always, JSON."""

    def parsed_arguments(self) -> Any:
        """The arguments as Python values. Raises `ValueError` if they are not JSON."""
        import json

        return json.loads(self.arguments or "{}")


class ToolResult(Part):
    """The answer to a tool call: text, or anything that can be written as JSON, or a list of parts.

    Args:
        call: The `ToolCall` that is answered, or its id.
        content: What the tool has to say.
        name: The name of the tool; found out from the call if it is not given.
        is_error: Whether the tool failed, and `content` says why.
    """

    __slots__ = ("call_id", "name", "content", "is_error")
    _type = "tool_result"

    def __init__(
        self, call: Union[ToolCall, str], content: Any = "", *, name: Optional[str] = None, is_error: bool = False
    ) -> None:
        self.call_id: str = call.id if isinstance(call, ToolCall) else call
        self.name: str = name or (call.name if isinstance(call, ToolCall) else "")
        self.content: Sequence[Part] = _result_parts(content)
        self.is_error: bool = is_error

    def _native(self) -> dict[str, Any]:
        return {**super()._native(), "content": [part._native() for part in self.content]}


class Reasoning(Part):
    """The model's reasoning, as far as the provider shows it."""

    __slots__ = ("text", "payload", "provider")
    _type = "reasoning"

    def __init__(self, text: str = "", payload: str = "", provider: str = "") -> None:
        self.text: str = text
        self.payload: str = payload
        """What the provider wants back unchanged, as JSON text; it is sent to `provider` only."""
        self.provider: str = provider


class Refusal(Part):
    """The model declined to answer, and said so in words of its own."""

    __slots__ = ("text",)
    _type = "refusal"

    def __init__(self, text: str) -> None:
        self.text: str = text


class Opaque(Part):
    """Something of a provider's own, kept as JSON text and sent back to that provider only."""

    __slots__ = ("provider", "kind", "json")
    _type = "opaque"

    def __init__(self, provider: str, kind: str, json: str) -> None:
        self.provider: str = provider
        self.kind: str = kind
        self.json: str = json


def cache_point(seconds: int = 300) -> Opaque:
    """A part that marks a place: all that stands before it is worth keeping in the provider's prompt cache, so long.

    Providers that have to be told where get the mark; the others cache on their own, and get nothing.
    """
    mark = _core.cache_point(seconds)
    return Opaque(mark["provider"], mark["kind"], mark["json"])


_CLASSES: dict[str, type[Part]] = {
    part._type: part for part in (Text, Image, Audio, File, ToolCall, ToolResult, Reasoning, Refusal, Opaque)
}


def as_part(value: Union[str, Part, dict[str, Any]]) -> Part:
    """A part from a part, a str, or the dict that a part is in a message."""
    if isinstance(value, Part):
        return value
    if isinstance(value, str):
        return Text(value)
    if hasattr(value, "role") or (isinstance(value, dict) and "role" in value):
        raise TypeError("a prompt is one message; append_prompt and append_response write those that came before it")
    if isinstance(value, dict):
        return _from_native(value)
    raise TypeError(f"a part must be a str or one of fastccg.parts, not {type(value).__name__}")


def as_parts(value: Union[str, Part, Iterable[Any]]) -> list[Part]:
    """Parts from one of them, or from several."""
    if isinstance(value, (str, Part, dict)):
        return [as_part(value)]
    if isinstance(value, (bytes, bytearray)) or not hasattr(value, "__iter__"):
        raise TypeError(f"a prompt must be a str, parts or a message, not {type(value).__name__}")
    return [as_part(part) for part in value]


def _from_native(fields: dict[str, Any]) -> Part:
    """The part that a dict of the native part stands for."""
    cls = _CLASSES.get(fields.get("type", ""))
    if cls is None:
        raise UsageError(f"there is no part of type {fields.get('type')!r}; there are {', '.join(_CLASSES)}")
    part = cls.__new__(cls)
    slots: tuple[str, ...] = cls.__slots__
    for name in slots:
        value = fields.get(name)
        if name == "content":
            value = [_from_native(item) for item in value or ()]
        setattr(part, name, value if value or name in ("text", "arguments", "is_error") else _empty(cls, name))
    return part


def _empty(cls: type[Part], name: str) -> Optional[str]:
    return None if cls in (Image, File) or name == "bytes" else ([] if name == "content" else "")  # type: ignore[return-value]


def _result_parts(content: Any) -> Sequence[Part]:
    if isinstance(content, (str, Part)):
        return [as_part(content)]
    if isinstance(content, (list, tuple)) and content and all(isinstance(item, Part) for item in content):
        return list(content)
    import json

    return [Text(json.dumps(content, ensure_ascii=False))]


def _one_of(what: str, **given: Any) -> None:
    if sum(value is not None for value in given.values()) != 1:
        raise UsageError(f"{what} needs exactly one of {', '.join(given)}")


def _read(path: PathLike) -> bytes:
    with open(path, "rb") as file:
        return file.read()


_BEGINNINGS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
)


def _mime_of(content: bytes) -> Optional[str]:
    for beginning, mime in _BEGINNINGS:
        if content.startswith(beginning):
            return mime
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else None


def _mime_of_name(path: PathLike) -> Optional[str]:
    import mimetypes

    return mimetypes.guess_type(os.fsdecode(path))[0]
