"""The response classes: the base of both kinds, and the async ones. The sync ones are in ``sync/response.py``."""

from __future__ import annotations

import codecs
import datetime
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, Generic, TypeVar, cast, get_args, get_origin, overload

from ..errors import APIResponseValidationError
from ..protocol.chunked_decode import LARGE_BODY_BYTES
from ..protocol.decode import parse_body
from ..protocol.rate_limits import RateLimit, rate_limit
from ..protocol.tracebacks import drop_frames
from .body import (
    DEFAULT_FILE_CHUNK_BYTES,
    Body,
    HTTPRequest,
    LineSplitter,
    StreamAlreadyConsumed,
    charset,
    one_chunk,
    read_content,
    resized,
)

T = TypeVar("T")
R = TypeVar("R")
AsyncAPIResponseT = TypeVar("AsyncAPIResponseT", bound="AsyncAPIResponse[Any]")


class BaseAPIResponse(Generic[R]):
    """A response: its status, its headers, and on demand its body as a value. Base of the async and sync classes."""

    retries_taken: int
    """The number of attempts before this response."""

    sync_cls: type[Any] | None = None
    """The sync class that the caller chose, where it is one of the caller's own."""

    _content: bytes | None

    def __init__(
        self,
        *,
        body: Body,
        returns: Any,
        http_request: HTTPRequest,
        make_stream: Callable[[], Any] | None = None,
        is_binary: bool = False,
        retries_taken: int = 0,
        content: bytes | None = None,
    ) -> None:
        self._body = body
        self._returns = returns
        self._is_binary = is_binary
        self._http_request = http_request
        self._make_stream = make_stream
        self._content = content
        self._parsed: dict[Any, Any] = {}
        self.retries_taken = retries_taken

    @property
    def headers(self) -> Mapping[str, str]:
        """The response headers, case-insensitive."""
        return self._body.headers

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self._body.status

    @property
    def url(self) -> str:
        """The URL of the request."""
        return self._body.url

    @property
    def method(self) -> str:
        """The HTTP method of the request, in capitals."""
        return self._http_request.method

    @property
    def http_request(self) -> HTTPRequest:
        """The request as plain data, with its secrets redacted."""
        return self._http_request

    @property
    def http_response(self) -> Any:
        """The ``aiohttp.ClientResponse``. Do not read its body: this object has done so, or will."""
        return self._body.raw

    @property
    def http_version(self) -> str:
        """Such as ``HTTP/1.1``."""
        return self._body.http_version

    @property
    def elapsed(self) -> datetime.timedelta:
        """The time from sending the request to the end of the response body, or until now while it is arriving."""
        return datetime.timedelta(seconds=self._body.elapsed_s)

    @property
    def is_closed(self) -> bool:
        """Whether the body has been read to its end, or closed."""
        return self._body.is_closed

    @property
    def request_id(self) -> str | None:
        """The id of the request at the service, from ``x-request-id``."""
        return self._body.headers.get("x-request-id")

    @property
    def rate_limit(self) -> RateLimit | None:
        """The rate limits of the organization in the headers, or None if there are none."""
        return rate_limit(self._body.headers)

    def __repr__(self) -> str:
        returns: Any = self._returns
        kind = "bytes" if _is_response_class(returns) else getattr(returns, "__name__", str(returns))
        return f"<{type(self).__name__} [{self.status_code}] type={kind}>"

    def _parse(self, to: Any) -> Any:
        """Return the body, which has been read, as ``to`` or if that is None as the endpoint's type. Cached by type."""
        target = self._returns if to is None else to
        try:
            return self._parse_once(target, read_content(self._content))
        except APIResponseValidationError as error:
            failed = error
        try:
            raise drop_frames(failed)  # the server may have sent the request back: the body is in no frame
        finally:
            del failed  # its traceback refers to this frame: a cycle otherwise

    def _parse_once(self, target: Any, content: bytes) -> Any:
        try:
            if target in self._parsed:
                return self._parsed[target]
        except TypeError:  # an unhashable type: not cached
            return self._parse_new(target, content)
        value = self._parsed[target] = self._parse_new(target, content)
        return value

    def _parse_new(self, target: Any, content: bytes) -> Any:
        return parse_body(target, content, self._body)


def _is_response_class(returns: Any) -> bool:
    """Return whether the response object is the value, as for audio and files."""
    return isinstance(returns, type) and issubclass(returns, BaseAPIResponse)


class AsyncAPIResponse(BaseAPIResponse[R]):
    """A response whose body is awaited."""

    @overload
    async def parse(self) -> R: ...
    @overload
    async def parse(self, *, to: type[T]) -> T: ...
    @overload
    async def parse(self, *, to: Any) -> Any: ...
    async def parse(self, *, to: Any = None) -> Any:
        """Return the body as the endpoint's type, or as ``to``: a Struct, dataclass, TypedDict, dict, list, Union, str,
        bytes, int, float, bool, None, or a pydantic model if pydantic is installed.

        With ``stream=True`` and without ``to`` it returns the stream. The value of each type is cached.
        Raises `APIResponseValidationError` for a body that does not fit the type.
        """
        if self._make_stream is not None and to is None:
            if "stream" not in self._parsed:
                self._parsed["stream"] = self._make_stream()
            return self._parsed["stream"]
        if self._is_binary and to is None:
            return self
        return await self._parse_off_loop(to)

    async def _parse_off_loop(self, to: Any) -> Any:
        if len(await self.read()) < LARGE_BODY_BYTES:
            return self._parse(to)
        try:
            return await self._body.compute(self._parse, to)
        except APIResponseValidationError as error:
            failed = error
        try:
            raise drop_frames(failed)  # those of the executor
        finally:
            del failed  # its traceback refers to this frame: a cycle otherwise

    async def read(self) -> bytes:
        """Return the whole body. Raises `StreamAlreadyConsumed` if it was iterated before."""
        if self._content is None:
            if self._body.is_consumed:
                raise StreamAlreadyConsumed
            self._content = await self._body.read()
        return self._content

    async def text(self) -> str:
        """Return the whole body as text, decoded by the character set in the headers."""
        return (await self.read()).decode(charset(self.headers), errors="replace")

    async def json(self) -> Any:
        """Return the whole body as plain JSON data."""
        return await self._parse_off_loop(object)

    async def close(self) -> None:
        """Close the body. If it was not read completely, the connection is closed too."""
        await self._body.close()

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        """Yield the decompressed body in chunks of ``chunk_size`` bytes, or as they arrive."""
        if self._content is not None:
            chunks = one_chunk(self._content)
        elif self._body.is_consumed:
            raise StreamAlreadyConsumed
        else:
            chunks = self._body.iter_chunks()
        async for chunk in resized(chunks, chunk_size):
            yield chunk

    async def iter_text(self, chunk_size: int | None = None) -> AsyncIterator[str]:
        """Yield the chunks of `iter_bytes` as text. A character split between two chunks is decoded whole."""
        decoder = codecs.getincrementaldecoder(charset(self.headers))(errors="replace")
        async for chunk in self.iter_bytes(chunk_size):
            text = decoder.decode(chunk)
            if text:
                yield text
        rest = decoder.decode(b"", final=True)
        if rest:
            yield rest

    async def iter_lines(self) -> AsyncIterator[str]:
        """Yield the lines of the body, without their line ends."""
        lines = LineSplitter()
        async for text in self.iter_text():
            for line in lines.feed(text):
                yield line
        for line in lines.finish():
            yield line


class _AsyncFileResponse(AsyncAPIResponse[bytes]):
    async def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Write the body to ``file``, as `stream_to_file` does."""
        await self._body.save(file, DEFAULT_FILE_CHUNK_BYTES)

    async def stream_to_file(self, file: str | os.PathLike[str], *, chunk_size: int | None = None) -> None:
        """Write the body to ``file``, ``chunk_size`` bytes at a time, without holding it in memory.

        It is written to ``<name>.part`` beside ``file`` and renamed when complete, so a download that fails leaves no
        file. Raises `APIConnectionError` when the body is truncated, `OSError` when the file cannot be written.
        """
        await self._body.save(file, chunk_size or DEFAULT_FILE_CHUNK_BYTES)


class AsyncBinaryAPIResponse(_AsyncFileResponse):
    """A binary response (audio, file contents) whose body has been read."""

    @property
    def content(self) -> bytes:
        """The whole body."""
        return read_content(self._content)


class AsyncStreamedBinaryAPIResponse(_AsyncFileResponse):
    """A binary response whose body is still on the connection."""


class AsyncResponseContextManager(Generic[AsyncAPIResponseT]):
    """Sends the request on entry and closes the response on exit."""

    def __init__(self, api_request: Awaitable[AsyncAPIResponseT]) -> None:
        self._api_request = api_request
        self.__response: AsyncAPIResponseT | None = None

    async def __aenter__(self) -> AsyncAPIResponseT:
        self.__response = await self._api_request
        return self.__response

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if self.__response is not None:
            await self.__response.close()

    def __del__(self) -> None:
        # Never entered: close the coroutine, which would otherwise warn that it was never awaited.
        close = getattr(self._api_request, "close", None)
        if self.__response is None and close is not None:
            close()


def extract_response_type(typ: type[BaseAPIResponse[Any]]) -> type:
    """Return the ``T`` of ``APIResponse[T]`` or of a concrete subclass (``bytes`` for `BinaryAPIResponse`)."""
    origin = get_origin(typ)
    if isinstance(origin, type) and issubclass(origin, BaseAPIResponse):
        return cast("type", get_args(typ)[0])
    for cls in getattr(typ, "__mro__", ()):
        for base in getattr(cls, "__orig_bases__", ()):
            outer: Any = get_origin(base)
            if isinstance(outer, type) and issubclass(outer, BaseAPIResponse):
                (inner,) = get_args(base)
                if not isinstance(inner, TypeVar):
                    return cast("type", inner)
    raise TypeError(f"{typ!r} is not a BaseAPIResponse with a concrete type")
