"""`TypedRequest`: the arguments of `create` for a type, in each mode, with the responses that did not match."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from ..schemas.typed_format import TypedFormat
from ..types._omit import is_omitted
from .modes import Mode

PARSE_NAMES = frozenset({"max_reasks", "mode", "strict"})
"""The arguments that only `parse` has, beside the type."""


class TypedRequest:
    """A request for a value of a type. The messages of the caller are not changed.

    Raises `TypeError` or `ValueError` for arguments that cannot be combined with a type.
    """

    def __init__(self, typed: TypedFormat[Any], params: Mapping[str, Any]) -> None:
        reject_params(params)
        self._typed = typed
        self._params = params
        messages: Any = params.get("messages")
        # An iterator can be read once, and `create` has the error for what is none.
        is_list = isinstance(messages, Iterable) and not isinstance(messages, (str, bytes, Mapping))
        self._messages: Any = list(cast("Iterable[Any]", messages)) if is_list else messages
        self._added: list[dict[str, Any]] = []

    @property
    def model(self) -> str:
        """The model of the request; empty where there is none."""
        model: Any = self._params.get("model")
        return model if isinstance(model, str) else ""

    def add_mismatch(self, text: str, error: str) -> None:
        """Add a response that does not match, and what is wrong with it, to the messages of the next request."""
        if text:
            self._added.append({"role": "assistant", "content": text})
        self._added.append(
            {
                "role": "user",
                "content": f"That does not match the schema: {error}. Respond again with the whole JSON, and nothing else.",
            }
        )

    def arguments(self, mode: Mode) -> dict[str, Any]:
        """Return the arguments of `create`."""
        arguments = {name: value for name, value in self._params.items() if name != "stream"}
        if "messages" in arguments:
            arguments["messages"] = self._with_schema(mode)
        if mode is Mode.JSON_OBJECT:
            arguments["response_format"] = {"type": "json_object"}
        elif mode is not Mode.PROMPT:
            arguments["response_format"] = self._schema_format(mode)
        return arguments

    def _schema_format(self, mode: Mode) -> dict[str, Any]:
        response_format = self._typed.response_format()
        if mode is Mode.JSON_SCHEMA:
            json_schema = {**response_format["json_schema"], "strict": False}
            response_format = {**response_format, "json_schema": json_schema}
        return response_format

    def _with_schema(self, mode: Mode) -> Any:
        messages = self._messages
        if not isinstance(messages, list):
            return messages
        listed: list[Any] = [*messages, *self._added]
        if mode < Mode.JSON_OBJECT:
            return listed
        position = 1 if listed and _role(listed[0]) in ("system", "developer") else 0
        instruction = {"role": "system", "content": self._typed.json_object_instruction()}
        listed.insert(position, instruction)
        return listed


def reject_params(params: Mapping[str, Any]) -> None:
    """Raise `TypeError` or `ValueError` for arguments of `create` that cannot be combined with a type."""
    if _is_given(params, "stream"):
        raise TypeError(
            "parse() does not stream; client.chat.completions.stream(response_format=...) gives the value while it is "
            "generated"
        )
    if _is_given(params, "tools") or _is_given(params, "functions"):
        raise ValueError(
            "the service does not combine tools with a response format: parse() has no tools; "
            "client.chat.completions.tool_runner(tools=..., response_format=...) calls them and then asks for the type"
        )


def _is_given(params: Mapping[str, Any], name: str) -> bool:
    value = params.get(name)
    return bool(value) and not is_omitted(value)


def _role(message: Any) -> Any:
    if isinstance(message, Mapping):
        return cast("Mapping[str, Any]", message).get("role")
    return getattr(message, "role", None)
