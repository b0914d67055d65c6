"""What every resource is made of: a transport that sends its requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..protocol.arguments import did_you_mean

if TYPE_CHECKING:
    from ..transport.call import Transport


class AsyncResource:
    """A group of endpoints."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._transport.config.root}>"

    if not TYPE_CHECKING:
        # At run time only: a type checker is to see a misspelt name as one, not as Any.
        def __getattr__(self, name: str) -> Any:
            hint = did_you_mean(name, [known for known in dir(self) if not known.startswith("_")])
            raise AttributeError(f"{type(self).__name__!r} has no {name!r}{hint}")
