"""The texts and headers of exceeded limits are those that were recorded from the service.

The recorded texts are from public issue threads and test corpora, 2024 to 2026. Every wait in them is that of a token bucket:
``(used + requested - limit) * window / limit``.
"""

from __future__ import annotations

import io
import re
import wave
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from aiogroq.local import LocalGroq, RateLimit

Ask = Callable[..., Any]

CHAT: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": "What is 2+2?"}]}
TEXT = re.compile(
    r"on (?P<what>[a-z ]+) \((?P<kind>[A-Z]+)\): Limit (?P<limit>\d+)(?:, Used (?P<used>\d+))?, Requested (?P<requested>\d+)"
    r"(?:\. Please try again in (?P<wait>[\dhmsnµ.]+?)\. )?"
)
UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


def seconds_of(duration: str) -> float:
    """Parse a Go duration."""
    return sum(float(n) * UNITS_S[unit] for n, unit in re.findall(r"([\d.]+)(h|ms|m|s|µs|ns)", duration))


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limited(clock: Clock) -> Iterator[Callable[..., LocalGroq]]:
    """`limited(rpm=...)`: a server with that limit on every model."""
    servers: list[LocalGroq] = []

    def make(**limits: Any) -> LocalGroq:
        servers.append(LocalGroq(rate_limits={"*": RateLimit(**limits)}, clock=clock).start())
        return servers[-1]

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def chat(post: Ask) -> Callable[[LocalGroq, int], Any]:
    """`chat(server, tokens)`: a request whose prompt and `max_completion_tokens` are that many tokens."""
    with LocalGroq() as unlimited:
        prompt_tokens = post(unlimited, "/chat/completions", CHAT).json["usage"]["prompt_tokens"]

    def send(server: LocalGroq, tokens: int) -> Any:
        body = {**CHAT, "max_completion_tokens": tokens - prompt_tokens}
        return post(server, "/chat/completions", body)

    return send


def text_of(response: Any) -> re.Match[str]:
    found = TEXT.search(response.error["message"])
    assert found, response.error
    return found


def limit_headers(response: Any) -> Mapping[str, str]:
    return {
        name.removeprefix("x-ratelimit-"): value
        for name, value in response.headers.items()
        if name.startswith("x-ratelimit-")
    }


# kind, its option, limit, used, requested, the recorded wait, units by which the recorded text is off
RECORDED = [
    ("TPM", "tpm", 6000, 5034, 1443, "4.77s", 0),
    ("TPM", "tpm", 30000, 73124, 1877, "1m30.002s", 0),
    ("TPM", "tpm", 6000, 3513, 3166, "6.780999999s", 1),
    ("TPM", "tpm", 8000, 7666, 5481, "38.6025s", 0),
    ("TPD", "tpd", 100000, 97050, 3619, "9m38.016s", 0),
    ("TPD", "tpd", 200000, 198207, 4601, "20m13.056s", 0),
    ("TPD", "tpd", 200000, 200000, 73, "31.535999999s", 0),
    ("TPD", "tpd", 500000, 500370, 252, "1m47.5854s", 1),
]


@pytest.mark.parametrize(("kind", "option", "limit", "used", "requested", "wait", "units_off"), RECORDED)
def test_the_wait_for_tokens_is_that_of_the_recorded_text(
    limited: Any,
    chat: Any,
    kind: str,
    option: str,
    limit: int,
    used: int,
    requested: int,
    wait: str,
    units_off: int,
) -> None:
    server = limited(**{option: limit})
    server.consume("m", prompt_tokens=used)
    response = chat(server, requested)
    found = text_of(response)
    window_s = 60 if kind == "TPM" else 86_400
    assert (response.status, response.error["type"], response.error["code"]) == (
        429,
        "tokens",
        "rate_limit_exceeded",
    )
    assert (found["kind"], int(found["limit"]), int(found["used"]), int(found["requested"])) == (
        kind, limit, used, requested,
    )  # fmt: skip
    assert seconds_of(found["wait"]) == pytest.approx((used + requested - limit) * window_s / limit, abs=1e-6)
    assert seconds_of(found["wait"]) == pytest.approx(
        seconds_of(wait), abs=1e-6 + units_off * window_s / limit
    )


def test_the_wait_for_prompt_tokens_is_that_of_the_recorded_text(limited: Any, post: Ask) -> None:
    server = limited(itpm=7000)
    server.consume("m", prompt_tokens=3911)
    text = "word " * 5000
    response = post(
        server, "/chat/completions", {"model": "m", "messages": [{"role": "user", "content": text}]}
    )
    found = text_of(response)
    assert (found["what"], found["kind"]) == ("input tokens per minute", "ITPM")
    expected_s = (3911 + int(found["requested"]) - 7000) * 60 / 7000
    assert seconds_of(found["wait"]) == pytest.approx(expected_s, abs=1e-6)
    assert pytest.approx(seconds_of("11.365714285s")) == (3911 + 4415 - 7000) * 60 / 7000


def test_the_wait_for_a_request_of_the_day_is_that_of_the_recorded_text(limited: Any, chat: Any) -> None:
    server = limited(rpd=1000)
    server.consume("m", requests=1000)
    response = chat(server, 100)
    assert (
        "on requests per day (RPD): Limit 1000, Used 1000, Requested 1. Please try again in 1m26.4s. "
        in (response.error["message"])
    )
    assert response.error["type"] == "requests"


@pytest.mark.parametrize("wait", ["399ms", "665ms", "1.724s", "2s"])
def test_used_requests_are_rounded_up_as_in_the_recorded_texts(
    limited: Any, chat: Any, clock: Clock, wait: str
) -> None:
    server = limited(rpm=30)
    server.consume("m", requests=30)
    clock.now_s += 2 - seconds_of(wait)
    found = text_of(chat(server, 100))
    assert (found["kind"], found["used"], found["requested"]) == ("RPM", "30", "1")
    assert seconds_of(found["wait"]) == pytest.approx(seconds_of(wait), abs=1e-6)


@pytest.mark.parametrize(("used", "requested", "wait"), [(7019, 600, "3m29.5s"), (6619, 1200, "5m9.5s")])
def test_the_wait_for_audio_is_that_of_the_recorded_text(
    limited: Any, post: Ask, form: Any, used: int, requested: int, wait: str
) -> None:
    server = limited(ash=7200)
    server.consume("whisper-large-v3", audio_s=used)
    audio = io.BytesIO()
    with wave.open(audio, "wb") as file:
        file.setparams((1, 1, 100, 0, "NONE", ""))
        file.writeframes(b"\x80" * 100 * requested)
    body, headers = form({"model": "whisper-large-v3", "file": audio.getvalue()}, "a.wav")
    response = post(server, "/audio/transcriptions", body, **headers)
    found = text_of(response)
    assert (response.status, response.error["type"]) == (429, "seconds")
    assert (found["kind"], found["used"], found["requested"], found["wait"]) == (
        "ASPH", str(used), str(requested), wait,
    )  # fmt: skip


def test_a_request_above_the_limit_of_completion_tokens_is_a_429_without_a_wait(
    limited: Any, post: Ask
) -> None:
    server = limited(otpm=1000, tpm=8000)
    response = post(server, "/chat/completions", {**CHAT, "max_completion_tokens": 1329})
    assert response.status == 429
    assert response.error["message"] == (
        "Request too large for model `m` in organization `org_local` service tier `on_demand` on output tokens per minute "
        "(OTPM): Limit 1000, Requested 1329. The request's expected output tokens exceed the enforced limit; reduce "
        "max_tokens (or the request's expected output) and try again."
    )
    assert (response.error["type"], response.error["code"]) == ("tokens", "rate_limit_exceeded")
    assert "retry-after" not in response.headers


def test_a_request_above_the_limit_of_prompt_tokens_is_a_413(limited: Any, post: Ask) -> None:
    server = limited(itpm=20)
    response = post(server, "/chat/completions", CHAT)
    assert response.status == 413
    assert re.search(
        r"on input tokens per minute \(ITPM\): Limit 20, Requested \d+, please reduce",
        response.error["message"],
    )


def test_a_request_that_can_never_succeed_is_named_so_although_another_limit_is_reached(
    limited: Any, chat: Any
) -> None:
    server = limited(rpm=30, tpm=8000)
    server.consume("m", requests=30)
    response = chat(server, 10092)
    assert response.status == 413
    assert text_of(response)["kind"] == "TPM"


def test_a_response_has_the_headers_of_requests_a_day_and_tokens_a_minute_only(
    limited: Any, chat: Any
) -> None:
    response = chat(
        limited(rpm=30, rpd=1000, tpm=8000, tpd=200_000, itpm=7000, otpm=5000, ash=10, asd=10), 100
    )
    assert response.status == 200
    nouns = ("requests", "tokens")
    assert set(limit_headers(response)) == {
        f"{what}-{noun}" for what in ("limit", "remaining", "reset") for noun in nouns
    }
    assert limit_headers(response)["limit-requests"] == "1000"
    assert limit_headers(response)["limit-tokens"] == "8000"


def test_a_429_on_requests_a_minute_has_no_headers_of_tokens(limited: Any, chat: Any) -> None:
    server = limited(rpm=30, rpd=1000, tpm=8000)
    server.consume("m", requests=30)
    response = chat(server, 100)
    assert response.status == 429
    assert limit_headers(response) == {
        "limit-requests": "1000",
        "remaining-requests": "970",
        "reset-requests": "43m12s",
    }
    assert response.headers["retry-after"] == "2"


def test_a_429_on_tokens_a_day_shows_a_full_minute(limited: Any, chat: Any) -> None:
    server = limited(rpd=1000, tpm=8000, tpd=200_000)
    server.consume("m", requests=1, prompt_tokens=198_207)
    response = chat(server, 4601)
    assert text_of(response)["kind"] == "TPM"  # consumed in this minute
    server.rate_limits = {"*": RateLimit(rpd=1000, tpm=None, tpd=200_000)}
    server.limit_levels("m")
    server.rate_limits = {"*": RateLimit(rpd=1000, tpm=8000, tpd=200_000)}
    response = chat(server, 4601)
    assert text_of(response)["kind"] == "TPD"
    assert limit_headers(response) == {
        "limit-requests": "1000",
        "remaining-requests": "999",
        "reset-requests": "1m26.4s",
        "limit-tokens": "8000",
        "remaining-tokens": "8000",
        "reset-tokens": "0s",
    }
    assert response.headers["retry-after"] == "1214"


def test_a_429_on_tokens_a_minute_shows_what_is_left(limited: Any, chat: Any) -> None:
    server = limited(rpd=1000, tpm=8000)
    server.consume("m", prompt_tokens=7666)
    response = chat(server, 5481)
    assert limit_headers(response)["remaining-tokens"] == "334"
    assert limit_headers(response)["reset-tokens"] == "57.495s"
    assert response.headers["retry-after"] == "39"


def test_a_client_that_waits_for_what_the_text_says_is_admitted(
    limited: Any, chat: Any, clock: Clock
) -> None:
    server = limited(tpm=250_000)
    for _ in range(20):
        server.consume("m", prompt_tokens=249_977)
        response = chat(server, 1237)
        assert response.status == 429
        clock.now_s += seconds_of(text_of(response)["wait"]) - 0.001
        assert chat(server, 1237).status == 429
        clock.now_s += 0.001
        assert chat(server, 1237).status == 200
        clock.now_s += 3600
