"""Arguments that JSON cannot represent, secrets in errors and logs, invalid redirects and responses."""

from __future__ import annotations

import array
import dataclasses
import importlib
import io
import logging
import math
import socket
import struct
import traceback
from asyncio import StreamReader, StreamWriter
from collections import OrderedDict, defaultdict
from collections.abc import Iterator
from typing import Any

from aiogroq.local import Fault

from . import raw_server
from .actions import TEXT, chat, chat_text, reply
from .scenario import Outcome, Package, ServerLog, raises, returns, scenario

_REPLY = {"reply": reply}


@dataclasses.dataclass
class Holder:
    """A type defined by the caller."""

    value: Any


class OwnDict(dict[str, Any]):
    """A mapping defined by the caller."""


def _judge_rejected(outcome: Outcome) -> str:
    if outcome.error:
        return f"error: {outcome.error[0]}"
    if outcome.requests:
        return f"{outcome.requests} of {outcome.value} sent as something else"
    return "right: all rejected"


async def _try_all(package: Package, values: list[Any]) -> int:
    async with package.client() as client:
        for value in values:
            try:
                await chat_text(client, extra_body={"x": value})
            except Exception:
                continue
    return len(values)


@scenario("arguments", "NaN and infinity in non-builtin types", _judge_rejected, server=_REPLY,
          expects="JSON has no NaN: a request that would send null instead is rejected before it is sent.")  # fmt: skip
async def not_numbers(package: Package) -> int:
    nan, infinity = math.nan, math.inf
    filled = defaultdict[str, float](float)
    filled["x"] = -infinity
    shapes = [nan, [infinity], {"y": (nan,)}, OrderedDict(y=nan), filled, OwnDict(y=nan)]
    return await _try_all(package, [*shapes, Holder(nan), [Holder(infinity)], array.array("d", [1.0, nan])])


@scenario("arguments", "bytes inside other types", _judge_rejected, server=_REPLY,
          expects="JSON has no bytes: a request that would send base64 instead is rejected before it is sent.")  # fmt: skip
async def bytes_inside(package: Package) -> int:
    shapes = [
        b"x",
        [b"x"],
        {"y": b"x"},
        OwnDict(y=b"x"),
        Holder(b"x"),
        [Holder(bytearray(b"x"))],
        memoryview(b"x"),
    ]
    return await _try_all(package, shapes)


@scenario("arguments", "NOT_GIVEN of the official package", returns(TEXT), server=_REPLY,
          expects="Code written for the official package passes it; it means that the argument is absent.")  # fmt: skip
async def not_given(package: Package) -> str:
    nothing = importlib.import_module("groq").NOT_GIVEN
    async with package.client(timeout=nothing) as client:
        return await chat_text(client, temperature=nothing, stop=nothing)


@scenario("arguments", "a list of models is iterated", returns("ids"), server=_REPLY,
          expects="Iterating a list of models yields models.")  # fmt: skip
async def models(package: Package) -> str:
    async with package.client() as client:
        found = [getattr(model, "id", model) for model in await client.models.list()]
    return "ids" if found and all(isinstance(id, str) for id in found) else str(found)


_KEY = "gsk_" + "Zq7" * 16


def _formatted(error: BaseException | None) -> Iterator[str]:
    """Yield the locals of all frames of an error and its causes, except those of the scenarios."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "benchmarks" not in frame.f_code.co_filename:
                yield from (repr(value) for value in frame.f_locals.values())
        error = error.__cause__ or error.__context__


async def _resets(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    found: socket.socket = writer.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@scenario("secrets", "150 connections reset while the request is written: the locals of the traceback", returns("no key"), raw=_resets,
          expects="Error reporters such as Sentry send the locals of every frame, and the key is secret.")  # fmt: skip
async def key_in_frames(package: Package) -> str:
    package.key = _KEY
    async with package.client() as client:
        held = 0
        for _ in range(150):
            try:
                await chat_text(client)
            except Exception as error:
                held += any(_KEY[8:40] in text for text in _formatted(error))
    return f"the key in {held} of 150" if held else "no key"


def _judge_key_hidden(outcome: Outcome) -> str:
    if "AuthenticationError" not in outcome.error:
        return f"wrong error: {outcome.error[:1]}"
    return "the key is in the message" if _KEY[8:40] in outcome.message else "right error"


@scenario("secrets", "a 401 that echoes the key", _judge_key_hidden, faults=(
    Fault(status=401, body={"error": {"message": f"Invalid API Key: Bearer {_KEY}"}}),), server=_REPLY,
    expects="Error messages are logged, and the key must not be in logs.")  # fmt: skip
async def repeated_key(package: Package) -> str:
    package.key = _KEY
    return await chat(package)


@scenario("secrets", "logging at DEBUG", returns("no key"), server=_REPLY,
          expects="DEBUG logs are attached to bug reports, and the key must not be in them.")  # fmt: skip
async def debug_log(package: Package) -> str:
    package.key = _KEY
    log = io.StringIO()
    logging.basicConfig(level=logging.DEBUG, stream=log, force=True)
    assert await chat(package) == TEXT
    return "the key is in the log" if _KEY[8:40] in log.getvalue() else "no key"


async def _through_proxy(package: Package) -> str:
    package.url = "http://api.groq.example"
    return await chat(package)


def _judge_names_proxy(outcome: Outcome) -> str:
    if "GroqError" not in outcome.error:
        return f"wrong error: {outcome.error[:1]}"
    return (
        "right error"
        if "proxy" in outcome.message.lower()
        else f"the error does not mention the proxy: {outcome.message[:60]!r}"
    )


def _moved(location: str) -> bytes:
    return raw_server.json_response(b"{}", "307 Temporary Redirect", f"Location: {location}\r\n")


for _name, _location in (
    ("a redirect to an invalid port", "http://[::ffff:1]:port/"),
    ("a redirect to port 70000", "http://127.0.0.1:70000/"),
    ("a redirect to an invalid URL", "http://[::1]x:80/"),
):
    scenario(
        "responses",
        _name,
        raises("GroqError"),
        raw=raw_server.responds(_moved(_location)),
        expects="Whatever a server sends, the error is one of the package's own classes.",
    )(chat)

scenario(
    "network",
    "a proxy that requires credentials",
    _judge_names_proxy,
    raw=raw_server.responds(
        raw_server.json_response(b"<html>log in</html>", "407 Proxy Authentication Required")
    ),
    environment={"HTTP_PROXY": "{url}", "http_proxy": "{url}"},
    expects="The proxy rejected the request, not the service; the key is valid.",
)(_through_proxy)

scenario(
    "responses",
    "204 for a chat request",
    raises("APIError"),
    raw=raw_server.responds(raw_server.json_response(b"", "204 No Content")),
    expects="An empty response is not a completion.",
)(chat)


async def _two_lengths(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    await raw_server.read_request(log, reader)
    writer.write(raw_server.completion().replace(b"\r\n\r\n", b"\r\nContent-Length: 40\r\n\r\n", 1))
    await writer.drain()
    writer.close()


scenario(
    "responses",
    "two different content-lengths",
    raises("APIError"),
    raw=_two_lengths,
    expects="The end of the body is ambiguous (RFC 9112, 6.3), so the response is an error.",
)(chat)


async def _responds_twice(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    while True:
        await raw_server.read_request(log, reader)
        extra = raw_server.completion("an unsolicited response") if len(log.heads) == 1 else b""
        writer.write(raw_server.completion() + extra)
        await writer.drain()


@scenario("connections", "an unsolicited second response follows the first", returns([TEXT, TEXT]), raw=_responds_twice,
          expects="The next call gets its own response, not the leftover of another.")  # fmt: skip
async def left_over(package: Package) -> list[str]:
    async with package.client() as client:
        return [await chat_text(client), await chat_text(client)]


scenario(
    "responses",
    "103 Early Hints before the response",
    returns(TEXT),
    raw=raw_server.responds(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + raw_server.completion()),
    expects="An interim response is not the response (RFC 9110, 15.2).",
)(chat)
