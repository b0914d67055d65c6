# Written by python tools/sync_facade.py from aiogroq/resources/http_methods.py. Do not edit.
"""Sync versions of ``aiogroq/resources/http_methods.py``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, overload

from ..resources.http_methods import RequestOptions
from ..types._params import FileTypes
from ._base import SyncResource, run, to_sync
from .stream import Stream

if TYPE_CHECKING:
    from ..resources.http_methods import AsyncHTTPMethods

StreamT = TypeVar("StreamT", bound="Stream[Any]")
T = TypeVar("T")


class HTTPMethods(SyncResource):
    """Requests to any path under the API root.

    ``path`` is relative to it (``/models``; the full ``/openai/v1/models`` is the same). ``cast_to`` is the type of the
    result: a Struct, a dataclass, a TypedDict, ``dict``, ``list``, ``str``, ``bytes``, a pydantic model, ... or a
    response class for the response itself.
    """

    _async: AsyncHTTPMethods

    def get(self, path: str, *, cast_to: type[T], options: RequestOptions | None = None) -> T:
        """Send a ``GET`` request. Raises the same errors as the endpoints."""
        __tracebackhide__ = True
        return to_sync(run(self._async.get(path, cast_to=cast_to, options=options)))

    @overload
    def post(
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
    def post(
        self,
        path: str,
        *,
        cast_to: type[Any],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: Literal[True],
        stream_cls: type[StreamT],
    ) -> StreamT: ...
    @overload
    def post(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
        stream: bool,
        stream_cls: type[StreamT],
    ) -> T | StreamT: ...
    def post(
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

        With ``stream=True`` the result is a ``stream_cls``, such as ``Stream[ChatCompletionChunk]``.
        Raises `MissingStreamClassError` for a stream without one.
        """
        __tracebackhide__ = True
        return to_sync(
            run(
                cast("Any", self._async).post(
                    path,
                    cast_to=cast_to,
                    body=body,
                    options=options,
                    files=files,
                    stream=stream,
                    stream_cls=stream_cls,
                )
            )
        )

    def put(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
    ) -> T:
        """Send a ``PUT`` request; see `post`."""
        __tracebackhide__ = True
        return to_sync(run(self._async.put(path, cast_to=cast_to, body=body, options=options, files=files)))

    def patch(
        self,
        path: str,
        *,
        cast_to: type[T],
        body: object = None,
        options: RequestOptions | None = None,
        files: Mapping[str, FileTypes] | Iterable[tuple[str, FileTypes]] | None = None,
    ) -> T:
        """Send a ``PATCH`` request; see `post`."""
        __tracebackhide__ = True
        return to_sync(run(self._async.patch(path, cast_to=cast_to, body=body, options=options, files=files)))

    def delete(
        self, path: str, *, cast_to: type[T], body: object = None, options: RequestOptions | None = None
    ) -> T:
        """Send a ``DELETE`` request; see `post`."""
        __tracebackhide__ = True
        return to_sync(run(self._async.delete(path, cast_to=cast_to, body=body, options=options)))
