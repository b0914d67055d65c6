"""Writes responses to the socket, complete or with a fault. No other module writes HTTP, except `100 Continue`.

This module frames the bytes itself, because a fault may truncate or split them anywhere, including the framing. Each write
reaches the socket separately: TCP_NODELAY is on, and the event loop runs between two writes of a stream.
"""

from __future__ import annotations

import asyncio
import http
import socket
import struct
from collections.abc import Iterable, Iterator
from itertools import chain

from aiohttp import web
from aiohttp.abc import AbstractStreamWriter

from ..faults import Fault
from ..response import ApiResponse

_REASONS = {status.value: status.phrase for status in http.HTTPStatus} | {498: "Flex Tier Capacity Exceeded"}
_CHUNKED = "transfer-encoding: chunked"
_LAST_CHUNK = b"0\r\n\r\n"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Sent(web.StreamResponse):
    """Tells aiohttp that the response is already sent, and whether the connection can be reused."""

    def __init__(self, *, reusable: bool) -> None:
        super().__init__()
        self._reusable = reusable

    async def prepare(self, request: web.BaseRequest) -> None:
        """Do nothing: the response is already sent."""

    async def write_eof(self, data: object = b"") -> None:
        """Do nothing: the response is already sent."""

    @property
    def keep_alive(self) -> bool:
        """Whether the connection can be reused."""
        return self._reusable


SENT = Sent(reusable=True)
SENT_AND_CLOSE = Sent(reusable=False)


async def send(
    request: web.BaseRequest, response: ApiResponse, *, event_gap_s: float = 0.0, closes: bool = False
) -> web.StreamResponse:
    """Write *response*, with *event_gap_s* seconds between two events of a stream. *closes* closes the connection after it.

    Raises: `ConnectionError` when the client is gone.
    """
    reusable = request.keep_alive and not closes
    writer = request.writer
    if response.chunks is None:
        body = response.body
        head = _head(response, f"content-length: {len(body)}", reusable)
        await writer.write(head + (b"" if request.method == "HEAD" else body))
        return SENT if reusable else SENT_AND_CLOSE
    chunked = request.version >= (1, 1)
    reusable = reusable and chunked
    await writer.write(_head(response, _CHUNKED if chunked else "", reusable))
    for chunk in response.chunks:
        await asyncio.sleep(event_gap_s)
        await writer.write(_chunk(chunk) if chunked else chunk)
    if chunked:
        await writer.write(_LAST_CHUNK)
    return SENT if reusable else SENT_AND_CLOSE


async def send_with_fault(
    request: web.BaseRequest, response: ApiResponse, fault: Fault, *, event_gap_s: float = 0.0
) -> web.StreamResponse:
    """Write *response*, already changed by `apply_fault`, with the interruptions and splits of *fault*.

    *event_gap_s* is the number of seconds between two events if the fault has no `tokens_per_second`.

    Raises: `ConnectionError` when the client is gone.
    """
    gap_s = 1.0 / fault.tokens_per_second if fault.tokens_per_second else event_gap_s
    if fault.before_head and await _end(request, fault):
        return SENT_AND_CLOSE
    if fault.raw is not None:
        await _write_all(request.writer, _split(fault, [fault.raw]), fault.split_gap_s)
        await _end(request, fault)
        return SENT_AND_CLOSE
    # In HTTP/1.0 a stream ends when the connection is closed.
    is_framed = response.chunks is None or request.version >= (1, 1)
    reusable = request.keep_alive and is_framed and not fault.close_notice
    first, rest = _frame(request, response, fault, reusable)
    if fault.splits:
        gap_s = fault.split_gap_s
    await _write_all(request.writer, first, gap_s)
    if (fault.truncates or (fault.end and not fault.before_head)) and await _end(request, fault):
        return SENT_AND_CLOSE
    await _write_all(request.writer, rest, gap_s)
    return SENT if reusable else SENT_AND_CLOSE


def _head(response: ApiResponse, framing: str, reusable: bool) -> bytes:
    """Return the head of *response*. *framing* is the header that delimits the body; without one the close does."""
    lines = [f"HTTP/1.1 {response.status} {_REASONS.get(response.status, 'Unknown')}"]
    if response.content_type:
        lines.append(f"content-type: {response.content_type}")
    lines.extend([f"{name}: {text}" for name, text in response.headers.items()])
    if framing:
        lines.append(framing)
    lines.append("connection: keep-alive\r\n\r\n" if reusable else "connection: close\r\n\r\n")
    return "\r\n".join(lines).encode("utf-8")


def _chunk(chunk: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(chunk), chunk) if chunk else b""


def _frame(
    request: web.BaseRequest, response: ApiResponse, fault: Fault, reusable: bool
) -> tuple[Iterable[bytes], list[bytes]]:
    """Return the writes before and after the position at which *fault* interrupts."""
    before: Iterable[bytes]
    is_stream = response.chunks is not None
    chunked = is_stream and request.version >= (1, 1)
    before, after = _truncate([response.body] if response.chunks is None else response.chunks, fault)
    length = sum(map(len, before)) + sum(map(len, after))
    framing = _CHUNKED if chunked else "" if is_stream else f"content-length: {length}"
    if fault.splits and not fault.split_wire:
        before = _split(fault, before)
    if chunked:
        before, after = map(_chunk, before), [*map(_chunk, after), _LAST_CHUNK]
    writes = chain([_head(response, framing, reusable)], before)
    if not fault.truncates:
        writes, after = chain(writes, after), []
    return _split(fault, writes) if fault.splits and fault.split_wire else writes, after


def _truncate(chunks: list[bytes], fault: Fault) -> tuple[list[bytes], list[bytes]]:
    if not fault.truncates:
        return chunks, []
    if fault.after_bytes is None:
        return chunks[: fault.after_events], chunks[fault.after_events :]
    left = fault.after_bytes
    for position, chunk in enumerate(chunks):
        if len(chunk) > left:
            return [*chunks[:position], chunk[:left]], [chunk[left:], *chunks[position + 1 :]]
        left -= len(chunk)
    return chunks, []


def _split(fault: Fault, writes: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in the writes of *fault*. Lazy, because there may be millions."""
    whole = b"".join(writes)
    edges: Iterable[int] = range(fault.split_every, len(whole), max(1, fault.split_every))
    if fault.split_every <= 0:
        edges = sorted({edge for edge in fault.split_at if 0 < edge < len(whole)})
    start = 0
    for edge in chain(edges, [len(whole)]):
        yield whole[start:edge]
        start = edge


async def _write_all(writer: AbstractStreamWriter, writes: Iterable[bytes], gap_s: float) -> None:
    for position, chunk in enumerate(writes):
        if position:
            await asyncio.sleep(gap_s)
        if chunk:
            await writer.write(chunk)


async def _end(request: web.BaseRequest, fault: Fault) -> bool:
    """Do the `end` of the fault. Return whether the response must stop."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the client is gone")
    if fault.end == "stall":
        await asyncio.sleep(10**9 if fault.stall_s is None else fault.stall_s)
        return False
    if fault.end == "reset":
        reset_connection(transport)
        return True
    if fault.end == "close":
        await request.writer.drain()
        transport.close()
        return True
    return False


def reset_connection(transport: asyncio.Transport) -> None:
    """Close the connection with RST: SO_LINGER 0 discards unsent data."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
