"""``client.get``, ``post``, ``put``, ``patch``, ``delete``: for endpoints that this library does not declare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, overload

from .. import transport
from ..protocol.arguments import did_you_mean, require_int, require_mapping
from ..protocol.request import JSON, Request, ResponseMode, build, build_form
from ..response import MissingStreamClassError
from ..types._omit import Omit, is_omitted
from ..types._params import FileTypes, TimeoutTypes
from ..types._typing import TypedDict
from ._base import AsyncResource

T = TypeVar("T")
AsyncStreamT = TypeVar("AsyncStreamT", bound="transport.AsyncStream[Any]")


class RequestOptions(TypedDict, total=False):
    """Options of an HTTP method, besides its body."""

    headers: Mapping[str, str | Omit]
    """Headers to add to those of the client. `omit` as a value removes a header."""
    params: Mapping[str, object]
    """Query parameters to add to those of the client."""
    timeout: TimeoutTypes
    """The timeout of this call instead of the client's, in seconds."""
    max_retries: int
    """How often this call is retried."""
    extra_json: Mapping[str, object]
    """Fields to add to the body."""


_OPTIONS = tuple(RequestOptions.__annotations__)
_RENAMED = {
    "headers": "extra_headers", "params": "extra_query", "extra_json": "extra_body", "timeout": "timeout",
}  # fmt: skip
_MAPPINGS = frozenset({"headers", "params", "extra_json"})


class AsyncHTTPMethods(AsyncResource):
    """Requests to any path under the API root.

    ``path`` is relative to it (``/models``; the full ``/openai/v1/models`` is the same). ``cast_to`` is the type of the
    result: a Struct, a dataclass, a TypedDict, ``dict``, ``list``, ``str``, ``bytes``, a pydantic model, ... or a
    response class for the response itself.
    """

    async def get(self, path: str, *, cast_to: type[T], options: RequestOptions | None = None) -> T:
        """Send a ``GET`` request. Raises the same errors as the endpoints."""
        return await self._transport.send(_request("GET", path, cast_to, options))

    @overload
    async def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: Literal[False] = False,
        stream_cls: None = None,
    ) -> T: ...
    @overload
    async def post(
        self,
        path: str,
        *,
        cast_to: type[Any],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: Literal[True],
        stream_cls: type[AsyncStreamT],
    ) -> AsyncStreamT: ...
    @overload
    async def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: bool,
        stream_cls: type[AsyncStreamT],
    ) -> T | AsyncStreamT: ...
    async def post(
        self,
        path: str,
        *,
        cast_to: type[Any],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: bool = False,
        stream_cls: type[Any] | None = None,
    ) -> Any:
        """Send a ``POST`` request. ``body`` is sent as JSON, with ``files`` as a multipart form.

        With ``stream=True`` the result is a ``stream_cls``, such as ``AsyncStream[ChatCompletionChunk]``.
        Raises `MissingStreamClassError` for a stream without one.
        """
        return await self._transport.send(
            _request("POST", path, cast_to, options, body, files, stream, stream_cls)
        )

    async def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
    ) -> T:
        """Send a ``PUT`` request; see `post`."""
        return await self._transport.send(_request("PUT", path, cast_to, options, body, files))

    async def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
    ) -> T:
        """Send a ``PATCH`` request; see `post`."""
        return await self._transport.send(_request("PATCH", path, cast_to, options, body, files))

    async def delete(
        self, path: str, *, cast_to: type[T], body: object = None, options: RequestOptions | None = None
    ) -> T:
        """Send a ``DELETE`` request; see `post`."""
        return await self._transport.send(_request("DELETE", path, cast_to, options, body))


def _request(
    method: str,
    path: str,
    cast_to: type[T],
    options: RequestOptions | None,
    body: object = None,
    files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
    stream: bool = False,
    stream_cls: type[Any] | None = None,
) -> Request[T]:
    if not isinstance(path, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"path must be a text such as '/models', not {type(path).__name__}")
    given = _checked(options)
    if method == "GET" and require_mapping("options['extra_json']", given.get("extra_json")):
        raise TypeError("a GET has no body, so extra_json cannot be sent; pass options={'params': {...}}")
    if is_omitted(body):
        body = None
    files = None if is_omitted(files) else files
    renamed = {new: given[old] for old, new in _RENAMED.items() if old in given}
    max_retries = given.get("max_retries")
    if max_retries is not None:
        max_retries = (
            None
            if is_omitted(max_retries)
            else require_int("options['max_retries']", max_retries, hint="0 for none")
        )
    mode = JSON
    if stream:
        if stream_cls is None:
            raise MissingStreamClassError
        mode = ResponseMode("events", stream_cls=_checked_stream_cls(get_origin(stream_cls) or stream_cls))
        (cast_to,) = get_args(stream_cls) or (cast_to,)
    elif _is_response_class(cast_to):
        mode = ResponseMode("bytes", view="raw", response_cls=cast_to)
    if files is not None or _is_form(given.get("headers")):
        pairs = cast("Mapping[str, Any]", files).items() if isinstance(files, Mapping) else files or ()
        return build_form(
            method, path, cast_to, _mapping(body), renamed,
            file_names=(), files=pairs, mode=mode, max_retries=max_retries,
        )  # fmt: skip
    kind = type(body)
    if given.get("extra_json") and not issubclass(kind, (Mapping, type(None))):
        raise TypeError(f"extra_json is added to a body that is a mapping, not to {kind.__name__}")
    return build(method, path, cast_to, body, renamed, mode=mode, max_retries=max_retries)


def _checked(options: Any) -> Mapping[str, Any]:
    """Return ``options`` if its names and mappings are valid. Errors use these names; those of `build` differ."""
    given = require_mapping("options", options)
    for name, value in given.items():
        if name not in _OPTIONS:
            hint = did_you_mean(name, _OPTIONS) or f"; there are {', '.join(_OPTIONS)}"
            raise TypeError(f"options has an unexpected {name!r}{hint}")
        if name in _MAPPINGS:
            require_mapping(f"options[{name!r}]", value)
    return given


def _checked_stream_cls(cls: Any) -> Any:
    """Return ``cls`` if it is a class of streams, async or sync; ``sync/`` makes the sync stream of the async one."""
    from ..transport.stream import AsyncStream

    is_class = isinstance(cls, type)
    if not is_class or not (issubclass(cls, AsyncStream) or hasattr(cast("Any", cls), "__next__")):
        raise TypeError(
            "stream_cls must be a class of streams such as AsyncStream[ChatCompletionChunk] (of Groq: Stream[...]), "
            f"not {cls!r}"
        )
    return cast("Any", cls)


def _is_form(headers: Mapping[str, str | Omit] | None) -> bool:
    """Return whether a header says that the body is a form, as the official package requires."""
    return any(
        name.lower() == "content-type" and str(value).startswith("multipart/form-data")
        for name, value in require_mapping("headers", headers).items()
    )


def _mapping(body: object) -> Mapping[str, Any]:
    if body is None:
        return {}
    if not isinstance(body, Mapping):
        raise TypeError(f"with files the body must be a mapping of form fields, not {type(body).__name__}")
    return cast("Mapping[str, Any]", body)


def _is_response_class(cast_to: Any) -> bool:
    from ..response import BaseAPIResponse

    return isinstance(cast_to, type) and issubclass(cast_to, BaseAPIResponse)
