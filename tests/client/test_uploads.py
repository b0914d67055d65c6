"""Uploads of every kind of source, and their retries."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from aiogroq import AsyncGroq
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.usefixtures("task_factory")

CONTENT = b'{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{}}\n' * 20


async def chunks() -> AsyncIterator[bytes]:
    for start in range(0, len(CONTENT), 100):
        yield b""  # is not its end
        yield CONTENT[start : start + 100]


class Named(io.BytesIO):
    name = "some/where/lines.jsonl"


class OneWay(io.RawIOBase):
    """A file that cannot be wound back, such as a pipe."""

    def __init__(self) -> None:
        self._inner = io.BytesIO(CONTENT)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._inner.read(size)


UNNAMED = "upload", "application/octet-stream"
# Kind of upload to what is made of a path, and the name and type that go out.
KINDS: dict[str, tuple[Callable[[Path], Any], str, str]] = {
    "bytes": (lambda _: CONTENT, *UNNAMED),
    "bytearray": (lambda _: bytearray(CONTENT), *UNNAMED),
    "path": (lambda path: path, "in.jsonl", "application/octet-stream"),
    "open file": (lambda path: path.open("rb"), "in.jsonl", "application/octet-stream"),
    "unnamed file": (lambda _: io.BytesIO(CONTENT), *UNNAMED),
    "named file": (lambda _: Named(CONTENT), "lines.jsonl", "application/octet-stream"),
    "temporary file": (lambda _: temporary(), *UNNAMED),
    "pipe": (lambda _: OneWay(), *UNNAMED),
    "async iterator": (lambda _: chunks(), *UNNAMED),
    "pair": (lambda _: ("a.txt", CONTENT), "a.txt", "text/plain"),
    "triple": (lambda _: ("a.txt", CONTENT, "text/x"), "a.txt", "text/x"),
    "quadruple": (lambda _: ("a.txt", io.BytesIO(CONTENT), "text/x", {"X-A": "b"}), "a.txt", "text/x"),
    "pair with iterator": (lambda _: ("a.txt", chunks()), "a.txt", "text/plain"),
    "pair with path": (lambda path: ("b.txt", path), "b.txt", "text/plain"),
}


def temporary() -> Any:
    """A temporary file with the content, at its start."""
    file = tempfile.SpooledTemporaryFile()
    file.write(CONTENT)
    file.seek(0)
    return file


@pytest.mark.parametrize("kind", KINDS)
async def test_an_upload_of_each_kind_arrives_and_can_be_sent_again(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, kind: str
) -> None:
    make, name, content_type = KINDS[kind]
    path = tmp_path / "in.jsonl"
    path.write_bytes(CONTENT)
    given = make(path)
    server.script(
        Fault(status=503, headers={"retry-after": "0"}), Fault(status=503, headers={"retry-after": "0"})
    )
    stored = await client.files.create(file=given, purpose="batch")
    assert stored.bytes == len(CONTENT)
    assert len(server.requests) == 3
    for request in server.requests:
        purpose, file = request.parts
        assert (purpose.name, purpose.content) == ("purpose", b"batch")
        assert (file.name, file.filename, file.content_type) == ("file", name, content_type)
        assert file.content == CONTENT
        assert file.headers.get("x-a") == ("b" if kind == "quadruple" else None)
    if hasattr(given, "close"):
        given.close()


async def test_a_file_that_was_read_partly_is_sent_from_where_it_is(
    client: AsyncGroq, server: LocalGroq
) -> None:
    file = io.BytesIO(b"skipped" + CONTENT)
    file.seek(7)
    server.script(Fault(status=503, headers={"retry-after": "0"}))
    await client.files.create(file=file, purpose="batch")
    assert [request.parts[1].content for request in server.requests] == [CONTENT, CONTENT]
    assert not file.closed


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="files of Linux")
@pytest.mark.parametrize("kind", ["path", "open file"])
async def test_a_file_that_does_not_know_its_size_is_sent_as_it_is_read(
    client: AsyncGroq, server: LocalGroq, kind: str
) -> None:
    path = Path("/proc/self/status")
    server.script(Fault(status=503, headers={"retry-after": "0"}))
    with os.fdopen(os.open(path, os.O_RDONLY), "rb") as file:
        await client.files.create(file=path if kind == "path" else file, purpose="batch")
    assert len(server.requests) == 2
    for request in server.requests:
        assert request.parts[1].content.startswith(b"Name:")


async def test_a_known_size_is_announced_and_an_unknown_one_is_chunked(
    client: AsyncGroq, server: LocalGroq
) -> None:
    await client.files.create(file=CONTENT, purpose="batch")
    await client.files.create(file=chunks(), purpose="batch")
    known, unknown = server.requests
    assert int(known.headers["content-length"]) == len(known.body)
    assert unknown.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("text.jsonl", "pathlib.Path"),
        (io.StringIO("x"), "text mode"),
        (3, "must be bytes, a path, a file open in binary mode"),
        (("a",), "a file tuple is"),
        (("a", "text"), "pathlib.Path"),
    ],
)
async def test_what_cannot_be_uploaded_is_rejected_before_anything_is_sent(
    client: AsyncGroq, server: LocalGroq, given: Any, words: str
) -> None:
    with pytest.raises(TypeError, match=words):
        await client.files.create(file=given, purpose="batch")
    assert server.requests == []


async def test_a_file_open_in_text_mode_is_rejected(client: AsyncGroq, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x")
    with path.open() as file, pytest.raises(TypeError, match="text mode; open it with mode 'rb'"):
        await client.files.create(file=file, purpose="batch")  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["gzip", "member of a zip", "temporary file"])
async def test_a_binary_file_is_recognised_by_its_content_and_not_by_its_mode(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "in"
    if kind == "gzip":
        path.write_bytes(gzip.compress(CONTENT))
        file: Any = gzip.open(path, "rb")  # its mode is a number
    elif kind == "member of a zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("in.jsonl", CONTENT)
        file = zipfile.ZipFile(path).open("in.jsonl")  # its mode is "r"
    else:
        file = tempfile.NamedTemporaryFile("w+")
        with file, pytest.raises(TypeError, match="text mode"):
            await client.files.create(file=file, purpose="batch")
        return
    with file:
        await client.files.create(file=("in.jsonl", file), purpose="batch")
    assert CONTENT in server.requests[0].body


async def test_a_path_that_is_not_there_is_an_os_error(client: AsyncGroq, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await client.files.create(file=tmp_path / "none", purpose="batch")


async def test_an_unusual_file_name_cannot_leave_its_header(client: AsyncGroq, server: LocalGroq) -> None:
    await client.files.create(file=('a"b\r\nX-Evil: 1.txt', b"x"), purpose="batch")
    (request,) = server.requests
    assert b'filename="a%22b%0D%0AX-Evil: 1.txt"' in request.body
    assert len(request.parts) == 2


class Measured(io.FileIO):
    """Stores the sizes of the reads."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.requested_bytes: list[int] = []

    def read(self, size: int | None = -1) -> bytes:
        self.requested_bytes.append(-1 if size is None else size)
        return super().read(size)


async def test_a_large_file_is_sent_in_chunks(client: AsyncGroq, server: LocalGroq, tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as file:
        os.truncate(file.fileno(), 20 * 1024 * 1024)
    with Measured(path) as given:
        stored = await client.files.create(file=given, purpose="batch")
    assert stored.bytes == 20 * 1024 * 1024
    assert 0 < min(given.requested_bytes) <= max(given.requested_bytes) <= 1024 * 1024


async def test_a_recording_is_transcribed_in_every_format(client: AsyncGroq) -> None:
    speech = await client.audio.speech.create(
        input="Hello there", model="canopylabs/orpheus-v1-english", voice="austin", response_format="wav"
    )
    file = ("a.wav", speech.content)
    plain = await client.audio.transcriptions.create(file=file, model="whisper-large-v3")
    assert plain.text == "Hello there"
    text = await client.audio.transcriptions.create(
        file=file, model="whisper-large-v3", response_format="text"
    )
    assert text.text.strip() == text.strip() == "Hello there"
    verbose = await client.audio.transcriptions.create(
        file=file,
        model="whisper-large-v3",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert verbose.duration is not None
    assert 0 <= verbose.segments[0]["start"] < verbose.segments[-1]["end"] <= verbose.duration
    assert [word.word for word in verbose.words] == ["Hello", "there"]
    translated = await client.audio.translations.create(file=file, model="whisper-large-v3")
    assert translated.text == "Hello there"
    assert translated.language is None
