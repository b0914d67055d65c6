"""Files to upload, readable again for another attempt: bytes, paths, open files, async iterators, never whole in memory.

Names and content types are those of the official package. Files are read in a thread.
"""

from __future__ import annotations

import asyncio
import errno
import io
import mimetypes
import os
import stat
import threading
from collections.abc import AsyncIterable, Awaitable, Mapping
from typing import Any, cast

from ..protocol.request import Form
from .threads import run_cleanup
from .upload_source import CHUNK_BYTES, SpooledSource, UploadSourceError, as_bytes, in_thread

_TEXT_MODE = "`{name}` is open in text mode; open it with mode 'rb'"


class Upload:
    """One file of a form. Its bytes can be read from the start any number of times."""

    filename: str | None
    """The file name in the form, or None."""
    headers: Mapping[str, str]
    """Further headers of its part."""

    def __init__(self, name: str, given: Any) -> None:
        content, self.filename, content_type, self.headers = _parts(given)
        self.name = name
        self._content: Any = _checked(name, content)
        self._given_type: str | None = content_type
        self._file: Any = None
        self._spooled: SpooledSource | None = None
        self._start = 0
        self._lock = threading.Lock()
        self._is_closed = False
        self.content_type: str | None = None
        self.size: int | None = None

    async def open(self) -> None:
        """Prepare for reading from the start, and set `size` in bytes if it can be known.

        Raises `OSError` for a path that cannot be opened, `ValueError` for one that is not a regular file, `TypeError` for a
        file in text mode, and what a user's file raises.
        """
        if isinstance(self._content, (bytes, AsyncIterable)) and mimetypes.inited:
            self._open()  # reads no file, not even those with the content types
            return
        try:
            await in_thread(self._open)
        except UploadSourceError as failed:
            raise failed.error from None

    def _open(self) -> None:
        content = self._content
        self.content_type = self._given_type or _guess_type(self.filename)
        with self._lock:
            if isinstance(content, bytes):
                self.size = len(content)
            elif self._file is None and isinstance(content, os.PathLike):
                self._file = open(cast("os.PathLike[str]", content), "rb", opener=_open_regular)
                if self._is_closed:  # in between: the call was cancelled
                    self._file.close()
                    return
            elif self._file is None and hasattr(content, "read") and _gives_text(content):
                raise TypeError(_TEXT_MODE.format(name=self.name))
            elif self._file is None and _is_file(content) and content.seekable():
                self._file = content
                self._start = content.tell()
            if self._file is not None:
                try:
                    end = self._file.seek(0, os.SEEK_END)
                except OSError as error:
                    if error.errno != errno.EINVAL:
                        raise
                    return  # files of /proc have no end: they are made while they are read
                if self._start >= end:
                    # A file that was just written is at its end: send all of it, not nothing.
                    self._start = 0
                self.size = end - self._start

    async def read(self, offset: int) -> bytes:
        """Return some bytes from ``offset`` on, ``b""`` at the end. Raises `UploadSourceError`."""
        if isinstance(self._content, bytes):
            if offset:
                await asyncio.sleep(0)  # a fast socket never makes this task wait: let others run
            return self._content[offset : offset + CHUNK_BYTES]
        if self._file is not None:
            return await in_thread(self._read_at, offset)
        if self._spooled is None:
            self._spooled = SpooledSource(self._content)
        return await self._spooled.read(offset)

    def _read_at(self, offset: int) -> bytes:
        # A read of a failed attempt may still run, and must not move the position of this one.
        with self._lock:
            self._file.seek(self._start + offset)
            return as_bytes(self._file.read(CHUNK_BYTES))

    def close(self) -> list[Awaitable[object]]:
        """Start to close what was opened here, even if the awaitables are cancelled. A user's file stays open."""
        self._is_closed = True
        closing: list[Awaitable[object]] = []
        if self._spooled is not None:
            closing.append(self._spooled.close())
        if self._file is not None and self._file is not self._content:
            closing.append(run_cleanup(self._file.close))
        return closing


def _open_regular(path: str, flags: int) -> int:
    """Open a regular file: opening a pipe would wait for a writer. Raises `OSError` and `ValueError`."""
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):  # the system's error for a directory is clear
        raise ValueError(
            f"{path} is not a regular file but a pipe, socket or device: open it with mode 'rb' and pass the open file, "
            "or pass what was read from it"
        )
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _is_file(content: Any) -> bool:
    # Not by io.IOBase: tempfile's wrappers are none.
    return hasattr(content, "read") and hasattr(content, "seekable")


def _parts(given: Any) -> tuple[Any, str | None, str | None, Mapping[str, str]]:
    """Return content, file name, content type and headers of a file argument."""
    if isinstance(given, tuple):
        items = cast("tuple[Any, Any]", given)
        if not 2 <= len(items) <= 4:
            raise TypeError(
                "a file tuple is (name, content), (name, content, type) or (name, content, type, headers)"
            )
        name, content, content_type, headers = (*items, None, None)[:4]
        if isinstance(name, os.PathLike):
            name = os.path.basename(os.fspath(cast("os.PathLike[str]", name)))
        return content, None if name is None else str(name), content_type, headers or {}
    if isinstance(given, os.PathLike):
        return cast("Any", given), os.path.basename(os.fspath(cast("os.PathLike[str]", given))), None, {}
    name = getattr(given, "name", None)
    if isinstance(name, os.PathLike):
        name = os.fspath(cast("os.PathLike[str]", name))
    if isinstance(name, str) and name and not name.startswith("<"):
        return given, os.path.basename(name), None, {}
    return given, "upload", None, {}


def _checked(name: str, content: Any) -> Any:
    if isinstance(content, (bytearray, memoryview)):
        return bytes(cast("bytearray", content))
    if isinstance(content, str):
        raise TypeError(
            f"`{name}` is a str, which may be a path or text: pass pathlib.Path(...), bytes or an open file"
        )
    if isinstance(content, io.TextIOBase) or (isinstance(content, AsyncIterable) and _has_text_mode(content)):
        raise TypeError(_TEXT_MODE.format(name=name))
    if isinstance(content, (bytes, os.PathLike, AsyncIterable)):
        return cast("Any", content)
    if hasattr(content, "read"):
        return content
    raise TypeError(
        f"`{name}` must be bytes, a path, a file open in binary mode, an async iterator of bytes, or a tuple "
        f"(name, content[, type[, headers]]), not {type(content).__name__}"
    )


def _has_text_mode(content: Any) -> bool:
    return "b" not in str(getattr(content, "mode", "b"))


def _gives_text(file: Any) -> bool:
    """Return whether a user's file is in text mode. May block.

    Files of `gzip` and `zipfile` are binary without a "b" in their mode, so an empty read decides.
    """
    if not _has_text_mode(file):
        return False
    try:
        return isinstance(file.read(0), str)
    except io.UnsupportedOperation:  # a text file that is open for writing only
        return True


def _guess_type(filename: str | None) -> str | None:
    # A part without a file name is a plain field, which has no type.
    return (mimetypes.guess_type(filename)[0] or "application/octet-stream") if filename else None


async def open_form(form: Form) -> list[Upload]:
    """Open the files of a form. Raises as `Upload.open`, and `TypeError` for a value that cannot be a file."""
    uploads = [Upload(name, given) for name, given in form.files]
    try:
        for upload in uploads:
            await upload.open()
    except BaseException:
        await close_form(uploads)
        raise
    return uploads


async def rewind(uploads: list[Upload]) -> None:
    """Prepare the files to be sent again."""
    for upload in uploads:
        await upload.open()


async def close_form(uploads: list[Upload]) -> None:
    """Close the files that `open_form` opened."""
    # Start all before awaiting one: a cancellation may come while it is awaited.
    for closing in [each for upload in uploads for each in upload.close()]:
        await closing
