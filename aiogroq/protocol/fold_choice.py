"""Folds the deltas of one choice of a stream into its message.

A delta may have drifted like any answer (a null index, arguments as an object): what does not fit is left out here,
where it stands in the chunk itself for who needs it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeVar, cast

from ..types._model import BaseModel
from ..types._struct import instance_dict
from ..types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaFunctionCall, ChoiceDeltaToolCall
from ..types.chat.chat_completion_message import ChatCompletionMessage, FunctionCall
from ..types.chat.chat_completion_message_tool_call import ChatCompletionMessageToolCall, Function
from ..types.chat.chat_completion_token_logprob import ChoiceLogprobs
from ..types.chat.executed_tools import Annotation, ExecutedTool

T = TypeVar("T")


class ChoiceFold:
    """What has arrived for one choice."""

    __slots__ = (
        "_annotations", "_calls", "_executed_tools", "_extra", "_function_call", "_logprobs",
        "_reasoning", "_role", "content", "finish_reason",
    )  # fmt: skip

    def __init__(self) -> None:
        self.content: list[str] = []
        """The pieces of the text."""
        self.finish_reason: str | None = None
        """Why it ended; None until it did."""
        self._role = "assistant"
        self._reasoning: list[str] = []
        # Each call beside the index that its deltas name, in order of arrival.
        self._calls: list[tuple[int, ChatCompletionMessageToolCall]] = []
        self._function_call: FunctionCall | None = None
        self._executed_tools: dict[int, ExecutedTool] = {}
        self._annotations: list[Annotation] = []
        self._logprobs: list[Any] | None = None
        self._extra: dict[str, Any] = {}

    def add(self, delta: ChoiceDelta) -> None:
        """Everything of a delta but its content, which `ChunkFold.add` takes by the short way."""
        if delta.role:
            self._role = delta.role
        if delta.reasoning:
            self._reasoning.append(as_text(delta.reasoning))
        if delta.tool_calls:
            for call in all_of(ChoiceDeltaToolCall, delta.tool_calls):
                self._add_tool_call(call)
        if delta.executed_tools:
            for tool in all_of(ExecutedTool, delta.executed_tools):
                self._add_executed_tool(tool)
        if delta.annotations:
            self._annotations.extend(all_of(Annotation, delta.annotations))
        if delta.function_call:
            self._add_function_call(delta.function_call)
        if delta.model_extra:
            self._extra.update(delta.model_extra)

    def add_logprobs(self, logprobs: ChoiceLogprobs) -> None:
        """The log probabilities of a chunk's tokens."""
        if isinstance(cast("object", logprobs), ChoiceLogprobs):
            self._logprobs = [*(self._logprobs or ()), *all_of(BaseModel, logprobs.content)]

    def _add_function_call(self, delta: ChoiceDeltaFunctionCall) -> None:
        if isinstance(cast("object", delta), ChoiceDeltaFunctionCall):
            known = self._function_call = self._function_call or FunctionCall()
            known.name = delta.name or known.name
            known.arguments += as_text(delta.arguments)

    def _add_tool_call(self, delta: ChoiceDeltaToolCall) -> None:
        function = delta.function
        name = function.name if isinstance(function, BaseModel) else None
        call = self._call_of(delta, name)
        call.id = call.id or delta.id or ""
        call.type = delta.type or call.type
        if isinstance(function, BaseModel):
            # A name comes whole (and may be repeated); arguments come in pieces.
            call.function.name = function.name or call.function.name
            call.function.arguments += as_text(function.arguments)

    def _call_of(self, delta: ChoiceDeltaToolCall, name: str | None) -> ChatCompletionMessageToolCall:
        """The call that a delta goes on with, or a new one.

        Some servers leave indexes out, use one index for several calls, repeat the id and the name in each piece, or
        give each piece an id of its own. So a new index begins a call, and so does a name with another id (or,
        without ids, another name) than the index had.
        """
        index: Any = delta.index
        has_index = isinstance(index, int) and index >= 0
        for known_index, call in reversed(self._calls):
            if (known_index == index) if has_index else (not delta.id or call.id == delta.id):
                has_ids = bool(delta.id and call.id)
                differs = delta.id != call.id if has_ids else name != call.function.name
                if name and call.function.name and differs:
                    break
                return call
        if not has_index:
            index = max((known_index for known_index, _ in self._calls), default=-1) + 1
        call = ChatCompletionMessageToolCall(type="function", function=Function())
        self._calls.append((index, call))
        return call

    def _add_executed_tool(self, tool: ExecutedTool) -> None:
        index = tool.index if isinstance(cast("object", tool.index), int) else len(self._executed_tools)
        known = self._executed_tools.get(index)
        if known is None:
            self._executed_tools[index] = tool.model_copy()
            return
        update = {
            name: value
            for name in tool.__struct_fields__
            if (value := getattr(tool, name)) is not None and (value != "" or getattr(known, name) is None)
        }
        self._executed_tools[index] = known.model_copy(update={**update, **(tool.model_extra or {})})

    def message(self) -> ChatCompletionMessage:
        """The message so far."""
        calls = [call for _, call in sorted(self._calls, key=_index)]
        content = "".join(self.content)
        has_call = bool(calls) or self._function_call is not None
        message = ChatCompletionMessage(
            role=self._role,
            content=content if content or not has_call else None,
            reasoning="".join(self._reasoning) or None,
            tool_calls=calls or None,
            executed_tools=[tool for _, tool in sorted(self._executed_tools.items())] or None,
            annotations=self._annotations or None,
            function_call=self._function_call,
        )
        # `channel` and the like say something of a delta; the whole message has them no more.
        kept = {name: value for name, value in self._extra.items() if name not in message.__struct_fields__}
        if kept:
            instance_dict(message)["_extra"] = kept
        return message

    def logprobs(self) -> ChoiceLogprobs | None:
        """The log probabilities so far, or None where none came."""
        return None if self._logprobs is None else ChoiceLogprobs(content=list(self._logprobs))


def _index(entry: tuple[int, object]) -> int:
    return entry[0]


def all_of(kind: type[T], values: object) -> list[T]:
    """Those of ``values`` that are what they should be; none of what is no list."""
    if not isinstance(values, list):
        return []
    return [value for value in cast("Iterable[object]", values) if isinstance(value, kind)]


def as_text(piece: Any) -> str:
    """A piece of text. Arguments that came as an object (some servers do that) become the JSON text they should be."""
    if isinstance(piece, str):
        return piece
    return "" if piece is None else json.dumps(piece)
