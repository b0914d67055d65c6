"""Files that go up: refused on the way, sent again, from sources of every kind."""

from __future__ import annotations

import asyncio
import json
import tempfile
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiogroq.local import Fault

from . import wire
from .actions import answered
from .scenario import Served, Side, fails, gives, scenario

_GROUP = "files"
_REPLY = {"reply": answered}
_UPLOAD_BYTES = 3_000_000


def _source(folder: str) -> Path:
    path = Path(folder, "audio.wav")
    path.write_bytes(b"RIFF" + bytes(_UPLOAD_BYTES - 4))
    return path


async def _transcribe(client: Any, path: Path) -> str:
    with path.open("rb") as file:
        transcription = await client.audio.transcriptions.create(model="whisper-large-v3", file=file)
        text: str = transcription.text
        return text


async def _looks_into_body(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    body = await wire.read_request(served, reader)
    has_it = b"VmRSS" in body
    writer.write(wire.json_answer(json.dumps({"text": "it came" if has_it else "it did not come"}).encode()))
    await writer.drain()


@scenario(_GROUP, "an upload of a file that does not know its size", gives("it came"), raw=_looks_into_body,
          expects="Files of /proc and pipes have the size 0, and what they hold is sent all the same.")  # fmt: skip
async def of_no_size(side: Side) -> str:
    async with side.client() as client:
        return await _transcribe(client, Path("/proc/self/status"))


async def _refuses_while_uploading(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    served.heads.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
    error = {"error": {"message": "too large", "type": "invalid_request_error"}}
    writer.write(
        wire.json_answer(json.dumps(error).encode(), "413 Payload Too Large", "Connection: close\r\n")
    )
    await writer.drain()
    while await reader.read(1 << 16):
        pass
    writer.close()


@scenario(_GROUP, "413 while the file is still being sent", fails("APIStatusError", status_code=413),
          raw=_refuses_while_uploading, expects="The server said why; that is the error, and no broken connection.")  # fmt: skip
async def refused_early(side: Side) -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with side.client() as client:
            return await _transcribe(client, _source(folder))


async def _fails_first(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    while True:
        body = await wire.read_request(served, reader)
        if len(served.heads) == 1:
            writer.write(wire.json_answer(b"{}", "500 Internal Server Error"))
        else:
            zeros = body.count(b"\0")
            writer.write(wire.json_answer(json.dumps({"text": f"{zeros} bytes"}).encode()))
        await writer.drain()


@scenario(_GROUP, "an upload that failed with 500 is sent whole the second time", gives(f"{_UPLOAD_BYTES - 4} bytes", requests=2),
          raw=_fails_first, expects="The second request has the whole file, though the first has read it to its end.")  # fmt: skip
async def sent_again(side: Side) -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with side.client(max_retries=2) as client:
            return await _transcribe(client, _source(folder))


async def _pieces(*pieces: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    if error is not None:
        raise error
    for piece in pieces:
        yield piece


def _eagerly(side: Side, source: AsyncIterator[bytes]) -> str:
    """An upload on a loop whose tasks run at once to their first wait."""

    async def upload() -> str:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined]
        async with side.client(timeout=5) as client:
            file = ("a.wav", source if side.is_ours else b"".join([piece async for piece in source]))
            transcription = await client.audio.transcriptions.create(model="whisper-large-v3", file=file)
            text: str = transcription.text
            return text

    return asyncio.run(upload())


if hasattr(asyncio, "eager_task_factory"):  # from Python 3.12 on

    @scenario(_GROUP, "an empty upload with the eager task factory", gives("one two"), raw=wire.answers(
        wire.json_answer(b'{"text": "one two"}')),
        expects="A source that ends at its first step is an empty file.")  # fmt: skip
    def eager_empty(side: Side) -> str:
        return _eagerly(side, _pieces())

    @scenario(_GROUP, "a source that raises at once with the eager task factory", fails("LookupError"), server=_REPLY,
              expects="The error of a source is that of the call.")  # fmt: skip
    def eager_error(side: Side) -> str:
        return _eagerly(side, _pieces(error=LookupError("the source is gone")))


@scenario(_GROUP, "words that are null can be looped over", gives([]), faults=(
    Fault(body={"text": "one two", "words": None, "segments": None}),), server=_REPLY,
    expects="The text came; a service that has no words to tell may say so with null.")  # fmt: skip
async def null_words(side: Side) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with side.client() as client:
            with _source(folder).open("rb") as file:
                transcription = await client.audio.transcriptions.create(
                    model="whisper-large-v3", file=file, response_format="verbose_json"
                )
            assert transcription.text == "one two"
            return list(transcription.words)
