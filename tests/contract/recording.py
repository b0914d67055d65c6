"""A server that records every request, and sends a minimal valid response for each route.

It uses ``http.server``, so it shares no HTTP code with either client. Requests are recorded raw: path and query as
encoded, the parts of a form with their headers not parsed.
"""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Reply = tuple[int, str, bytes]
"""Status, content type, body."""

# The framing of the body depends on the HTTP library; the body itself is compared.
_NOT_COMPARED = re.compile(
    "host|connection|user-agent|accept-encoding|content-length|transfer-encoding|x-stainless-.*"
)


@dataclass(frozen=True)
class Part:
    """One part of a multipart body."""

    disposition: str
    """The ``content-disposition`` as sent: name and file name with their escapes."""
    headers: dict[str, str]
    """The other headers, names in lower case."""
    content: bytes


@dataclass(frozen=True)
class SentRequest:
    """A request, in a form that can be compared."""

    method: str
    path: str
    """Percent-encoded as it was sent."""
    query: str
    """As it was sent, without the question mark."""
    headers: dict[str, str]
    """Names in lower case, without those that depend on the HTTP library and without the boundary of a form."""
    json: str | None = None
    """A JSON body in canonical form: keys are sorted, but 1, 1.0 and true stay different."""
    fields: list[Part] = field(default_factory=list)
    """Text fields of a form, sorted by name: only the order of parts with the same name matters (RFC 7578 5.2)."""
    files: list[Part] = field(default_factory=list)
    """Files of a form, in their order."""
    is_fields_first: bool = True
    """Whether all text fields precede the files, which servers that read incrementally require."""
    content: bytes = b""
    """A body that is neither JSON nor a form."""
    all_headers: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Every header, names in lower case."""


class RecordingServer:
    """Listens on a free loopback port while it is entered.

    ``reply`` returns the response to a request; default: `minimal`.
    """

    def __init__(self, reply: Callable[[SentRequest], Reply] | None = None) -> None:
        self.reply = reply or minimal
        self._seen: list[SentRequest] = []
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def handle_one_request(self) -> None:
                try:
                    super().handle_one_request()
                except (ConnectionError, ValueError):  # the client disconnected, perhaps inside a chunk
                    self.close_connection = True

            def _respond(self) -> None:
                _, target, _ = self.requestline.split(" ")
                headers = self.headers.items()
                request = parse(self.command, target, headers, self._body())
                recorder._seen.append(request)
                status, content_type, body = recorder.reply(request)
                head = f"HTTP/1.1 {status} Response\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
                self.wfile.write(head.encode() + body)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond

            def _body(self) -> bytes:
                if self.headers.get("transfer-encoding", "").lower() != "chunked":
                    return self.rfile.read(int(self.headers.get("content-length", 0)))
                chunks: list[bytes] = []
                while size := int(self.rfile.readline(), 16):
                    chunks.append(self.rfile.read(size))
                    self.rfile.readline()
                self.rfile.readline()
                return b"".join(chunks)

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> RecordingServer:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self) -> list[SentRequest]:
        """Return the requests since the last `take`."""
        seen, self._seen = self._seen, []
        return seen


def parse(method: str, target: str, sent_headers: Iterable[tuple[str, str]], body: bytes) -> SentRequest:
    """Return a request in a form that can be compared."""
    path, _, query = target.partition("?")
    headers: dict[str, str] = {}
    for name, value in ((name.lower(), value) for name, value in sent_headers):
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    compared = {name: value for name, value in headers.items() if not _NOT_COMPARED.fullmatch(name)}
    kind, _, boundary = compared.get("content-type", "").partition("; boundary=")
    if boundary:
        compared["content-type"] = kind
    seen = SentRequest(method, path, query, compared, all_headers=headers)
    if kind == "multipart/form-data" and boundary:
        return _with_form(seen, _parts(body, boundary.encode()))
    if kind.startswith("application/json"):
        with contextlib.suppress(ValueError):
            return replace(seen, json=json.dumps(json.loads(body), sort_keys=True))
    return replace(seen, content=body)


def _with_form(seen: SentRequest, parts: list[Part]) -> SentRequest:
    is_file = ["; filename=" in part.disposition or bool(part.headers) for part in parts]
    fields = [part for part, is_one in zip(parts, is_file, strict=True) if not is_one]
    files = [part for part, is_one in zip(parts, is_file, strict=True) if is_one]
    fields.sort(key=lambda part: part.disposition)
    return replace(seen, fields=fields, files=files, is_fields_first=is_file == sorted(is_file))


def _parts(body: bytes, boundary: bytes) -> list[Part]:
    opening, *chunks, ending = (b"\r\n" + body).split(b"\r\n--" + boundary)
    assert opening == b"", "something stands before the first boundary"
    assert ending == b"--\r\n", "the form has no end"
    return [_part(chunk.removeprefix(b"\r\n")) for chunk in chunks]


def _part(chunk: bytes) -> Part:
    head, _, content = chunk.partition(b"\r\n\r\n")
    headers = [line.split(": ", 1) for line in head.decode().split("\r\n")]
    named = {name.lower(): value for name, value in headers}
    assert len(named) == len(headers), "a part has a header twice"
    return Part(named.pop("content-disposition"), named, content)


_CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}
_COMPLETION = {"id": "c1", "object": "chat.completion", "created": 1, "model": "m", "choices": [_CHOICE]}
_DELTA = {"index": 0, "delta": {"role": "assistant", "content": "Hi."}, "finish_reason": "stop"}
_CHUNK = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [_DELTA]}
_FILE = {"id": "file_1", "object": "file", "bytes": 1, "created_at": 1, "filename": "a", "purpose": "batch"}
_MODEL = {"id": "m", "object": "model", "created": 1, "owned_by": "me"}
_BATCH = {
    "id": "batch_1", "object": "batch", "endpoint": "/v1/chat/completions", "input_file_id": "file_1",
    "completion_window": "24h", "status": "validating", "created_at": 1,
}  # fmt: skip
_VECTOR = {"object": "embedding", "index": 0, "embedding": [0.5, 0.5]}
_EMBEDDINGS = {
    "object": "list", "model": "m", "data": [_VECTOR], "usage": {"prompt_tokens": 1, "total_tokens": 1},
}  # fmt: skip


def minimal(request: SentRequest) -> Reply:
    """Return a minimal valid response for the route."""
    sent: dict[str, Any] = json.loads(request.json) if request.json and request.json.startswith("{") else {}
    if sent.get("stream") is True:
        return 200, "text/event-stream", b"data: " + json.dumps(_CHUNK).encode() + b"\n\ndata: [DONE]\n\n"
    if request.path.endswith("/audio/speech"):
        return 200, "audio/wav", b"RIFF"
    if request.path.endswith("/content"):
        return 200, "application/octet-stream", b"{}\n"
    if any(part.content == b"text" for part in request.fields):
        return 200, "text/plain; charset=UTF-8", b" Hi."
    return 200, "application/json", json.dumps(_value(request)).encode()


def _value(request: SentRequest) -> object:
    resource = request.path.removeprefix("/openai/v1/").partition("/")
    name, is_one = resource[0], bool(resource[1])
    if request.method == "DELETE":
        return {"id": "x", "object": name.removesuffix("s"), "deleted": True}
    if name == "chat":
        return _COMPLETION
    if name == "embeddings":
        return _EMBEDDINGS
    if name == "audio":
        return {"text": "Hi.", "x_groq": {"id": "req_1"}}
    one = {"files": _FILE, "models": _MODEL, "batches": _BATCH}.get(name, {"id": "x"})
    return one if is_one or request.method != "GET" else {"object": "list", "data": [one]}
