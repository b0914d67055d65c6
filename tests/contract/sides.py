"""A client under test, in the form that the table of calls uses."""

from __future__ import annotations

import contextlib
import inspect
import io
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any


class Side(contextlib.ExitStack):
    """A client, its package, and the sample files. Closes the files that a call opened."""

    def __init__(self, sdk: ModuleType, client: Any, folder: Path, *, is_async: bool = True) -> None:
        super().__init__()
        self.sdk: Any = sdk
        """The package: ``c.sdk.NOT_GIVEN``."""
        self.client = client
        self.folder = folder
        """The folder with the sample files."""
        self.is_async = is_async

    def __getattr__(self, name: str) -> Any:
        return getattr(self.client, name)

    def open(self, name: str) -> Any:
        """Open a sample file in binary mode until the end of the call."""
        return self.enter_context((self.folder / name).open("rb"))

    def temporary_file(self, content: bytes) -> Any:
        """Open a file without a name until the end of the call."""
        file = self.enter_context(tempfile.TemporaryFile())
        file.write(content)
        file.seek(0)
        return file

    @property
    def stream_of_chunks(self) -> Any:
        """The stream class for chat completion chunks."""
        from importlib import import_module

        chunk = import_module(f"{self.sdk.__name__}.types.chat").ChatCompletionChunk
        return (self.sdk.AsyncStream if self.is_async else self.sdk.Stream)[chunk]


class Named(io.BytesIO):
    """Bytes in memory with a file name, as from a web framework."""

    def __init__(self, content: bytes, name: Any) -> None:
        super().__init__(content)
        self.name = name


class OneWay(io.RawIOBase):
    """A file that cannot be rewound, such as a pipe."""

    def __init__(self, content: bytes) -> None:
        self._inner = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._inner.readinto(buffer)


def at_end(file: Any) -> Any:
    """Return the file at its end, as after writing it."""
    file.seek(0, io.SEEK_END)
    return file


async def finish(result: Any) -> Any:
    """Return the response of a call of a sync or async client: awaited, entered and read, or iterated to its end."""
    if inspect.isawaitable(result):
        result = await result
    if hasattr(result, "__anext__"):
        return [item async for item in result]
    if hasattr(result, "__next__"):
        return list(result)
    if type(result).__name__ == "AsyncResponseContextManager":
        async with result as response:
            return await response.read()
    if type(result).__name__ == "ResponseContextManager":
        with result as response:
            return response.read()
    return result
