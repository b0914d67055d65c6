"""Plain characters in and out: standard input as text, standard output as text or JSON, without rich."""

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

# What a terminal would obey instead of showing: C0 and C1 but tab and line end, and the marks that turn text round.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_SILENT_S = 1.0


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sits at this stream."""
    try:
        return stream is not None and stream.isatty()
    except ValueError:  # closed
        return False


def printable(text: str) -> str:
    """``text`` without the characters that would make a terminal do something: answers are not ours to trust."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n"))


def one_line(text: str, limit: int = 600) -> str:
    """``text`` on one line of at most ``limit`` characters."""
    line = printable(" ".join(text.split()))
    return line if len(line) <= limit else line[: limit - 3] + "..."


def write(text: str, *, end: str = "\n") -> None:
    """Write to standard output: to a terminal only what is `printable`, into a pipe or a file the text as it is."""
    shown = printable(text) if is_terminal(sys.stdout) else text
    click.echo(shown + end, nl=False, color=True)  # in a pipe click would take some of it out


def note(text: str) -> None:
    """Tell the person at the terminal something that is no part of the output."""
    click.echo(printable(text), err=True)


def write_json(value: BaseModel) -> None:
    """Write an answer as JSON, in UTF-8 whatever the terminal's encoding is."""
    click.echo(value.to_json(indent=2).encode())


def read_stdin() -> str:
    """All that comes on standard input, as text. Raises `CommandError` where it is not UTF-8."""
    try:
        return read_stdin_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise CommandError("standard input is not UTF-8 text") from None


def read_stdin_bytes() -> bytes:
    """All that comes on standard input; empty where it is closed. Says so when it has to wait."""
    if sys.stdin is None or sys.stdin.closed:  # pyright: ignore[reportUnnecessaryComparison]
        return b""
    # A program that starts this one with an open pipe would wait for us, and we for it.
    waiting = threading.Timer(
        _SILENT_S, note, ["aiogroq: waiting for the end of standard input (or use < /dev/null)"]
    )
    waiting.daemon = True
    waiting.start()
    try:
        return sys.stdin.buffer.read()
    finally:
        waiting.cancel()


def prepare_output() -> None:
    """Let standard output and error take every text: with a ``?`` for what their encoding lacks, and when closed."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def flush_output() -> None:
    """Write what is buffered. Raises `BrokenPipeError` or another `OSError` where nobody takes it."""
    try:
        sys.stdout.flush()
    except OSError:
        abandon_output()
        raise


def abandon_output() -> None:
    """Let what is still buffered go nowhere, so that the interpreter does not complain of it on its way out."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
