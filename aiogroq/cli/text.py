"""Plain text input and output, without rich: standard input, standard output and standard error."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import threading
from typing import TYPE_CHECKING, Any, TextIO

import click

from .explain import CommandError

if TYPE_CHECKING:
    from aiogroq.types._model import BaseModel

# Characters that control a terminal: C0 and C1 except tab and line feed, and the bidirectional controls.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_STDIN_NOTE_AFTER_S = 1.0


def is_terminal(stream: TextIO | None) -> bool:
    """Return whether the stream is a terminal."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def printable(text: str) -> str:
    """Return ``text`` without characters that control a terminal, as responses are not trusted."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))


def one_line(text: str, limit: int = 600) -> str:
    """Return ``text`` as one line of at most ``limit`` characters."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 3] + "..."


def write(text: str, *, end: str = "\n") -> None:
    """Write to standard output: to a terminal as `printable` text, to a pipe or a file unchanged."""
    shown = printable(text) if is_terminal(sys.stdout) else text
    click.echo(shown + end, nl=False, color=True)  # color=True: click would remove escape sequences in a pipe


def note(text: str) -> None:
    """Write a message to standard error."""
    click.echo(printable(text), err=True)


def write_json(value: BaseModel) -> None:
    """Write a response as JSON, in UTF-8 regardless of the terminal's encoding."""
    click.echo(value.to_json(indent=2).encode())


def read_stdin() -> str:
    """Read standard input as text. Raises `CommandError` if it is not UTF-8."""
    try:
        return read_stdin_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise CommandError("standard input is not UTF-8 text") from None


def read_stdin_bytes() -> bytes:
    """Read standard input; empty if it is closed. Write a note if that takes longer than `_STDIN_NOTE_AFTER_S`."""
    if sys.stdin is None or sys.stdin.closed:  # pyright: ignore[reportUnnecessaryComparison]
        return b""
    # A program that starts this one with an open pipe would wait for this one, and this one for the pipe.
    waiting = threading.Timer(
        _STDIN_NOTE_AFTER_S,
        note,
        ["aiogroq: waiting for the end of standard input (use < /dev/null for none)"],
    )
    waiting.daemon = True
    waiting.start()
    try:
        return sys.stdin.buffer.read()
    finally:
        waiting.cancel()


def prepare_output() -> None:
    """Let standard output and error accept any text: ``?`` replaces unencodable characters, and closed streams discard."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def flush_output() -> None:
    """Flush standard output. Raises `BrokenPipeError` or another `OSError` if that fails."""
    try:
        sys.stdout.flush()
    except OSError:
        discard_output()
        raise


def discard_output() -> None:
    """Discard buffered output, so that the interpreter does not report an error at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
