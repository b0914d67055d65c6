"""TLS connections: many at once, an untrusted certificate, a stalled handshake, a truncated body."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections import Counter

from . import raw_server
from .actions import TEXT, chat, chat_text
from .scenario import CONNECTION_ERROR, TIMEOUT_ERROR, Package, ServerLog, raises, returns, scenario

_CALLS = 600


@scenario("tls", f"{_CALLS} concurrent calls on a new client, connect timeout 1 s", returns({"completed": _CALLS}),
          raw=raw_server.responds(raw_server.completion()), tls_name="127.0.0.1", timeout_s=60.0, alone=True,
          expects="The connect timeout is for one connection, not for the hundreds that a burst opens.")  # fmt: skip
async def cold(package: Package) -> dict[str, int]:
    if package.is_aiogroq:
        timeout = package.sdk.Timeout(30, connect=1)
    else:
        import httpx

        timeout = httpx.Timeout(30, connect=1)
    async with package.client(timeout=timeout) as client:

        async def one() -> str:
            try:
                return "completed" if await chat_text(client) == TEXT else "another text"
            except package.sdk.APIError as error:
                return type(error).__name__

        return dict(Counter(await asyncio.gather(*(one() for _ in range(_CALLS)))))


scenario(
    "tls",
    "a certificate for another host: the error says so",
    raises(*CONNECTION_ERROR, says="certificate"),
    raw=raw_server.responds(raw_server.completion()),
    tls_name="api.example.com",
    expects="The reader of the error learns that the certificate is wrong, not the network.",
)(chat)


async def _silent(log: ServerLog, reader: StreamReader, writer: StreamWriter) -> None:
    await asyncio.sleep(60)


@scenario("tls", "the server accepts but sends nothing, connect timeout 0.5 s", raises(*TIMEOUT_ERROR, within_s=3), raw=_silent,
          expects="The TLS handshake is part of connecting, so the connect timeout applies.")  # fmt: skip
async def silent(package: Package) -> str:
    package.url = package.url.replace("http:", "https:")
    async with package.client(timeout=0.5) as client:
        return await chat_text(client)


@scenario("tls", "closed in the middle of a body", raises(*CONNECTION_ERROR), tls_name="127.0.0.1", raw=raw_server.truncates(
    raw_server.completion(), 30), expects="A truncated response is an error.")  # fmt: skip
async def truncated(package: Package) -> str:
    return await chat(package)
