"""The events of `client.chat.completions.stream`.

The classes and the strings in ``type`` are those of the openai package where it has the event; the events of reasoning and
of executed tools are additions. What has to be joined or decoded is a property: it costs nothing where it is not read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar, Union, cast

import msgspec

from ..schemas.partial import partial_value
from ..types._decode import DECODE_ERRORS
from ..types._model import BaseModel
from ..types._typing import TypeAlias
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.chat.chat_completion_token_logprob import ChatCompletionTokenLogprob
from ..types.chat.executed_tools import ExecutedTool
from ..types.completion_usage import CompletionUsage

if TYPE_CHECKING:
    from ..protocol.accumulate import ChatAccumulator
    from ..types.chat.chat_completion import ChatCompletion
    from ..types.chat.parsed_chat_completion import ParsedChatCompletion
    from .choice import ChoiceReader

__all__ = [
    "ChatCompletionStreamEvent",
    "ChunkEvent",
    "CompletionDoneEvent",
    "ContentDeltaEvent",
    "ContentDoneEvent",
    "ExecutedToolDoneEvent",
    "ExecutedToolStartedEvent",
    "FunctionToolCallArgumentsDeltaEvent",
    "FunctionToolCallArgumentsDoneEvent",
    "LogprobsContentDeltaEvent",
    "LogprobsContentDoneEvent",
    "ReasoningDeltaEvent",
    "ReasoningDoneEvent",
    "StreamEvent",
]

T = TypeVar("T")


class StreamEvent(msgspec.Struct, gc=False):
    """What all events have: ``type``, and themselves as plain data."""

    type: ClassVar[Any] = ""
    """What the event is, such as ``content.delta``."""

    def to_dict(self) -> dict[str, Any]:
        """Return ``type`` and the fields as plain data, without what is made of the text: ``snapshot``, ``parsed``."""
        fields = {name: _plain(getattr(self, name)) for name in self._public() if name not in _MADE}
        return {"type": self.type, **fields}

    def to_json(self) -> str:
        """Return `to_dict` as JSON."""
        return msgspec.json.encode(self.to_dict(), enc_hook=str).decode()

    model_dump = to_dict
    model_dump_json = to_json

    def _public(self) -> list[str]:
        return [name for name in self.__struct_fields__ if name[0] != "_"]

    def __repr__(self) -> str:
        fields = [f"{name}={getattr(self, name)!r}" for name in self._public()]
        return f"{self.__class__.__name__}({', '.join(fields)})"


class ChunkEvent(StreamEvent):
    """A chunk has arrived. The events of what is in it follow."""

    type: ClassVar[Literal["chunk"]] = "chunk"
    chunk: ChatCompletionChunk
    """The chunk, as a plain stream has it."""
    _accumulator: ChatAccumulator

    @property
    def snapshot(self) -> ChatCompletion:
        """The completion up to the chunk that was read last: up to this one while the event is handled."""
        return self._accumulator.completion


class ContentDeltaEvent(StreamEvent):
    """The text has grown."""

    type: ClassVar[Literal["content.delta"]] = "content.delta"
    delta: str
    """What was added; never empty."""
    _choice: ChoiceReader
    _end: int

    @property
    def snapshot(self) -> str:
        """The text up to this event."""
        return "".join(self._choice.choice.content[: self._end])

    @property
    def parsed(self) -> object:
        """The JSON value in the text up to this event, as plain data: objects and lists without what is incomplete in them.

        None where there is none. Every reading decodes the text again.
        """
        return self._choice.partial_value(self._end)

    @property
    def choice_index(self) -> int:
        """The index of the choice: always 0, because there is one."""
        return self._choice.index


class ContentDoneEvent(StreamEvent, Generic[T]):
    """The text is complete."""

    type: ClassVar[Literal["content.done"]] = "content.done"
    content: str
    """The text."""
    parsed: T
    """The value of the text, if ``response_format`` is a type; otherwise None."""
    choice_index: int = 0
    """The index of the choice: always 0, because there is one."""


class ReasoningDeltaEvent(StreamEvent):
    """The reasoning has grown."""

    type: ClassVar[Literal["reasoning.delta"]] = "reasoning.delta"
    delta: str
    """What was added; never empty."""
    _choice: ChoiceReader
    _end: int

    @property
    def snapshot(self) -> str:
        """The reasoning up to this event."""
        return "".join(self._choice.choice.reasoning[: self._end])

    @property
    def choice_index(self) -> int:
        """The index of the choice: always 0, because there is one."""
        return self._choice.index


class ReasoningDoneEvent(StreamEvent):
    """The reasoning is complete."""

    type: ClassVar[Literal["reasoning.done"]] = "reasoning.done"
    reasoning: str
    """The reasoning."""
    choice_index: int = 0
    """The index of the choice: always 0, because there is one."""


class FunctionToolCallArgumentsDeltaEvent(StreamEvent):
    """A tool call has begun, or its arguments have grown."""

    type: ClassVar[Literal["tool_calls.function.arguments.delta"]] = "tool_calls.function.arguments.delta"
    name: str
    """The name of the function."""
    index: int
    """Which call of the choice it is, in the order in which they begin."""
    arguments: str
    """The JSON text of the arguments up to this event."""
    arguments_delta: str
    """What was added; empty where only the call begins."""
    tool_call_id: str
    """The id of the call."""
    choice_index: int = 0
    """The index of the choice: always 0, because there is one."""

    @property
    def parsed_arguments(self) -> object:
        """The arguments up to this event, as plain data, without what is incomplete; None where there are none."""
        return partial_value(self.arguments)


class FunctionToolCallArgumentsDoneEvent(StreamEvent):
    """A tool call is complete."""

    type: ClassVar[Literal["tool_calls.function.arguments.done"]] = "tool_calls.function.arguments.done"
    name: str
    """The name of the function."""
    index: int
    """Which call of the choice it is, in the order in which they begin."""
    arguments: str
    """The JSON text of the arguments."""
    tool_call_id: str
    """The id of the call."""
    choice_index: int = 0
    """The index of the choice: always 0, because there is one."""

    @property
    def parsed_arguments(self) -> object:
        """The arguments as plain data; None where they are no JSON."""
        try:
            return msgspec.json.decode(self.arguments)
        except (*DECODE_ERRORS, UnicodeError):
            return None


class ExecutedToolStartedEvent(StreamEvent):
    """The service has begun to execute a tool, such as a search."""

    type: ClassVar[Literal["executed_tool.started"]] = "executed_tool.started"
    index: int
    """The index of the tool."""
    tool: ExecutedTool
    """The tool with its arguments."""
    choice_index: int = 0
    """The index of the choice: always 0, because there is one."""


class ExecutedToolDoneEvent(StreamEvent):
    """The service has executed a tool: its output has arrived, or the stream has ended."""

    type: ClassVar[Literal["executed_tool.done"]] = "executed_tool.done"
    index: int
    """The index of the tool."""
    tool: ExecutedTool
    """The tool with its arguments and its output."""
    choice_index: int = 0
    """The index of the choice: always 0, because there is one."""


class LogprobsContentDeltaEvent(StreamEvent):
    """Log probabilities of tokens have arrived. No model sends them today."""

    type: ClassVar[Literal["logprobs.content.delta"]] = "logprobs.content.delta"
    content: list[ChatCompletionTokenLogprob]
    """What was added."""
    snapshot: list[ChatCompletionTokenLogprob]
    """All up to this event."""
    choice_index: int = 0
    """The index of the choice: always 0, because there is one."""


class LogprobsContentDoneEvent(StreamEvent):
    """The log probabilities are complete."""

    type: ClassVar[Literal["logprobs.content.done"]] = "logprobs.content.done"
    content: list[ChatCompletionTokenLogprob]
    """All of them."""
    choice_index: int = 0
    """The index of the choice: always 0, because there is one."""


class CompletionDoneEvent(StreamEvent, Generic[T]):
    """The stream is complete. This is the last event."""

    type: ClassVar[Literal["completion.done"]] = "completion.done"
    completion: ParsedChatCompletion[T]
    """What the same request without events returns."""

    @property
    def usage(self) -> CompletionUsage | None:
        """The tokens used and their times."""
        return self.completion.usage


ChatCompletionStreamEvent: TypeAlias = Union[
    ChunkEvent,
    ContentDeltaEvent,
    ContentDoneEvent[T],
    ReasoningDeltaEvent,
    ReasoningDoneEvent,
    FunctionToolCallArgumentsDeltaEvent,
    FunctionToolCallArgumentsDoneEvent,
    ExecutedToolStartedEvent,
    ExecutedToolDoneEvent,
    LogprobsContentDeltaEvent,
    LogprobsContentDoneEvent,
    CompletionDoneEvent[T],
]
"""Any event."""


_MADE = ("parsed", "snapshot")
"""The fields that plain data leave out: most events have them as properties."""


def _plain(value: object) -> Any:
    if isinstance(value, list):
        return [_plain(item) for item in cast("list[object]", value)]
    return value.to_dict() if isinstance(value, BaseModel) else value
