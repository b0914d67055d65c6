"""`EventRequest`: the request of a stream of events, and the reader of its chunks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from ..errors import StructuredOutputError
from ..protocol.chat_arguments import check_names
from ..schemas.typed_format import TypedFormat, typed_format
from ..structured.modes import ModeName, allowed_modes
from ..structured.request import TypedRequest
from ..structured.result import parsed_completion
from ..structured.steps import parsed_once
from ..types._omit import is_omitted, omit
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.parsed_chat_completion import ParsedChatCompletion
from .reader import EventReader

T = TypeVar("T")

_NAMES = frozenset({"mode"})
"""The argument that only `stream` has, beside the type."""


class EventRequest(Generic[T]):
    """The arguments of `create`, and what is made of the chunks.

    ``response_format`` is a type, or what `create` takes. Raises `TypeError`, `ValueError` and `SchemaError` for arguments
    that do not fit.
    """

    def __init__(
        self, *, response_format: Any, tools: Any, mode: ModeName | None, params: Mapping[str, Any]
    ) -> None:
        mode = None if is_omitted(mode) else mode
        if not is_omitted(params.get("stream", omit)):
            raise TypeError("stream() always streams: leave stream= out, or use create()")
        for name in ("strict", "max_reasks"):
            if name in params:
                raise TypeError(
                    f"{name} is an argument of parse(): stream() requests nothing again, and mode='json_schema' asks it for "
                    "a schema"
                )
        check_names(params, "stream", _NAMES)
        self._params = params
        self._typed: TypedFormat[T] | None = None
        self._mode: ModeName = mode or "prompt"
        if is_omitted(response_format) or response_format is None or isinstance(response_format, Mapping):
            if mode is not None:
                raise ValueError("mode says how a type is asked for: pass a type as response_format")
            self.arguments: dict[str, Any] = {**params, "response_format": response_format}
            """The arguments of `create`."""
        else:
            self._typed = typed_format(response_format)
            modes = allowed_modes(self._mode, strict=None, is_strict=self._typed.is_strict)
            self.arguments = TypedRequest(self._typed, params).arguments(modes[0])
        self.arguments |= {"tools": tools, "stream": True}

    def reader(self) -> EventReader[T]:
        """Return a reader of the chunks."""
        return EventReader(self._finish, self._typed)

    def _finish(self, completion: ChatCompletion) -> ParsedChatCompletion[Any]:
        if self._typed is None or _calls_tools(completion):
            return parsed_completion(completion, [None] * len(completion.choices))
        try:
            return parsed_once(completion, self._typed, self._params)
        except StructuredOutputError as error:
            error.partial = completion
            raise


def _calls_tools(completion: ChatCompletion) -> bool:
    """Whether the model has called tools instead of writing the value."""
    return any(choice.message.tool_calls and not choice.message.content for choice in completion.choices)
