"""Each finished call is one line at DEBUG under the logger ``aiogroq``."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from aiogroq import APIError, AsyncGroq, Groq
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.timeout(20)

MODEL = "openai/gpt-oss-20b"
QUESTION: list[Any] = [{"role": "user", "content": "What is 2+2?"}]
CHAT = f"POST /openai/v1/chat/completions model={MODEL}"
SOON = {"retry-after": "0"}


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Iterator[list[str]]:
    """The lines so far, without what differs from run to run."""
    found: list[str] = []

    class Collected(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.levelno == logging.DEBUG:
                text = re.sub(r"request_id=req_\w+", "request_id=req_1", record.getMessage())
                found.append(re.sub(r"(ms|tokens)=\d+", r"\1=1", text))

    handler = Collected()
    logger = logging.getLogger("aiogroq")
    caplog.set_level(logging.DEBUG, logger="aiogroq")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)


async def test_a_call_is_logged_with_its_tokens(client: AsyncGroq, lines: list[str]) -> None:
    await client.chat.completions.create(model=MODEL, messages=QUESTION)
    assert lines == [
        f"{CHAT} status=200 request_id=req_1 attempts=1 ms=1 prompt_tokens=1 completion_tokens=1"
    ]


async def test_a_stream_is_logged_at_its_end(client: AsyncGroq, lines: list[str]) -> None:
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    assert lines == []
    await stream.collect()
    assert lines == [
        f"{CHAT} status=200 request_id=req_1 attempts=1 stream ms=1 prompt_tokens=1 completion_tokens=1"
    ]


async def test_a_stream_that_breaks_off_is_logged_with_its_error(
    client: AsyncGroq, server: LocalGroq, lines: list[str]
) -> None:
    server.script(Fault(after_events=2, end="close"))
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    with pytest.raises(APIError):
        await stream.collect()
    assert lines == [f"{CHAT} status=200 request_id=req_1 attempts=1 stream ms=1 error=APIConnectionError"]


async def test_a_stream_that_is_left_early_is_logged_when_it_is_closed(
    client: AsyncGroq, lines: list[str]
) -> None:
    async with await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True) as stream:
        await stream.__anext__()
    await stream.close()
    assert lines == [f"{CHAT} status=200 request_id=req_1 attempts=1 stream ms=1"]


async def test_a_call_that_fails_is_logged_once_with_its_attempts(
    server: LocalGroq, lines: list[str]
) -> None:
    server.script(Fault(status=503, headers=SOON, times=2))
    client = AsyncGroq(api_key="k", base_url=server.base_url, max_retries=1)
    with pytest.raises(APIError):
        await client.models.list()
    await client.close()
    assert lines == [
        "GET /openai/v1/models status=503 request_id=req_1 attempts=2 ms=1 error=InternalServerError"
    ]


async def test_a_call_that_gets_no_response_is_logged_without_what_is_not_known(lines: list[str]) -> None:
    async with AsyncGroq(api_key="k", base_url="http://127.0.0.1:1", max_retries=0) as client:
        with pytest.raises(APIError):
            await client.models.list()
    assert lines == ["GET /openai/v1/models attempts=1 ms=1 error=APIConnectionError"]


@pytest.mark.parametrize("odd", ["a\nGET /forged status=200", "a status=200", "a\u2028b", "\x1b[2J"])
async def test_a_model_cannot_forge_a_line_or_a_field(client: AsyncGroq, lines: list[str], odd: str) -> None:
    await client.chat.completions.create(model=odd, messages=QUESTION)
    assert f" model={odd!r} status=200 " in lines[0]
    assert len(lines[0].splitlines()) == 1


async def test_a_raw_response_and_a_download_are_logged(client: AsyncGroq, lines: list[str]) -> None:
    await client.models.with_raw_response.list()
    await client.audio.speech.create(
        model="canopylabs/orpheus-v1-english", voice="troy", input="Hi", response_format="wav"
    )
    assert lines == [
        "GET /openai/v1/models status=200 request_id=req_1 attempts=1 ms=1",
        "POST /openai/v1/audio/speech model=canopylabs/orpheus-v1-english status=200 request_id=req_1 attempts=1 ms=1",
    ]


def test_a_sync_call_is_logged_too(groq_client: Groq, lines: list[str]) -> None:
    groq_client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True).collect()
    assert len(lines) == 1
    assert lines[0].startswith(f"{CHAT} status=200")


async def test_nothing_is_logged_where_debug_is_off(
    client: AsyncGroq, lines: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="aiogroq")
    await client.chat.completions.create(model=MODEL, messages=QUESTION)
    assert lines == []


@pytest.mark.parametrize("level", ["debug", "DEBUG"])
def test_groq_log_shows_it(server: LocalGroq, level: str) -> None:
    program = f"import aiogroq; aiogroq.Groq(api_key='k', base_url={server.base_url!r}).models.list()"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"GROQ_LOG": level, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "aiogroq:" in done.stderr
    assert "GET /openai/v1/models status=200" in done.stderr
