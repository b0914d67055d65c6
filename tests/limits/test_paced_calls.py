"""`AsyncGroq(pacing=...)` and `Groq(pacing=...)` over real sockets; in virtual time where calls wait."""

from __future__ import annotations

import asyncio
import copy
import gc
import io
import subprocess
import sys
import wave
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from virtual_time import current_loop, in_virtual_time

from aiogroq import APITimeoutError, AsyncGroq, BadRequestError, Groq, PacingError, Timeout
from aiogroq.limits import KINDS, Level, Limits, MemoryStore, Pacer, PacerState, Pacing, pacer_for
from aiogroq.local import Fault, LocalGroq, RateLimit

MODEL = "openai/gpt-oss-20b"
WHISPER = "whisper-large-v3"
HELLO: Any = [{"role": "user", "content": "hello"}]


def recording(seconds: float = 20) -> bytes:
    """A WAV file of silence."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(bytes(int(16_000 * seconds)))
    return target.getvalue()


@asynccontextmanager
async def account(
    limits: Limits | None = None, *, service: RateLimit | None = None, **options: Any
) -> AsyncGenerator[tuple[AsyncGroq, LocalGroq], None]:
    """A paced client of a server on the running virtual loop."""
    loop = current_loop()
    server = LocalGroq(
        clock=loop.clock,
        rate_limits={"*": service or RateLimit()},
        request_timeout_s=86_400,
        keepalive_timeout_s=86_400,
        latency_s=0.1,
    )
    pacing = Pacing(limits, store=MemoryStore(loop.time), max_wait_s=options.pop("max_wait_s", None))
    async with (
        server.serve_here(),
        AsyncGroq(api_key="k", base_url=server.base_url, pacing=pacing, **options) as client,
    ):
        yield client, server


def pacer_of(client: AsyncGroq, model: str = MODEL) -> Pacer:
    assert client.pacing is not None
    return pacer_for(client.pacing, api_key=client.api_key, base_url=str(client.base_url), model=model)


def state_of(client: AsyncGroq, model: str = MODEL) -> PacerState:
    return pacer_of(client, model).state()


def level(client: AsyncGroq, kind: str, model: str = MODEL) -> Level:
    return next(each for each in state_of(client, model).levels if each.kind == kind)


async def ask(client: AsyncGroq, **options: Any) -> Any:
    arguments: Any = {"model": MODEL, "messages": HELLO, **options}
    return await client.chat.completions.create(**arguments)


@in_virtual_time
async def test_a_thousand_calls_at_once_meet_no_429_where_the_limit_is_given() -> None:
    async with account(Limits(rpm=300), service=RateLimit(rpm=300)) as (client, server):
        await asyncio.gather(*(ask(client) for _ in range(1_000)))
        assert len(server.requests) == 1_000
        assert 140 <= current_loop().time() <= 143


@in_virtual_time
async def test_an_unknown_limit_costs_few_429s_which_are_retried_as_soon_as_there_is_room() -> None:
    async with account(service=RateLimit(rpm=300), max_retries=5) as (client, server):
        await asyncio.gather(*(ask(client) for _ in range(1_000)))
        rejected = [entry for entry in server.requests if entry.status == 429]
        assert 0 < len(rejected) <= 50
        assert 140 <= current_loop().time() <= 144


@in_virtual_time
async def test_every_endpoint_with_a_model_is_paced_and_ends_its_grant() -> None:
    async with account(Limits(rpm=100)) as (client, _):
        await ask(client)
        await client.chat.completions.with_raw_response.create(model=MODEL, messages=HELLO)
        async with client.chat.completions.with_streaming_response.create(
            model=MODEL, messages=HELLO
        ) as response:
            await response.parse()
        await client.embeddings.create(model="nomic-embed-text-v1_5", input="a")
        await client.audio.speech.create(model="canopylabs/orpheus-v1-english", input="a", voice="hannah")
        await client.audio.transcriptions.create(model=WHISPER, file=("a.wav", recording()))
        await client.audio.translations.create(model=WHISPER, file=("a.wav", recording()))
        await client.post("/chat/completions", body={"model": MODEL, "messages": HELLO}, cast_to=object)
        counts = {
            MODEL: 4, "nomic-embed-text-v1_5": 1, "canopylabs/orpheus-v1-english": 1, WHISPER: 2
        }  # fmt: skip
        for model, count in counts.items():
            assert state_of(client, model).in_flight == 0
            assert level(client, "RPM", model).level == pytest.approx(100 - count, abs=2)
            assert level(client, "RPM", model).held == 0


@in_virtual_time
async def test_a_call_without_a_model_is_not_paced() -> None:
    async with account(Limits(rpm=1)) as (client, _):
        for _ in range(3):
            await client.models.list()
        assert current_loop().time() < 1


@pytest.mark.parametrize("is_raw", [False, True])
@in_virtual_time
async def test_what_a_response_says_that_it_used_is_charged(is_raw: bool) -> None:
    async with account(Limits(tpm=6_000), service=RateLimit(tpm=None)) as (client, _):
        if is_raw:
            response = await client.chat.completions.with_raw_response.create(
                model=MODEL, messages=HELLO, max_completion_tokens=1_000
            )
            completion: Any = await response.parse()
        else:
            completion = await ask(client, max_completion_tokens=1_000)
        assert 6_000 - level(client, "TPM").level == pytest.approx(completion.usage.total_tokens, abs=1)


@pytest.mark.parametrize("kind", ["plain", "raw", "stream"])
@in_virtual_time
async def test_a_response_of_the_responses_api_is_charged_what_it_used(kind: str) -> None:
    async with account(Limits(tpm=6_000), service=RateLimit(tpm=None)) as (client, _):
        params: Any = {"model": MODEL, "input": "Hello", "max_output_tokens": 1_000}
        if kind == "raw":
            raw = await client.responses.with_raw_response.create(**params)
            response: Any = await raw.parse()
        elif kind == "stream":
            stream = await client.responses.create(**params, stream=True)
            assert level(client, "TPM").held > 1_000
            response = await stream.collect()
        else:
            response = await client.responses.create(**params)
        assert state_of(client).in_flight == 0
        assert 6_000 - level(client, "TPM").level == pytest.approx(response.usage.total_tokens, abs=40)


@in_virtual_time
async def test_a_stream_is_charged_at_its_end_what_its_last_chunk_says() -> None:
    async with account(Limits(tpm=6_000), service=RateLimit(tpm=None)) as (client, _):
        stream = await ask(client, stream=True, max_completion_tokens=1_000)
        assert state_of(client).in_flight == 1
        assert level(client, "TPM").held > 1_000
        await stream.collect()
        assert (state_of(client).in_flight, level(client, "TPM").held) == (0, 0)
        assert 6_000 - level(client, "TPM").level == pytest.approx(stream.usage.total_tokens, abs=40)


@pytest.mark.parametrize("end", ["close", "garbage", "error"])
@in_virtual_time
async def test_a_stream_that_is_left_early_ends_its_grant(end: str) -> None:
    async with account(Limits(tpm=6_000)) as (client, server):
        if end == "error":
            server.script(Fault(after_events=1, end="close"))
        stream = await ask(client, stream=True)
        await stream.__anext__()
        assert state_of(client).in_flight == 1
        if end == "close":
            await stream.close()
        elif end == "error":
            with pytest.raises(ConnectionError):
                await stream.collect()
        del stream
        gc.collect()
        await asyncio.sleep(0.01)
        assert (state_of(client).in_flight, level(client, "TPM").held) == (0, 0)


@in_virtual_time
async def test_a_429_is_retried_when_its_limit_has_room_and_not_after_whole_seconds() -> None:
    text = "Rate limit reached on requests per minute (RPM): Limit 600, Used 600, Requested 1. Please try again in 50ms."
    body = {"error": {"message": text, "type": "requests", "code": "rate_limit_exceeded"}}
    async with account() as (client, server):
        server.script(Fault(status=429, body=body, headers={"retry-after": "1"}))
        start_s = current_loop().time()
        await ask(client)
        assert [entry.status for entry in server.requests] == [429, 200]
        assert 0.3 < current_loop().time() - start_s < 0.9  # two round trips, 50 ms, and the margin


@in_virtual_time
async def test_a_call_that_fails_ends_its_grant() -> None:
    async with account(Limits(rpm=100), max_retries=0) as (client, server):
        with pytest.raises(BadRequestError):
            await client.chat.completions.create(model=MODEL, messages=[])
        server.script(Fault(before_head=True, end="close"))
        with pytest.raises(ConnectionError):
            await ask(client)
        task = asyncio.ensure_future(ask(client))
        await asyncio.sleep(0.05)
        assert state_of(client).in_flight == 1
        task.cancel()
        await asyncio.wait([task])
        assert (state_of(client).in_flight, level(client, "RPM").held) == (0, 0)


@in_virtual_time
async def test_a_503_is_retried_within_the_pause_of_the_pacer() -> None:
    async with account() as (client, server):
        server.script(Fault(status=503), Fault(status=503))
        await ask(client)
        assert [entry.status for entry in server.requests] == [503, 503, 200]
        assert current_loop().time() > 2


@in_virtual_time
async def test_a_wait_that_does_not_fit_the_timeout_raises_at_once_and_sends_nothing() -> None:
    async with account(Limits(rpm=1)) as (client, server):
        await ask(client)
        patient = client.with_options(timeout=Timeout(total=10))
        start_s = current_loop().time()
        with pytest.raises(PacingError, match="rate limit RPM of openai/gpt-oss-20b") as raised:
            await ask(patient)
        assert current_loop().time() == pytest.approx(start_s, abs=0.01)
        assert raised.value.limit_kind == "RPM"
        assert len(raised.value.attempts) == 1
        assert not isinstance(raised.value, APITimeoutError)
        assert len(server.requests) == 1


@in_virtual_time
async def test_max_wait_is_a_bound_for_calls_without_a_timeout() -> None:
    async with account(Limits(rpm=1), max_wait_s=30.0) as (client, _):
        await ask(client)
        with pytest.raises(PacingError):
            await ask(client)
        await asyncio.sleep(40)
        await ask(client)


@in_virtual_time
async def test_copies_share_the_limits_and_may_turn_pacing_off() -> None:
    async with account(Limits(rpm=2)) as (client, _):
        await ask(client)
        await ask(client.with_options(max_retries=0))
        await ask(copy.copy(client).with_options(pacing=None))
        assert level(client, "RPM").level == pytest.approx(0, abs=0.1)
        assert client.with_options(max_retries=0).pacing is client.pacing
        assert client.with_options(pacing=None).pacing is None
        assert client.with_options(pacing=False).pacing is None
        other = client.with_options(pacing=Pacing(share=0.5))
        assert other.pacing is not None
        assert other.pacing.share == 0.5


def test_sync_calls_are_paced_too(server: LocalGroq) -> None:
    with Groq(api_key="k", base_url=server.base_url, pacing="rpm=1") as groq:
        assert groq.pacing is not None
        groq.chat.completions.create(model=MODEL, messages=HELLO)
        impatient = groq.with_options(pacing=Pacing("rpm=1", max_wait_s=1))
        with pytest.raises(PacingError, match="RPM"):
            impatient.chat.completions.create(model=MODEL, messages=HELLO)
        assert groq.with_options(pacing=None).pacing is None


@pytest.mark.parametrize("option", [5, "gold", {"m": 1}])
def test_a_wrong_option_is_rejected_when_the_client_is_made(option: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"pacing|tier|limits"):
        AsyncGroq(api_key="k", pacing=option)


def test_a_client_without_pacing_loads_none_of_it() -> None:
    program = (
        "import sys; from aiogroq import AsyncGroq, Groq; AsyncGroq(api_key='k'); Groq(api_key='k'); "
        "print([name for name in sys.modules if name.startswith(('aiogroq.limits', 'aiogroq.transport.paced'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "[]", done.stderr


def test_an_unknown_option_of_a_call_is_named_as_one_of_the_client() -> None:
    async def call() -> None:
        await ask(AsyncGroq(api_key="k"), pacing=True)

    with pytest.raises(TypeError, match=r"client\.with_options\(pacing=True\)"):
        asyncio.run(call())


def test_every_kind_has_an_option() -> None:
    assert {kind.option for kind in KINDS.values()} == set(vars(Limits()))
