"""Downloads to files and uploads of files: nothing half-written and nothing open is left."""

from __future__ import annotations

import asyncio
import gc
import os
import stat
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from waiting import eventually

from aiogroq import AsyncGroq
from aiogroq.local import Fault, LocalGroq
from aiogroq.response.body import StreamAlreadyConsumed

SPEECH: Any = {"model": "playai-tts", "voice": "Arista-PlayAI", "input": "hello"}


@pytest.fixture
async def client(server: LocalGroq) -> AsyncIterator[AsyncGroq]:
    async with AsyncGroq(api_key="k", base_url=server.base_url, max_retries=0) as client:
        yield client


async def cancelled(work: Awaitable[object], *, times: int) -> None:
    """Cancel some work again in every iteration of the loop, as frameworks do that wait for its end."""
    task = asyncio.ensure_future(work)
    await asyncio.sleep(0)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    await asyncio.wait([task])


async def ended(is_so: Callable[[], bool]) -> None:
    """Wait until the threads of cancelled calls have ended their work."""
    await asyncio.to_thread(eventually, is_so)


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_downloads_that_are_cancelled_again_and_again_leave_no_files(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, times: int
) -> None:
    server.script(*(Fault(after_bytes=300, end="stall"),) * 60)

    async def write(number: int) -> None:
        async with client.audio.speech.with_streaming_response.create(**SPEECH) as response:
            await response.stream_to_file(tmp_path / f"{number}.wav")

    # More than there are threads: the work of a thread may begin long after its call was cancelled.
    writing = [asyncio.ensure_future(write(number)) for number in range(60)]
    await ended(lambda: len(list(tmp_path.iterdir())) > 20)
    await asyncio.gather(*[cancelled(task, times=times) for task in writing])
    await ended(lambda: all(path.suffix == ".wav" for path in tmp_path.iterdir()))


@pytest.mark.parametrize("kind", ["path", "iterator"])
@pytest.mark.parametrize("times", [1, 2, 3])
@pytest.mark.slow
async def test_an_upload_that_is_cancelled_again_and_again_leaves_nothing_open(
    client: AsyncGroq, server: LocalGroq, tmp_path: Path, times: int, kind: str
) -> None:
    path = tmp_path / "audio.wav"
    path.write_bytes(bytes(1000))

    async def chunks() -> AsyncIterator[bytes]:
        yield bytes(1000)

    server.script(*(Fault(end="stall", after_bytes=0),) * 5)
    before = len(os.listdir("/dev/fd"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(5):
            file: Any = path if kind == "path" else chunks()
            upload = asyncio.ensure_future(
                client.audio.transcriptions.create(model="whisper-large-v3", file=file)
            )
            arrived = server.request_count
            await ended(lambda arrived=arrived: server.request_count > arrived)  # type: ignore[misc]
            await cancelled(upload, times=times)
        await client.close()
        await ended(lambda: len(os.listdir("/dev/fd")) <= before)
        gc.collect()


posix = pytest.mark.skipif(os.name == "nt", reason="permissions and links of POSIX")


async def save(client: AsyncGroq, path: Path) -> None:
    await (await client.audio.speech.create(**SPEECH)).write_to_file(path)


@posix
@pytest.mark.parametrize(
    ("mode", "after"), [(0o600, 0o600), (0o666, 0o666), (0o4755, 0o755), (0o2750, 0o750), (0o1777, 0o777)]
)
async def test_a_replaced_file_keeps_its_permissions_but_not_its_setuid_bits(
    client: AsyncGroq, tmp_path: Path, mode: int, after: int
) -> None:
    path = tmp_path / "secret.wav"
    path.touch()
    path.chmod(mode)
    await save(client, path)
    assert path.read_bytes()[:4] == b"RIFF"
    assert stat.S_IMODE(path.stat().st_mode) == after


@posix
async def test_the_replacement_of_a_private_file_is_private_from_the_start(
    client: AsyncGroq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret.wav"
    path.touch()
    path.chmod(0o600)
    # The permissions with which it is opened count, whatever they become afterwards.
    monkeypatch.setattr(os, "chmod", lambda *args, **options: None)
    mask = os.umask(0)
    try:
        await save(client, path)
    finally:
        os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@posix
async def test_the_bytes_are_on_the_disk_before_the_name(
    client: AsyncGroq, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    for name in ("fsync", "replace"):
        step = getattr(os, name)
        monkeypatch.setattr(
            os, name, lambda *args, name=name, step=step: (steps.append(name), step(*args))[1]
        )
    await save(client, tmp_path / "a.wav")
    assert steps == ["fsync", "replace"]


@posix
async def test_links_that_lead_to_themselves_are_an_os_error(client: AsyncGroq, tmp_path: Path) -> None:
    path, other = tmp_path / "a", tmp_path / "b"
    path.symlink_to(other)
    other.symlink_to(path)
    with pytest.raises(OSError, match=r"symbolic links.*/a'$"):
        await save(client, path)


async def test_a_partly_read_body_is_not_written_to_a_file(client: AsyncGroq, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")
    for reads_all in (True, False):
        async with client.audio.speech.with_streaming_response.create(**SPEECH) as response:
            async for _ in response.iter_bytes(100):
                if not reads_all:
                    break
            with pytest.raises(StreamAlreadyConsumed):
                await response.stream_to_file(path)
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("a.wav", b"old")]


async def test_a_name_may_be_as_long_as_the_file_system_allows(client: AsyncGroq, tmp_path: Path) -> None:
    path = tmp_path / ("é" * 125)
    await save(client, path)
    assert [(found.name, found.read_bytes()[:4]) for found in tmp_path.iterdir()] == [(path.name, b"RIFF")]
