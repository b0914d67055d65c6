"""The process of the load server: one protocol on one event loop, which parses only what it needs of a request.

``python -m benchmarks.load.server [CERTIFICATE]`` prints its ports; with a certificate (a PEM file with key) the second port
uses TLS. The model selects the response:

    chat                     one completion
    unlimited                the same, with rate limits that no job reaches in its headers
    stream                   1,001 events at maximum speed
    paced-HZ-N               N events, HZ per second, each with the time of its write
    embed-N                  the vectors of N inputs
    late-MS                  one completion after MS milliseconds
    hold, hold-stream        nothing (or a first event) until ``POST /release``
    too-large                413 with the message of the service
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import ssl
import sys
import time
from typing import Any, cast

from . import responses

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
_MODEL = re.compile(rb'"model": *"([^"]*)"')
_BASE64 = re.compile(rb'"encoding_format": *"base64"')
_CHUNKED_END = b"\r\n0\r\n\r\n"


class State:
    """The state shared by all connections: counters and held responses."""

    def __init__(self) -> None:
        self.requests = 0
        self.open = 0
        self.held: list[Connection] = []
        self.tls_started = 0
        """Started TLS handshakes."""
        self.tls_opened = 0
        """Completed TLS handshakes."""
        self.tls_resumed = 0
        """Completed TLS handshakes that resumed a session."""


class Connection(asyncio.Protocol):
    """One connection and its current request."""

    transport: asyncio.Transport

    def __init__(self, state: State) -> None:
        self._state = state
        self._buffer = bytearray()
        self._writes: tuple[bytes, ...] = ()
        self._position = 0
        self._is_full = False
        # Only the size of an upload is stored.
        self._upload_left: int | None = None
        self._upload_tail = b""
        self._upload_bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's class does not inherit from it
        self._state.open += 1
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            self._state.tls_opened += 1
            self._state.tls_resumed += bool(tls.session_reused)

    def connection_lost(self, exc: Exception | None) -> None:
        self._state.open -= 1
        self._writes = ()
        if self in self._state.held:
            self._state.held.remove(self)

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self._pump()

    def data_received(self, data: bytes) -> None:
        if self._upload_left is not None:
            self._sink(data)
            return
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[: end + 2])
        start = end + 4
        match = _LENGTH.search(head)
        length = int(match[1]) if match else 0
        is_chunked = _CHUNKED.search(head) is not None
        if b"/audio/" in head[:64]:
            first = bytes(self._buffer[start:])
            self._buffer.clear()
            self._upload_left = -1 if is_chunked else length
            self._upload_bytes = 0
            self._sink(first)
            return
        if is_chunked:
            if not self._buffer.endswith(_CHUNKED_END):
                return
            length = len(self._buffer) - start
        if len(self._buffer) - start < length:
            return
        body = bytes(self._buffer[start : start + length])
        del self._buffer[: start + length]
        self._state.requests += 1
        self._respond(head, body)

    def _sink(self, data: bytes) -> None:
        self._upload_bytes += len(data)
        left = self._upload_left
        assert left is not None
        if left < 0:
            self._upload_tail = (self._upload_tail + data[-7:])[-7:]
            is_done = self._upload_tail == _CHUNKED_END
        else:
            self._upload_left = left - len(data)
            is_done = self._upload_left == 0
        if is_done:
            self._upload_left = None
            self._state.requests += 1
            whole = self._upload_bytes >= responses.UPLOAD_BYTES
            self.transport.write(responses.TRANSCRIPTION if whole else responses.TOO_LARGE)

    def _respond(self, head: bytes, body: bytes) -> None:
        path = head.split(b" ", 2)[1]
        if path.endswith(b"/chat/completions"):
            found = _MODEL.search(body)
            self._chat(found[1].decode() if found else "")
        elif path.endswith(b"/embeddings"):
            found = _MODEL.search(body)
            inputs = int(found[1].split(b"-")[1]) if found else 1
            self.transport.write(responses.embeddings(inputs, "base64" if _BASE64.search(body) else "float"))
        elif path.endswith(b"/content"):
            block = responses.file_block()
            count = responses.DOWNLOAD_BYTES // len(block)
            self._send(
                (responses.head("application/octet-stream", responses.DOWNLOAD_BYTES), *(block,) * count)
            )
        else:
            self._control(path)

    def _chat(self, model: str) -> None:
        if model == "chat":
            self.transport.write(responses.CHAT)
        elif model == "unlimited":
            self.transport.write(responses.UNLIMITED)
        elif model.startswith("late-"):
            loop = asyncio.get_running_loop()
            loop.call_later(int(model[5:]) / 1000, self.transport.write, responses.CHAT)
        elif model == "stream":
            self._send(responses.stream())
        elif model.startswith("paced-"):
            _, hertz, events = model.split("-")
            _Pace(self.transport, float(hertz), int(events))
        elif model.startswith("hold"):
            self._state.held.append(self)
            if model == "hold-stream":
                self.transport.write(responses.STREAM_HEAD + responses.event({"content": responses.TOKEN}))
            self._release = (
                responses.last_event() + responses.DONE + responses.LAST_CHUNK
                if model == "hold-stream"
                else responses.CHAT
            )
        else:
            self.transport.write(responses.TOO_LARGE)

    def release(self) -> None:
        """Send the held response."""
        self.transport.write(self._release)

    def _control(self, path: bytes) -> None:
        state = self._state
        # The request for the counters is not counted.
        state.requests -= 1
        if path == b"/release":
            held, state.held = state.held, []
            for connection in held:
                connection.release()
        elif path == b"/reset":
            state.requests = state.tls_started = state.tls_opened = state.tls_resumed = 0
        counts: dict[str, Any] = {
            "requests": state.requests,
            "open": state.open,
            "held": len(state.held),
            "tls_started": state.tls_started,
            "tls_opened": state.tls_opened,
            "tls_resumed": state.tls_resumed,
        }
        self.transport.write(responses.whole({**counts, "cpu_s": time.process_time()}))

    def _send(self, writes: tuple[bytes, ...]) -> None:
        self._writes, self._position = writes, 0
        self._pump()

    def _pump(self) -> None:
        """Write one block and schedule the next, so that other connections run in between."""
        if self._is_full or self._position >= len(self._writes):
            return
        self.transport.write(self._writes[self._position])
        self._position += 1
        if self._position < len(self._writes):
            asyncio.get_running_loop().call_soon(self._pump)


class _Pace:
    """A paced stream. Every event contains the time of its write."""

    def __init__(self, transport: asyncio.Transport, hertz: float, events: int) -> None:
        self._transport = transport
        self._gap_s = 1 / hertz
        self._left = events
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.time()
        transport.write(responses.STREAM_HEAD)
        self._tick()

    def _tick(self) -> None:
        if self._transport.is_closing():
            return
        if self._left == 0:
            self._transport.write(responses.last_event("0") + responses.DONE + responses.LAST_CHUNK)
            return
        self._transport.write(responses.stamped(time.monotonic_ns()))
        self._left -= 1
        self._next += self._gap_s
        self._loop.call_at(self._next, self._tick)


def _tls_context(certificate: str, state: State) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def started(_socket: object, _name: object, _context: object) -> None:
        # Called for each ClientHello, with or without a server name.
        state.tls_started += 1

    context.sni_callback = started
    return context


async def serve(certificate: str = "") -> None:
    """Serve on free loopback ports until standard input is closed, which happens when the parent exits."""
    loop = asyncio.get_running_loop()
    state = State()
    contexts = [None, *([_tls_context(certificate, state)] if certificate else [])]
    servers = [
        await loop.create_server(lambda: Connection(state), "127.0.0.1", 0, backlog=4096, ssl=context)
        for context in contexts
    ]
    responses.stream()
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    sys.stdout.write(json.dumps({"ports": ports, "pid": os.getpid()}) + "\n")
    sys.stdout.flush()
    await loop.run_in_executor(None, sys.stdin.read)
    for server in servers:
        server.close()


def main() -> None:
    try:
        import uvloop

        uvloop.run(serve(*sys.argv[1:2]))
    except ImportError:
        asyncio.run(serve(*sys.argv[1:2]))


if __name__ == "__main__":
    main()
