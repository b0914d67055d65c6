"""What every resource stands on: something that sends requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from ..protocol.arguments import did_you_mean

if TYPE_CHECKING:
    from ..protocol.request import Request
    from ..transport.stream import AsyncStream

T = TypeVar("T")


class Sender(Protocol):
    """Sends requests: the client, as its resources see it."""

    async def send(self, request: Request[T]) -> T:
        """The answer of a request."""
        ...

    async def stream(self, request: Request[T]) -> AsyncStream[T]:
        """The events of the answer of a request."""
        ...


class Root(Sender, Protocol):
    """What a tree of resources grows from."""

    _sender: Sender
    """What the resources send by. Not the client itself: the two would keep each other, and the open connections,
    until the garbage collector comes by."""


class AsyncResource:
    """A group of endpoints."""

    def __init__(self, client: Sender) -> None:
        self._client = client

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._client}>"

    if not TYPE_CHECKING:
        # At run time only: a type checker is to see a misspelt name as one, not as Any.
        def __getattr__(self, name: str) -> Any:
            hint = did_you_mean(name, [known for known in dir(self) if not known.startswith("_")])
            raise AttributeError(f"{type(self).__name__!r} has no {name!r}{hint}")
