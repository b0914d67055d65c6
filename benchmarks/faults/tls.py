"""Connections over TLS: many at once, refused, silent, cut."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections import Counter

from . import wire
from .actions import TEXT, chat, chat_text
from .scenario import BROKEN, LATE, Served, Side, fails, gives, scenario

_CALLS = 600


@scenario("tls", f"{_CALLS} calls gathered by a client without a connection, 1 s to connect", gives({"answered": _CALLS}),
          raw=wire.answers(wire.completion()), tls_name="127.0.0.1", limit_s=60.0, alone=True,
          expects="The limit is for one connection to be made, and not for the hundreds that a burst has begun.")  # fmt: skip
async def cold(side: Side) -> dict[str, int]:
    if side.is_ours:
        limit = side.sdk.Timeout(30, connect=1)
    else:
        import httpx

        limit = httpx.Timeout(30, connect=1)
    async with side.client(timeout=limit) as client:

        async def one() -> str:
            try:
                return "answered" if await chat_text(client) == TEXT else "another answer"
            except side.sdk.APIError as error:
                return type(error).__name__

        return dict(Counter(await asyncio.gather(*(one() for _ in range(_CALLS)))))


scenario(
    "tls",
    "the certificate of another host: the error says so",
    fails(*BROKEN, says="certificate"),
    raw=wire.answers(wire.completion()),
    tls_name="api.example.com",
    expects="Who reads the error learns that it is the certificate, and not the network.",
)(chat)


async def _silent(served: Served, reader: StreamReader, writer: StreamWriter) -> None:
    await asyncio.sleep(60)


@scenario("tls", "the server accepts and says nothing, 0.5 s to connect", fails(*LATE, within_s=3), raw=_silent,
          expects="The handshake is a part of connecting, and has its limit.")  # fmt: skip
async def silent(side: Side) -> str:
    side.url = side.url.replace("http:", "https:")
    async with side.client(timeout=0.5) as client:
        return await chat_text(client)


@scenario("tls", "closed in the middle of an answer's body", fails(*BROKEN), tls_name="127.0.0.1", raw=wire.answers_cut(
    wire.completion(), 30), expects="An answer that lacks its end is none.")  # fmt: skip
async def cut(side: Side) -> str:
    return await chat(side)
