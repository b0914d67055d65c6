"""The interface of a measured client. Each method is written as a user of the client would, and returns what it read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

Seen = Callable[[str], None]


class AsyncPeer:
    """An async client. Methods that a client lacks raise `NotImplementedError`; the plan does not use them."""

    async def chat(self, model: str, prompt: str) -> str:
        """Return the text of one completion."""
        raise NotImplementedError

    async def stream(self, model: str) -> tuple[int, int]:
        """Read a stream. Return the number of events and of characters."""
        raise NotImplementedError

    async def watch(self, model: str, seen: Seen) -> None:
        """Read a stream and call *seen* with the id of every event when user code gets it."""
        raise NotImplementedError

    async def embed(self, model: str, inputs: list[str], encoding: str) -> list[Sequence[float]]:
        """Return the vectors of the inputs as sequences of numbers, for any encoding."""
        raise NotImplementedError

    async def download(self, path: str) -> None:
        """Save the file of the server to *path*."""
        raise NotImplementedError

    async def upload(self, path: str) -> str:
        """Return the transcription of the file at *path*."""
        raise NotImplementedError

    async def error_status(self, model: str, prompt: str) -> int:
        """Return the status of the error of a request."""
        raise NotImplementedError

    async def close(self) -> None:
        """Close the connections."""


class SyncPeer:
    """A sync client."""

    def chat(self, model: str, prompt: str) -> str:
        """Return the text of one completion."""
        raise NotImplementedError

    def stream(self, model: str) -> tuple[int, int]:
        """Read a stream. Return the number of events and of characters."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections."""
