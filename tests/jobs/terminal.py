"""A terminal for tests: a pseudo-terminal with a program in it, and what a user would see there."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Generator
from pathlib import Path

_SEQUENCE = re.compile(r"\x1b\[(\??)([\d;]*)([A-Za-z])")
_DEADLINE_S = 60.0


class Terminal:
    """A program in a pseudo-terminal."""

    def __init__(self, master: int, process: subprocess.Popen[bytes]) -> None:
        self._master = master
        self.process = process
        self.output: str = ""
        """All that the program wrote, with control sequences."""
        self._bytes = b""

    def read_until(self, text: str) -> None:
        """Read until ``text`` was written."""
        until = time.monotonic() + _DEADLINE_S
        while text not in self.output:
            assert time.monotonic() < until, f"{text!r} is not in {self.output!r}"
            assert self._read(1.0), f"the program ended without {text!r}: {self.output!r}"

    def read_all(self) -> int:
        """Read until the program ends. Returns its exit code."""
        until = time.monotonic() + _DEADLINE_S
        while self._read(1.0):
            assert time.monotonic() < until, f"the program does not end: {self.output!r}"
        return self.process.wait(_DEADLINE_S)

    def press_ctrl_c(self) -> None:
        """Press Ctrl-C."""
        os.write(self._master, b"\x03")

    def _read(self, wait_s: float) -> bool:
        """Read what is there. Returns False at the end."""
        if not select.select([self._master], [], [], wait_s)[0]:
            return True
        try:
            found = os.read(self._master, 1 << 16)
        except OSError:  # Linux says so when the last program has closed the terminal
            return False
        self._bytes += found
        self.output = self._bytes.decode("utf-8", "replace")
        return bool(found)


@contextlib.contextmanager
def terminal(code: str, folder: Path, columns: int = 80, rows: int = 40) -> Generator[Terminal, None, None]:
    """Run Python code in a terminal of this size; ``folder`` is on its path."""
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {
        name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")
    }
    environment |= {"TERM": "xterm-256color", "PYTHONUTF8": "1"}
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    process = subprocess.Popen(
        [sys.executable, "-c", f"{_OWN_TERMINAL}{code}"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**environment, "PYTHONPATH": path},
    )
    os.close(slave)
    try:
        yield Terminal(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)


# The terminal sends SIGINT to the program only if it belongs to its session. A suite that a shell runs in the background
# has it ignored.
_OWN_TERMINAL = """
import fcntl, signal, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.default_int_handler)
"""


def screen(output: str) -> tuple[list[str], bool]:
    """Return the lines that a user sees after ``output``, and whether the cursor is shown. For the sequences of rich only."""
    lines: list[list[str]] = [[]]
    row = column = position = 0
    is_shown = True
    while position < len(output):
        sequence = _SEQUENCE.match(output, position)
        if sequence is not None:
            position = sequence.end()
            kind = sequence[3]
            if kind == "A":
                row -= int(sequence[2] or 1)
                assert row >= 0, "the cursor leaves the screen"
            elif kind == "K":
                assert sequence[2] == "2", "the whole line is cleared"
                lines[row] = []
            elif sequence[0] in ("\x1b[?25l", "\x1b[?25h"):
                is_shown = kind == "h"
            else:
                assert kind == "m", sequence[0]
            continue
        char = output[position]
        position += 1
        if char == "\r":
            column = 0
        elif char == "\n":
            row += 1
            if row == len(lines):
                lines.append([])
        else:
            lines[row] += [" "] * (column + 1 - len(lines[row]))
            lines[row][column] = char
            column += 1
    return ["".join(line).rstrip() for line in lines], is_shown
