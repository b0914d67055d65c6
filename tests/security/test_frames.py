"""No error of ours carries a foreign frame, or a frame of ours in which the key stands.

Tools that report errors show the local variables of every frame of an error and of all errors behind it: Sentry does
by default. In those frames may stand the request as it was written, and what a server sent back of it.
"""

from __future__ import annotations

import asyncio
import base64
import io
import itertools
import json
import pickle
import pprint
import socket
import struct
import traceback
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import rich.console
import rich.pretty
import rich.traceback

import aiogroq
from aiogroq import APIError, AsyncGroq, DefaultAioHttpClient, Groq, Timeout
from aiogroq.local import Fault, LocalGroq
from aiogroq.protocol.redaction import Secret

KEY = "gsk_Zq7f0Zq7a1Zq7b2Zq7c3Zq7d4Zq7e5"
PART = KEY[7:27]
MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
ECHO = f"Authorization: Bearer {KEY}"
PACKAGE = str(Path(aiogroq.__file__).parent)

FAULTS: dict[str, Fault] = {
    "error body": Fault(status=401, body={"error": {"message": ECHO}}),
    "error text": Fault(status=503, body=ECHO, headers={"x-echo": ECHO}),
    "page": Fault(body=f"<html>{ECHO}", content_type="text/html", headers={"x-echo": ECHO}),
    "another type": Fault(body=json.dumps([ECHO, "x" * 1_100_000]), headers={"x-echo": ECHO}),
    "large page": Fault(body=f"<html>{ECHO}" + "x" * 1_100_000),
    "cut body": Fault(raw=f"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n{ECHO}".encode()),
    "cut head": Fault(raw=f"HTTP/1.1 200 OK\r\n{ECHO}\r\nX-Echo: ".encode()),
    "header line": Fault(raw=f"HTTP/1.1 200 OK\r\nno header {ECHO}\r\n\r\n".encode()),
    "chunk size": Fault(raw=f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{ECHO}\r\n".encode()),
    "second chunk size": Fault(
        raw=f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n{ECHO}\r\n".encode()
    ),
    "not gzip": Fault(body=ECHO, headers={"content-encoding": "gzip", "x-echo": ECHO}),
    "cut gzip": Fault(
        body={"a": ECHO}, gzip=True, drop_tail_bytes=9, headers={"x-echo": ECHO}, content_type="text/plain"
    ),
    "error event": Fault(error_event={"message": ECHO}, after_events=1),
    "event that is not JSON": Fault(insert=f"data: {ECHO}\n\n".encode()),
    "redirect": Fault(status=307, headers={"location": f"http://elsewhere.example/?k={KEY}"}),
    "reset": Fault(before_head=True, end="reset"),
    "no response": Fault(before_head=True, end="close"),
    "stall": Fault(before_head=True, end="stall", stall_s=5),
    "stall in the body": Fault(after_bytes=20, end="stall", stall_s=5),
}


def _chain(error: BaseException) -> Iterator[BaseException]:
    waiting, seen = [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [other for other in (each.__cause__, each.__context__) if other is not None]


def check_frames(error: BaseException) -> None:
    """Every frame is ours or this test's, and in none of ours stands the key."""
    for each in _chain(error):
        for frame, _ in traceback.walk_tb(each.__traceback__):
            path = frame.f_code.co_filename
            where = f"{type(each).__name__}: {path}:{frame.f_code.co_name}"
            if path == __file__:
                continue
            # A task that is not written in C (asyncio's debugging of Python 3.10) runs the coroutine while it handles
            # the cancellation, which so becomes the context, with its frames.
            is_cancellation = isinstance(each, asyncio.CancelledError)
            assert is_cancellation or path.startswith(PACKAGE), f"a foreign frame in {where}"
            for name, value in frame.f_locals.items():
                assert PART not in repr(value), f"the key is in {name} in {where}"


def check_texts(error: BaseException) -> None:
    """What is shown of the error, and of all behind it."""
    shown = [repr(pickle.loads(pickle.dumps(error)).__dict__), *traceback.format_exception(error)]
    for each in _chain(error):
        fields = {name: value for name, value in vars(each).items() if name != "partial"}
        shown += [str(each), repr(each), repr(each.args), pprint.pformat(fields)]
        shown += [repr(dict(getattr(getattr(each, "response", None), "headers", None) or {}))]
    assert PART not in "".join(shown)


async def chat(client: AsyncGroq) -> None:
    await client.chat.completions.create(model=MODEL, messages=QUESTION)


async def stream(client: AsyncGroq) -> None:
    await (await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)).collect()


async def iterate(client: AsyncGroq) -> None:
    chunks = await client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    async for _ in chunks:
        pass


async def upload(client: AsyncGroq) -> None:
    await client.files.create(file=("a.jsonl", b"x" * 300_000), purpose="batch")


async def parse_raw(client: AsyncGroq) -> None:
    response = await client.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION)
    await response.parse(to=int)


async def read_raw(client: AsyncGroq) -> None:
    async with client.models.with_streaming_response.list() as response:
        await response.parse()


async def download(client: AsyncGroq) -> None:
    await client.audio.speech.create(model="m", voice="v", input="x", response_format="wav")


ASYNC_CALLS = [chat, stream, iterate, upload, parse_raw, read_raw, download]


@pytest.mark.timeout(20)
@pytest.mark.parametrize("session", ["own session", "injected session"])
@pytest.mark.parametrize("call", ASYNC_CALLS, ids=lambda call: call.__name__)
@pytest.mark.parametrize("name", FAULTS)
async def test_no_frame_of_an_error_has_the_key(
    name: str, call: Callable[[AsyncGroq], Awaitable[None]], session: str, server: LocalGroq
) -> None:
    server.script(FAULTS[name])
    own = aiohttp.ClientSession() if session == "injected session" else DefaultAioHttpClient()
    client = AsyncGroq(
        api_key=KEY, base_url=server.base_url, max_retries=0, timeout=Timeout(5, read=0.1, first_byte=0.1),
        http_client=own,
    )  # fmt: skip
    try:
        await call(client)
    except APIError as error:
        check_frames(error)
        check_texts(error)
    finally:
        await client.close()
        if isinstance(own, aiohttp.ClientSession):
            await own.close()


def blocking_chat(client: Groq) -> None:
    client.chat.completions.create(model=MODEL, messages=QUESTION)


def blocking_stream(client: Groq) -> None:
    client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True).collect()


def blocking_iterate(client: Groq) -> None:
    for _ in client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True):
        pass


def blocking_upload(client: Groq) -> None:
    client.files.create(file=("a.jsonl", b"x" * 300_000), purpose="batch")


def blocking_parse_raw(client: Groq) -> None:
    client.chat.completions.with_raw_response.create(model=MODEL, messages=QUESTION).parse(to=int)


def blocking_read_raw(client: Groq) -> None:
    with client.models.with_streaming_response.list() as response:
        response.parse()


BLOCKING_CALLS = [
    blocking_chat, blocking_stream, blocking_iterate, blocking_upload, blocking_parse_raw, blocking_read_raw,
]  # fmt: skip


@pytest.mark.timeout(20)
@pytest.mark.parametrize("call", BLOCKING_CALLS, ids=lambda call: call.__name__)
@pytest.mark.parametrize("name", FAULTS)
def test_no_frame_of_an_error_of_a_sync_call_has_the_key(
    name: str, call: Callable[[Groq], None], server: LocalGroq
) -> None:
    server.script(FAULTS[name])
    options: dict[str, Any] = {"max_retries": 0, "timeout": Timeout(5, read=0.1, first_byte=0.1)}
    with Groq(api_key=KEY, base_url=server.base_url, **options) as client:
        try:
            call(client)
        except APIError as error:
            check_frames(error)
            check_texts(error)


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    connection: socket.socket = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.timeout(30)
@pytest.mark.parametrize("session", ["own session", "injected session"])
@pytest.mark.parametrize("call", [chat, upload], ids=lambda call: call.__name__)
async def test_a_connection_that_is_reset_while_the_request_is_written_leaves_no_frame(
    call: Callable[[AsyncGroq], Awaitable[None]], session: str
) -> None:
    """In asyncio's and aiohttp's frames would stand the head of the request. Which frame it is is chance: 30 times."""
    server = await asyncio.start_server(_reset, "127.0.0.1", 0)
    base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    own = aiohttp.ClientSession() if session == "injected session" else DefaultAioHttpClient()
    client = AsyncGroq(api_key=KEY, base_url=base_url, max_retries=0, http_client=own)
    for _ in range(30):
        with pytest.raises(APIError) as caught:
            await call(client)
        check_frames(caught.value)
        check_texts(caught.value)
    await client.close()
    if isinstance(own, aiohttp.ClientSession):
        await own.close()
    server.close()
    await server.wait_closed()


async def test_what_the_caller_was_handling_keeps_its_frames(server: LocalGroq) -> None:
    server.script(Fault(status=400))
    async with AsyncGroq(api_key=KEY, base_url=server.base_url, max_retries=0) as client:
        try:
            raise ValueError("of the caller")
        except ValueError as error:
            handled = error
            with pytest.raises(aiogroq.BadRequestError) as caught:
                await chat(client)
    assert caught.value.__context__ is handled
    assert handled.__traceback__ is not None


SHOWN = ["page", "cut body", "error event", "reset", "stall"]


def _blocking_error(server: LocalGroq, name: str) -> APIError:
    server.script(FAULTS[name])
    options: dict[str, Any] = {"max_retries": 0, "timeout": Timeout(5, read=0.1, first_byte=0.1)}
    with Groq(api_key=KEY, base_url=server.base_url, **options) as client, pytest.raises(APIError) as caught:
        blocking_stream(client)
    return caught.value


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", SHOWN)
def test_sentry_with_its_defaults_is_not_sent_the_key(name: str, server: LocalGroq) -> None:
    sentry_sdk = pytest.importorskip("sentry_sdk")
    transport = pytest.importorskip("sentry_sdk.transport")
    sent: list[bytes] = []

    class Collected(transport.Transport):  # type: ignore[misc, name-defined]
        def capture_envelope(self, envelope: Any) -> None:
            sent.extend(item.payload.get_bytes() for item in envelope.items)

    client = sentry_sdk.Client(
        dsn="http://a@localhost/1",
        transport=Collected,
        default_integrations=False,
        auto_enabling_integrations=False,
    )
    error = _blocking_error(server, name)
    with sentry_sdk.isolation_scope() as scope:
        scope.set_client(client)
        sentry_sdk.capture_exception(error)
    client.close()
    event = b"".join(sent)
    assert b"blocking_stream" in event  # the frames of the caller, with their local variables
    assert PART.encode() not in event


@pytest.mark.timeout(30)
@pytest.mark.parametrize("name", SHOWN)
def test_no_traceback_with_locals_shows_the_key(name: str, server: LocalGroq) -> None:
    error = _blocking_error(server, name)
    plain = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert PART not in "".join(plain.format())
    assert PART not in _shown_by_rich(error)


def _shown_by_rich(error: BaseException) -> str:
    console = rich.console.Console(file=io.StringIO(), width=300)
    shown = rich.traceback.Traceback.from_exception(
        type(error), error, error.__traceback__, show_locals=True, locals_hide_sunder=False
    )
    console.print(shown)
    text: str = console.file.getvalue()  # type: ignore[attr-defined]
    return text


LONG = "".join(chr(97 + at * at % 26) for at in range(300))  # computed: rich shows the source too
WRONG: dict[str, Callable[[], Any]] = {
    "key": lambda: Groq(api_key=LONG, timeout="x"),  # type: ignore[arg-type]
    "async key": lambda: AsyncGroq(api_key=LONG, timeout="x"),  # type: ignore[arg-type]
    "default header": lambda: Groq(
        api_key="k",
        default_headers={"Authorization": f"Bearer {LONG}"},
        timeout="x",  # type: ignore[arg-type]
    ),
    "proxy": lambda: DefaultAioHttpClient(proxy=f"http://user:{LONG}@h:1", limit="x"),  # type: ignore[arg-type]
    "proxy's credentials": lambda: DefaultAioHttpClient(
        proxy="http://h:1",
        proxy_auth=("user", LONG),
        limit="x",  # type: ignore[arg-type]
    ),
    "with_options": lambda: Groq(api_key="k").with_options(api_key=LONG, timeout="x"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("name", WRONG)
def test_a_long_key_is_not_shown_in_part_where_a_client_cannot_be_made(name: str) -> None:
    """What shows local variables shortens them, and shows the ``repr`` of a slice."""
    with pytest.raises((TypeError, ValueError)) as caught:
        WRONG[name]()
    error = caught.value
    shown = _shown_by_rich(error)
    for start in range(0, len(LONG) - 20, 20):
        assert LONG[start : start + 20] not in shown


@pytest.mark.parametrize("name", WRONG)
def test_nor_does_structlog_show_it(name: str) -> None:
    tracebacks = pytest.importorskip("structlog.tracebacks")
    with pytest.raises((TypeError, ValueError)) as caught:
        WRONG[name]()
    error = caught.value
    transform = tracebacks.ExceptionDictTransformer(show_locals=True)
    shown = json.dumps(transform((type(error), error, error.__traceback__)), default=repr)
    for start in range(0, len(LONG) - 20, 20):
        assert LONG[start : start + 20] not in shown


DERIVED: dict[str, Callable[[str], Any]] = {
    "slice": lambda key: key[:30],
    "strip": lambda key: key.strip(),
    "upper": lambda key: key.lower(),
    "replace": lambda key: key.replace("x", "y"),
    "split": lambda key: key.split("_"),
    "partition": lambda key: key.partition("_"),
    "removeprefix": lambda key: key.removeprefix("gsk"),
    "+": lambda key: key + "",
    "+ from the left": lambda key: "Bearer " + key,
    "pretty": lambda key: rich.pretty.pretty_repr(key, max_string=20),
}


@pytest.mark.parametrize("name", DERIVED)
def test_what_is_made_of_a_secret_is_not_shown_either(name: str) -> None:
    shown = repr(DERIVED[name](Secret(KEY))).lower()
    assert "redacted" in shown
    assert not any(KEY[at : at + 10].lower() in shown for at in range(len(KEY) - 10))


def test_a_secret_is_sent_as_it_is() -> None:
    key = Secret(KEY)
    assert f"Bearer {key}" == f"Bearer {KEY}" == "Bearer " + key
    assert str(key) == key.encode().decode() == "".join(itertools.chain(key)) == KEY
    assert type(str(key)) is str
    assert key[4:] == KEY[4:]
    assert {key: 1}[KEY] == 1


@pytest.mark.timeout(10)
async def test_what_a_proxy_says_is_quoted_without_the_credentials_it_was_sent() -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        sent = next(line for line in head.split(b"\r\n") if b"uthorization" in line).split()[-1]
        writer.write(b"HTTP/1.1 403 no %b is %b\r\n\r\n" % (sent, base64.b64decode(sent)))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    pool = DefaultAioHttpClient(proxy=f"http://user:hunter2hunter2@127.0.0.1:{port}")
    async with AsyncGroq(
        api_key=KEY, base_url="https://api.example.com", max_retries=0, http_client=pool
    ) as client:
        with pytest.raises(APIError) as caught:
            await chat(client)
    assert str(caught.value).startswith(
        "Connection error: the proxy responded 403 (no [redacted] is user:[redacted]) to the request for a tunnel to "
        "api.example.com."
    )
    server.close()
    await server.wait_closed()
