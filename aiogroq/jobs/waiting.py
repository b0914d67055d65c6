"""What waits for its turn to be yielded: `Window`, one number for each position, and `Sources`, the items."""

from __future__ import annotations

import contextlib
import os
import pickle
import tempfile
from array import array
from collections.abc import Sequence
from typing import Any

from .journals.file import read_at

_COMPACT_AT = 65_536
_HELD = 512
_WRITE_BYTES = 256 * 1024


class Window:
    """One number > 0 for each position, from the next one on: 8 bytes each. 0 where there is none."""

    def __init__(self) -> None:
        self._values: array[int] = array("Q")
        self._base = 0

    @property
    def end(self) -> int:
        """The position after the last one that was set."""
        return self._base + len(self._values)

    def set(self, position: int, value: int) -> None:
        """Store a number."""
        values = self._values
        missing = position + 1 - self._base - len(values)
        if missing == 1:
            values.append(value)
            return
        if missing > 0:
            values.frombytes(bytes(8 * missing))
        values[position - self._base] = value

    def get(self, position: int) -> int:
        """Return the number of a position."""
        index = position - self._base
        return self._values[index] if index < len(self._values) else 0

    def forget_before(self, position: int) -> None:
        """Forget the positions before this one."""
        if position - self._base >= _COMPACT_AT:
            del self._values[: position - self._base]
            self._base = position


class Sources:
    """The items that belong to outcomes which wait: those of a sequence are read from it again; of other inputs some are held
    in memory, and the others, if pickle knows them, in a temporary file."""

    def __init__(self, sequence: Sequence[Any] | None = None) -> None:
        self._sequence = sequence
        self._held: dict[int, Any] = {}
        self._offsets = Window()
        self._fd = -1
        self._buffer = bytearray()
        self._written = 0

    def put(self, position: int, index: int, source: Any) -> None:
        """Store the item at ``index`` of the input, whose outcome has this position."""
        if self._sequence is not None:
            if position != index:  # results come as they are there
                self._offsets.set(position, index + 1)
        elif len(self._held) < _HELD or not self._spill(position, source):
            self._held[position] = source

    def take(self, position: int) -> Any:
        """Return the item of a position, and forget it and those before."""
        if self._sequence is None and position in self._held:
            return self._held.pop(position)
        offset = self._offsets.get(position)
        self._offsets.forget_before(position)
        if self._sequence is not None:
            return self._sequence[offset - 1 if offset else position]
        return self._read(offset - 1)

    def _spill(self, position: int, source: Any) -> bool:
        try:
            data = pickle.dumps(source, pickle.HIGHEST_PROTOCOL)
        except Exception:  # whatever a type of the user's raises
            return False
        self._offsets.set(position, self._written + len(self._buffer) + 1)
        self._buffer += len(data).to_bytes(8, "little") + data
        if len(self._buffer) >= _WRITE_BYTES:
            self._flush()
        return True

    def _flush(self) -> None:
        if self._fd < 0:
            self._fd, name = tempfile.mkstemp(prefix="aiogroq-", suffix=".items")
            self._name = name
            with contextlib.suppress(OSError):  # Windows deletes no open file
                os.unlink(name)
        data = memoryview(self._buffer)
        while data:
            data = data[os.write(self._fd, data) :]
        self._written += len(self._buffer)
        self._buffer = bytearray()

    def _read(self, offset: int) -> Any:
        if offset >= self._written:
            start = offset - self._written
            size = int.from_bytes(self._buffer[start : start + 8], "little")
            return pickle.loads(self._buffer[start + 8 : start + 8 + size])
        size = int.from_bytes(read_at(self._fd, offset, 8), "little")
        data = bytearray()
        while len(data) < size:
            data += read_at(self._fd, offset + 8 + len(data), size - len(data))
        return pickle.loads(data)

    def close(self) -> None:
        """Delete the temporary file."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
            with contextlib.suppress(OSError):
                os.unlink(self._name)
