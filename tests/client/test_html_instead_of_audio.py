"""An HTML page with status 200 instead of audio is an error for every way to read it; a download of a stored file keeps it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from aiogroq import APIResponseValidationError, AsyncGroq, Groq
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.timeout(10)

KEY = "gsk_0123456789abcdefghij"
PAGE = f"<html>Sign in. You sent Bearer {KEY}</html>"
SPEECH: dict[str, Any] = {"model": "canopylabs/orpheus-v1-english", "voice": "austin", "input": "Hello"}


def page(kind: str = "text/html", **more: Any) -> Fault:
    return Fault(status=200, body=PAGE, content_type=kind, headers={"x-request-id": "req_1"}, **more)


async def plain(client: AsyncGroq, file: Path) -> None:
    (await client.audio.speech.create(**SPEECH)).content  # noqa: B018


async def raw(client: AsyncGroq, file: Path) -> None:
    await client.audio.speech.with_raw_response.create(**SPEECH)


async def streamed(client: AsyncGroq, file: Path) -> None:
    async with client.audio.speech.with_streaming_response.create(**SPEECH) as response:
        await response.stream_to_file(file)


def blocking_plain(client: Groq, file: Path) -> None:
    client.audio.speech.create(**SPEECH).write_to_file(file)


def blocking_streamed(client: Groq, file: Path) -> None:
    with client.audio.speech.with_streaming_response.create(**SPEECH) as response:
        response.stream_to_file(file)


def assert_explained(
    error: APIResponseValidationError, server: LocalGroq, file: Path, kind: str = "text/html"
) -> None:
    assert (error.status_code, error.request_id) == (200, "req_1")
    assert str(error).startswith(f"Expected audio, got {kind} (HTTP 200, ")
    assert ": '<html>Sign in." in str(error)
    assert "<html>Sign in." in error.response.text
    assert "Sign in" in str(error.body)
    assert KEY not in f"{error}{error.body!r}{error.response.body!r}"
    assert len(server.requests) == len(error.attempts) == 1
    assert not file.exists()


@pytest.mark.parametrize("kind", ["text/html", "Text/HTML; charset=utf-8"])
@pytest.mark.parametrize("speak", [plain, raw, streamed])
async def test_a_page_in_the_place_of_audio_is_an_error_with_the_page_in_it(
    speak: Callable[[AsyncGroq, Path], Awaitable[None]], kind: str, server: LocalGroq, tmp_path: Path
) -> None:
    server.script(page(kind))
    async with AsyncGroq(api_key=KEY, base_url=server.base_url) as client:
        with pytest.raises(APIResponseValidationError) as caught:
            await speak(client, tmp_path / "a.wav")
    assert_explained(caught.value, server, tmp_path / "a.wav", kind)


@pytest.mark.parametrize("speak", [blocking_plain, blocking_streamed])
def test_a_page_in_the_place_of_audio_is_an_error_for_a_sync_client_too(
    speak: Callable[[Groq, Path], None], server: LocalGroq, tmp_path: Path
) -> None:
    server.script(page())
    client = Groq(api_key=KEY, base_url=server.base_url)
    with client, pytest.raises(APIResponseValidationError) as caught:
        speak(client, tmp_path / "a.wav")
    assert_explained(caught.value, server, tmp_path / "a.wav")


async def test_a_truncated_page_is_reported_too(server: LocalGroq) -> None:
    server.script(page(after_bytes=10, end="reset"))
    async with AsyncGroq(api_key=KEY, base_url=server.base_url) as client:
        with pytest.raises(APIResponseValidationError, match="Expected audio, got text/html"):
            await client.audio.speech.create(**SPEECH)


@pytest.mark.parametrize("kind", ["audio/wav", "application/octet-stream", ""])
async def test_audio_of_any_other_type_is_returned(kind: str, server: LocalGroq) -> None:
    server.script(Fault(status=200, body=b"RIFF", content_type=kind))
    async with AsyncGroq(api_key=KEY, base_url=server.base_url) as client:
        assert (await client.audio.speech.create(**SPEECH)).content == b"RIFF"


async def test_a_stored_file_may_be_a_page(server: LocalGroq) -> None:
    server.script(page())
    async with AsyncGroq(api_key=KEY, base_url=server.base_url) as client:
        assert (await client.files.content("file_1")).content == PAGE.encode()
