"""What is read of the file of a journal: its lines, and whether its header is that of the job."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from ..errors import JournalError
from .file import READ_BYTES, read_at
from .lines import FORMAT_VERSION, EntryLine, JournalHeader, decode_entry, decode_header, header_of

SCAN_BYTES = 1024 * 1024


def lines_from(fd: int, offset: int = 0) -> Iterator[tuple[int, bytes]]:
    """Yield offset and content, with its line end, of every complete line from ``offset`` on."""
    rest = b""
    while block := read_at(fd, offset + len(rest), SCAN_BYTES):
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for line in lines:
            yield offset, line + b"\n"
            offset += len(line) + 1


def line_at(fd: int, offset: int, path: Path | None) -> bytes:
    """Return the line at an offset. Raises `JournalError` for a file that another program truncated."""
    line = read_at(fd, offset)
    size = READ_BYTES
    while (end := line.find(b"\n")) < 0:
        more = read_at(fd, offset + len(line), size)
        if not more:
            raise JournalError(f"the journal {path} was truncated by another program while it was in use")
        line += more
        size *= 2
    return line[:end]


def entry_of(line: bytes) -> EntryLine | None:
    """Return what the index needs of a line; None if it is not a line of ours, or not Unicode."""
    try:
        entry = decode_entry(line)
        bytes.fromhex(entry.key)
    except (msgspec.MsgspecError, ValueError):
        return None
    return entry


def check_header(line: bytes, header: JournalHeader, path: Path | None) -> None:
    """Raise `JournalError` if the first line is not a header, or that of another job."""
    try:
        found = decode_header(line)
    except msgspec.MsgspecError:
        raise no_journal(path) from None
    if found.aiogroq_journal != FORMAT_VERSION:
        raise JournalError(
            f"the journal {path} has format {found.aiogroq_journal}, and this version reads {FORMAT_VERSION}"
        )
    difference = header_of(found).difference(header)
    if difference:
        raise JournalError(
            f"the journal {path} belongs to another job: {difference}. Pass fresh=True to begin anew (the old "
            "journal is renamed), or use another journal"
        )


def no_journal(path: Path | None) -> JournalError:
    """Return the error for a file that is no journal."""
    return JournalError(
        f"{path} is not a journal of aiogroq, so it is left as it is; use another path for the journal"
    )
