"""A download of 64 MiB into a file, and an upload of 25 MiB from one. The unit is a MiB."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from .. import machine
from ..clients import build_async
from ..load.responses import DOWNLOAD_BYTES, TEXT, UPLOAD_BYTES, file_block
from ..spec import Result, Spec
from .clock import Stopwatch, WrongResult, check

_MIB = 1024 * 1024


async def measure(spec: Spec) -> Result:
    """Make ``count`` transfers in sequence; ``direction`` is ``download`` or ``upload``."""
    count = int(spec.params["count"])
    is_download = spec.params["direction"] == "download"
    client = build_async(spec.client, spec.url)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "audio.wav")
        source = os.path.join(folder, "source.wav")
        _write_audio(source)

        async def one() -> None:
            if is_download:
                await client.download(path)
                _check_file(path)
            else:
                check(await client.upload(source), TEXT)

        await one()
        before = machine.rss_bytes()
        with Stopwatch() as watch:
            for _ in range(count):
                await one()
        grown = machine.rss_bytes() - before
    await client.close()
    size = DOWNLOAD_BYTES if is_download else UPLOAD_BYTES
    return watch.result(
        count * size // _MIB,
        requests=1 + count,
        peak_mib=machine.peak_rss_bytes() / _MIB,
        grown_mib=grown / _MIB,
    )


def _write_audio(path: str) -> None:
    Path(path).write_bytes(b"RIFF" + os.urandom(UPLOAD_BYTES - 4))


def _check_file(path: str) -> None:
    block = file_block()
    check(os.path.getsize(path), DOWNLOAD_BYTES)
    with open(path, "rb") as file:
        for place in (0, DOWNLOAD_BYTES // 2, DOWNLOAD_BYTES - len(block)):
            file.seek(place)
            if file.read(len(block)) != block:
                raise WrongResult("the file is not what was sent")
