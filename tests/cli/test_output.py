"""Output to broken pipes, full disks, closed streams, limited encodings and terminals."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from aiogroq.cli.text import one_line, printable

from .conftest import COMMAND, ROOT, Run, Screen, start


@pytest.mark.parametrize("arguments", [["models", "--local"], ["demo"], ["chat", "--local", "hi"]])
def test_a_broken_pipe_is_no_error(arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # before the first line is written
    process = start(*arguments, stdin=subprocess.DEVNULL, stdout=writing)
    os.close(writing)
    _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (141, b"")


class Unread(Screen):
    """A pipe whose reader has gone: the flush fails."""

    is_broken = False

    def flush(self) -> None:
        if self.content and not self.is_broken:
            self.is_broken = True
            raise BrokenPipeError(32, "Broken pipe")


def test_a_pipe_that_breaks_at_the_last_flush_is_no_error(run: Run) -> None:
    outcome = run("--version", stdout=Unread())
    assert (outcome.code, outcome.err) == (141, "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="has no /dev/full")
def test_a_full_disk_is_reported() -> None:
    with open("/dev/full", "wb") as full:
        process = start("--version", stdout=full)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert err == b"aiogroq: error: No space left on device\n"


def test_control_characters_are_removed() -> None:
    assert printable("a\x1b[2Jb\x07\u202ec\r\nd\te") == "a[2Jbc\nd\te"
    assert one_line("a\n b\t c") == "a b c"
    assert one_line("x" * 20, limit=10) == "xxxxxxx..."


def test_a_closed_standard_output_is_no_error() -> None:
    done = subprocess.run(
        ["sh", "-c", f'"{sys.executable}" -m aiogroq --version >&-'],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_an_encoding_that_lacks_characters_does_not_fail() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    done = subprocess.run(
        [*COMMAND, "chat", "--local", "Say: Grüße 日本"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "Grüße ??\n".encode("cp1252"), b"")
