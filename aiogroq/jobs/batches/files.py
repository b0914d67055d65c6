"""The files of batches beside a journal: the requests of each part, and their custom_ids.

Each part has two files with the same number of lines: ``part-3.jsonl`` is uploaded, ``part-3.names.txt`` has the
custom_id of each line. A file appears whole or not at all: it is written under another name, synced and renamed.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncGenerator, Collection
from contextlib import aclosing
from pathlib import Path
from typing import Any

from ...transport.threads import FILES, run

_BLOCK_BYTES = 1 << 20
_OURS = re.compile(r"part-\d+\.(?:[a-z]+\.)?(?:jsonl|txt)(?:\.part)?")


class PartFolder:
    """The folder with the files of the parts of one job."""

    def __init__(self, path: Path) -> None:
        self.path: Path = path

    def requests(self, number: int) -> Path:
        """Return the path of the file that is uploaded."""
        return self.path / f"part-{number}.jsonl"

    def names_path(self, number: int) -> Path:
        """Return the path of the list of custom_ids."""
        return self.path / f"part-{number}.names.txt"

    def results(self, number: int, kind: str) -> Path:
        """Return the path of a downloaded result file; ``kind`` is ``output`` or ``error``."""
        return self.path / f"part-{number}.{kind}.jsonl"

    async def clear(self) -> None:
        """Delete the files of an earlier job."""
        await run(FILES, _delete, self.path, _OURS)

    async def remove(self, number: int) -> None:
        """Delete the files of a part."""
        await run(FILES, _delete, self.path, re.compile(rf"part-{number}\.(?:[a-z]+\.)?(?:jsonl|txt)"))

    async def names(self, number: int) -> list[str]:
        """Return the custom_ids of a part, in the order of its lines. Raises `FileNotFoundError`."""
        async with aclosing(lines_of(self.names_path(number))) as lines:
            return [line.decode().rstrip("\n") async for line in lines]


class PartWriter:
    """Writes the files of one part. Nothing has its final name before `finish`."""

    def __init__(self, folder: PartFolder, number: int) -> None:
        self.number: int = number
        self.line_count: int = 0
        self.byte_count: int = 0
        self._folder = folder
        self._lines: list[bytes] = []
        self._names: list[bytes] = []
        self._buffered_bytes = 0
        self._is_begun = False

    async def add(self, name: str, line: bytes) -> None:
        """Add a line and its custom_id."""
        self._lines.append(line)
        self._names.append(name.encode() + b"\n")
        self.line_count += 1
        self.byte_count += len(line)
        self._buffered_bytes += len(line)
        if self._buffered_bytes >= _BLOCK_BYTES:
            await self._flush(is_last=False)

    async def finish(self) -> None:
        """Write the rest, sync both files and give them their names."""
        await self._flush(is_last=True)

    async def _flush(self, *, is_last: bool) -> None:
        lines, names = b"".join(self._lines), b"".join(self._names)
        self._lines, self._names, self._buffered_bytes = [], [], 0
        mode, self._is_begun = "ab" if self._is_begun else "wb", True
        await run(FILES, self._write, lines, names, mode, is_last)

    def _write(self, lines: bytes, names: bytes, mode: str, is_last: bool) -> None:
        self._folder.path.mkdir(parents=True, exist_ok=True)
        # The names first: a part whose requests exist has its names too.
        for path, content in (
            (self._folder.names_path(self.number), names),
            (self._folder.requests(self.number), lines),
        ):
            part = _unfinished(path)
            with open(part, mode) as file:
                file.write(content)
                if is_last:
                    file.flush()
                    os.fsync(file.fileno())
            if is_last:
                os.replace(part, path)


async def copy_lines(folder: PartFolder, number: int, chosen: Collection[str], writer: PartWriter) -> None:
    """Add the lines of a part whose custom_id is in ``chosen`` to another part."""
    names = iter(await folder.names(number))
    async with aclosing(lines_of(folder.requests(number))) as lines:
        async for line in lines:
            name = next(names)
            if name in chosen:
                await writer.add(name, line)


async def lines_of(path: Path) -> AsyncGenerator[bytes, None]:
    """Yield the lines of a file, with their line ends. Raises `OSError`."""
    file: Any = await run(FILES, open, path, "rb")
    try:
        while lines := await run(FILES, file.readlines, _BLOCK_BYTES):
            for line in lines:
                yield line
    finally:
        file.close()


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _delete(folder: Path, names: re.Pattern[str]) -> None:
    if not folder.is_dir():
        return
    for path in folder.iterdir():
        if names.fullmatch(path.name):
            path.unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()
