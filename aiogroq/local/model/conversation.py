"""Extracts from the messages of a chat request what the response depends on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..json_values import JsonObject, as_object, objects
from .words import count_tokens

_TOKENS_PER_MESSAGE = 4
_TOKENS_PER_IMAGE = 2048
_TOKENS_PER_TOOL = 100


@dataclass(slots=True)
class Conversation:
    """The parts of the messages that the response depends on."""

    system: str = ""
    user: str = ""
    """The last user message."""
    earlier: list[str] = field(default_factory=list[str])
    """The user messages before it, oldest first."""
    tool_results: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """(function name, content) of the tool messages at the end."""
    images: int = 0
    prompt_tokens: int = 0

    @property
    def text(self) -> str:
        """All user messages, the last one first."""
        return "\n".join([self.user, *reversed(self.earlier)])


def read(body: dict[str, Any]) -> Conversation:
    """Return the conversation of a validated chat request."""
    found = Conversation(prompt_tokens=20)
    called: dict[str, str] = {}
    systems: list[str] = []
    for message in objects(body["messages"]):
        role, content = message["role"], flat_text(message.get("content"))
        found.prompt_tokens += _TOKENS_PER_MESSAGE + count_tokens(content)
        if role in ("system", "developer"):
            systems.append(content)
        elif role == "user":
            if found.user:
                found.earlier.append(found.user)
            found.user = content
            found.tool_results.clear()
            images = _count_images(message["content"])
            found.images += images
            found.prompt_tokens += images * _TOKENS_PER_IMAGE
        elif role == "assistant":
            for call in objects(message.get("tool_calls")):
                called[call["id"]] = call["function"]["name"]
                found.prompt_tokens += count_tokens(call["function"]["arguments"])
            found.tool_results.clear()
        elif role == "tool":
            found.tool_results.append((called.get(message["tool_call_id"], "tool"), content))
        else:
            found.tool_results.append((message["name"], content))
    found.system = "\n".join(systems)
    found.prompt_tokens += _TOKENS_PER_TOOL * len(objects(body.get("tools")))
    return found


def flat_text(content: Any) -> str:
    """Return the text of a message's content: a string, a list of parts or null."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(_part_text(part) for part in objects(content)).strip()


def format_type(body: JsonObject) -> str:
    """Return `text`, `json_object` or `json_schema`."""
    return str(as_object(body.get("response_format")).get("type", "text"))


def _part_text(part: dict[str, Any]) -> str:
    if part["type"] == "text":
        return str(part["text"])
    if part["type"] == "document":
        return " ".join(f"{key}: {value}" for key, value in as_object(part["document"]["data"]).items())
    return ""


def _count_images(content: Any) -> int:
    if not isinstance(content, list):
        return 0
    return sum(part["type"] == "image_url" for part in objects(content))
