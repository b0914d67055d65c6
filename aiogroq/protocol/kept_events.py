"""`KeptEvents`: the events of a chat stream, folded when somebody asks what they make together.

Most readers of a stream never ask: they take each chunk as it comes. To keep the bytes of an event, which its chunk refers
to anyway, costs a fiftieth of folding it.
"""

from __future__ import annotations

from ..types._decode import DECODE_ERRORS, decode_json, typed_decoder
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from .fold import ChunkFold

_MAX_KEPT_BYTES = 1024 * 1024
"""Of a longer stream the events are folded as they come: what is folded takes less memory than its events do."""
_FINISH_REASON = b'"finish_reason"'
_SECOND_CHOICE = (b'"index":1', b'"index": 1')
"""Of a choice, or of something else: then it is looked at more closely."""
_decode = typed_decoder(ChatCompletionChunk).decode


class KeptEvents:
    """The fold of a stream, and the events that are not in it yet."""

    __slots__ = ("_fold", "_kept_bytes", "events", "names_finish_reasons")

    def __init__(self) -> None:
        self._fold: ChunkFold | None = None  # most streams are never folded
        self._kept_bytes = 0
        self.events: list[bytes] = []
        """Those that are chunks of the stream, drifted ones too. Always the same list: to append to it is to keep."""
        self.names_finish_reasons: bool = False
        """Whether a folded event has the field ``finish_reason``, be it null: its server knows what that is."""

    def make_room(self, arrived_bytes: int) -> None:
        """Say how many bytes have arrived whose events will be kept: there may be enough of them."""
        self._kept_bytes += arrived_bytes
        if self._kept_bytes > _MAX_KEPT_BYTES:
            self.folded()

    def folded(self) -> ChunkFold:
        """The fold of all events that were kept."""
        self._look_for_finish_reasons()
        fold = self._fold = self._fold or ChunkFold()
        for event in self.events:
            try:
                chunk = _decode(event)
            except DECODE_ERRORS:
                chunk = decode_json(ChatCompletionChunk, event)
            fold.add(chunk)
        self.events.clear()
        self._kept_bytes = 0
        return fold

    @property
    def is_finished(self) -> bool:
        """Whether the events show their end (`ChunkFold.is_finished`). Mostly the last one tells, and nothing is folded."""
        return self._ends_plainly() or self.folded().is_finished

    def _ends_plainly(self) -> bool:
        try:
            last = _decode(self.events[-1])
        except (IndexError, *DECODE_ERRORS):
            return False
        if last.x_groq is not None and last.x_groq.usage is not None:
            return True
        if len(last.choices) != 1 or not last.choices[0].finish_reason or self._has_folded_choices():
            return last.usage is not None and not last.choices
        every = b"".join(self.events)
        return not any(mark in every for mark in _SECOND_CHOICE)

    def _has_folded_choices(self) -> bool:
        return self._fold is not None and self._fold.has_choices

    def fold_last(self, chunk: ChatCompletionChunk) -> None:
        """Fold the only event that is kept, which is ``chunk`` when decoded: not to decode it again."""
        self._look_for_finish_reasons()
        fold = self._fold = self._fold or ChunkFold()
        self.events.clear()
        fold.add(chunk)

    def _look_for_finish_reasons(self) -> None:
        if not self.names_finish_reasons:  # nearly always the first event has it
            self.names_finish_reasons = any(event.find(_FINISH_REASON) >= 0 for event in self.events)
