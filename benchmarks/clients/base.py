"""What a client must be able to do to be measured. Each does it as its user would write it, and hands out what it read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Seen = Callable[[str], None]


class AsyncPeer:
    """An async client; what a peer has not is `NotImplementedError`, and the plan does not ask for it."""

    async def chat(self, model: str, prompt: str) -> str:
        """The text of one answer."""
        raise NotImplementedError

    async def stream(self, model: str) -> tuple[int, int]:
        """Events and letters of a stream, read to its end."""
        raise NotImplementedError

    async def watch(self, model: str, seen: Seen) -> None:
        """Read a stream to its end, and tell *seen* the id of every event when it is in the hands of user code."""
        raise NotImplementedError

    async def embed(self, model: str, inputs: list[str], encoding: str) -> list[Sequence[float]]:
        """The vectors of the inputs, as sequences of numbers whichever the encoding."""
        raise NotImplementedError

    async def download(self, path: str) -> None:
        """Save the server's file to *path*."""
        raise NotImplementedError

    async def upload(self, path: str) -> str:
        """The transcription of the file at *path*."""
        raise NotImplementedError

    async def refused(self, model: str, prompt: str) -> int:
        """The status of the error that a request raises."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close the connections."""


class SyncPeer:
    """A blocking client."""

    def chat(self, model: str, prompt: str) -> str:
        """The text of one answer."""
        raise NotImplementedError

    def stream(self, model: str) -> tuple[int, int]:
        """Events and letters of a stream, read to its end."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections."""
