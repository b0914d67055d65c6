"""Accumulates the deltas of one choice of a stream into its message.

The values of a delta may not fit their fields (a null index, arguments as an object). Those are skipped here; they stay
available on the chunk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast

from ..types._model import BaseModel
from ..types._struct import instance_dict
from ..types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaFunctionCall, ChoiceDeltaToolCall
from ..types.chat.chat_completion_message import ChatCompletionMessage, FunctionCall
from ..types.chat.chat_completion_message_tool_call import ChatCompletionMessageToolCall, Function
from ..types.chat.chat_completion_token_logprob import ChoiceLogprobs
from ..types.chat.executed_tools import Annotation, ExecutedTool

T = TypeVar("T")


class ChoiceAccumulator:
    """Accumulates the deltas of one choice."""

    __slots__ = (
        "_annotations", "_extra", "_function_call", "_role", "calls", "content", "executed_tools", "finish_reason",
        "reasoning", "token_logprobs",
    )  # fmt: skip

    def __init__(self) -> None:
        self.content: list[str] = []
        """The parts of the text, to be joined."""
        self.finish_reason: str | None = None
        """Why the choice ended; None until then."""
        self.reasoning: list[str] = []
        """The parts of the reasoning, to be joined."""
        self.calls: list[tuple[int, ChatCompletionMessageToolCall]] = []
        """Each call beside the index that its deltas name, in order of arrival. Later deltas change the call."""
        self.executed_tools: dict[int, ExecutedTool] = {}
        """The executed tools by index. A later delta replaces the tool."""
        self.token_logprobs: list[Any] | None = None
        """The log probabilities of the tokens; None if none came."""
        self._role = "assistant"
        self._function_call: FunctionCall | None = None
        self._annotations: list[Annotation] = []
        self._extra: dict[str, Any] = {}

    def add(self, delta: ChoiceDelta) -> None:
        """Add all fields of a delta but its content, which `ChatAccumulator.add` appends itself."""
        if delta.role:
            self._role = delta.role
        if delta.reasoning:
            self.reasoning.append(as_text(delta.reasoning))
        if delta.tool_calls:
            for call in instances_of(ChoiceDeltaToolCall, delta.tool_calls):
                self._add_tool_call(call)
        if delta.executed_tools:
            for tool in instances_of(ExecutedTool, delta.executed_tools):
                self._add_executed_tool(tool)
        if delta.annotations:
            self._annotations.extend(instances_of(Annotation, delta.annotations))
        if delta.function_call:
            self._add_function_call(delta.function_call)
        if delta.model_extra:
            self._add_extra(delta.model_extra)

    def add_logprobs(self, logprobs: ChoiceLogprobs) -> None:
        """Add the log probabilities of a chunk's tokens."""
        if isinstance(cast("object", logprobs), ChoiceLogprobs):
            self.token_logprobs = [*(self.token_logprobs or ()), *instances_of(BaseModel, logprobs.content)]

    def _add_extra(self, extra: Mapping[str, Any]) -> None:
        """Add unknown fields. The last value counts, but a refusal comes in parts, and some servers add a null one."""
        refusal = self._extra.get("refusal")
        self._extra.update(extra)
        if isinstance(refusal, str):
            self._extra["refusal"] = refusal + as_text(extra.get("refusal"))

    def _add_function_call(self, delta: ChoiceDeltaFunctionCall) -> None:
        if isinstance(cast("object", delta), ChoiceDeltaFunctionCall):
            known = self._function_call = self._function_call or FunctionCall()
            known.name = delta.name or known.name
            known.arguments += as_text(delta.arguments)

    def _add_tool_call(self, delta: ChoiceDeltaToolCall) -> None:
        function = delta.function
        name = function.name if isinstance(function, BaseModel) else None
        call = self._cinstances_of(delta, name)
        call.id = call.id or delta.id or ""
        call.type = delta.type or call.type
        if isinstance(function, BaseModel):
            # The name comes complete (and may be repeated); arguments come in parts.
            call.function.name = function.name or call.function.name
            call.function.arguments += as_text(function.arguments)

    def _cinstances_of(self, delta: ChoiceDeltaToolCall, name: str | None) -> ChatCompletionMessageToolCall:
        """Return the call that a delta continues, or a new one.

        Some servers leave indexes out, use one index for several calls, repeat the id and the name in each delta, or
        give each delta an id of its own. So a new index begins a call, and so does a name whose id (or, without
        ids, whose name) differs from that of the call with the same index.
        """
        index: Any = delta.index
        has_index = isinstance(index, int) and index >= 0
        for known_index, call in reversed(self.calls):
            if (known_index == index) if has_index else (not delta.id or call.id == delta.id):
                has_ids = bool(delta.id and call.id)
                differs = delta.id != call.id if has_ids else name != call.function.name
                if name and call.function.name and differs:
                    break
                return call
        if not has_index:
            index = max((known_index for known_index, _ in self.calls), default=-1) + 1
        call = ChatCompletionMessageToolCall(type="function", function=Function())
        self.calls.append((index, call))
        return call

    def _add_executed_tool(self, tool: ExecutedTool) -> None:
        index = tool.index if isinstance(cast("object", tool.index), int) else len(self.executed_tools)
        known = self.executed_tools.get(index)
        if known is None:
            self.executed_tools[index] = tool.model_copy()
            return
        update = {
            name: value
            for name in tool.__struct_fields__
            if (value := getattr(tool, name)) is not None and (value != "" or getattr(known, name) is None)
        }
        self.executed_tools[index] = known.model_copy(update={**update, **(tool.model_extra or {})})

    def message(self) -> ChatCompletionMessage:
        """Return the message so far."""
        calls = [call for _, call in sorted(self.calls, key=lambda entry: entry[0])]
        content = "".join(self.content)
        has_call = bool(calls) or self._function_call is not None
        message = ChatCompletionMessage(
            role=self._role,
            content=content if content or not has_call else None,
            reasoning="".join(self.reasoning) or None,
            tool_calls=calls or None,
            executed_tools=[tool for _, tool in sorted(self.executed_tools.items())] or None,
            annotations=self._annotations or None,
            function_call=self._function_call,
        )
        # `channel` and the like describe a delta; the complete message does not have them.
        extra = {name: value for name, value in self._extra.items() if name not in message.__struct_fields__}
        if extra:
            instance_dict(message)["_extra"] = extra
        return message

    def logprobs(self) -> ChoiceLogprobs | None:
        """Return the log probabilities so far, or None if none came."""
        return None if self.token_logprobs is None else ChoiceLogprobs(content=list(self.token_logprobs))


def instances_of(kind: type[T], values: object) -> list[T]:
    """Return the items of ``values`` that are a ``kind``; an empty list if ``values`` is not a list."""
    if not isinstance(values, list):
        return []
    return [value for value in cast("Iterable[object]", values) if isinstance(value, kind)]


def as_text(part: Any) -> str:
    """Return a part of a text. Arguments that some servers send as an object become the JSON text that they should be."""
    if isinstance(part, str):
        return part
    return "" if part is None else json.dumps(part)
