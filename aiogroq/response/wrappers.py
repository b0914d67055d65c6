"""The higher-order wrappers that the raw and streaming views of the resources are made of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, ParamSpec, TypeVar, cast

from ..protocol.request import View, ViewHeaders
from ..types._omit import Omit
from .classes import AsyncAPIResponse, AsyncResponseContextManager

R = TypeVar("R")
P = ParamSpec("P")
AsyncAPIResponseT = TypeVar("AsyncAPIResponseT", bound="AsyncAPIResponse[Any]")


def with_view(kwargs: Any, *, streaming: bool, response_cls: type[Any] | None = None) -> None:
    """Put a `View` on the keywords of a call; every endpoint passes it down in ``extra_headers``."""
    headers = cast("Mapping[str, str | Omit] | None", kwargs.get("extra_headers"))
    kwargs["extra_headers"] = ViewHeaders(View(streaming, response_cls), headers)


def async_to_raw_response_wrapper(
    func: Callable[P, Awaitable[R]],
) -> Callable[P, Awaitable[AsyncAPIResponse[R]]]:
    """Wrap an API method so that it gives the `AsyncAPIResponse` round its answer."""

    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> AsyncAPIResponse[R]:
        with_view(kwargs, streaming=False)
        answer = func(*args, **kwargs)
        return cast("AsyncAPIResponse[R]", await answer)

    return wrapped


def async_to_custom_raw_response_wrapper(
    func: Callable[P, Awaitable[object]], response_cls: type[AsyncAPIResponseT]
) -> Callable[P, Awaitable[AsyncAPIResponseT]]:
    """Wrap an API method so that it gives a response of the class ``response_cls``, which must be concrete."""

    async def wrapped(*args: P.args, **kwargs: P.kwargs) -> AsyncAPIResponseT:
        with_view(kwargs, streaming=False, response_cls=response_cls)
        answer = func(*args, **kwargs)
        return cast("AsyncAPIResponseT", await answer)

    return wrapped


def async_to_streamed_response_wrapper(
    func: Callable[P, Awaitable[R]],
) -> Callable[P, AsyncResponseContextManager[AsyncAPIResponse[R]]]:
    """Wrap an API method so that ``async with`` sends it and gives its response, the body still on the socket."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> AsyncResponseContextManager[AsyncAPIResponse[R]]:
        with_view(kwargs, streaming=True)
        answer = func(*args, **kwargs)
        return AsyncResponseContextManager(cast("Awaitable[AsyncAPIResponse[R]]", answer))

    return wrapped


def async_to_custom_streamed_response_wrapper(
    func: Callable[P, Awaitable[object]], response_cls: type[AsyncAPIResponseT]
) -> Callable[P, AsyncResponseContextManager[AsyncAPIResponseT]]:
    """`async_to_streamed_response_wrapper` with a response class of your own, which must be concrete."""

    def wrapped(*args: P.args, **kwargs: P.kwargs) -> AsyncResponseContextManager[AsyncAPIResponseT]:
        with_view(kwargs, streaming=True, response_cls=response_cls)
        answer = func(*args, **kwargs)
        return AsyncResponseContextManager(cast("Awaitable[AsyncAPIResponseT]", answer))

    return wrapped
