"""What the watch of a try is told while its body is sent."""

from __future__ import annotations

from aiohttp.abc import AbstractStreamWriter

from .watch import Watch


class Sending:
    """Writes the pieces of a body, each within the ``write`` limit. Once an answer has begun, though the body is not
    sent whole, the limits are those of the answer."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._phase: str | None = None

    async def write(self, writer: AbstractStreamWriter, piece: bytes | memoryview) -> None:
        """Write some bytes."""
        self._enter("write")
        await writer.write(piece)

    def pause(self) -> None:
        """What is to be sent next is not there yet, which is not for the ``write`` limit."""
        self._enter("")

    def end(self) -> None:
        """All is sent; the answer is waited for."""
        self._enter("first_byte")

    def _enter(self, phase: str) -> None:
        if self._phase in (None, self._watch.phase):
            self._phase = phase
            self._watch.enter(phase)
