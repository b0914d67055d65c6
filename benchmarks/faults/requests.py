"""Values that cannot be sent, and secrets that must not be shown."""

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

from . import wire
from .actions import TEXT, answered, chat, chat_text
from .scenario import Outcome, Served, Side, fails, gives, scenario

_REPLY = {"reply": answered}


@dataclasses.dataclass
class Holder:
    """A user's own type."""

    value: Any


class OwnDict(dict[str, Any]):
    """A user's own mapping."""


def _sent_or_refused(outcome: Outcome) -> str:
    if outcome.error:
        return f"error: {outcome.error[0]}"
    if outcome.requests:
        return f"{outcome.requests} of {outcome.value} sent as something else"
    return "right: all refused"


async def _try_all(side: Side, values: list[Any]) -> int:
    async with side.client() as client:
        for value in values:
            try:
                await chat_text(client, extra_body={"x": value})
            except Exception:
                continue
    return len(values)


@scenario("values", "NaN and infinity in other types than plain ones", _sent_or_refused, server=_REPLY,
          expects="JSON has no NaN: a request that would say null instead is refused before it is sent.")  # fmt: skip
async def not_numbers(side: Side) -> int:
    nan, infinity = math.nan, math.inf
    filled = defaultdict[str, float](float)
    filled["x"] = -infinity
    shapes = [nan, [infinity], {"y": (nan,)}, OrderedDict(y=nan), filled, OwnDict(y=nan)]
    return await _try_all(side, [*shapes, Holder(nan), [Holder(infinity)], array.array("d", [1.0, nan])])


@scenario("values", "bytes inside other types", _sent_or_refused, server=_REPLY,
          expects="JSON has no bytes: a request that would hold their base64 instead is refused before it is sent.")  # fmt: skip
async def bytes_inside(side: Side) -> int:
    shapes = [
        b"x",
        [b"x"],
        {"y": b"x"},
        OwnDict(y=b"x"),
        Holder(b"x"),
        [Holder(bytearray(b"x"))],
        memoryview(b"x"),
    ]
    return await _try_all(side, shapes)


@scenario("values", "NOT_GIVEN of the official package", gives(TEXT), server=_REPLY,
          expects="Code written for the official package passes it on; it means that nothing was given.")  # fmt: skip
async def not_given(side: Side) -> str:
    nothing = importlib.import_module("groq").NOT_GIVEN
    async with side.client(timeout=nothing) as client:
        return await chat_text(client, temperature=nothing, stop=nothing)


@scenario("values", "a list of models is iterated", gives("ids"), server=_REPLY,
          expects="A list of models gives its models.")  # fmt: skip
async def models(side: Side) -> str:
    async with side.client() as client:
        found = [getattr(model, "id", model) for model in await client.models.list()]
    return "ids" if found and all(isinstance(id, str) for id in found) else str(found)


_KEY = "gsk_" + "Zq7" * 16


def _formatted(error: BaseException | None) -> Iterator[str]:
    """The locals of the frames of an error and of all that it was caused by, but for those of the scenarios."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if "benchmarks" not in frame.f_code.co_filename:
                yield from (repr(value) for value in frame.f_locals.values())
        error = error.__cause__ or error.__context__


async def _resets(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    found: socket.socket = writer.get_extra_info("socket")
    found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@scenario("secrets", "150 connections reset while the request is written: the locals of the traceback", gives("no key"), raw=_resets,
          expects="Error reporters such as Sentry send the locals of every frame, and the key is nobody else's.")  # fmt: skip
async def key_in_frames(side: Side) -> str:
    side.key = _KEY
    async with side.client() as client:
        held = 0
        for _ in range(150):
            try:
                await chat_text(client)
            except Exception as error:
                held += any(_KEY[8:40] in text for text in _formatted(error))
    return f"the key in {held} of 150" if held else "no key"


def _key_hidden(outcome: Outcome) -> str:
    if "AuthenticationError" not in outcome.error:
        return f"wrong error: {outcome.error[:1]}"
    return "the key is in the message" if _KEY[8:40] in outcome.message else "right error"


@scenario("secrets", "a 401 that repeats the key", _key_hidden, faults=(
    Fault(status=401, body={"error": {"message": f"Invalid API Key: Bearer {_KEY}"}}),), server=_REPLY,
    expects="The message of an error goes into logs, and the key does not belong there.")  # fmt: skip
async def repeated_key(side: Side) -> str:
    side.key = _KEY
    return await chat(side)


@scenario("secrets", "everything is logged at DEBUG", gives("no key"), server=_REPLY,
          expects="A log at DEBUG is sent around in bug reports, and the key does not belong there.")  # fmt: skip
async def debug_log(side: Side) -> str:
    side.key = _KEY
    log = io.StringIO()
    logging.basicConfig(level=logging.DEBUG, stream=log, force=True)
    assert await chat(side) == TEXT
    return "the key is in the log" if _KEY[8:40] in log.getvalue() else "no key"


async def _through_proxy(side: Side) -> str:
    side.url = "http://api.groq.example"
    return await chat(side)


def _proxy_blamed(outcome: Outcome) -> str:
    if "GroqError" not in outcome.error:
        return f"wrong error: {outcome.error[:1]}"
    return (
        "right error"
        if "proxy" in outcome.message.lower()
        else f"the error blames no proxy: {outcome.message[:60]!r}"
    )


def _moved(location: str) -> bytes:
    return wire.json_answer(b"{}", "307 Temporary Redirect", f"Location: {location}\r\n")


for _name, _location in (
    ("a redirect to a port that is none", "http://[::ffff:1]:port/"),
    ("a redirect to port 70000", "http://127.0.0.1:70000/"),
    ("a redirect to something that is no URL", "http://[::1]x:80/"),
):
    scenario(
        "answers",
        _name,
        fails("GroqError"),
        raw=wire.answers(_moved(_location)),
        expects="What a server sends never comes out as another error than the package's own.",
    )(chat)

scenario(
    "network",
    "a proxy that wants credentials of its own",
    _proxy_blamed,
    raw=wire.answers(wire.json_answer(b"<html>log in</html>", "407 Proxy Authentication Required")),
    environment={"HTTP_PROXY": "{url}", "http_proxy": "{url}"},
    expects="It is the proxy that refuses, and neither the service nor its key.",
)(_through_proxy)

scenario(
    "answers",
    "204 to a chat request",
    fails("APIError"),
    raw=wire.answers(wire.json_answer(b"", "204 No Content")),
    expects="Where a completion was asked for, nothing is no completion.",
)(chat)


async def _two_lengths(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    await wire.read_request(served, reader)
    writer.write(wire.completion().replace(b"\r\n\r\n", b"\r\nContent-Length: 40\r\n\r\n", 1))
    await writer.drain()
    writer.close()


scenario(
    "answers",
    "two different lengths",
    fails("APIError"),
    raw=_two_lengths,
    expects="Where the body ends cannot be known (RFC 9112, 6.3), so nothing of it is taken.",
)(chat)


async def _answers_twice(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    while True:
        await wire.read_request(served, reader)
        extra = wire.completion("an answer to nobody") if len(served.heads) == 1 else b""
        writer.write(wire.completion() + extra)
        await writer.drain()


@scenario("connections", "a second answer that nobody asked for follows the first", gives([TEXT, TEXT]), raw=_answers_twice,
          expects="The next call has its own answer, and not what was left over from another.")  # fmt: skip
async def left_over(side: Side) -> list[str]:
    async with side.client() as client:
        return [await chat_text(client), await chat_text(client)]


scenario(
    "answers",
    "103 Early Hints before the answer",
    gives(TEXT),
    raw=wire.answers(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + wire.completion()),
    expects="An interim response is not the response (RFC 9110, 15.2).",
)(chat)
