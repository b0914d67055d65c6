"""The sync response classes, and the wrappers that make raw and streaming methods."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, TypeVar, cast, overload

from ..response import (
    DEFAULT_FILE_CHUNK_BYTES,
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncStreamedBinaryAPIResponse,
    BaseAPIResponse,
    LineSplitter,
    charset,
    set_response_mode,
)
from .portal import PortalError, portal
from .stream import Stream

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

T = TypeVar("T")
R = TypeVar("R")
P = ParamSpec("P")
APIResponseT = TypeVar("APIResponseT", bound="APIResponse[Any]")


class APIResponse(BaseAPIResponse[R]):
    """A response whose body is read by sync calls."""

    _async: AsyncAPIResponse[R]

    @overload
    def parse(self) -> R: ...
    @overload
    def parse(self, *, to: type[T]) -> T: ...
    @overload
    def parse(self, *, to: Any) -> Any: ...
    def parse(self, *, to: Any = None) -> Any:
        """Return the body as the endpoint's type, or as ``to``: a Struct, dataclass, TypedDict, dict, list, Union, str,
        bytes, int, float, bool, None, or a pydantic model if pydantic is installed.

        With ``stream=True`` and without ``to`` it returns the stream. The value of each type is cached.
        Raises `APIResponseValidationError` for a body that does not fit the type.
        """
        if self._make_stream is not None and to is None:
            if "stream" not in self._parsed:
                self._parsed["stream"] = Stream(self._make_stream())
            return self._parsed["stream"]
        if self._is_binary and to is None:
            return self
        self.read()
        return self._parse(to)

    def read(self) -> bytes:
        """Return the whole body. Raises `StreamAlreadyConsumed` if it was iterated before."""
        if self._content is None:
            self._content = portal.call(self._async.read())
        return self._content

    def text(self) -> str:
        """Return the whole body as text, decoded by the character set in the headers."""
        return self.read().decode(charset(self.headers), errors="replace")

    def json(self) -> Any:
        """Return the whole body as plain JSON data."""
        self.read()
        return self._parse(object)

    def close(self) -> None:
        """Close the body. If it was not read completely, the connection is closed too."""
        if not self.is_closed:
            portal.close(self._async.close)

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the decompressed body in chunks of ``chunk_size`` bytes, or as they arrive."""
        return _iterate(self._async.iter_bytes(chunk_size))

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """Yield the chunks of `iter_bytes` as text. A character split between two chunks is decoded whole."""
        return _iterate(self._async.iter_text(chunk_size))

    def iter_lines(self) -> Iterator[str]:
        """Yield the lines of the body, without their line ends."""
        lines = LineSplitter()
        for text in self.iter_text():
            yield from lines.feed(text)
        yield from lines.finish()


class _FileResponse(APIResponse[bytes]):
    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Write the body to ``file``, as `stream_to_file` does."""
        portal.call(self._body.save(file, DEFAULT_FILE_CHUNK_BYTES))

    def stream_to_file(self, file: str | os.PathLike[str], *, chunk_size: int | None = None) -> None:
        """Write the body to ``file``, ``chunk_size`` bytes at a time, without holding it in memory.

        It is written to ``<name>.part`` beside ``file`` and renamed when complete, so a download that fails leaves no
        file. Raises `APIConnectionError` when the body is truncated, `OSError` when the file cannot be written.
        """
        portal.call(self._body.save(file, chunk_size or DEFAULT_FILE_CHUNK_BYTES))


class BinaryAPIResponse(_FileResponse):
    """A binary response (audio, file contents) whose body has been read."""

    @property
    def content(self) -> bytes:
        """The whole body."""
        return self.read()


class StreamedBinaryAPIResponse(_FileResponse):
    """A binary response whose body is still on the connection."""


class ResponseContextManager(Generic[APIResponseT]):
    """Sends the request on entry and closes the response on exit."""

    def __init__(self, request_func: Callable[[], APIResponseT]) -> None:
        self._request_func = request_func
        self.__response: APIResponseT | None = None

    def __enter__(self) -> APIResponseT:
        self.__response = self._request_func()
        return self.__response

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        if self.__response is not None:
            self.__response.close()


_SYNC_CLASSES: dict[type[Any], type[APIResponse[Any]]] = {
    AsyncBinaryAPIResponse: BinaryAPIResponse,
    AsyncStreamedBinaryAPIResponse: StreamedBinaryAPIResponse,
    AsyncAPIResponse: APIResponse,
}


def sync_response(response: AsyncAPIResponse[Any]) -> APIResponse[Any]:
    """Return the sync object for an async response, over the same body, of the class that the view names."""
    cls: Any = response.sync_cls
    if not _is_sync(cls):
        cls = next(each for ours, each in _SYNC_CLASSES.items() if isinstance(response, ours))
    sync: APIResponse[Any] = cls.__new__(cls)
    sync.__dict__.update(response.__dict__)
    sync._async = response  # pyright: ignore[reportPrivateUsage]
    return sync


def _is_sync(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, APIResponse)


def _iterate(source: AsyncIterator[T]) -> Iterator[T]:
    """Iterate an async iterator on the portal. It is closed when the loop over it ends early."""
    runner = portal.runner
    try:
        while True:
            if not runner.is_alive:  # the event loop has ended the iterator, as if the body were complete
                raise PortalError("The thread that reads this body has died; the rest of it is lost.")
            try:
                item = portal.call(_next(source))
            except StopAsyncIteration:
                return
            yield item
    except GeneratorExit:
        # Without waiting: the garbage collector may be closing the generator.
        portal.close_nowait(cast("Any", source).aclose, runner)
        raise


async def _next(source: AsyncIterator[T]) -> T:
    return await source.__anext__()


# ------------------------------------------------------------------------------------------------- wrappers


def to_raw_response_wrapper(func: Callable[P, R]) -> Callable[P, APIResponse[R]]:
    """Wrap an API method so that it returns the `APIResponse` around its value."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> APIResponse[R]:
        set_response_mode(kwargs, streaming=False)
        return cast("APIResponse[R]", func(*args, **kwargs))

    return wrapped


def to_custom_raw_response_wrapper(
    func: Callable[P, object], response_cls: type[APIResponseT]
) -> Callable[P, APIResponseT]:
    """Wrap an API method so that it returns a response of the class ``response_cls``, which must be concrete."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> APIResponseT:
        set_response_mode(kwargs, streaming=False, response_cls=response_cls)
        return cast("APIResponseT", func(*args, **kwargs))

    return wrapped


def to_streamed_response_wrapper(func: Callable[P, R]) -> Callable[P, ResponseContextManager[APIResponse[R]]]:
    """Wrap an API method so that ``with`` sends the request and returns its response, with the body still on the connection."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseContextManager[APIResponse[R]]:
        set_response_mode(kwargs, streaming=True)
        return ResponseContextManager(lambda: cast("APIResponse[R]", func(*args, **kwargs)))

    return wrapped


def to_custom_streamed_response_wrapper(
    func: Callable[P, object], response_cls: type[APIResponseT]
) -> Callable[P, ResponseContextManager[APIResponseT]]:
    """`to_streamed_response_wrapper` with your own response class, which must be concrete."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseContextManager[APIResponseT]:
        set_response_mode(kwargs, streaming=True, response_cls=response_cls)
        return ResponseContextManager(lambda: cast("APIResponseT", func(*args, **kwargs)))

    return wrapped
