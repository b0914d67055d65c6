"""`rate_limits`: the values of the latest response of each model, on both clients."""

from __future__ import annotations

import asyncio
import copy
import functools
import pickle
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from aiogroq import (
    APIStatusError,
    AsyncGroq,
    Groq,
    RateLimit,
    RateLimitError,
    RateLimitWindow,
    RequestTooLargeError,
)
from aiogroq.local import Fault, LocalGroq
from aiogroq.local import RateLimit as ServerLimit

pytestmark = pytest.mark.timeout(20)

MODEL = "openai/gpt-oss-20b"
OTHER = "openai/gpt-oss-120b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
REQUESTED: dict[str, Any] = {"model": MODEL, "messages": QUESTION}
HEADERS = {
    "x-ratelimit-limit-requests": "14400",
    "x-ratelimit-remaining-requests": "14370",
    "x-ratelimit-reset-requests": "2m59.56s",
    "x-ratelimit-limit-tokens": "18000",
    "x-ratelimit-remaining-tokens": "17997",
    "x-ratelimit-reset-tokens": "7.66s",
}


def limited(text: str, status: int = 429, **headers: str) -> Fault:
    """A refusal in these words."""
    error = {"message": text, "type": "tokens", "code": "rate_limit_exceeded"}
    return Fault(status=status, body={"error": error}, headers={**HEADERS, **headers}, times=1)


def refusal(kind: str, limit: int = 30, used: int = 28) -> str:
    return f"Rate limit reached on some things per time ({kind}): Limit {limit}, Used {used}, Requested 1. Please try again in 2s."


async def plain(client: AsyncGroq) -> None:
    await client.chat.completions.create(**REQUESTED)


async def raw(client: AsyncGroq) -> None:
    await client.chat.completions.with_raw_response.create(**REQUESTED)


async def left_open(client: AsyncGroq) -> None:
    async with client.chat.completions.with_streaming_response.create(**REQUESTED):
        pass


async def streamed(client: AsyncGroq) -> None:
    stream = await client.chat.completions.create(**REQUESTED, stream=True)
    await stream.close()


async def raw_stream(client: AsyncGroq) -> None:
    await (await client.chat.completions.with_raw_response.create(**REQUESTED, stream=True)).close()


async def by_verb(client: AsyncGroq) -> None:
    await client.post("/chat/completions", cast_to=dict[str, Any], body=REQUESTED)


async def uploaded(client: AsyncGroq) -> None:
    await client.audio.transcriptions.create(model=MODEL, url="https://a.example/a.wav")


async def spoken(client: AsyncGroq) -> None:
    await client.audio.speech.create(model=MODEL, voice="austin", input="Hello", response_format="wav")


@pytest.mark.parametrize("call", [plain, raw, left_open, streamed, raw_stream, by_verb, uploaded, spoken])
async def test_every_kind_of_response_updates_the_limits_of_its_model(
    client: AsyncGroq, server: LocalGroq, call: Callable[[AsyncGroq], Any]
) -> None:
    server.script(Fault(headers=HEADERS))
    before = time.time()
    await call(client)
    limits = client.rate_limits[MODEL]
    assert type(limits) is RateLimit
    observed_at = limits.requests.observed_at
    assert before <= observed_at <= time.time()
    assert limits.requests == RateLimitWindow(14400, 14370, 179.56, observed_at)
    assert limits.tokens == RateLimitWindow(18000, 17997, 7.66, observed_at)
    assert limits.tokens.resets_at == observed_at + 7.66
    assert (limits.retry_after_s, limits.further) == (None, {})


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
async def test_an_error_updates_them_too(client: AsyncGroq, server: LocalGroq, status: int) -> None:
    server.script(Fault(status=status, headers={**HEADERS, "retry-after": "3"}))
    with pytest.raises(APIStatusError):
        await plain(client.with_options(max_retries=0))
    limits = client.rate_limits[MODEL]
    assert (limits.requests.remaining, limits.tokens.remaining, limits.retry_after_s) == (14370, 17997, 3.0)


def test_the_sync_client_has_the_same_values(server: LocalGroq) -> None:
    with Groq(api_key="gsk_x", base_url=server.base_url, max_retries=0) as client:
        server.script(Fault(headers=HEADERS), Fault(headers=HEADERS), limited(refusal("RPM")))
        client.chat.completions.create(**REQUESTED)
        assert client.rate_limits[MODEL].tokens.remaining == 17997
        client.chat.completions.create(model=OTHER, messages=QUESTION, stream=True).close()
        with pytest.raises(RateLimitError):
            client.chat.completions.create(**REQUESTED)
        assert client.rate_limits[MODEL].further["RPM"].remaining == 2
        assert set(client.rate_limits) == {MODEL, OTHER}


async def test_the_latest_response_counts(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(Fault(headers=HEADERS), Fault(headers={**HEADERS, "x-ratelimit-remaining-tokens": "17000"}))
    await plain(client)
    first = client.rate_limits[MODEL]
    await plain(client)
    assert (first.tokens.remaining, client.rate_limits[MODEL].tokens.remaining) == (17997, 17000)
    assert client.rate_limits[MODEL].tokens.observed_at > first.tokens.observed_at


async def test_a_response_without_limits_removes_nothing(server: LocalGroq) -> None:
    gateway = Fault(raw=b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 3\r\nConnection: close\r\n\r\nBad")
    server.script(Fault(headers=HEADERS), gateway)
    client = AsyncGroq(api_key="gsk_x", base_url=server.base_url, max_retries=0)
    await plain(client)
    with pytest.raises(APIStatusError):
        await plain(client)
    assert client.rate_limits[MODEL].tokens.remaining == 17997


async def test_each_model_has_its_own_limits_and_an_unused_model_has_none(client: AsyncGroq) -> None:
    assert (len(client.rate_limits), list(client.rate_limits)) == (0, [])
    await plain(client)
    await client.models.list()
    assert list(client.rate_limits) == [MODEL]
    assert OTHER not in client.rate_limits
    assert client.rate_limits.get(OTHER) is None
    with pytest.raises(KeyError, match=OTHER):
        client.rate_limits[OTHER]
    assert MODEL in repr(client.rate_limits)


async def test_nobody_can_write_into_them(client: AsyncGroq) -> None:
    limits: Any = client.rate_limits
    assert isinstance(limits, Mapping)
    with pytest.raises(TypeError):
        limits[MODEL] = None
    with pytest.raises(AttributeError):
        limits.clear()
    with pytest.raises(AttributeError):
        client.rate_limits = {}  # type: ignore[misc]


# ------------------------------------------------------------------------------------- what only an error names


@pytest.mark.parametrize("kind", ["RPM", "TPD", "ASH", "ASPD", "ITPM", "Whatever"])
async def test_a_limit_that_only_an_error_names_is_stored_under_its_name(
    client: AsyncGroq, server: LocalGroq, kind: str
) -> None:
    server.script(limited(refusal(kind)))
    before = time.time()
    with pytest.raises(RateLimitError):
        await plain(client.with_options(max_retries=0))
    limits = client.rate_limits[MODEL]
    window = limits.further[kind]
    assert before <= window.observed_at <= time.time()
    assert window == RateLimitWindow(30, 2, 2.0, window.observed_at)
    assert window.resets_at == window.observed_at + 2.0
    assert limits.tokens.remaining == 17997


async def test_it_stays_when_later_responses_do_not_name_it(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(limited(refusal("RPM")), limited(refusal("TPD", 100, 90)), limited(refusal("RPM", 30, 30)))
    once = client.with_options(max_retries=0)
    for _ in range(3):
        with pytest.raises(RateLimitError):
            await plain(once)
    await plain(client)
    further = client.rate_limits[MODEL].further
    assert {kind: window.remaining for kind, window in further.items()} == {"TPD": 10, "RPM": 0}


async def test_an_error_inside_a_stream_updates_it(client: AsyncGroq, server: LocalGroq) -> None:
    error = {"message": refusal("TPM", 8000, 7000), "code": "rate_limit_exceeded", "status_code": 429}
    server.script(Fault(error_event=error, after_events=2, headers=HEADERS))
    stream = await client.chat.completions.create(**REQUESTED, stream=True)
    with pytest.raises(RateLimitError):
        await stream.collect()
    assert client.rate_limits[MODEL].further["TPM"].remaining == 1000
    assert client.rate_limits[MODEL].tokens.remaining == 17997


async def test_a_request_that_is_too_large_updates_it(client: AsyncGroq, server: LocalGroq) -> None:
    text = "Request too large on tokens per minute (TPM): Limit 8000, Requested 10092, please reduce your message size"
    server.script(limited(text, status=413))
    with pytest.raises(RequestTooLargeError):
        await plain(client)
    window = client.rate_limits[MODEL].further["TPM"]
    assert (window.limit, window.remaining, window.reset_s, window.resets_at) == (8000, None, None, None)


async def test_a_retried_error_updates_it_too(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(limited(refusal("RPM"), **{"retry-after": "0"}))
    await plain(client)
    assert client.rate_limits[MODEL].further["RPM"].limit == 30


@pytest.mark.parametrize("text", ["Slow down.", "", "on tokens per day (TPD): Limit many", "Limit 30 of RPM"])
async def test_wording_that_changed_breaks_nothing(client: AsyncGroq, server: LocalGroq, text: str) -> None:
    server.script(limited(text))
    with pytest.raises(RateLimitError):
        await plain(client.with_options(max_retries=0))
    assert client.rate_limits[MODEL].further == {}
    assert client.rate_limits[MODEL].tokens.remaining == 17997


async def test_an_error_without_headers_is_stored_alone(client: AsyncGroq, server: LocalGroq) -> None:
    body = b'{"error":{"message":"%s","code":"rate_limit_exceeded"}}' % refusal("RPM").encode()
    server.script(Fault(raw=b"HTTP/1.1 429 No\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)))
    with pytest.raises(RateLimitError):
        await plain(client.with_options(max_retries=0))
    limits = client.rate_limits[MODEL]
    assert (limits.tokens.limit, limits.requests.reset_s, limits.retry_after_s) == (None, None, None)
    assert limits.further["RPM"].limit == 30


@pytest.mark.local_groq(rate_limits={"*": ServerLimit(rpm=1)})
async def test_the_words_of_the_service_are_understood(client: AsyncGroq) -> None:
    once = client.with_options(max_retries=0)
    await plain(once)
    with pytest.raises(RateLimitError) as caught:
        await plain(once)
    window = client.rate_limits[MODEL].further["RPM"]
    assert (window.limit, window.reset_s) == (1, caught.value.retry_after_s)


# ------------------------------------------------------------------------------------------- shared, and bounded


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
def test_copies_share_them_unless_they_go_to_another_account(server: LocalGroq, cls: Any) -> None:
    client = cls(api_key="gsk_x", base_url=server.base_url)
    same = client.with_options(timeout=5, max_retries=0)
    others = [client.copy(api_key="gsk_y"), client.copy(base_url="http://127.0.0.1:1")]
    requested = same.copy().chat.completions.create(**REQUESTED)
    if cls is AsyncGroq:
        asyncio.run(awaited(requested))
    assert list(client.rate_limits) == list(same.rate_limits) == [MODEL]
    assert [list(other.rate_limits) for other in others] == [[], []]


async def awaited(requested: Any) -> None:
    await requested


async def test_a_pickle_and_a_copy_of_the_configuration_begin_anew(client: AsyncGroq) -> None:
    await plain(client)
    for other in (pickle.loads(pickle.dumps(client)), copy.copy(client), copy.deepcopy(client)):
        assert dict(other.rate_limits) == {}


async def test_the_value_itself_is_plain_data(client: AsyncGroq, server: LocalGroq) -> None:
    server.script(limited(refusal("RPM"), **{"retry-after": "0"}))
    await plain(client)
    limits = client.rate_limits[MODEL]
    for other in (pickle.loads(pickle.dumps(limits)), copy.deepcopy(limits)):
        assert other == limits
    assert hash(limits) == hash(client.rate_limits[MODEL])


async def test_the_number_of_stored_models_is_bounded_and_the_latest_stay(client: AsyncGroq) -> None:
    for n in range(300):
        await client.chat.completions.create(model=f"m{n}", messages=QUESTION)
        if n == 200:
            await client.chat.completions.create(model="m0", messages=QUESTION)
    stored = set(client.rate_limits)
    assert len(stored) == len(client.rate_limits) == 256
    assert {"m0", "m299"} <= stored
    assert "m1" not in stored


async def test_the_number_of_stored_kinds_is_bounded(client: AsyncGroq, server: LocalGroq) -> None:
    kinds = [f"K{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(40)]
    server.script(*(limited(refusal(kind)) for kind in kinds))
    once = client.with_options(max_retries=0)
    for _ in kinds:
        with pytest.raises(RateLimitError):
            await plain(once)
    assert list(client.rate_limits[MODEL].further) == kinds[-32:]


def test_they_can_be_read_while_responses_come(server: LocalGroq, request: pytest.FixtureRequest) -> None:
    request.addfinalizer(functools.partial(sys.setswitchinterval, sys.getswitchinterval()))
    sys.setswitchinterval(1e-5)  # the threads take turns at nearly every step
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        client.chat.completions.create(**REQUESTED)
        done, is_read = threading.Event(), threading.Event()

        def ask() -> None:
            try:
                for n in range(150):
                    if n == 75:
                        is_read.wait(60)
                    client.chat.completions.create(model=f"m{n % 7}", messages=QUESTION)
                    client.chat.completions.create(**REQUESTED)
            finally:
                done.set()

        thread = threading.Thread(target=ask)
        thread.start()
        while not done.is_set():
            assert client.rate_limits[MODEL].tokens.limit
            assert len(dict(client.rate_limits)) <= 8
            is_read.set()
        thread.join()
        assert is_read.is_set()


@pytest.mark.parametrize(
    "copied", [copy.deepcopy, lambda value: pickle.loads(pickle.dumps(value))], ids=["copy", "pickle"]
)
def test_an_endpoint_can_be_copied_after_a_call(copied: Callable[[Any], Any], server: LocalGroq) -> None:
    """The limits hold headers of aiohttp, which cannot be copied."""
    with Groq(api_key="k", base_url=server.base_url) as groq:
        completions = groq.chat.completions
        completions.create(**REQUESTED)
        other = copied(completions)
        assert other.create(**REQUESTED).choices[0].finish_reason == "stop"
