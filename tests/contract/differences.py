"""All calls whose request differs from the official package's on purpose, each with its reason.

A row names exactly the fields that differ. It fails when either package changes, so that the list stays correct. Three
things differ in every request and are in the tests instead: ``user-agent``, ``x-stainless-*`` and the headers for the
framing and compression of bodies.
"""

from __future__ import annotations

import dataclasses
import io
import mimetypes
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .calls import API, ASK, CHAT, EMBEDDING, FILE, MODEL, WAV, Call, server_root
from .recording import Part
from .sides import Named


@dataclasses.dataclass(frozen=True)
class Differs(Call):
    """Both packages send a request, and these fields of `recording.SentRequest` differ: the official one and ours."""

    reason: str
    fields: dict[str, tuple[Any, Any]]


@dataclasses.dataclass(frozen=True)
class OnlyOurs(Call):
    """The official package cannot make the call. Ours sends what the official one sends for ``like``."""

    reason: str
    error: str
    """The class of the official package's error."""
    like: Callable[[Any], Any]


@dataclasses.dataclass(frozen=True)
class OnlyOfficial(Call):
    """aiogroq rejects the call before it sends anything."""

    reason: str
    error: str
    """The class of our error."""


def upload(file: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return a call that uploads the result of ``file``."""
    return lambda c: c.files.create(file=file(c), purpose="batch")


def part(
    filename: str | None, content: bytes = WAV, content_type: str = "application/octet-stream"
) -> list[Part]:
    """Return the only file of a form."""
    name = "" if filename is None else f'; filename="{filename}"'
    return [Part(f'form-data; name="file"{name}', {"content-type": content_type}, content)]


async def chunks() -> AsyncIterator[bytes]:
    yield WAV


class Duck:
    """Has `read`, but is not an `io.IOBase`."""

    def __init__(self) -> None:
        self.read = io.BytesIO(WAV).read


@dataclasses.dataclass
class Message:
    role: str
    content: str


WAV_TYPE = mimetypes.guess_type("a.wav")[0] or ""
HEADERS = {"accept": "application/json", "authorization": "Bearer gsk_contract"}
PURPOSE = Part('form-data; name="purpose"', {}, b"batch")
MULTI_GET = (
    "the service's multi-get of batches is ?id=a&id=b; comma-joined ids would be one id that does not exist"
)
READABLE = "what needs no escape in a query (RFC 3986 3.4) is not escaped; the decoded query is the same"
CASE = "header names are case-insensitive, so a header of the caller replaces ours"
FORGIVING = (
    "a base URL with or without /openai/v1 is the same API root; the official one doubles it, which is a 404"
)
NAMELESS = "a file without a name is called 'upload', not by its descriptor or None"

DIFFERENCES: list[Differs | OnlyOurs | OnlyOfficial] = [
    # -------------------------------------------------------------------------------------------- the query
    Differs("a list", lambda c: c.batches.list(extra_query={"id": ["a", "b"]}), MULTI_GET, {"query": ("id=a%2Cb", "id=a&id=b")}),
    Differs("a tuple", lambda c: c.batches.list(extra_query={"id": ("a", "b")}), MULTI_GET, {"query": ("id=a%2Cb", "id=a&id=b")}),
    Differs("a default list", lambda c: c.copy(default_query={"id": ["a", "b"]}).models.list(), MULTI_GET, {"query": ("id=a%2Cb", "id=a&id=b")}),
    Differs("an empty list", lambda c: c.batches.list(extra_query={"id": []}), "no items, no parameter", {"query": ("id=", "")}),
    Differs("marks in a query", lambda c: c.models.list(extra_query={"q": "/:@!$'()*,;?"}), READABLE,
            {"query": ("q=%2F%3A%40%21%24%27%28%29%2A%2C%3B%3F", "q=/:@!$'()*,%3B?")}),
    Differs("a time in a query", lambda c: c.models.list(extra_query={"at": datetime(2026, 1, 2)}), READABLE,
            {"query": ("at=2026-01-02+00%3A00%3A00", "at=2026-01-02+00:00:00")}),
    # ------------------------------------------------------------------------------------------ the headers
    Differs("accept in lower case", lambda c: c.models.list(extra_headers={"accept": "text/csv"}), CASE,
            {"headers": ({**HEADERS, "accept": "application/json, text/csv"}, {**HEADERS, "accept": "text/csv"})}),
    Differs("another key in lower case", lambda c: c.models.list(extra_headers={"authorization": "Bearer x"}), CASE,
            {"headers": ({**HEADERS, "authorization": "Bearer gsk_contract, Bearer x"}, {**HEADERS, "authorization": "Bearer x"})}),
    Differs("a default header in lower case", lambda c: c.copy(default_headers={"accept": "a/b"}).models.list(), CASE,
            {"headers": ({**HEADERS, "accept": "application/json, a/b"}, {**HEADERS, "accept": "a/b"})}),
    OnlyOurs("a number as header", lambda c: c.models.list(extra_headers={"X-A": 1}), "its text is clear", "TypeError",
             lambda c: c.models.list(extra_headers={"X-A": "1"})),
    OnlyOurs("blanks round a key", lambda c: c.copy(api_key=" k\n").models.list(), "pasted keys often have them", "APIConnectionError",
             lambda c: c.copy(api_key="k").models.list()),
    # --------------------------------------------------------------------------------------------- the path
    Differs("a base URL with /openai/v1", lambda c: c.copy(base_url=f"{server_root(c)}/openai/v1").models.list(), FORGIVING,
            {"path": ("/openai/v1/openai/v1/models", "/openai/v1/models")}),
    Differs("a base URL with /openai", lambda c: c.copy(base_url=f"{server_root(c)}/openai/").models.list(), FORGIVING,
            {"path": ("/openai/openai/v1/models", "/openai/v1/models")}),
    Differs("a base URL with /v1", lambda c: c.copy(base_url=f"{server_root(c)}/v1").models.list(), FORGIVING,
            {"path": ("/v1/openai/v1/models", "/v1/models")}),
    OnlyOfficial("a base URL with a query", lambda c: c.copy(base_url=f"{server_root(c)}?a=b").models.list(),
                 "the path would become a part of the query; default_query is for it", "GroqError"),
    Differs("a short path", lambda c: c.get("/models", cast_to=object), "paths are relative to the API root",
            {"path": ("/models", "/openai/v1/models")}),
    Differs("a fragment", lambda c: c.get(f"{API}/x#y", cast_to=object), "a path has no fragment, so # is a character of it",
            {"path": ("/openai/v1/x", "/openai/v1/x%23y")}),
    OnlyOfficial("a path that climbs", lambda c: c.get(f"{API}/../x", cast_to=object), "an id must not lead elsewhere", "GroqError"),
    OnlyOfficial("a path to another origin", lambda c: c.get(server_root(c).replace("127.0.0.1", "localhost"), cast_to=object), "the key is not sent there", "GroqError"),
    OnlyOfficial("the extra body of a get", lambda c: c.models.list(extra_body={"a": 1}), "a GET has no body, and parameters are not dropped silently", "TypeError"),
    OnlyOfficial("a number as id", lambda c: c.files.info(5), "ids are text", "ValueError"),
    # ----------------------------------------------------------------------------------------------- JSON
    Differs("a time in UTC", lambda c: c.batches.create(completion_window="24h", endpoint="e", input_file_id="f", extra_body={"at": datetime(2026, 1, 2, tzinfo=timezone.utc)}),
            "the same instant in RFC 3339, as msgspec writes it",
            {"json": ('{"at": "2026-01-02T00:00:00+00:00", "completion_window": "24h", "endpoint": "e", "input_file_id": "f"}',
                      '{"at": "2026-01-02T00:00:00Z", "completion_window": "24h", "endpoint": "e", "input_file_id": "f"}')}),
    OnlyOurs("a dataclass", lambda c: c.chat.completions.create(model=MODEL, messages=[Message("user", "Hello")]), "a dataclass can be encoded as JSON", "TypeError",
             lambda c: c.chat.completions.create(**CHAT)),
    OnlyOurs("a generator of texts", lambda c: c.embeddings.create(model="m", input=(text for text in "ab")), "any iterable is a list", "TypeError",
             lambda c: c.embeddings.create(model="m", input=["a", "b"])),
    Differs("embeddings as arrays", lambda c: c.embeddings.create(**EMBEDDING, encoding_format="array"), "arrays are decoded from base64",
            {"json": ('{"encoding_format": "array", "input": "a text", "model": "nomic-embed-text-v1_5"}',
                      '{"encoding_format": "base64", "input": "a text", "model": "nomic-embed-text-v1_5"}')}),
    OnlyOurs("an omitted field of a verb", lambda c: c.post(f"{API}/x", cast_to=object, body={"a": 1, "b": c.sdk.omit}), "omitted means not sent", "TypeError",
             lambda c: c.post(f"{API}/x", cast_to=object, body={"a": 1})),
    OnlyOfficial("messages that are a text", lambda c: c.chat.completions.create(model=MODEL, messages="Hello"), "it would be a 400 later", "TypeError"),
    OnlyOfficial("messages that are one message", lambda c: c.chat.completions.create(model=MODEL, messages=ASK[0]), "it would be a 400 later", "TypeError"),
    OnlyOfficial("messages None", lambda c: c.chat.completions.create(model=MODEL, messages=None), "it would be a 400 later", "TypeError"),
    # -------------------------------------------------------------------------------------------- uploads
    OnlyOurs("bytearray", upload(lambda c: bytearray(WAV)), "any buffer of bytes is bytes", "RuntimeError", upload(lambda c: WAV)),
    OnlyOurs("memoryview", upload(lambda c: memoryview(WAV)), "any buffer of bytes is bytes", "RuntimeError", upload(lambda c: WAV)),
    OnlyOurs("(name, bytearray)", upload(lambda c: ("a", bytearray(WAV))), "any buffer of bytes is bytes", "APIConnectionError", upload(lambda c: ("a", WAV))),
    OnlyOurs("(name, path)", upload(lambda c: ("a.wav", c.folder / "speech.wav")), "the official package declares it, but fails", "APIConnectionError",
             upload(lambda c: ("a.wav", WAV))),
    OnlyOurs("(name, path, type)", upload(lambda c: ("a", c.folder / "speech.wav", "b/c")), "the official package declares it, but fails", "APIConnectionError",
             upload(lambda c: ("a", WAV, "b/c"))),
    OnlyOurs("something that reads", upload(lambda c: Duck()), "web frameworks' uploads are no io.IOBase", "RuntimeError", upload(lambda c: WAV)),
    OnlyOurs("an async iterator", upload(lambda c: chunks()), "an upload may come from the network", "RuntimeError", upload(lambda c: WAV)),
    OnlyOurs("(name, async iterator)", upload(lambda c: ("a", chunks())), "an upload may come from the network", "APIConnectionError", upload(lambda c: ("a", WAV))),
    OnlyOurs("no file but a url", lambda c: c.audio.transcriptions.create(model="w", file=None, url="u"), "None is no file", "RuntimeError",
             lambda c: c.audio.transcriptions.create(model="w", url="u")),
    OnlyOfficial("(name, text)", upload(lambda c: ("a.jsonl", "text")), "text may be meant as a path, and has no bytes yet", "TypeError"),
    OnlyOfficial("a list of files", upload(lambda c: [WAV, WAV]), "no endpoint accepts several files under one name", "TypeError"),
    OnlyOfficial("a line end in a part's type", upload(lambda c: ("a", WAV, "b/c\r\nX: y")), "it would forge a header", "ValueError"),
    Differs("a file read partly", upload(lambda c: partly_read(Named(WAV, "a.wav"))), "a file is sent from its current position",
            {"files": (part("a.wav", WAV, WAV_TYPE), part("a.wav", WAV[4:], WAV_TYPE))}),
    Differs("a file without a name", upload(lambda c: c.temporary_file(WAV)), NAMELESS, {"files": (..., part("upload"))}),
    Differs("a name that is no name", upload(lambda c: Named(WAV, "<stdin>")), NAMELESS, {"files": (part("<stdin>"), part("upload"))}),
    Differs("a name that is None", upload(lambda c: Named(WAV, None)), NAMELESS, {"files": (part("None"), part("upload"))}),
    Differs("an empty name", upload(lambda c: Named(WAV, "")), NAMELESS,
            {"files": ([], part("upload")), "fields": ([Part('form-data; name="file"', {}, WAV), PURPOSE], [PURPOSE])}),
    Differs("escape and delete in a name", upload(lambda c: ("a\x1b\x7f", WAV)), "a header must not contain control characters",
            {"files": (part("a\x1b\x7f"), part("a%1B%7F"))}),
    Differs("an empty type", upload(lambda c: ("a", WAV, "")), "an empty header is not a content type", {"files": (part("a", WAV, ""), part("a"))}),
    Differs("a form said to be JSON", lambda c: c.files.create(file=FILE, purpose="batch", extra_headers={"Content-Type": "application/json"}),
            "the type of a form belongs to its boundary; the official one sends a form that no server can read",
            {"headers": ({**HEADERS, "content-type": "application/json"}, {**HEADERS, "content-type": "multipart/form-data"}),
             "fields": ([], [PURPOSE]), "files": ([], part("a.wav", WAV, WAV_TYPE)), "content": (..., b"")}),
    Differs("files without a header that says so", lambda c: c.post(f"{API}/files", cast_to=object, body={"purpose": "batch"}, files={"file": FILE}),
            "files are a form; the official one drops the fields and sends a form that no server can read",
            {"headers": ({**HEADERS, "content-type": "application/json"}, {**HEADERS, "content-type": "multipart/form-data"}),
             "fields": ([], [PURPOSE]), "files": ([], part("a.wav", WAV, WAV_TYPE)), "content": (..., b"")}),
]  # fmt: skip

REJECTED: list[tuple[str, Callable[[Any], Any], str, str]] = [
    ("a missing model", lambda c: c.chat.completions.create(messages=ASK), "TypeError", "TypeError"),
    ("a misspelt argument", lambda c: c.chat.completions.create(**CHAT, temprature=1), "TypeError", "TypeError"),
    ("an empty id", lambda c: c.models.retrieve(""), "ValueError", "ValueError"),
    ("an id None", lambda c: c.files.info(None), "ValueError", "ValueError"),
    ("an id that climbs", lambda c: c.models.retrieve(".."), "ValueError", "ValueError"),
    ("an id that stays", lambda c: c.files.content("."), "ValueError", "ValueError"),
    ("a lone surrogate in an id", lambda c: c.files.info("\ud800"), "UnicodeEncodeError", "ValueError"),
    ("a lone surrogate in a text", lambda c: c.chat.completions.create(**CHAT, user="\ud800"), "UnicodeEncodeError", "GroqError"),
    ("a lone surrogate in a file name", upload(lambda c: ("\ud800", WAV)), "UnicodeEncodeError", "UnicodeEncodeError"),
    ("an object that is no JSON", lambda c: c.chat.completions.create(**CHAT, user=object()), "TypeError", "GroqError"),
    ("NaN", lambda c: c.chat.completions.create(**CHAT, temperature=float("nan")), "ValueError", "GroqError"),
    ("infinity, deep inside", lambda c: c.chat.completions.create(**CHAT, extra_body={"a": [{"b": float("inf")}]}), "ValueError", "GroqError"),
    ("bytes in JSON", lambda c: c.chat.completions.create(**CHAT, extra_body={"a": b"b"}), "TypeError", "GroqError"),
    ("an extra body that is a list", lambda c: c.chat.completions.create(**CHAT, extra_body=[1]), "TypeError", "TypeError"),
    ("extra JSON for a list", lambda c: c.post("/x", cast_to=object, body=[1], options={"extra_json": {"a": 1}}), "RuntimeError", "TypeError"),
    ("a line end in a header", lambda c: c.models.list(extra_headers={"X-A": "1\r\nX-B: 2"}), "APIConnectionError", "GroqError"),
    ("a line end in a key", lambda c: c.copy(api_key="a\r\nX-B: 2").models.list(), "APIConnectionError", "GroqError"),
    ("a text as a file", upload(lambda c: "speech.wav"), "RuntimeError", "TypeError"),
    ("StringIO", upload(lambda c: io.StringIO("a")), "TypeError", "TypeError"),
    ("a file open as text", upload(lambda c: c.enter_context((c.folder / "batch.jsonl").open())), "TypeError", "TypeError"),
    ("a number as a file", upload(lambda c: 3), "RuntimeError", "TypeError"),
    ("a tuple of one", upload(lambda c: (WAV,)), "ValueError", "TypeError"),
    ("a tuple of five", upload(lambda c: ("a", WAV, "b/c", {}, 1)), "ValueError", "TypeError"),
    ("a path that is not there", upload(lambda c: c.folder / "none.wav"), "FileNotFoundError", "FileNotFoundError"),
    ("a folder", upload(lambda c: Path(c.folder)), "IsADirectoryError", "IsADirectoryError"),
    ("a line end in a part's header", upload(lambda c: ("a", WAV, "b/c", {"X": "a\r\nb"})), "APIConnectionError", "ValueError"),
    ("headers both added and in place", lambda c: c.copy(default_headers={}, set_default_headers={}), "ValueError", "ValueError"),
]  # fmt: skip
"""Calls that both packages reject: name, call, the class of the official error and of ours."""


def partly_read(file: Any) -> Any:
    """Return the file after a read of four bytes."""
    file.read(4)
    return file
