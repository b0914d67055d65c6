"""The key appears nowhere: many failures, and a search through all of their output."""

from __future__ import annotations

import asyncio
import base64
import copy
import io
import logging
import pickle
import pprint
import traceback
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aiohttp
import pytest
import rich.console
import rich.traceback

import aiogroq
from aiogroq import AsyncGroq, DefaultAioHttpClient, Groq, Timeout
from aiogroq.local import Fault, LocalGroq

KEY = "gsk_canary0f4b1d6a93c7e5"
PASSWORD = "hunter2canary77"
TOKEN = "tok-canary-51c9"
SECRETS = {
    "the key": KEY,
    "the key in base64": base64.b64encode(KEY.encode()).decode()[:-3],
    "the proxy's password": PASSWORD,
    "the proxy's password as it is sent": base64.b64encode(f"u:{PASSWORD}".encode()).decode()[:-3],
    "the secret header": TOKEN,
}
MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]


class Output:
    """All that came out, by where it came from."""

    def __init__(self) -> None:
        self.chunks: list[tuple[str, str]] = []

    def add(self, where: str, text: str | bytes) -> None:
        self.chunks.append((where, text.decode("latin-1") if isinstance(text, bytes) else text))

    def add_error(self, where: str, error: BaseException) -> None:
        """Every way in which an error is shown or sent on."""
        for name, show in (
            ("str", str),
            ("repr", repr),
            ("pprint of its fields", lambda e: pprint.pformat(vars(e))),
        ):
            self.add(f"{where}: {name}", show(error))
        self.add(f"{where}: traceback", "".join(traceback.format_exception(error)))
        with_locals = traceback.TracebackException.from_exception(error, capture_locals=True)
        self.add(f"{where}: traceback with locals", "".join(with_locals.format()))
        for frame, _ in traceback.walk_tb(error.__traceback__):
            self.add(f"{where}: locals of {frame.f_code.co_name}", pprint.pformat(frame.f_locals))
        cause = error
        while cause := cause.__cause__ or cause.__context__:
            # What reports errors may make plain text of each value.
            for name, value in getattr(getattr(cause, "request_info", None), "headers", {}).items():
                self.add(f"{where}: headers of {type(cause).__name__}", f"{name}: {value}")
        self.add(f"{where}: pickle", pickle.dumps(error))
        self.add(f"{where}: deepcopy", repr(vars(copy.deepcopy(error))))

    def add_rich_error(self, where: str, error: BaseException) -> None:
        """The traceback of a service that has rich show the locals. Highlighting them takes long."""
        console = rich.console.Console(file=io.StringIO(), width=400)
        shown = rich.traceback.Traceback.from_exception(
            type(error),
            error,
            error.__traceback__,
            show_locals=True,
            locals_max_length=50,
            locals_max_string=400,
        )
        console.print(shown)
        self.add(f"{where}: rich traceback", console.file.getvalue())  # type: ignore[attr-defined]

    def check(self) -> None:
        assert self.chunks
        found = [
            f"{what} is in {where}:\n{text[max(0, text.index(secret) - 300) :][:400]}"
            for where, text in self.chunks
            for what, secret in SECRETS.items()
            if secret in text
        ]
        assert not found, f"{len(found)} places\n" + "\n\n".join(found[:5])


@pytest.fixture
def output(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Output]:
    """Collects during the test, and searches at its end; with it what was logged or printed meanwhile."""
    caplog.set_level(logging.DEBUG)
    for name in ("aiogroq", "aiohttp", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    made = Output()
    yield made
    made.add(
        "log", "\n".join(f"{r.getMessage()} {r.args!r} {r.exc_text} {vars(r)!r}" for r in caplog.records)
    )
    printed = capfd.readouterr()
    made.add("stdout", printed.out)
    made.add("stderr", printed.err)
    made.check()


def options(base_url: str, **more: Any) -> dict[str, Any]:
    headers = {"X-Gateway-Token": TOKEN, "X-Open": "shown"}
    return {"api_key": KEY, "base_url": base_url, "max_retries": 1, "default_headers": headers, **more}


def soon(**fault: Any) -> Fault:
    return Fault(headers={"retry-after": "0"}, **fault)


RESPONSES: dict[str, Fault] = {
    **{
        str(status): soon(status=status, times=2)
        for status in (400, 401, 403, 404, 409, 413, 422, 429, 498, 500, 503)
    },
    "302 elsewhere": Fault(status=302, headers={"location": "http://localhost:9/"}),
    "html": Fault(status=200, body="<html>"),
    "nothing": Fault(status=200, body=b""),
    "an echo": Fault(
        status=401, body={"error": {"message": f"Invalid API Key: {KEY}", "seen": [f"Bearer {KEY}"]}}
    ),
    "an echo as text": Fault(status=403, body=f"who is {KEY}?"),
    "cut": Fault(after_bytes=20, end="close", times=2),
    "reset": Fault(before_head=True, end="reset", times=2),
    "no response": Fault(before_head=True, end="close", times=2),
    "silent": Fault(before_head=True, end="stall", stall_s=5),
}


@pytest.mark.parametrize("name", RESPONSES)
async def test_no_response_brings_a_secret_to_light(name: str, server: LocalGroq, output: Output) -> None:
    asyncio.get_running_loop().set_debug(True)
    retries = 1 if RESPONSES[name].headers else 0
    client = AsyncGroq(**options(server.base_url, timeout=Timeout(5, read=0.2), max_retries=retries))
    calls: list[Callable[[], Awaitable[Any]]] = [
        lambda: client.chat.completions.create(model=MODEL, messages=QUESTION),
        lambda: client.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION),
        lambda: client.files.create(file=b"x", purpose="batch"),
        lambda: client.models.list(extra_headers={"X-Other": "a"}),
    ]
    for call in calls:
        server.clear()
        server.script(RESPONSES[name])
        try:
            response = await call()
            if hasattr(response, "parse"):
                await response.parse()
        except aiogroq.APIError as error:
            output.add_error(name, error)
    # Of a call that has timed out, the server may still have to read the request.
    await asyncio.to_thread(server.wait_for_requests, timeout_s=60)
    assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    assert server.requests[-1].headers["x-gateway-token"] == TOKEN


@pytest.mark.parametrize("name", ["401", "404", "429", "500", "html", "cut", "reset", "silent", "an echo"])
def test_no_response_to_a_sync_call_brings_a_secret_to_light(
    name: str, server: LocalGroq, output: Output
) -> None:
    retries = 1 if RESPONSES[name].headers else 0
    with Groq(**options(server.base_url, timeout=Timeout(5, read=0.2), max_retries=retries)) as client:
        server.script(RESPONSES[name])
        with pytest.raises(aiogroq.APIError) as caught:
            client.chat.completions.create(model=MODEL, messages=QUESTION)
        output.add_error(name, caught.value)


STREAMS: dict[str, Fault] = {
    "cut": Fault(after_events=2, end="close"),
    "reset": Fault(after_events=2, end="reset"),
    "silent": Fault(after_events=2, end="stall", stall_s=5),
    "an error event": Fault(after_events=1, error_event={"message": "no", "status_code": 503}),
    "nonsense": Fault(insert=b"data: {nonsense\n\n"),
}


@pytest.mark.parametrize("name", STREAMS)
async def test_no_broken_stream_brings_a_secret_to_light(
    name: str, server: LocalGroq, output: Output
) -> None:
    client = AsyncGroq(**options(server.base_url, timeout=Timeout(5, idle=0.2)))
    server.script(STREAMS[name])
    stream = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    output.add("stream", repr(stream) + repr(stream.response))
    with pytest.raises(aiogroq.APIError) as caught:
        await stream.collect()
    output.add_error(name, caught.value)


async def nobody_listens(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    await AsyncGroq(**options("http://127.0.0.1:9", http_client=pool, max_retries=0)).models.list()


async def it_is_no_tls(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    base_url = server.base_url.replace("http", "https")
    await AsyncGroq(**options(base_url, http_client=pool, max_retries=0)).models.list()


async def the_proxy_rejects(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    proxied = DefaultAioHttpClient(proxy=server.base_url, proxy_auth=("u", PASSWORD))
    await AsyncGroq(**options("https://groq.example", http_client=proxied)).models.list()


async def the_proxy_is_not_there(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    proxied = DefaultAioHttpClient(proxy=f"http://u:{PASSWORD}@127.0.0.1:9")
    await AsyncGroq(**options("http://groq.example", http_client=proxied, max_retries=0)).models.list()


async def the_client_is_closed(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    client = AsyncGroq(**options(server.base_url, http_client=pool))
    await client.close()
    await client.models.list()


async def the_session_is_closed(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    async with aiohttp.ClientSession() as session:
        client = AsyncGroq(**options(server.base_url, http_client=session, max_retries=0))
    await client.models.list()


async def a_header_has_a_line_break(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    await AsyncGroq(**options(server.base_url)).models.list(extra_headers={"X-A": "1\r\n2"})


async def the_body_is_no_json(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    await AsyncGroq(**options(server.base_url)).chat.completions.create(model=MODEL, messages=[b"x"])  # type: ignore[list-item]


async def the_path_goes_elsewhere(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    await AsyncGroq(**options(server.base_url)).get("https://example.org/", cast_to=dict)


async def it_is_cancelled(server: LocalGroq, pool: DefaultAioHttpClient) -> None:
    server.script(Fault(latency_s=5))
    await asyncio.wait_for(AsyncGroq(**options(server.base_url, http_client=pool)).models.list(), 0.1)


FAILURES = [
    nobody_listens, it_is_no_tls, the_proxy_rejects, the_proxy_is_not_there, the_client_is_closed,
    the_session_is_closed, a_header_has_a_line_break, the_body_is_no_json, the_path_goes_elsewhere, it_is_cancelled,
]  # fmt: skip


@pytest.mark.parametrize("fail", FAILURES, ids=lambda fail: fail.__name__)
async def test_no_call_that_fails_on_the_way_brings_a_secret_to_light(
    fail: Callable[[LocalGroq, DefaultAioHttpClient], Awaitable[None]], server: LocalGroq, output: Output
) -> None:
    asyncio.get_running_loop().set_debug(True)
    with pytest.raises((aiogroq.GroqError, asyncio.TimeoutError, TypeError)) as caught:
        await fail(server, DefaultAioHttpClient())
    output.add_error(fail.__name__, caught.value)
    output.add_rich_error(fail.__name__, caught.value)


WRONG: dict[str, Callable[[], Any]] = {
    "base_url": lambda: dict(options("ftp://x")),
    "key": lambda: options("http://localhost", api_key=f"{KEY}\nx"),
    "timeout": lambda: options("http://localhost", timeout=-1),
    "max_retries": lambda: options("http://localhost", max_retries=-1),
    "http_client": lambda: options("http://localhost", http_client=3),
    "header": lambda: options("http://localhost", default_headers={"X-Api-Key": f"{TOKEN}\n"}),
    "another header": lambda: options("http://localhost", default_headers={"X-Token": TOKEN, "X": "\n"}),
}


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
@pytest.mark.parametrize("name", WRONG)
def test_no_client_that_cannot_be_made_brings_a_secret_to_light(cls: Any, name: str, output: Output) -> None:
    with pytest.raises((aiogroq.GroqError, TypeError, ValueError)) as caught:
        cls(**WRONG[name]())
    output.add_error(name, caught.value)


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
def test_no_part_of_a_client_shows_a_secret(cls: Any, server: LocalGroq, output: Output) -> None:
    proxied = DefaultAioHttpClient(proxy=f"http://u:{PASSWORD}@127.0.0.1:9", proxy_auth=("u", PASSWORD))
    client = cls(**options(server.base_url, http_client=proxied))
    waiting, seen = [client, client.with_options(timeout=1), proxied], set[int]()
    while waiting:
        part: Any = waiting.pop()
        if id(part) in seen or isinstance(part, (type, str)):
            continue
        seen.add(id(part))
        output.add(f"repr of a {type(part).__name__}", repr(part))
        if type(part).__module__.startswith("aiogroq"):
            fields = {name: getattr(part, name, None) for name in dir(part) if not name.startswith("__")}
            output.add(
                f"the fields of a {type(part).__name__}", pprint.pformat(getattr(part, "__dict__", {}))
            )
            waiting += [value for value in fields.values() if not callable(value)]
    assert len(seen) > 20


async def test_a_response_does_not_show_what_was_sent(server: LocalGroq, output: Output) -> None:
    client = AsyncGroq(**options(server.base_url))
    raw = await client.models.with_raw_response.list()
    output.add(
        "response", f"{raw!r}{raw.http_request!r}{pprint.pformat(vars(raw))}{raw.http_request.headers!r}"
    )
    assert raw.http_request.headers["authorization"] == "[redacted]"
    assert raw.http_request.headers["x-gateway-token"] == "[redacted]"
    assert raw.http_request.headers["x-open"] == "shown"


def test_the_key_itself_is_given_to_who_asks_for_it(server: LocalGroq) -> None:
    client = AsyncGroq(**options(server.base_url))
    assert client.api_key == KEY
    assert f"{client.api_key}" == KEY
    assert pickle.loads(pickle.dumps(client)).api_key == KEY
