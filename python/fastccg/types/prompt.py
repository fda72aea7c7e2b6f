"""One message of a conversation."""

from __future__ import annotations

from fastccg._record import Open, Record
from fastccg.parts import Part, Text, _from_native, as_parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Iterator, Optional, Union


class ModelPrompt(Open, Record):
    """One message of a conversation: who speaks, and what.

    `content` is the text; `parts` is everything, in order. It can be read like a dict too: `message["role"]`.

    Args:
        role: "user", "assistant", "system" or "tool".
        content: The text; or a list of parts.
        name: Of the speaker, where a provider knows such a thing.
    """

    __slots__ = ("role", "content", "_parts", "name", "provider", "model")
    __match_args__ = ("role", "content")

    role: str
    content: str
    name: str
    provider: str
    """Who wrote an assistant's message; empty if it was written by hand."""
    model: str

    def __init__(self, role: str, content: Union[str, Part, Iterable[Any]] = "", *, name: str = "") -> None:
        self.role = role
        self._parts: Optional[list[Part]] = None
        if isinstance(content, str):
            self.content = content
        else:
            self.parts = as_parts(content)
        self.name = name
        self.provider = ""
        self.model = ""

    @property
    def parts(self) -> list[Part]:
        """The parts in the order in which they were written."""
        if self._parts is None:
            return [Text(self.content)]
        return self._parts

    @parts.setter
    def parts(self, parts: Iterable[Any]) -> None:
        self._parts = as_parts(parts)
        self.content = "".join(part.text for part in self._parts if isinstance(part, Text))

    def to_dict(self) -> dict[str, str]:
        """Role and text as a dict."""
        return {"role": self.role, "content": self.content}

    def __getitem__(self, name: str) -> str:
        return self.to_dict()[name]

    def keys(self) -> Iterator[str]:
        """The names that the message can be read by like a dict."""
        return iter(("role", "content"))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, dict):
            return self.to_dict() == other
        if not isinstance(other, ModelPrompt):
            return NotImplemented
        return self.role == other.role and self.parts == other.parts

    def __repr__(self) -> str:
        if self._parts is None:
            return f"ModelPrompt(role={self.role!r}, content={self.content!r})"
        return f"ModelPrompt(role={self.role!r}, parts={self._parts!r})"

    def __getstate__(self) -> dict[str, Any]:
        return {**self._fields(), **self._added()}

    def _native(self) -> dict[str, Any]:
        return {
            "role": self.role,
            "parts": [part._native() for part in self.parts],
            "name": self.name,
            "provider": self.provider,
            "model": self.model,
        }


def from_native(fields: dict[str, Any]) -> ModelPrompt:
    """The message that a dict of the native part stands for."""
    message = ModelPrompt(fields["role"])
    parts = fields["parts"]
    if len(parts) == 1 and parts[0]["type"] == "text":
        message.content = parts[0]["text"]
    else:
        message.parts = [_from_native(part) for part in parts]
    message.name = fields["name"]
    message.provider = fields["provider"]
    message.model = fields["model"]
    return message


def native_prompt(prompt: Any) -> Union[str, dict[str, Any]]:
    """What the native part takes as a prompt."""
    if isinstance(prompt, str):
        return prompt
    if isinstance(prompt, dict) and "role" in prompt:
        prompt = ModelPrompt(prompt["role"], prompt.get("content") or prompt.get("parts") or "")
    if isinstance(prompt, ModelPrompt):
        return prompt._native()
    parts = as_parts(prompt)
    results = sum(part._type == "tool_result" for part in parts)
    role = "tool" if parts and results == len(parts) else "user"
    return {"role": role, "parts": [part._native() for part in parts]}
