"""`KeptEvents`: the events of a chat stream, folded when somebody asks what they make together.

Most readers of a stream never ask: they take each chunk as it comes. To keep the bytes of an event, which its chunk refers
to anyway, costs a fiftieth of folding it.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..types._decoding import DECODE_ERRORS, decode_json, typed_decoder
from ..types.chat.chat_completion_chunk import ChatCompletionChunk
from .fold import ChunkFold

_MAX_KEPT_BYTES = 1024 * 1024
"""Of a longer stream the events are folded as they come: what is folded takes less memory than its events do."""
_decode = typed_decoder(ChatCompletionChunk).decode


class KeptEvents:
    """The fold of a stream, and the events that are not in it yet."""

    __slots__ = ("_events", "_fold", "_kept_bytes")

    def __init__(self) -> None:
        self._fold = ChunkFold()
        self._events: list[bytes] = []
        self._kept_bytes = 0

    def keep(self, events: list[bytes]) -> None:
        """Take events in that are chunks of the stream, drifted ones too."""
        self._events += events
        self._kept_bytes += sum(map(len, events))
        if self._kept_bytes > _MAX_KEPT_BYTES:
            self.folded()

    def fold(self, chunks: Iterable[ChatCompletionChunk]) -> None:
        """Take the chunks of events in that need not be kept, since the fold will be asked for."""
        add = self.folded().add
        for chunk in chunks:
            add(chunk)

    def folded(self) -> ChunkFold:
        """The fold of all events so far."""
        events, self._events, self._kept_bytes = self._events, [], 0
        for event in events:
            try:
                chunk = _decode(event)
            except DECODE_ERRORS:
                chunk = decode_json(ChatCompletionChunk, event)
            self._fold.add(chunk)
        return self._fold
