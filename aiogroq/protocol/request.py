"""`Request`: one call as a value, with the type of its answer on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar, cast

from ..types._omit import Omit, is_omitted, omit
from .arguments import did_you_mean, require_finite, require_mapping
from .encode import encode_json as encode_json
from .timeouts import Timeout
from .tracebacks import checks_arguments

T = TypeVar("T")


@dataclass
class Form:
    """A multipart body: its text fields and its files, in order."""

    fields: list[tuple[str, str]]
    """Name and value of the text fields."""
    files: list[tuple[str, Any]]
    """Name and content of the files, as the caller gave it."""


@dataclass(slots=True)
class Request(Generic[T]):
    """What is sent, and what comes back."""

    method: str
    """The HTTP method, in capitals."""
    path: str
    """The path under the API root, already encoded, or a whole URL of the same origin."""
    returns: type[T]
    """The type that the body of the answer becomes."""
    body: bytes | None = None
    """The JSON body, encoded once however often the request is tried."""
    form: Form | None = None
    """The multipart body."""
    query: Mapping[str, object] | None = None
    """Query parameters besides those of the client."""
    # Not in the repr: there may be a secret in them.
    headers: Mapping[str, str | Omit] | None = field(default=None, repr=False)
    """Headers besides those of the client; `omit` takes one away."""
    timeout: Timeout | Omit = omit
    """Limits of this call; those of the client where omitted."""
    max_retries: int | None = None
    """Retries of this call; those of the client where None."""
    stream: bool = False
    """Whether the answer is a stream of events, of type ``returns`` each."""
    stream_cls: Any = None
    """The class of the stream to hand out, of either colour, or None for the usual one."""
    binary: bool = False
    """Whether the answer is bytes (audio, file contents) rather than JSON."""
    audio: bool = False
    """Whether those bytes are audio, which an HTML page is not."""
    view: View | None = None
    """How the answer is handed out when not as a plain value."""
    model: str | None = None
    """The model that the request names: rate limits are counted by model."""

    @property
    def idempotent(self) -> bool:
        """Whether sending it twice does no harm beyond the cost."""
        return self.method in ("GET", "HEAD", "DELETE", "PUT")


@dataclass(frozen=True)
class View:
    """How a raw or streaming view wants its answer."""

    streaming: bool
    """True: the body is left on the socket until asked for. False: it is read, the answer handed out round it."""
    response_cls: type[Any] | None = None
    """The response class to hand out, or None for the usual one."""


class ViewHeaders(dict[str, "str | Omit"]):
    """Extra headers that carry a `View`.

    ``extra_headers`` is the one argument that every endpoint takes, ours or a user's own, so it is what a raw
    or streaming wrapper can pass through any of them. The view itself is never sent.
    """

    view: View

    def __init__(self, view: View, headers: Mapping[str, str | Omit] | None) -> None:
        super().__init__({} if headers is None else require_mapping("extra_headers", headers))
        self.view = view


def build(
    method: str,
    path: str,
    returns: type[T],
    params: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    *,
    stream: bool = False,
    binary: bool = False,
    default_headers: Mapping[str, str] | None = None,
) -> Request[T]:
    """A `Request` from the keywords of a call.

    ``params`` become the JSON body (None: no body), or the query of a GET; absent and omitted ones are not sent.
    ``options`` are the per-call options: ``extra_headers``, ``extra_query``, ``extra_body``, ``timeout``. Raises
    `TypeError` for the ``extra_body`` of a GET, which has no body.
    """
    request = Request(method, path, returns, stream=stream, binary=binary)
    extra_body: Mapping[str, Any] | None = None
    if options:
        extra_body = _apply_options(request, options)
    if default_headers:
        request.headers = {**default_headers, **(request.headers or {})}
    if method == "GET":
        if extra_body:
            raise TypeError(
                "a GET has no body, so extra_body cannot be sent; pass extra_query={'name': 'value'}"
            )
        if params:
            request.query = {**params, **(request.query or {})}
    elif params is not None or extra_body is not None:
        body: Mapping[str, Any] = params or {}
        if extra_body is not None:
            body = {**body, **extra_body}
        if Omit in map(type, body.values()):
            body = {name: value for name, value in body.items() if not isinstance(value, Omit)}
        request.body = encode_json(body)
        model = body.get("model")
        request.model = model if isinstance(model, str) else None
    return request


def build_form(
    method: str,
    path: str,
    returns: type[T],
    params: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    files: Iterable[str] = ("file",),
) -> Request[T]:
    """A multipart `Request`: the ``params`` named in ``files`` are uploads, the others text fields."""
    request = Request(method, path, returns)
    merged = {**params, **(_apply_options(request, options) or {})}
    request.form = form(merged, files)
    model = merged.get("model")
    request.model = model if isinstance(model, str) else None
    return request


def form(params: Mapping[str, Any], files: Iterable[str]) -> Form:
    """``params`` as a multipart form. Lists become repeated ``name[]`` fields, nested mappings ``name[key]``.

    A form has no null: what is None or an empty text is not sent, as by the official package.
    """
    uploads = [(name, params[name]) for name in files if not is_omitted(params.get(name, omit))]
    fields: list[tuple[str, str]] = []
    for name, value in params.items():
        if name not in dict(uploads):
            fields.extend(_form_fields(name, value))
    return Form(fields, [(name, content) for name, content in uploads if content is not None])


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


def _apply_options(request: Request[Any], options: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Put the options of a call on its request. Returns the fields that go into its body as well."""
    for name in options:
        if name not in OPTION_NAMES:
            hint = _nearest(name, options[name], OPTION_NAMES)
            raise TypeError(f"got an unexpected keyword argument {name!r}{hint}")
    headers = options.get("extra_headers")
    if headers is not None and not is_omitted(headers):
        if isinstance(headers, ViewHeaders):
            request.headers, request.view = headers, headers.view
        else:
            request.headers = require_mapping("extra_headers", headers)
    query = options.get("extra_query")
    if query is not None and not is_omitted(query):
        request.query = require_mapping("extra_query", query)
    timeout = options.get("timeout", omit)
    if not is_omitted(timeout):
        request.timeout = Timeout.of(timeout)
    extra_body = options.get("extra_body")
    is_given = extra_body is not None and not is_omitted(extra_body)
    return require_mapping("extra_body", extra_body) if is_given else None


_OFTEN_REQUIRED = frozenset({str, list})
"""Types that are told at once to be no `omit`."""
OPTION_NAMES = frozenset({"extra_headers", "extra_query", "extra_body", "timeout"})


_OF_THE_CLIENT = frozenset(
    ["api_key", "base_url", "max_retries", "default_headers", "default_query", "http_client", "on_retry"]
)


def _nearest(name: str, value: object, known: frozenset[str]) -> str:
    if name in _OF_THE_CLIENT:
        shown = repr(value) if isinstance(value, int) else "..."  # others may be secrets
        return f"; it is an option of the client: client.with_options({name}={shown})"
    return did_you_mean(name, known) or "; pass it in extra_body if the service knows it"


@checks_arguments
def split_options(
    given: Mapping[str, Any], known: frozenset[str], required: frozenset[str], call: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The keywords of a wide endpoint, as parameters and per-call options. They are taken over, not copied.

    Raises `TypeError` for a name that is not in ``known`` (with the nearest one that is) and for a missing
    required one, as Python does where they are spelled out in a signature.
    """
    params = cast("dict[str, Any]", given)  # a type checker's view of ``**params`` may be a TypedDict
    options: dict[str, Any] = {}
    if not known.issuperset(params):
        for name in list(params):
            if name in OPTION_NAMES:
                options[name] = params.pop(name)
            elif name not in known:
                hint = _nearest(name, params[name], known | OPTION_NAMES)
                raise TypeError(f"{call}() got an unexpected keyword argument {name!r}{hint}")
    for name in required:
        value = params.get(name, omit)
        if value.__class__ not in _OFTEN_REQUIRED and is_omitted(value):
            missing = [name for name in sorted(required) if is_omitted(params.get(name, omit))]
            raise TypeError(
                f"{call}() is missing the required argument{'s'[: len(missing) > 1]} {', '.join(missing)}"
            )
    return params, options
