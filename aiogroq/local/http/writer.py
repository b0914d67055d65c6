"""Puts an answer on the socket, whole or as a fault has it; all that is written of HTTP by this server is written here.

The bytes are framed here and not by aiohttp, because a fault may cut or split them anywhere, framing included. Every write
reaches the socket on its own: TCP_NODELAY is on, and the event loop runs between two writes of a stream.
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
from ..response import Reply

_REASONS = {status.value: status.phrase for status in http.HTTPStatus} | {498: "Flex Tier Capacity Exceeded"}
_CHUNKED = "transfer-encoding: chunked"
_LAST_CHUNK = b"0\r\n\r\n"
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Sent(web.StreamResponse):
    """Tells aiohttp that the answer is already on the wire, and whether the connection may be used again."""

    def __init__(self, *, reusable: bool) -> None:
        super().__init__()
        self._reusable = reusable

    async def prepare(self, request: web.BaseRequest) -> None:
        """Nothing is left to prepare."""

    async def write_eof(self, data: object = b"") -> None:
        """Nothing is left to write."""

    @property
    def keep_alive(self) -> bool:
        """Whether another request may follow on this connection."""
        return self._reusable


SENT = Sent(reusable=True)
SENT_AND_CLOSE = Sent(reusable=False)


async def send(
    request: web.BaseRequest, reply: Reply, *, event_gap_s: float = 0.0, closes: bool = False
) -> web.StreamResponse:
    """Write *reply*, with *event_gap_s* seconds between two pieces of a stream; *closes* ends the connection after it.

    Raises: `ConnectionError` when the client is gone.
    """
    reusable = request.keep_alive and not closes
    writer = request.writer
    if reply.pieces is None:
        body = reply.body
        head = _head(reply, f"content-length: {len(body)}", reusable)
        await writer.write(head + (b"" if request.method == "HEAD" else body))
        return SENT if reusable else SENT_AND_CLOSE
    chunked = request.version >= (1, 1)
    reusable = reusable and chunked
    await writer.write(_head(reply, _CHUNKED if chunked else "", reusable))
    for piece in reply.pieces:
        await asyncio.sleep(event_gap_s)
        await writer.write(_chunk(piece) if chunked else piece)
    if chunked:
        await writer.write(_LAST_CHUNK)
    return SENT if reusable else SENT_AND_CLOSE


async def send_faulty(
    request: web.BaseRequest, reply: Reply, fault: Fault, *, event_gap_s: float = 0.0
) -> web.StreamResponse:
    """Write *reply*, already bent, with the cuts, stalls and splits of *fault*, and *event_gap_s* seconds between two events where
    the fault names no pace of its own.

    Raises: `ConnectionError` when the client is gone.
    """
    gap_s = 1.0 / fault.tokens_per_second if fault.tokens_per_second else event_gap_s
    if fault.before_head and await _end(request, fault):
        return SENT_AND_CLOSE
    if fault.raw is not None:
        await _write_pieces(request.writer, _split(fault, [fault.raw]), fault.split_gap_s)
        await _end(request, fault)
        return SENT_AND_CLOSE
    # In HTTP/1.0 the end of the connection is the end of a stream.
    is_framed = reply.pieces is None or request.version >= (1, 1)
    reusable = request.keep_alive and is_framed and not fault.close_notice
    first, rest = _frame(request, reply, fault, reusable)
    if fault.splits:
        gap_s = fault.split_gap_s
    await _write_pieces(request.writer, first, gap_s)
    if (fault.cuts or (fault.end and not fault.before_head)) and await _end(request, fault):
        return SENT_AND_CLOSE
    await _write_pieces(request.writer, rest, gap_s)
    return SENT if reusable else SENT_AND_CLOSE


def _head(reply: Reply, framing: str, reusable: bool) -> bytes:
    """The head of *reply*. *framing* is the header that tells where the body ends; without one the close does."""
    lines = [f"HTTP/1.1 {reply.status} {_REASONS.get(reply.status, 'Unknown')}"]
    if reply.content_type:
        lines.append(f"content-type: {reply.content_type}")
    lines.extend([f"{name}: {text}" for name, text in reply.headers.items()])
    if framing:
        lines.append(framing)
    lines.append("connection: keep-alive\r\n\r\n" if reusable else "connection: close\r\n\r\n")
    return "\r\n".join(lines).encode("utf-8")


def _chunk(piece: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(piece), piece) if piece else b""


def _frame(
    request: web.BaseRequest, reply: Reply, fault: Fault, reusable: bool
) -> tuple[Iterable[bytes], list[bytes]]:
    """The writes before the cut of *fault* and those after it."""
    before: Iterable[bytes]
    is_stream = reply.pieces is not None
    chunked = is_stream and request.version >= (1, 1)
    before, after = _cut([reply.body] if reply.pieces is None else reply.pieces, fault)
    length = sum(map(len, before)) + sum(map(len, after))
    framing = _CHUNKED if chunked else "" if is_stream else f"content-length: {length}"
    if fault.splits and not fault.split_wire:
        before = _split(fault, before)
    if chunked:
        before, after = map(_chunk, before), [*map(_chunk, after), _LAST_CHUNK]
    writes = chain([_head(reply, framing, reusable)], before)
    if not fault.cuts:
        writes, after = chain(writes, after), []
    return _split(fault, writes) if fault.splits and fault.split_wire else writes, after


def _cut(pieces: list[bytes], fault: Fault) -> tuple[list[bytes], list[bytes]]:
    if not fault.cuts:
        return pieces, []
    if fault.after_bytes is None:
        return pieces[: fault.after_events], pieces[fault.after_events :]
    left = fault.after_bytes
    for position, piece in enumerate(pieces):
        if len(piece) > left:
            return [*pieces[:position], piece[:left]], [piece[left:], *pieces[position + 1 :]]
        left -= len(piece)
    return pieces, []


def _split(fault: Fault, writes: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in the writes of *fault*, one after the other: there may be millions."""
    whole = b"".join(writes)
    edges: Iterable[int] = range(fault.split_every, len(whole), max(1, fault.split_every))
    if fault.split_every <= 0:
        edges = sorted({edge for edge in fault.split_at if 0 < edge < len(whole)})
    start = 0
    for edge in chain(edges, [len(whole)]):
        yield whole[start:edge]
        start = edge


async def _write_pieces(writer: AbstractStreamWriter, writes: Iterable[bytes], gap_s: float) -> None:
    for position, piece in enumerate(writes):
        if position:
            await asyncio.sleep(gap_s)
        if piece:
            await writer.write(piece)


async def _end(request: web.BaseRequest, fault: Fault) -> bool:
    """Do the fault's `end`; true where nothing may be written after it."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError("the client is gone")
    if fault.end == "stall":
        await asyncio.sleep(10**9 if fault.stall_s is None else fault.stall_s)
        return False
    if fault.end == "reset":
        reset(transport)
        return True
    if fault.end == "close":
        await request.writer.drain()
        transport.close()
        return True
    return False


def reset(transport: asyncio.Transport) -> None:
    """End the connection with RST: an immediate close with SO_LINGER 0 throws away what is unsent."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    transport.abort()
