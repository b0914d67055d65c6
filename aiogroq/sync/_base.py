"""The base of the generated sync resources: runs a coroutine, and makes the sync object of its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast, overload

from ..resources._signatures import show_keywords
from ..types._model import BaseModel
from .portal import portal
from .response import APIResponse, BinaryAPIResponse, sync_response
from .stream import Stream

if TYPE_CHECKING:
    from ..response import AsyncAPIResponse, AsyncBinaryAPIResponse
    from ..transport.stream import AsyncStream

T = TypeVar("T")
ModelT = TypeVar("ModelT", bound=BaseModel)


class SyncResource:
    """A group of sync endpoints, which run the coroutines of the async resource on the portal."""

    _async: Any

    def __init_subclass__(cls) -> None:
        show_keywords(cls)

    def __init__(self, resource: Any) -> None:
        self._async = resource

    def _source_of_child(self, name: str) -> Any:
        return getattr(self._async, name)

    def __repr__(self) -> str:
        return repr(self._async).replace(type(self._async).__name__, type(self).__name__, 1)


run = portal.call


@overload
def to_sync(value: AsyncStream[T]) -> Stream[T]: ...
@overload
def to_sync(value: AsyncBinaryAPIResponse) -> BinaryAPIResponse: ...
@overload
def to_sync(value: AsyncAPIResponse[T]) -> APIResponse[T]: ...
@overload
def to_sync(value: ModelT) -> ModelT: ...
@overload
def to_sync(value: ModelT | AsyncStream[T]) -> ModelT | Stream[T]: ...
@overload
def to_sync(value: T) -> T: ...
def to_sync(value: Any) -> Any:
    """Return the sync object for what a coroutine returned: a `Stream`, an `APIResponse`, or a plain value unchanged."""
    if isinstance(value, BaseModel):
        return value
    from ..response import AsyncAPIResponse
    from ..transport.stream import AsyncStream

    if isinstance(value, AsyncStream):
        wanted = value.sync_cls
        cls = cast(
            "type[Stream[Any]]", wanted if wanted is not None and issubclass(wanted, Stream) else Stream
        )
        return cls(cast("Any", value))
    if isinstance(value, AsyncAPIResponse):
        return sync_response(cast("Any", value))
    return value
