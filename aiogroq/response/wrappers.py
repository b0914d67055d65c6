"""The wrappers that make raw and streaming methods. The generated views use them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

from ..protocol.request import ResponseMode, ResponseModeHeaders
from ..types._omit import Omit
from .classes import AsyncAPIResponse, AsyncResponseContextManager

R = TypeVar("R")
P = ParamSpec("P")
AsyncAPIResponseT = TypeVar("AsyncAPIResponseT", bound="AsyncAPIResponse[Any]")


def set_response_mode(kwargs: Any, *, streaming: bool, response_cls: type[Any] | None = None) -> None:
    """Put the view of a `ResponseMode` into the keyword arguments of a call: every endpoint passes ``extra_headers`` on."""
    headers = cast("Mapping[str, str | Omit] | None", kwargs.get("extra_headers"))
    mode = ResponseMode(view="streaming" if streaming else "raw", response_cls=response_cls)
    kwargs["extra_headers"] = ResponseModeHeaders(mode, headers)


def async_to_raw_response_wrapper(
    func: Callable[P, Awaitable[R]],
) -> Callable[P, Awaitable[AsyncAPIResponse[R]]]:
    """Wrap an API method so that it returns the `AsyncAPIResponse` around its value."""

    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> AsyncAPIResponse[R]:
        set_response_mode(kwargs, streaming=False)
        response = func(*args, **kwargs)
        return cast("AsyncAPIResponse[R]", await response)

    return wrapped


def async_to_custom_raw_response_wrapper(
    func: Callable[P, Awaitable[object]], response_cls: type[AsyncAPIResponseT]
) -> Callable[P, Awaitable[AsyncAPIResponseT]]:
    """Wrap an API method so that it returns a response of the class ``response_cls``, which must be concrete."""

    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> AsyncAPIResponseT:
        set_response_mode(kwargs, streaming=False, response_cls=response_cls)
        response = func(*args, **kwargs)
        return cast("AsyncAPIResponseT", await response)

    return wrapped


def async_to_streamed_response_wrapper(
    func: Callable[P, Awaitable[R]],
) -> Callable[P, AsyncResponseContextManager[AsyncAPIResponse[R]]]:
    """Wrap an API method so that ``async with`` sends the request and returns its response, with the body still on the connection."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> AsyncResponseContextManager[AsyncAPIResponse[R]]:
        set_response_mode(kwargs, streaming=True)
        response = func(*args, **kwargs)
        return AsyncResponseContextManager(cast("Awaitable[AsyncAPIResponse[R]]", response))

    return wrapped


def async_to_custom_streamed_response_wrapper(
    func: Callable[P, Awaitable[object]], response_cls: type[AsyncAPIResponseT]
) -> Callable[P, AsyncResponseContextManager[AsyncAPIResponseT]]:
    """`async_to_streamed_response_wrapper` with your own response class, which must be concrete."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> AsyncResponseContextManager[AsyncAPIResponseT]:
        set_response_mode(kwargs, streaming=True, response_cls=response_cls)
        response = func(*args, **kwargs)
        return AsyncResponseContextManager(cast("Awaitable[AsyncAPIResponseT]", response))

    return wrapped
