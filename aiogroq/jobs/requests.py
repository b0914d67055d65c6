"""`Requests`: makes a `JobRequest` of each item of a job, with the options that all items share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, cast, get_origin

import msgspec

from ..errors import GroqError
from ..protocol.arguments import did_you_mean
from ..protocol.encode import encode_json
from ..types._params import CallOptions
from ..types.audio_params import SpeechParams, TranscriptionParams, TranslationParams
from ..types.chat_params import ChatParams
from .errors import JobInputError
from .outcome import Endpoint, JobRequest
from .template import Template

PATHS: Mapping[Endpoint, str] = {
    "chat": "/chat/completions",
    "embeddings": "/embeddings",
    "transcription": "/audio/transcriptions",
    "translation": "/audio/translations",
    "speech": "/audio/speech",
}
"""The path of each endpoint under the API root."""

_ENDPOINT_OF_URL: Mapping[str, Endpoint] = {f"/v1{path}": endpoint for endpoint, path in PATHS.items()}
_OPTIONS = frozenset(CallOptions.__annotations__)
_KNOWN: Mapping[Endpoint, frozenset[str]] = {
    "chat": frozenset(ChatParams.__annotations__) - _OPTIONS,
    "embeddings": frozenset({"input", "model", "encoding_format", "dimensions", "user"}),
    "transcription": frozenset({*TranscriptionParams.__annotations__, "response_format"}) - _OPTIONS,
    "translation": frozenset({*TranslationParams.__annotations__, "response_format"}) - _OPTIONS,
    "speech": frozenset(SpeechParams.__annotations__) - _OPTIONS,
}
_MAIN: Mapping[Endpoint, tuple[str, ...]] = {
    "chat": ("messages",),
    "embeddings": ("input",),
    "transcription": ("file", "url"),
    "translation": ("file", "url"),
    "speech": ("input",),
}
"""The arguments of which an item must have one."""
_IDS = ("custom_id", "id")
_BATCH_LINE = frozenset({"custom_id", "method", "url", "body"})
_NOT_IN_KEY = frozenset({"stream", "user", "metadata"})
_sorted_encoder = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True)
class Requests:
    """The options that all items of a job share, and the rules by which an item becomes a request.

    An item is a text, a row (a mapping) for the placeholders of ``prompt``, a dict of arguments of the endpoint such as
    ``{"messages": [...]}``, a Batch line (``custom_id``, ``method``, ``url``, ``body``), or for recordings a path or a URL.
    The ``id`` or ``custom_id`` of a dict is its id. Raises `JobInputError` for options that do not fit together.
    """

    endpoint: Endpoint = "chat"
    model: str | None = None
    """The model of items that name none."""
    prompt: str | None = None
    """A template; see `Template`."""
    system: str | None = None
    """The system message, a template too. An item that has one of its own gets no second one."""
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Arguments of the endpoint for all items. Those of an item go first."""
    _prompt: Template | None = field(init=False, repr=False, default=None)
    _system: Template | None = field(init=False, repr=False, default=None)

    def __post_init__(self) -> None:
        if self.endpoint not in PATHS:
            names = ", ".join(PATHS)
            hint = did_you_mean(self.endpoint, PATHS)
            raise JobInputError(f"endpoint must be one of {names}, not {self.endpoint!r}{hint}")
        for name in ("model", "prompt", "system"):
            given: Any = getattr(self, name)
            if given is not None and not isinstance(given, str):
                raise TypeError(f"{name} must be a str or None, not {type(given).__name__}")
        is_text = self.endpoint in ("chat", "embeddings", "speech")
        if self.prompt is not None and not is_text:
            raise JobInputError(
                f"prompt is a template of texts; for the prompt of a {self.endpoint} pass params={{'prompt': ...}}"
            )
        if self.system is not None and self.endpoint != "chat":
            raise JobInputError(f"system is for chat; {self.endpoint} has no messages")
        for name in self.params:
            if name == "stream" and self.params[name]:
                raise JobInputError("a job does not stream: leave stream out of params")
            self._check_name(name, "params has")
        if self.prompt is not None:
            self._check_replaced("is made of the prompt")
        given = self.params.get("response_format")
        if isinstance(given, type) or get_origin(given) is not None:
            raise JobInputError(
                "params has a type as response_format; a job takes it as an argument of its own: run(..., response_format=...)"
            )
        if self.prompt is not None:
            object.__setattr__(self, "_prompt", Template(self.prompt))
        if self.system is not None:
            object.__setattr__(self, "_system", Template(self.system))

    @property
    def template_digest(self) -> str:
        """The digest of ``prompt`` and ``system``, in hexadecimal; empty where there is neither."""
        if self.prompt is None and self.system is None:
            return ""
        return blake2b(_sorted_encoder.encode([self.prompt, self.system]), digest_size=16).hexdigest()

    def known_arguments(self) -> frozenset[str]:
        """Return the arguments that the endpoint knows."""
        return _KNOWN[self.endpoint]

    def request(self, index: int, item: Any) -> JobRequest:
        """Return the request of the item at position ``index``. Raises `JobInputError` if it cannot be sent."""
        body: dict[str, Any] = dict(self.params)
        if self.model is not None:
            body["model"] = self.model
        id, where = None, f"item {index}"
        is_text = self._prompt is not None or item.__class__ is str
        if item.__class__ is not str and isinstance(item, Mapping):
            row = cast("Mapping[str, Any]", item)
            id = _id_of(row)
            if id is not None:
                where = f"item {index} (id {id!r})"
            if _BATCH_LINE.issuperset(row) and "body" in row:
                self._read_batch_line(row, body, where)
                is_text = False
            elif self._prompt is not None:
                self._fill(body, row, where)
            else:
                self._take_arguments(row, body, where)
        else:
            self._take_text(item, body, where)
        if self._system is not None:
            self._add_system(body, item, where)
        if not body.get("model"):
            raise JobInputError(f"{where} has no model; pass model='...', or give it one of its own")
        if body.get("stream"):
            raise JobInputError(f"{where} has stream; a job does not stream")
        key = request_key(self.endpoint, body, where)
        name = str(index) if id is None else id
        return JobRequest(index, name, self.endpoint, body, key, item, id is not None, is_text)

    # ------------------------------------------------------------------------------------------- kinds of items

    def _take_text(self, item: Any, body: dict[str, Any], where: str) -> None:
        is_recording = self.endpoint in ("transcription", "translation")
        if is_recording and isinstance(item, (str, bytes, os.PathLike, tuple)):
            self._check_replaced("is a recording")
            is_url = isinstance(item, str) and item.startswith(("http://", "https://"))
            body["url" if is_url else "file"] = item
        elif not is_recording and isinstance(item, str):
            if self._prompt is None:
                self._check_replaced("is a text")
                self._set_text(body, item)
            else:
                self._fill(body, {"text": item}, where)
        else:
            kinds = "a path, a URL or a dict" if is_recording else "a str or a dict"
            raise JobInputError(f"{where} is {type(item).__name__}; an item must be {kinds}")

    def _fill(self, body: dict[str, Any], row: Mapping[str, Any], where: str) -> None:
        assert self._prompt is not None
        self._set_text(body, self._prompt.fill(row, where))

    def _set_text(self, body: dict[str, Any], text: str) -> None:
        if self.endpoint == "chat":
            body["messages"] = [{"role": "user", "content": text}]
        else:
            body["input"] = text

    def _take_arguments(self, row: Mapping[str, Any], body: dict[str, Any], where: str) -> None:
        main = _MAIN[self.endpoint]
        if not any(name in row for name in main) and not any(name in body for name in main):
            names = ", ".join(str(name) for name in row if name not in _IDS)
            has = f"has {names}, and none of {', '.join(main)}" if names else f"has no {' or '.join(main)}"
            fix = (
                "give it the path or the URL of a recording"
                if "file" in main
                else "pass prompt='... {column} ...' to make a prompt of its columns"
            )
            raise JobInputError(f"{where} {has}; {fix}")
        for name, value in row.items():
            if name not in _IDS:
                self._check_name(name, f"{where} has")
                body[name] = value

    def _read_batch_line(self, row: Mapping[str, Any], body: dict[str, Any], where: str) -> None:
        line_body = row["body"]
        if not isinstance(line_body, Mapping):
            raise JobInputError(
                f"{where} is a Batch line whose body is {type(line_body).__name__}, not an object"
            )
        url = row.get("url", f"/v1{PATHS[self.endpoint]}")
        endpoint = _ENDPOINT_OF_URL.get(url)
        if endpoint is None:
            raise JobInputError(f"{where} has the url {url!r}; use one of {', '.join(_ENDPOINT_OF_URL)}")
        if endpoint != self.endpoint:
            raise JobInputError(
                f"{where} is a Batch line of {endpoint} ({url}) in a job of {self.endpoint}; "
                f"pass endpoint={endpoint!r} for a job of such lines"
            )
        if row.get("method", "POST") != "POST":
            raise JobInputError(f"{where} has the method {row['method']!r}; a job sends POST only")
        body.update(cast("Mapping[str, Any]", line_body))

    def _add_system(self, body: dict[str, Any], item: Any, where: str) -> None:
        messages = body.get("messages")
        if not isinstance(messages, (list, tuple)):
            return
        listed = list(cast("list[Any]", messages))
        first = listed[0] if listed else None
        if isinstance(first, Mapping) and cast("Mapping[str, Any]", first).get("role") in (
            "system",
            "developer",
        ):
            return
        assert self._system is not None
        row = cast("Mapping[str, Any]", item) if isinstance(item, Mapping) else {"text": item}
        body["messages"] = [{"role": "system", "content": self._system.fill(row, where)}, *listed]

    def _check_replaced(self, what: str) -> None:
        """Raise `JobInputError` for what items have in ``params``, where each item has one of its own."""
        for name in _MAIN[self.endpoint]:
            if name in self.params:
                raise JobInputError(
                    f"params has {name}, which would not be sent, because each item {what}: leave {name} out of params, or "
                    f"pass items such as {{{name!r}: ...}}"
                )

    def _check_name(self, name: object, where: str) -> None:
        known = _KNOWN[self.endpoint]
        if name not in known:
            hint = (
                did_you_mean(str(name), known) or "; take it out, or pass prompt='...' to use it as a column"
            )
            raise JobInputError(f"{where} {name!r}, which {self.endpoint} does not know{hint}")


def request_key(endpoint: Endpoint, body: Mapping[str, Any], where: str = "the request") -> bytes:
    """Return the digest of a request, 16 bytes: BLAKE2b of the endpoint and the body with sorted keys.

    ``stream``, ``user`` and ``metadata`` do not count: they change no result. Of a file its path counts, not its content.
    Raises `JobInputError` for a body that JSON cannot represent.
    """
    if not _NOT_IN_KEY.isdisjoint(body):
        body = {name: value for name, value in body.items() if name not in _NOT_IN_KEY}
    try:
        try:
            encoded = _sorted_encoder.encode(body)
        except (TypeError, msgspec.MsgspecError):  # a type that msgspec does not know
            encoded = _sorted_encoder.encode(msgspec.json.decode(encode_json(_with_paths(body))))
    except (GroqError, ValueError, TypeError, RecursionError) as error:
        raise JobInputError(f"{where} cannot be sent: {error}") from None
    return blake2b(endpoint.encode() + b"\n" + encoded, digest_size=16).digest()


def _with_paths(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the body with files as JSON can name them: a path as text, content as its digest."""
    return {name: _named(value) if name == "file" else value for name, value in body.items()}


def _named(file: Any) -> Any:
    if isinstance(file, (bytes, bytearray, memoryview)):
        return blake2b(cast("Any", file), digest_size=16).hexdigest()
    if isinstance(file, os.PathLike):
        return os.fspath(cast("os.PathLike[str]", file))
    if isinstance(file, tuple):
        return [_named(part) for part in cast("Any", file)]
    return file


def _id_of(row: Mapping[str, Any]) -> str | None:
    for name in _IDS:
        value = row.get(name)
        if value is not None and value != "":
            return str(value)
    return None
