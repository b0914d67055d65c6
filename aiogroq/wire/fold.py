"""Folds the chunks of a stream into the completion that the same request without ``stream`` would have given.

Tool calls are merged by index, executed tools too (the service sends one twice: with its arguments, then with
its output). Usage is taken once, in whichever form it came: at the top of a chunk or inside ``x_groq``. The ``id`` of
chunks is not relied on: compound models change it from chunk to chunk.
"""

from __future__ import annotations

from typing import Any

from ..types._base import hidden_of
from ..types.chat.chat_completion import ChatCompletion, Choice, XGroq
from ..types.chat.chat_completion_chunk import ChatCompletionChunk, ChoiceDelta, ChoiceDeltaToolCall
from ..types.chat.chat_completion_message import ChatCompletionMessage
from ..types.chat.chat_completion_message_tool_call import ChatCompletionMessageToolCall, Function
from ..types.chat.chat_completion_token_logprob import ChoiceLogprobs
from ..types.chat.executed_tools import ExecutedTool
from ..types.completion_usage import CompletionUsage


class _ChoiceFold:
    """What has arrived for one choice."""

    __slots__ = (
        "annotations", "content", "executed_tools", "extra", "finish_reason", "logprobs",
        "reasoning", "refusal", "role", "tool_calls",
    )  # fmt: skip

    def __init__(self) -> None:
        self.role = "assistant"
        self.content: list[str] = []
        self.reasoning: list[str] = []
        self.refusal: list[str] = []
        self.tool_calls: dict[int, ChatCompletionMessageToolCall] = {}
        self.executed_tools: dict[int, ExecutedTool] = {}
        self.annotations: list[Any] = []
        self.logprobs: ChoiceLogprobs | None = None
        self.finish_reason: str | None = None
        self.extra: dict[str, Any] = {}

    def add(self, delta: ChoiceDelta) -> None:
        """Everything of a delta but its content, which `ChunkFold.add` takes by the short way."""
        if delta.role:
            self.role = delta.role
        if delta.reasoning:
            self.reasoning.append(delta.reasoning)
        for call in delta.tool_calls or ():
            self._add_tool_call(call)
        for tool in delta.executed_tools or ():
            self._add_executed_tool(tool)
        if delta.annotations:
            self.annotations.extend(delta.annotations)
        if delta.model_extra:
            self.extra.update(delta.model_extra)

    def _add_tool_call(self, delta: ChoiceDeltaToolCall) -> None:
        index = delta.index if delta.index >= 0 else self._index_of(delta.id)
        call = self.tool_calls.get(index)
        if call is None:
            call = ChatCompletionMessageToolCall(
                id="", type="function", function=Function(name="", arguments="")
            )
            self.tool_calls[index] = call
        if delta.id:
            call.id = delta.id
        if delta.type:
            call.type = delta.type
        if delta.function is not None:
            # A name comes whole (and may be repeated); arguments come in pieces.
            call.function.name = delta.function.name or call.function.name
            call.function.arguments += delta.function.arguments or ""

    def _index_of(self, call_id: str | None) -> int:
        """The place of a tool call that names no index: beside its own id, else after the last one."""
        for index, call in self.tool_calls.items():
            if call_id and call.id == call_id:
                return index
        if not call_id and self.tool_calls:
            return max(self.tool_calls)
        return max(self.tool_calls, default=-1) + 1

    def _add_executed_tool(self, tool: ExecutedTool) -> None:
        known = self.executed_tools.get(tool.index)
        if known is None:
            self.executed_tools[tool.index] = tool.model_copy()
            return
        for name in tool.__struct_fields__:
            value = getattr(tool, name)
            if value is not None and value != "":
                setattr(known, name, value)

    def message(self) -> ChatCompletionMessage:
        """The message so far."""
        calls = [self.tool_calls[index] for index in sorted(self.tool_calls)]
        content = "".join(self.content)
        message = ChatCompletionMessage(
            role=self.role,
            content=content if content or not calls else None,
            reasoning="".join(self.reasoning) or None,
            tool_calls=calls or None,
            executed_tools=[self.executed_tools[index] for index in sorted(self.executed_tools)] or None,
            annotations=self.annotations or None,
        )
        if self.extra:
            # `channel` and the like say something of a delta; the whole message has them no more.
            kept = {
                name: value for name, value in self.extra.items() if name not in message.__struct_fields__
            }
            if kept:
                hidden_of(message)["_extra"] = kept
        return message


class ChunkFold:
    """A running fold: `add` each chunk (constant cost each), read `completion` at any time."""

    __slots__ = ("_choices", "_first", "_last", "usage", "x_groq_id")

    def __init__(self) -> None:
        self._choices: dict[int, _ChoiceFold] = {}
        self._first: ChatCompletionChunk | None = None
        self._last: ChatCompletionChunk | None = None
        self.usage: CompletionUsage | None = None
        """The usage of the whole stream; None until it came."""
        self.x_groq_id: str | None = None
        """The service's id of the request; None until it came."""

    def add(self, chunk: ChatCompletionChunk) -> None:
        """Take one chunk in."""
        if self._first is None:
            self._first = chunk
        self._last = chunk
        for choice in chunk.choices:
            fold = self._choices.get(choice.index)
            if fold is None:
                fold = self._choices[choice.index] = _ChoiceFold()
            delta = choice.delta
            content = delta.content
            if content is not None:
                fold.content.append(content)
            if content is None or delta.role or delta.reasoning or delta.tool_calls or delta.executed_tools:
                fold.add(delta)
            if choice.finish_reason is not None:
                fold.finish_reason = choice.finish_reason
            if choice.logprobs is not None:
                _merge_logprobs(fold, choice.logprobs)
        if chunk.usage is not None:
            self.usage = chunk.usage
        x_groq = chunk.x_groq
        if x_groq is not None:
            self.x_groq_id = x_groq.id or self.x_groq_id
            if x_groq.usage is not None and self.usage is None:
                self.usage = x_groq.usage

    @property
    def is_finished(self) -> bool:
        """Whether a finish reason came for every choice."""
        return bool(self._choices) and all(fold.finish_reason is not None for fold in self._choices.values())

    @property
    def completion(self) -> ChatCompletion:
        """The completion so far; whole once the stream has ended."""
        first, last = self._first, self._last
        if first is None or last is None:
            return ChatCompletion()
        x_groq = None
        if first.x_groq is not None or self.x_groq_id is not None:
            x_groq = XGroq(
                id=self.x_groq_id or "", seed=first.x_groq.seed if first.x_groq is not None else None
            )
        return ChatCompletion(
            id=first.id,
            object="chat.completion",
            created=first.created,
            model=first.model,
            system_fingerprint=first.system_fingerprint,
            service_tier=last.service_tier or first.service_tier,
            choices=[
                Choice(
                    index=index,
                    message=fold.message(),
                    finish_reason=fold.finish_reason or "",
                    logprobs=fold.logprobs,
                )
                for index, fold in sorted(self._choices.items())
            ],
            usage=self.usage,
            usage_breakdown=last.usage_breakdown,
            x_groq=x_groq,
        )


def _merge_logprobs(fold: _ChoiceFold, logprobs: ChoiceLogprobs) -> None:
    if fold.logprobs is None:
        fold.logprobs = ChoiceLogprobs(content=list(logprobs.content or ()))
    else:
        fold.logprobs.content = [*(fold.logprobs.content or ()), *(logprobs.content or ())]
