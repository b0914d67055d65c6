"""`ChoiceReader`: what has changed in one choice of a stream, as events."""

from __future__ import annotations

from typing import Any, TypeVar

from ..protocol.accumulate_choice import ChoiceAccumulator
from ..schemas.partial import PartialJson
from ..types.chat.executed_tools import ExecutedTool
from .events import (
    ContentDeltaEvent,
    ContentDoneEvent,
    ExecutedToolDoneEvent,
    ExecutedToolStartedEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
)

T = TypeVar("T")


class ChoiceReader:
    """Compares the accumulator of a choice with what it was at the last event. So the events are what was accumulated,
    whatever the chunks looked like."""

    __slots__ = (
        "_arguments", "_content", "_content_parts", "_done_tools", "_key", "_logprobs", "_partial", "_partial_end",
        "_reasoning", "_reasoning_parts", "_tools", "choice", "index",
    )  # fmt: skip

    def __init__(self, index: int, choice: ChoiceAccumulator, key: str | None) -> None:
        self.index: int = index
        """The index of the choice."""
        self.choice: ChoiceAccumulator = choice
        """Its accumulator."""
        self._content_parts = choice.content
        self._reasoning_parts = choice.reasoning
        # What there are events of: counts of parts, the lengths of the arguments of each call, the tools by index.
        self._content = 0
        self._reasoning = 0
        self._logprobs = 0
        self._arguments: list[int] = []
        self._tools: dict[int, ExecutedTool] = {}
        self._done_tools: set[int] = set()
        self._key = key
        self._partial: PartialJson | None = None
        self._partial_end = 0

    def add_deltas(self, events: list[Any]) -> None:
        """Append the events of what has changed."""
        count = len(self._reasoning_parts)
        if count != self._reasoning:
            text = "".join(self._reasoning_parts[self._reasoning :])
            self._reasoning = count
            if text:
                events.append(ReasoningDeltaEvent(text, self, count))
        content = self._content_parts
        count = len(content)
        if count != self._content:
            text = content[-1] if count == self._content + 1 else "".join(content[self._content :])
            self._content = count
            if text:
                events.append(ContentDeltaEvent(text, self, count))
        choice = self.choice
        if choice.calls or choice.executed_tools or choice.token_logprobs is not None:
            self._add_call_deltas(events)
            self._add_tools(events)
            self._add_logprobs(events)

    def _add_call_deltas(self, events: list[Any]) -> None:
        for number, (_, call) in enumerate(self.choice.calls):
            function = call.function
            length = len(function.arguments)
            if number == len(self._arguments):
                self._arguments.append(0)
            elif length == self._arguments[number]:
                continue
            delta = function.arguments[self._arguments[number] :]
            self._arguments[number] = length
            events.append(
                FunctionToolCallArgumentsDeltaEvent(
                    function.name, number, function.arguments, delta, call.id, self.index
                )
            )

    def _add_tools(self, events: list[Any]) -> None:
        for index, tool in self.choice.executed_tools.items():
            known = self._tools.get(index)
            if tool is known:
                continue
            self._tools[index] = tool
            if known is None:
                events.append(ExecutedToolStartedEvent(index, tool, self.index))
            if tool.output is not None and index not in self._done_tools:
                self._done_tools.add(index)
                events.append(ExecutedToolDoneEvent(index, tool, self.index))

    def _add_logprobs(self, events: list[Any]) -> None:
        logprobs = self.choice.token_logprobs or []
        if len(logprobs) != self._logprobs:
            events.append(LogprobsContentDeltaEvent(logprobs[self._logprobs :], list(logprobs), self.index))
            self._logprobs = len(logprobs)

    def add_done(self, events: list[Any], parsed: object) -> None:
        """Append the events that end what had begun. ``parsed`` is the value of the text.

        They come at the end of the stream only: until then the model may return to a text or a call.
        """
        choice = self.choice
        reasoning, content = "".join(choice.reasoning), "".join(choice.content)
        if reasoning:
            events.append(ReasoningDoneEvent(reasoning, self.index))
        if content:
            events.append(ContentDoneEvent(content, parsed, self.index))
        for number, (_, call) in enumerate(choice.calls):
            function = call.function
            events.append(
                FunctionToolCallArgumentsDoneEvent(
                    function.name, number, function.arguments, call.id, self.index
                )
            )
        events += [
            ExecutedToolDoneEvent(index, tool, self.index)
            for index, tool in choice.executed_tools.items()
            if index not in self._done_tools
        ]
        if choice.token_logprobs:
            events.append(LogprobsContentDoneEvent(list(choice.token_logprobs), self.index))

    def partial_value(self, end: int) -> object:
        """Return the JSON value in the first ``end`` parts of the text, without what is incomplete."""
        content = self.choice.content
        if self._partial is None or end < self._partial_end:  # an event of the past
            self._partial, self._partial_end = PartialJson(self._key), 0
        self._partial.feed("".join(content[self._partial_end : end]))
        self._partial_end = end
        return self._partial.value()
