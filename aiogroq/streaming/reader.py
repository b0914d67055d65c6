"""`EventReader`: the events of a stream of chunks, without I/O."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from ..protocol.accumulate import ChatAccumulator
from ..schemas.typed_format import TypedFormat
from ..types.chat.chat_completion import ChatCompletion
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from ..types.chat.parsed_chat_completion import ParsedChatCompletion
from .choice import ChoiceReader
from .events import ChatCompletionStreamEvent, ChunkEvent, CompletionDoneEvent
from .items import ItemReader

T = TypeVar("T")


class EventReader(Generic[T]):
    """Accumulates chunks as a plain stream does, and says what each has changed.

    ``finish`` makes the parsed completion of the complete one; it raises where the text does not match its type. ``typed`` is
    that type, if there is one.
    """

    def __init__(
        self,
        finish: Callable[[ChatCompletion], ParsedChatCompletion[T]],
        typed: TypedFormat[Any] | None = None,
    ) -> None:
        self.accumulator: ChatAccumulator = ChatAccumulator()
        """What has arrived."""
        self.completion: ParsedChatCompletion[T] | None = None
        """The parsed completion, after `end`."""
        self._finish = finish
        self._typed = typed
        self._key = "result" if typed is not None and typed.is_wrapped else None
        self._choices: list[ChoiceReader] = []

    def read(self, chunk: ChatCompletionChunk) -> list[ChatCompletionStreamEvent[T]]:
        """Return the events of a chunk: at least its `ChunkEvent`."""
        accumulator = self.accumulator
        events: list[Any] = [ChunkEvent(chunk, accumulator)]
        if type(chunk) is ChatCompletionChunk:  # not so for an event that is no JSON object
            accumulator.add(chunk)
            if len(accumulator.choices) != len(self._choices):
                self._add_choices()
            for choice in self._choices:
                choice.add_deltas(events)
        return events

    def skip(self, chunk: ChatCompletionChunk) -> None:
        """Accumulate a chunk of which no events are wanted."""
        if type(chunk) is ChatCompletionChunk:
            self.accumulator.add(chunk)

    def _add_choices(self) -> None:
        known = {choice.index for choice in self._choices}
        for index, choice in self.accumulator.choices.items():
            if index not in known:
                self._choices.append(ChoiceReader(index, choice, self._key))

    def items(self) -> ItemReader[Any]:
        """Return the items of the list that the model writes. Raises `TypeError` if the type is no list."""
        return ItemReader(self.accumulator, self._typed, self._key)

    def end(self) -> list[ChatCompletionStreamEvent[T]]:
        """Return the last events of a complete stream; an empty list if it has done so before.

        Raises what ``finish`` raises, every time.
        """
        if self.completion is not None:
            return []
        self.completion = self._finish(self.accumulator.completion)
        self._add_choices()
        values = {choice.index: choice.message.parsed for choice in self.completion.choices}
        events: list[Any] = []
        for choice in self._choices:
            choice.add_done(events, values.get(choice.index))
        return [*events, CompletionDoneEvent(self.completion)]
