"""Folds the chunks of a stream into the completion that the same request without ``stream`` would have given.

Tool calls are merged by index, executed tools too (the service sends one twice: with its arguments, then with
its output). Usage is taken once, in whichever form it came: at the top of a chunk or inside ``x_groq``. The ``id`` of
chunks is not relied on: compound models change it from chunk to chunk.
"""

from __future__ import annotations

from typing import Any

from ..types._struct import SCHEMA_MISMATCH, instance_dict
from ..types.chat.chat_completion import ChatCompletion, Choice, XGroq
from ..types.chat.chat_completion_chunk import ChatCompletionChunk, ChoiceDelta
from ..types.chat.chat_completion_chunk import Choice as ChunkChoice
from ..types.chat.chat_completion_chunk import XGroq as ChunkXGroq
from ..types.completion_usage import CompletionUsage
from .fold_choice import ChoiceFold, all_of, as_text


class ChunkFold:
    """A running fold: `add` each chunk (constant cost each), read `completion` at any time."""

    __slots__ = ("_choices", "_first", "_has_final_usage", "_said_once", "_x_groq", "usage", "x_groq_id")

    def __init__(self) -> None:
        self._choices: dict[int, ChoiceFold] = {}
        self._first: ChatCompletionChunk | None = None
        self._said_once: dict[str, Any] = {}
        self._x_groq: dict[str, Any] = {}
        self._has_final_usage = False
        self.usage: CompletionUsage | None = None
        """The usage of the whole stream; None until it came."""
        self.x_groq_id: str | None = None
        """The service's id of the request; None until it came."""

    def add(self, chunk: ChatCompletionChunk) -> None:
        """Take one chunk in. Of one that drifted, what does not fit is left out; it never raises."""
        first = self._first
        if first is None or not first.id:
            # A chunk before the first one, without an id, carries a gateway's own news.
            self._first = chunk
        drifted = SCHEMA_MISMATCH in chunk.__dict__
        for choice in _sound_choices(chunk) if drifted else chunk.choices:
            fold = self._choices.get(choice.index)
            if fold is None:
                fold = self._choices[choice.index] = ChoiceFold()
            delta = choice.delta
            content = delta.content
            if content is not None:
                fold.content.append(content)
            if (
                content is None or delta.role or delta.reasoning or delta.tool_calls or delta.executed_tools
                or delta.annotations or delta.function_call or drifted
            ):  # fmt: skip
                fold.add(delta)
            if choice.finish_reason:
                fold.finish_reason = choice.finish_reason
            elif self._has_final_usage and (
                content or delta.reasoning or delta.tool_calls or delta.executed_tools
            ):
                self._has_final_usage = False  # it was not that of the whole request: there is more
            if choice.logprobs is not None:
                fold.add_logprobs(choice.logprobs)
        if chunk.usage is not None and type(chunk.usage) is CompletionUsage:
            self.usage = chunk.usage
            # Beside choices it may be that of the tokens so far, which some servers send with every chunk.
            self._has_final_usage = self._has_final_usage or not chunk.choices
        if chunk.x_groq is not None:
            self._add_x_groq(chunk.x_groq)
        if chunk.service_tier or chunk.usage_breakdown or chunk.mcp_list_tools or drifted:
            self._add_rest(chunk)

    def _add_x_groq(self, x_groq: ChunkXGroq) -> None:
        if type(x_groq) is not ChunkXGroq:
            return
        self.x_groq_id = x_groq.id or self.x_groq_id
        if type(x_groq.usage) is CompletionUsage:
            self._has_final_usage = True
            self.usage = self.usage or x_groq.usage
        if x_groq.usage_breakdown is not None:
            self._said_once.setdefault("usage_breakdown", x_groq.usage_breakdown)
        for name in ("seed", "debug"):
            value = getattr(x_groq, name)
            if value is not None:
                self._x_groq[name] = value

    def _add_rest(self, chunk: ChatCompletionChunk) -> None:
        for name in ("usage_breakdown", "service_tier", "mcp_list_tools"):
            value = getattr(chunk, name)
            if value is not None:
                self._said_once[name] = value
        if chunk.model_extra is not None:
            self._said_once.setdefault("", {}).update(chunk.model_extra)

    @property
    def has_choices(self) -> bool:
        """Whether a choice has begun."""
        return bool(self._choices)

    @property
    def is_finished(self) -> bool:
        """Whether the chunks show their end: a finish reason came for every choice, or the usage of the whole request."""
        if self._has_final_usage:
            return True
        return bool(self._choices) and all(fold.finish_reason is not None for fold in self._choices.values())

    @property
    def completion(self) -> ChatCompletion:
        """The completion so far; whole once the stream has ended."""
        first = self._first
        if first is None:
            return ChatCompletion()
        said = dict(self._said_once)
        extra = said.pop("", None)
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
                    message=fold.message(),
                    finish_reason=fold.finish_reason,
                    logprobs=fold.logprobs(),
                )
                for index, fold in sorted(self._choices.items())
            ],
            usage=self.usage,
            x_groq=XGroq(id=self.x_groq_id or "", **self._x_groq) if has_x_groq else None,
            **said,
        )
        if extra:
            instance_dict(completion)["_extra"] = dict(extra)
        return completion


def _sound_choices(chunk: ChatCompletionChunk) -> list[ChunkChoice]:
    """The choices of a chunk that drifted, made to fit."""
    sound: list[ChunkChoice] = []
    for choice in all_of(ChunkChoice, chunk.choices):
        if type(choice.delta) is not ChoiceDelta:
            continue
        # A null where the index should be is the one choice that there is.
        index = choice.index if type(choice.index) is int else 0
        content = choice.delta.content
        text = content if content is None else as_text(content)
        delta = choice.delta.model_copy(update={"content": text})
        sound.append(choice.model_copy(update={"index": index, "delta": delta}))
    return sound
