"""The blocking twins of the response classes, and the wrappers that the blocking views are made of."""

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
    """An answer whose body is waited for."""

    _async: AsyncAPIResponse[R]

    @overload
    def parse(self) -> R: ...
    @overload
    def parse(self, *, to: type[T]) -> T: ...
    @overload
    def parse(self, *, to: Any) -> Any: ...
    def parse(self, *, to: Any = None) -> Any:
        """The body as the endpoint's type, or as ``to``: a Struct, dataclass, TypedDict, dict, list, Union, str,
        bytes, int, float, bool, None, or a pydantic model where pydantic is installed.

        For ``stream=True`` without ``to`` it is the stream. A value is made once for each type.
        Raises `APIResponseValidationError` for a body that does not fit.
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
        """The whole body. Raises `StreamAlreadyConsumed` when it was iterated before."""
        if self._content is None:
            self._content = portal.call(self._async.read())
        return self._content

    def text(self) -> str:
        """The whole body as text, in the character set that its headers name."""
        return self.read().decode(charset(self.headers), errors="replace")

    def json(self) -> Any:
        """The whole body as plain JSON data."""
        self.read()
        return self._parse(object)

    def close(self) -> None:
        """Close the body. What was not read is gone, and the connection with it."""
        if not self.is_closed:
            portal.close(self._async.close)

    def iter_bytes(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """The body in pieces, decompressed: of ``chunk_size`` bytes each, or as they arrive."""
        return _blocking(self._async.iter_bytes(chunk_size))

    def iter_text(self, chunk_size: int | None = None) -> Iterator[str]:
        """`iter_bytes` as text; a character cut between two pieces is put together again."""
        return _blocking(self._async.iter_text(chunk_size))

    def iter_lines(self) -> Iterator[str]:
        """The body line by line, without the line ends."""
        lines = LineSplitter()
        for text in self.iter_text():
            yield from lines.feed(text)
        yield from lines.finish()


class BinaryAPIResponse(APIResponse[bytes]):
    """A binary answer (audio, file contents), read already."""

    @property
    def content(self) -> bytes:
        """The whole body."""
        return self.read()

    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Write the body to ``file``, which appears whole or not at all (a temporary name, then a rename)."""
        portal.call(self._body.save(file, DEFAULT_FILE_CHUNK_BYTES))

    def stream_to_file(self, file: str | os.PathLike[str], *, chunk_size: int | None = None) -> None:
        """The same as `write_to_file`, ``chunk_size`` bytes at a time."""
        portal.call(self._body.save(file, chunk_size or DEFAULT_FILE_CHUNK_BYTES))


class StreamedBinaryAPIResponse(APIResponse[bytes]):
    """A binary answer whose body is still on the socket."""

    def stream_to_file(self, file: str | os.PathLike[str], *, chunk_size: int | None = None) -> None:
        """Stream the body to ``file`` without holding it in memory.

        It is written to a temporary name beside it and renamed when complete, so that a download that fails
        leaves no file. Raises `APIConnectionError` when the body is cut, `OSError` when the disk refuses.
        """
        portal.call(self._body.save(file, chunk_size or DEFAULT_FILE_CHUNK_BYTES))

    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """The same as `stream_to_file`."""
        self.stream_to_file(file)


class ResponseContextManager(Generic[APIResponseT]):
    """Sends the request when it is entered, closes the response when it is left."""

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


_TWINS: dict[type[Any], type[APIResponse[Any]]] = {
    AsyncBinaryAPIResponse: BinaryAPIResponse,
    AsyncStreamedBinaryAPIResponse: StreamedBinaryAPIResponse,
    AsyncAPIResponse: APIResponse,
}


def blocking_response(response: AsyncAPIResponse[Any]) -> APIResponse[Any]:
    """The blocking twin of a response, over the same body: of the class that the view asked for, if it did."""
    cls: Any = response.sync_cls
    if not _is_blocking(cls):
        cls = next(twin for ours, twin in _TWINS.items() if isinstance(response, ours))
    blocking: APIResponse[Any] = cls.__new__(cls)
    blocking.__dict__.update(response.__dict__)
    blocking._async = response  # pyright: ignore[reportPrivateUsage]
    return blocking


def _is_blocking(cls: Any) -> bool:
    return isinstance(cls, type) and issubclass(cls, APIResponse)


def _blocking(source: AsyncIterator[T]) -> Iterator[T]:
    """An async iterator, iterated on the portal. Closed where the loop over it is left early."""
    runner = portal.runner
    try:
        while True:
            if not runner.is_alive:  # the loop has ended the iterator, as if the body had come to its end
                raise PortalError("The thread that reads this body has died; the rest of it is lost.")
            try:
                item = portal.call(_next(source))
            except StopAsyncIteration:
                return
            yield item
    except GeneratorExit:
        # Without waiting: this may be the garbage collector, which collects a generator that was left early.
        portal.close_nowait(cast("Any", source).aclose, runner)
        raise


async def _next(source: AsyncIterator[T]) -> T:
    return await source.__anext__()


# ------------------------------------------------------------------------------------------------- wrappers


def to_raw_response_wrapper(func: Callable[P, R]) -> Callable[P, APIResponse[R]]:
    """Wrap an API method so that it gives the `APIResponse` round its answer."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> APIResponse[R]:
        set_response_mode(kwargs, streaming=False)
        return cast("APIResponse[R]", func(*args, **kwargs))

    return wrapped


def to_custom_raw_response_wrapper(
    func: Callable[P, object], response_cls: type[APIResponseT]
) -> Callable[P, APIResponseT]:
    """Wrap an API method so that it gives a response of the class ``response_cls``, which must be concrete."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> APIResponseT:
        set_response_mode(kwargs, streaming=False, response_cls=response_cls)
        return cast("APIResponseT", func(*args, **kwargs))

    return wrapped


def to_streamed_response_wrapper(func: Callable[P, R]) -> Callable[P, ResponseContextManager[APIResponse[R]]]:
    """Wrap an API method so that ``with`` sends it and gives its response, the body still on the socket."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseContextManager[APIResponse[R]]:
        set_response_mode(kwargs, streaming=True)
        return ResponseContextManager(lambda: cast("APIResponse[R]", func(*args, **kwargs)))

    return wrapped


def to_custom_streamed_response_wrapper(
    func: Callable[P, object], response_cls: type[APIResponseT]
) -> Callable[P, ResponseContextManager[APIResponseT]]:
    """`to_streamed_response_wrapper` with a response class of your own, which must be concrete."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> ResponseContextManager[APIResponseT]:
        set_response_mode(kwargs, streaming=True, response_cls=response_cls)
        return ResponseContextManager(lambda: cast("APIResponseT", func(*args, **kwargs)))

    return wrapped
