"""`Request`: what one call sends, and in which form its response is returned; built from the arguments of the call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import Any, Generic, Literal, TypeVar, cast

import msgspec

from ..types._omit import Omit, is_omitted, omit
from .arguments import did_you_mean, require_finite, require_mapping
from .encode import encode_json as encode_json
from .timeouts import Timeout
from .tracebacks import checks_arguments

T = TypeVar("T")


@dataclass(frozen=True)
class Form:
    """A multipart body: its text fields and its files, in order."""

    fields: list[tuple[str, str]]
    """Name and value of the text fields."""
    files: list[tuple[str, Any]]
    """Name and content of the files, as the caller gave it."""


@dataclass(frozen=True)
class ResponseMode:
    """In which form the caller gets a response. `transport.result.build_result` reads it."""

    content: Literal["json", "bytes", "audio", "events", "content"] = "json"
    """What the body is. ``audio``: bytes, but no HTML page; ``events``: a stream of events; ``content``: bytes, returned as a
    `transport.result.Content` and not as a response object, which costs more than a short body."""
    view: Literal["raw", "streaming"] | None = None
    """None: the value itself. ``raw``: a response object with the body read. ``streaming``: a response object with the
    body left on the socket."""
    response_cls: type[Any] | None = None
    """The class of the response object, sync or async; None for the usual one."""
    stream_cls: type[Any] | None = None
    """The class of the stream, sync or async; None for the usual one."""

    @property
    def is_left_open(self) -> bool:
        """Whether the body of the response is left on the socket when the call returns."""
        return self.content == "events" or self.view == "streaming"


JSON = ResponseMode()
BYTES = ResponseMode("bytes")
AUDIO = ResponseMode("audio")
EVENTS = ResponseMode("events")
CONTENT = ResponseMode("content")


class Request(msgspec.Struct, Generic[T], frozen=True, eq=False):
    """What is sent, and in which form the response is returned. Never changed after `build` has made it."""

    method: str
    """The HTTP method, in capitals."""
    path: str
    """The path under the API root, already encoded, or a whole URL of the same origin."""
    returns: type[T]
    """The type that the body of the response is decoded to; of a stream the type of each event."""
    mode: ResponseMode = JSON
    """In which form the response is returned."""
    body: bytes | None = None
    """The encoded body."""
    form: Form | None = None
    """The multipart body."""
    query: Mapping[str, object] | None = None
    """Query parameters besides those of the client."""
    headers: Mapping[str, str | Omit] | None = None
    """Headers besides those of the client; `omit` removes one. There may be a secret in them: not in the repr."""
    timeout: Timeout | Omit = omit
    """Timeouts of this call; those of the client where omitted."""
    max_retries: int | None = None
    """Retries of this call; those of the client where None."""
    model: str | None = None
    """The model that the request names: rate limits are counted by model."""

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice does no harm beyond the cost."""
        return self.method in ("GET", "HEAD", "DELETE", "PUT")

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [(name, getattr(self, name)) for name in self.__struct_fields__ if name != "headers"]

    def __repr__(self) -> str:
        return f"Request({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"


class ResponseModeHeaders(dict[str, "str | Omit"]):
    """Extra headers that carry the view of a `ResponseMode`.

    ``extra_headers`` is the one argument that every endpoint takes, the library's or a user's own, so a raw or streaming
    wrapper can pass the mode through any of them. An endpoint that copies its headers into a new dict loses it. The
    mode itself is never sent.
    """

    mode: ResponseMode

    def __init__(self, mode: ResponseMode, headers: Mapping[str, str | Omit] | None) -> None:
        super().__init__({} if headers is None else require_mapping("extra_headers", headers))
        self.mode = mode


def build(
    method: str,
    path: str,
    returns: type[T],
    body: object = None,
    options: Mapping[str, Any] | None = None,
    *,
    query: Mapping[str, Any] | None = None,
    mode: ResponseMode = JSON,
    max_retries: int | None = None,
    default_headers: Mapping[str, str | Omit] | None = None,
) -> Request[T]:
    """Return a `Request` for the arguments of a call.

    ``body`` is sent as JSON; of a mapping without its omitted values, bytes as they are, None as no body. ``query`` are
    parameters of the endpoint. ``options`` are the per-call options: ``extra_headers``, ``extra_query``, ``extra_body``,
    ``timeout``. Raises `TypeError` for an unknown option, for a body or ``extra_body`` of a GET, and for ``extra_body``
    with a body that is no mapping; `GroqError` for what cannot be written as JSON.
    """
    headers, extra_body = default_headers, None
    timeout: Timeout | Omit = omit
    if options:
        names = cast("Iterable[str]", body) if isinstance(body, (dict, Mapping)) else query or ()
        headers, query, timeout, extra_body, mode = _read_options(
            options, names, headers, query, mode, "extra_query" if method == "GET" else "extra_body"
        )
    if method == "GET" and (body is not None or extra_body):
        raise TypeError("a GET has no body, so extra_body cannot be sent; pass extra_query={'name': 'value'}")
    encoded: bytes | None = None
    model: object = None
    if isinstance(body, (dict, Mapping)) or (body is None and extra_body is not None and method != "GET"):
        fields = cast("Mapping[str, Any]", body or {})
        if extra_body is not None:
            fields = {**fields, **extra_body}
        if Omit in map(type, fields.values()):
            fields = {name: value for name, value in fields.items() if not isinstance(value, Omit)}
        encoded = encode_json(fields)
        model = fields.get("model")
    elif body is not None:
        if extra_body:
            raise TypeError(f"extra_body is added to a body that is a mapping, not to {type(body).__name__}")
        encoded = body if isinstance(body, bytes) else encode_json(body)
    return Request(
        method,
        path,
        returns,
        mode,
        encoded,
        None,
        query,
        headers,
        timeout,
        max_retries,
        model if isinstance(model, str) else None,
    )


def build_form(
    method: str,
    path: str,
    returns: type[T],
    params: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    file_names: Iterable[str] = ("file",),
    files: Iterable[tuple[str, Any]] = (),
    mode: ResponseMode = JSON,
    max_retries: int | None = None,
) -> Request[T]:
    """Return a multipart `Request`: the ``params`` named in ``file_names`` and ``files`` are uploads, the rest text fields.

    Raises `TypeError` for an unknown option and for a text field of bytes.
    """
    headers, query, timeout, extra_body, mode = _read_options(options, params, None, None, mode)
    merged = {**params, **(extra_body or {})}
    model = merged.get("model")
    return Request(
        method,
        path,
        returns,
        mode,
        form=form(merged, file_names, files),
        query=query,
        headers=headers,
        timeout=timeout,
        max_retries=max_retries,
        model=model if isinstance(model, str) else None,
    )


def form(params: Mapping[str, Any], file_names: Iterable[str], files: Iterable[tuple[str, Any]] = ()) -> Form:
    """Return ``params`` as a multipart form. Lists become repeated ``name[]`` fields, nested mappings ``name[key]``.

    A form has no null: None and an empty text are not sent, as by the official package.
    """
    uploads = [(name, params[name]) for name in file_names if not is_omitted(params.get(name, omit))]
    fields: list[tuple[str, str]] = []
    for name, value in params.items():
        if name not in dict(uploads):
            fields.extend(_form_fields(name, value))
    return Form(fields, [*((name, content) for name, content in uploads if content is not None), *files])


def _form_fields(name: str, value: Any) -> list[tuple[str, str]]:
    if value is None or is_omitted(value) or value == "":
        return []
    if isinstance(value, Mapping):
        items = cast("Mapping[str, Any]", value).items()
        return [pair for key, inner in items for pair in _form_fields(f"{name}[{key}]", inner)]
    if isinstance(value, (list, tuple, set, frozenset)):
        return [pair for inner in cast("list[Any]", value) for pair in _form_fields(f"{name}[]", inner)]
    require_finite(name, value)
    return [(name, _form_text(value))]


def _form_text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (bytes, bytearray)):
        raise TypeError("a text field of a form must not be bytes; decode() them to text")
    return str(value.value if isinstance(value, Enum) else value)


def _read_options(
    options: Mapping[str, Any],
    names: Iterable[str],
    headers: Mapping[str, str | Omit] | None,
    query: Mapping[str, Any] | None,
    mode: ResponseMode,
    other_arguments: str = "extra_body",
) -> tuple[
    Mapping[str, str | Omit] | None,
    Mapping[str, Any] | None,
    Timeout | Omit,
    Mapping[str, Any] | None,
    ResponseMode,
]:
    """Return headers, query, timeout, extra body and mode of a call: those of the endpoint with its options over them.

    ``names`` are those of the endpoint's own arguments, for the suggestion in the error of an unknown one, and
    ``other_arguments`` is the option that takes arguments which the library does not know.
    """
    for name in options:
        if name not in OPTION_NAMES and not is_omitted(options[name]):
            hint = _nearest(name, options[name], OPTION_NAMES.union(names), other_arguments)
            raise TypeError(f"got an unexpected keyword argument {name!r}{hint}")
    extra_headers = _option(options, "extra_headers")
    if isinstance(extra_headers, ResponseModeHeaders):
        view = extra_headers.mode
        mode = replace(mode, view=view.view, response_cls=view.response_cls)
    if extra_headers is not None:
        headers = {**headers, **extra_headers} if headers else extra_headers
    extra_query = _option(options, "extra_query")
    if extra_query is not None:
        query = {**query, **extra_query} if query else extra_query
    timeout = options.get("timeout", omit)
    # `omit` for the sentinels of other libraries, too.
    timeout = omit if is_omitted(timeout) else Timeout.of(timeout)
    return headers, query, timeout, _option(options, "extra_body"), mode


def _option(options: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    value = options.get(name)
    return None if value is None or is_omitted(value) else require_mapping(name, value)


_OFTEN_REQUIRED = frozenset({str, list})
"""The usual types of required arguments: a fast check that a value is not `omit`."""
OPTION_NAMES = frozenset({"extra_headers", "extra_query", "extra_body", "timeout"})
_CLIENT_OPTION_NAMES = frozenset({
    "api_key", "base_url", "max_retries", "default_headers", "default_query", "http_client", "on_retry",
    "retry_read_timeouts", "pacing",
})  # fmt: skip


def _nearest(name: str, value: object, known: frozenset[str], other_arguments: str = "extra_body") -> str:
    if name in _CLIENT_OPTION_NAMES:
        shown = repr(value) if isinstance(value, int) else "..."  # others may be secrets
        return f"; it is an option of the client: client.with_options({name}={shown})"
    return did_you_mean(name, known) or f"; pass it in {other_arguments} if the service knows it"


@checks_arguments
def split_options(
    given: Mapping[str, Any],
    known: frozenset[str],
    required: frozenset[str],
    call: str,
    also: frozenset[str] = frozenset(),
    hints: Mapping[str, str] = MappingProxyType({}),
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Split the keyword arguments of a wide endpoint into parameters and per-call options. ``given`` is changed, not copied.

    Raises `TypeError` for a name that is not in ``known`` (with the closest one that is) and for a missing
    required one, as Python does for arguments in a signature. ``also`` has further names for the suggestion; ``hints`` has
    what to do instead, for names that others use. An unknown name with an omitted value is not sent: libraries that are
    written for several packages pass them.
    """
    params = cast("dict[str, Any]", given)  # a type checker's view of ``**params`` may be a TypedDict
    options: dict[str, Any] = {}
    if not known.issuperset(params):
        for name in list(params):
            if name in OPTION_NAMES:
                options[name] = params.pop(name)
            elif name not in known and is_omitted(params[name]):
                del params[name]
            elif name not in known:
                hint = hints.get(name) or _nearest(name, params[name], known | OPTION_NAMES | also)
                raise TypeError(f"{call}() got an unexpected keyword argument {name!r}{hint}")
    for name in required:
        value = params.get(name, omit)
        if value.__class__ not in _OFTEN_REQUIRED and is_omitted(value):
            missing = [name for name in sorted(required) if is_omitted(params.get(name, omit))]
            raise TypeError(
                f"{call}() is missing the required argument{'s'[: len(missing) > 1]} {', '.join(missing)}"
            )
    return params, options
