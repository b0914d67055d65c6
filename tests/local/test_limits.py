"""Rate limits are token buckets on a clock that the test controls. Headers and errors are as recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import groq
import pytest
from groq import Groq

from aiogroq.local import LocalGroq, RateLimit
from aiogroq.local.limit_errors import format_go_duration
from aiogroq.local.limiter import Limiter
from aiogroq.local.rate_limits import Amount

CHAT: Any = {"model": "m", "messages": [{"role": "user", "content": "What is 2+2?"}]}
REASON = re.compile(
    r"\bon (?P<what>[a-z ]+?) \((?P<metric>[A-Z]+)\): Limit (?P<limit>\d+)(?:, Used (?P<used>\d+))?, Requested (?P<requested>\d+)"
)


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(clock: Clock) -> Iterator[Callable[..., Groq]]:
    """`limited(rpm=...)`: a client of a server with that limit on every model."""
    servers: list[LocalGroq] = []
    clients: list[Groq] = []

    def make(**limits: Any) -> Groq:
        servers.append(LocalGroq(rate_limits={"*": RateLimit(**limits)}, clock=clock).start())
        clients.append(Groq(api_key="k", base_url=servers[-1].base_url, max_retries=0))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
    for server in servers:
        server.stop()


def refusal(call: Callable[[], Any]) -> tuple[int, Any, Any, re.Match[str]]:
    with pytest.raises(groq.APIStatusError) as caught:
        call()
    body: Any = caught.value.body
    found = REASON.search(body["error"]["message"])
    assert found, body
    return caught.value.status_code, body["error"], caught.value.response.headers, found


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"), (-1, "0s"), (0.547, "547ms"), (0.4, "400ms"), (7.66, "7.66s"), (60, "1m0s"), (179.56, "2m59.56s"),
        (6836.832, "1h53m56.832s"), (64627.2, "17h57m7.2s"), (0.9999, "1s"), (0.0001, "0s"), (3600, "1h0m0s"),
    ],
)  # fmt: skip
def test_durations_are_formatted_as_in_go(seconds: float, text: str) -> None:
    assert format_go_duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (50.597142857, "50.597142857s"), (4.77, "4.77s"), (90.002, "1m30.002s"), (38.6025, "38.6025s"), (0.008, "8ms"),
        (0.0075, "7.5ms"), (0.00025, "250µs"), (25e-9, "25ns"), (86.4, "1m26.4s"), (0, "0s"), (578.016, "9m38.016s"),
    ],
)  # fmt: skip
def test_durations_in_texts_have_nanoseconds(seconds: float, text: str) -> None:
    assert format_go_duration(seconds, decimals=9) == text


def test_headers_have_requests_per_day_and_tokens_per_minute(limited: Any, clock: Clock) -> None:
    client = limited(rpd=14400, tpm=18000)
    for _ in range(30):
        raw = client.chat.completions.with_raw_response.create(**CHAT)
    used = raw.parse().usage.total_tokens * 30
    assert raw.headers["x-ratelimit-limit-requests"] == "14400"
    assert raw.headers["x-ratelimit-remaining-requests"] == "14370"
    assert raw.headers["x-ratelimit-reset-requests"] == "3m0s"
    assert raw.headers["x-ratelimit-limit-tokens"] == "18000"
    assert raw.headers["x-ratelimit-remaining-tokens"] == str(18000 - used)
    assert raw.headers["x-ratelimit-reset-tokens"] == format_go_duration(used / 300)
    clock.now_s += 60
    raw = client.chat.completions.with_raw_response.create(**CHAT)
    assert raw.headers["x-ratelimit-remaining-requests"] == "14379"


@pytest.mark.parametrize(("name", "metric", "kind"), [("rpm", "RPM", "requests"), ("rpd", "RPD", "requests")])
def test_too_many_requests_are_a_429_until_the_time_it_names(
    limited: Any, clock: Clock, name: str, metric: str, kind: str
) -> None:
    client = limited(**{name: 3})
    for _ in range(3):
        client.chat.completions.create(**CHAT)
    status, error, headers, found = refusal(lambda: client.chat.completions.create(**CHAT))
    assert (status, error["code"], error["type"]) == (429, "rate_limit_exceeded", kind)
    assert (found["metric"], found["limit"], found["used"], found["requested"]) == (metric, "3", "3", "1")
    wait_s = int(headers["retry-after"])
    clock.now_s += wait_s - 1.5
    refusal(lambda: client.chat.completions.create(**CHAT))
    clock.now_s += 1.5
    client.chat.completions.create(**CHAT)


def test_too_many_tokens_are_a_429_and_impossible_ones_a_413(limited: Any, clock: Clock) -> None:
    client = limited(tpm=1000)
    client.chat.completions.create(**CHAT, max_tokens=900)
    status, error, headers, found = refusal(lambda: client.chat.completions.create(**CHAT, max_tokens=970))
    assert (status, error["type"], found["metric"]) == (429, "tokens", "TPM")
    assert re.search(r"Please try again in [\d.ms]+\. Need more tokens\?", error["message"])
    assert int(found["used"]) + int(found["requested"]) > 1000
    status, error, headers, found = refusal(lambda: client.chat.completions.create(**CHAT, max_tokens=2000))
    assert (status, error["code"], error["type"]) == (413, "rate_limit_exceeded", "tokens")
    assert error["message"].startswith("Request too large for model `m` in organization `org_")
    assert found["used"] is None
    assert "retry-after" not in headers
    clock.now_s += 60
    client.chat.completions.create(**CHAT, max_tokens=970)


def test_audio_counts_in_seconds_and_at_least_ten(limited: Any) -> None:
    client = limited(ash=25)
    audio = client.audio.speech.create(model="tts", voice="v", input="Hi.").read()
    for _ in range(2):
        client.audio.transcriptions.create(model="whisper-large-v3", file=("a.wav", audio))
    status, error, _, found = refusal(
        lambda: client.audio.transcriptions.create(model="whisper-large-v3", file=("a.wav", audio))
    )
    assert (status, error["type"], found["metric"], found["requested"]) == (429, "seconds", "ASPH", "10")
    assert found["what"] == "seconds of audio per hour"


def test_each_model_has_its_own_limits(limited: Any) -> None:
    client = limited(rpm=1)
    for model in ("a", "b", "c"):
        client.chat.completions.create(**{**CHAT, "model": model})
    refusal(lambda: client.chat.completions.create(**{**CHAT, "model": "b"}))
    assert client.models.list().data


def test_the_number_of_stored_models_is_bounded() -> None:
    limiter = Limiter({}, lambda: 0.0, max_accounts=10)
    for number in range(100):
        limiter.admit(f"model-{number}", Amount(requests=1, prompt_tokens=1))
    assert limiter.headers("model-99")["x-ratelimit-remaining-requests"] == "49999999"
    assert limiter.headers("model-0")["x-ratelimit-remaining-requests"] == "50000000"
