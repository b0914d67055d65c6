"""Accumulates the chunks of a stream into the completion that the same request without ``stream`` returns.

Tool calls are merged by index, executed tools too (the service sends one twice: with its arguments, then with
its output). Usage is taken once, in whichever form it came: at the top of a chunk or inside ``x_groq``. The ``id`` of
chunks is not relied on: compound models change it from chunk to chunk.
"""

from __future__ import annotations

from typing import Any

from ..types._decode import DECODE_ERRORS, decode_json, typed_decoder
from ..types._struct import SCHEMA_MISMATCH, instance_dict
from ..types.chat.chat_completion import ChatCompletion, Choice, XGroq
from ..types.chat.chat_completion_chunk import ChatCompletionChunk, ChoiceDelta
from ..types.chat.chat_completion_chunk import Choice as ChunkChoice
from ..types.chat.chat_completion_chunk import XGroq as ChunkXGroq
from ..types.completion_usage import CompletionUsage
from .accumulate_choice import ChoiceAccumulator, as_text, instances_of

_MAX_LAZY_BYTES = 1024 * 1024
"""The events of a longer stream are accumulated as they come: the accumulated text takes less memory than its events."""
_FINISH_REASON = b'"finish_reason"'
_SECOND_CHOICE = (b'"index":1', b'"index": 1')
"""The index of a second choice, or of something else in an event."""
_decode = typed_decoder(ChatCompletionChunk).decode


class LazyAccumulator:
    """Stores the events of a chat stream, and accumulates them when the caller needs the result.

    Most callers never do: they take each chunk as it comes. Storing the bytes of an event, which its chunk refers to
    anyway, costs a fiftieth of accumulating it.
    """

    __slots__ = ("_accumulator", "_stored_bytes", "events", "has_finish_reason_field")

    def __init__(self) -> None:
        self._accumulator: ChatAccumulator | None = None  # most streams never need one
        self._stored_bytes = 0
        self.events: list[bytes] = []
        """The events that are not accumulated yet. This list object is never replaced; callers append to it directly."""
        self.has_finish_reason_field: bool = False
        """Whether an accumulated event has the field ``finish_reason``, even as null: the server supports it then."""

    def add_bytes(self, count: int) -> None:
        """Count the bytes of events that are about to be stored; accumulate what is stored where there are too many."""
        self._stored_bytes += count
        if self._stored_bytes > _MAX_LAZY_BYTES:
            self.accumulated()

    def accumulated(self) -> ChatAccumulator:
        """Accumulate all stored events, and return the accumulator."""
        accumulator = self._prepared()
        for event in self.events:
            try:
                chunk = _decode(event)
            except DECODE_ERRORS:
                chunk = decode_json(ChatCompletionChunk, event)
            accumulator.add(chunk)
        self.events.clear()
        self._stored_bytes = 0
        return accumulator

    def accumulate_last(self, chunk: ChatCompletionChunk) -> None:
        """Accumulate the last stored event, whose decoded value is ``chunk``: without decoding it again if it is the only
        one. An event of another type has a value of another type, and is not stored."""
        if len(self.events) != 1 or type(chunk) is not ChatCompletionChunk:
            self.accumulated()
            return
        accumulator = self._prepared()
        self.events.clear()
        accumulator.add(chunk)

    def _prepared(self) -> ChatAccumulator:
        if not self.has_finish_reason_field:  # nearly always the first event has it
            self.has_finish_reason_field = any(event.find(_FINISH_REASON) >= 0 for event in self.events)
        if self._accumulator is None:
            self._accumulator = ChatAccumulator()
        return self._accumulator

    @property
    def is_finished(self) -> bool:
        """Whether the events show their end, as `ChatAccumulator.is_finished`. Mostly the last event tells, and nothing
        is accumulated."""
        return self._last_event_finishes() or self.accumulated().is_finished

    def _last_event_finishes(self) -> bool:
        try:
            last = _decode(self.events[-1])
        except (IndexError, *DECODE_ERRORS):
            return False
        if last.x_groq is not None and last.x_groq.usage is not None:
            return True
        has_choices = self._accumulator is not None and self._accumulator.has_choices
        if len(last.choices) != 1 or not last.choices[0].finish_reason or has_choices:
            return last.usage is not None and not last.choices
        stored = b"".join(self.events)
        return not any(index in stored for index in _SECOND_CHOICE)


class ChatAccumulator:
    """Accumulates chunks: `add` each (at constant cost), read `completion` at any time."""

    __slots__ = ("_first", "_has_final_usage", "_top_fields", "_x_groq", "choices", "usage", "x_groq_id")

    def __init__(self) -> None:
        self.choices: dict[int, ChoiceAccumulator] = {}
        """The accumulators of the choices, by index."""
        self._first: ChatCompletionChunk | None = None
        self._top_fields: dict[str, Any] = {}  # those that only some chunks have; "" for all unknown ones
        self._x_groq: dict[str, Any] = {}
        self._has_final_usage = False
        self.usage: CompletionUsage | None = None
        """The usage of the whole stream; None until it came."""
        self.x_groq_id: str | None = None
        """The service's id of the request; None until it came."""

    def add(self, chunk: ChatCompletionChunk) -> None:
        """Add one chunk. Skips the values that do not fit their fields; never raises."""
        first = self._first
        if first is None or not first.id:
            # A chunk without an id before the first one holds fields of a gateway's own.
            self._first = chunk
        is_mismatched = SCHEMA_MISMATCH in chunk.__dict__
        for choice in _valid_choices(chunk) if is_mismatched else chunk.choices:
            accumulator = self.choices.get(choice.index)
            if accumulator is None:
                accumulator = self.choices[choice.index] = ChoiceAccumulator()
            delta = choice.delta
            content = delta.content
            if content is not None:
                accumulator.content.append(content)
            if (
                content is None or delta.role or delta.reasoning or delta.tool_calls or delta.executed_tools
                or delta.annotations or delta.function_call or is_mismatched
            ):  # fmt: skip
                accumulator.add(delta)
            if choice.finish_reason:
                accumulator.finish_reason = choice.finish_reason
            elif self._has_final_usage and (
                content or delta.reasoning or delta.tool_calls or delta.executed_tools
            ):
                self._has_final_usage = False  # more content comes: it was not the usage of the whole request
            if choice.logprobs is not None:
                accumulator.add_logprobs(choice.logprobs)
        if chunk.usage is not None and type(chunk.usage) is CompletionUsage:
            self.usage = chunk.usage
            # Beside choices it may count the tokens so far, which some servers send with every chunk.
            self._has_final_usage = self._has_final_usage or not chunk.choices
        if chunk.x_groq is not None:
            self._add_x_groq(chunk.x_groq)
        if chunk.service_tier or chunk.usage_breakdown or chunk.mcp_list_tools or is_mismatched:
            self._add_top_fields(chunk)

    def _add_x_groq(self, x_groq: ChunkXGroq) -> None:
        if type(x_groq) is not ChunkXGroq:
            return
        self.x_groq_id = x_groq.id or self.x_groq_id
        if type(x_groq.usage) is CompletionUsage:
            self._has_final_usage = True
            self.usage = self.usage or x_groq.usage
        if x_groq.usage_breakdown is not None:
            self._top_fields.setdefault("usage_breakdown", x_groq.usage_breakdown)
        for name in ("seed", "debug"):
            value = getattr(x_groq, name)
            if value is not None:
                self._x_groq[name] = value

    def _add_top_fields(self, chunk: ChatCompletionChunk) -> None:
        for name in ("usage_breakdown", "service_tier", "mcp_list_tools"):
            value = getattr(chunk, name)
            if value is not None:
                self._top_fields[name] = value
        if chunk.model_extra is not None:
            self._top_fields.setdefault("", {}).update(chunk.model_extra)

    @property
    def has_choices(self) -> bool:
        """Whether a choice has begun."""
        return bool(self.choices)

    @property
    def is_finished(self) -> bool:
        """Whether the chunks show their end: a finish reason came for every choice, or the usage of the whole request."""
        if self._has_final_usage:
            return True
        return bool(self.choices) and all(
            choice.finish_reason is not None for choice in self.choices.values()
        )

    @property
    def completion(self) -> ChatCompletion:
        """The completion so far; complete once the stream has ended."""
        first = self._first
        if first is None:
            return ChatCompletion()
        top_fields = dict(self._top_fields)
        extra = top_fields.pop("", None)
        has_x_groq = self._x_groq or self.x_groq_id is not None or first.x_groq is not None
        completion = ChatCompletion(
            id=first.id,
            object="chat.completion",
            created=first.created,
            model=first.model,
            system_fingerprint=first.system_fingerprint,
            choices=[
                Choice(
                    index=index,
                    message=choice.message(),
                    finish_reason=choice.finish_reason,
                    logprobs=choice.logprobs(),
                )
                for index, choice in sorted(self.choices.items())
            ],
            usage=self.usage,
            x_groq=XGroq(id=self.x_groq_id or "", **self._x_groq) if has_x_groq else None,
            **top_fields,
        )
        if extra:
            instance_dict(completion)["_extra"] = dict(extra)
        return completion


def _valid_choices(chunk: ChatCompletionChunk) -> list[ChunkChoice]:
    """The choices of a chunk that does not fit its type, with valid values for their fields."""
    valid: list[ChunkChoice] = []
    for choice in instances_of(ChunkChoice, chunk.choices):
        if type(choice.delta) is not ChoiceDelta:
            continue
        index = choice.index if type(choice.index) is int else 0  # null means the only choice
        content = choice.delta.content
        text = content if content is None else as_text(content)
        delta = choice.delta.model_copy(update={"content": text})
        valid.append(choice.model_copy(update={"index": index, "delta": delta}))
    return valid
