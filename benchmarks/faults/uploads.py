"""Uploads: rejected while sending, retried, from unusual sources."""

from __future__ import annotations

import asyncio
import json
import tempfile
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from aiogroq.local import Fault

from . import raw_server
from .actions import reply
from .scenario import Package, ServerLog, raises, returns, scenario

_GROUP = "files"
_REPLY = {"reply": reply}
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


async def _searches_body(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    body = await raw_server.read_request(log, reader)
    has_it = b"VmRSS" in body
    writer.write(raw_server.json_response(json.dumps({"text": "received" if has_it else "missing"}).encode()))
    await writer.drain()


@scenario(_GROUP, "an upload of a file of unknown size", returns("received"), raw=_searches_body,
          expects="Files of /proc and pipes report size 0, but their content must be sent.")  # fmt: skip
async def of_no_size(package: Package) -> str:
    async with package.client() as client:
        return await _transcribe(client, Path("/proc/self/status"))


async def _rejects_while_uploading(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    log.heads.append((await reader.readuntil(b"\r\n\r\n")).decode("latin-1"))
    error = {"error": {"message": "too large", "type": "invalid_request_error"}}
    writer.write(
        raw_server.json_response(json.dumps(error).encode(), "413 Payload Too Large", "Connection: close\r\n")
    )
    await writer.drain()
    while await reader.read(1 << 16):
        pass
    writer.close()


@scenario(_GROUP, "413 while the file is still being sent", raises("APIStatusError", status_code=413),
          raw=_rejects_while_uploading, expects="The server sent the reason; the error is that, not a broken connection.")  # fmt: skip
async def rejected_early(package: Package) -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with package.client() as client:
            return await _transcribe(client, _source(folder))


async def _fails_first(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    while True:
        body = await raw_server.read_request(log, reader)
        if len(log.heads) == 1:
            writer.write(raw_server.json_response(b"{}", "500 Internal Server Error"))
        else:
            zeros = body.count(b"\0")
            writer.write(raw_server.json_response(json.dumps({"text": f"{zeros} bytes"}).encode()))
        await writer.drain()


@scenario(_GROUP, "an upload that failed with 500 is sent completely on retry", returns(f"{_UPLOAD_BYTES - 4} bytes", requests=2),
          raw=_fails_first, expects="The retry sends the whole file although the first request read it to its end.")  # fmt: skip
async def sent_again(package: Package) -> str:
    with tempfile.TemporaryDirectory() as folder:
        async with package.client(max_retries=2) as client:
            return await _transcribe(client, _source(folder))


async def _chunks(*chunks: bytes, error: Exception | None = None) -> AsyncIterator[bytes]:
    if error is not None:
        raise error
    for chunk in chunks:
        yield chunk


def _eagerly(package: Package, source: AsyncIterator[bytes]) -> str:
    """Upload on an event loop whose tasks run to their first wait immediately."""

    async def upload() -> str:
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)  # type: ignore[attr-defined]
        async with package.client(timeout=5) as client:
            file = ("a.wav", source if package.is_aiogroq else b"".join([chunk async for chunk in source]))
            transcription = await client.audio.transcriptions.create(model="whisper-large-v3", file=file)
            text: str = transcription.text
            return text

    return asyncio.run(upload())


if hasattr(asyncio, "eager_task_factory"):  # from Python 3.12 on

    @scenario(_GROUP, "an empty upload with the eager task factory", returns("one two"), raw=raw_server.responds(
        raw_server.json_response(b'{"text": "one two"}')),
        expects="A source that ends at its first step is an empty file.")  # fmt: skip
    def eager_empty(package: Package) -> str:
        return _eagerly(package, _chunks())

    @scenario(_GROUP, "a source that raises at its first step with the eager task factory", raises("LookupError"), server=_REPLY,
              expects="The call raises the error of the source.")  # fmt: skip
    def eager_error(package: Package) -> str:
        return _eagerly(package, _chunks(error=LookupError("the source is gone")))


@scenario(_GROUP, "null for `words` can be iterated", returns([]), faults=(
    Fault(body={"text": "one two", "words": None, "segments": None}),), server=_REPLY,
    expects="The text is valid; a service without words may send null.")  # fmt: skip
async def null_words(package: Package) -> list[Any]:
    with tempfile.TemporaryDirectory() as folder:
        async with package.client() as client:
            with _source(folder).open("rb") as file:
                transcription = await client.audio.transcriptions.create(
                    model="whisper-large-v3", file=file, response_format="verbose_json"
                )
            assert transcription.text == "one two"
            return list(transcription.words)
