"""The part of `Groq` that is written by hand; ``tools/sync_facade.py`` generates the rest from `AsyncGroq`."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from ..client import AsyncGroq, FixedOptions
from ..types._typing import Self
from .client_resources import Resources
from .portal import portal
from .runner import preload


class SyncClient(FixedOptions, Resources):
    """Its calls run on an event loop in a thread of the library's own. It works in scripts, in notebooks (where an event
    loop is running already), from many threads at once, and after a fork."""

    _async: AsyncGroq  # pyright: ignore[reportIncompatibleVariableOverride]

    @staticmethod
    def _prepare(http_client: Any) -> None:
        """Load what calls need. Raises `TypeError` for a pool over an ``aiohttp.ClientSession``."""
        if hasattr(http_client, "_request") or getattr(http_client, "is_injected", False) is True:
            raise TypeError(
                "Groq runs on an event loop of its own, so it cannot use an aiohttp.ClientSession, which belongs to "
                "another loop. Give it a DefaultAioHttpClient with the options of the session, or use AsyncGroq."
            )
        preload()

    @classmethod
    def _over(cls, client: AsyncGroq) -> Self:
        preload()
        sync_client = cls.__new__(cls)
        Resources.__init__(sync_client, client)
        return sync_client

    def close(self) -> None:
        """Close the connections. It may be called more than once, and from any thread."""
        portal.close(self._async.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close()

    if not TYPE_CHECKING:
        # At run time only, so that type checkers report it.
        async def __aenter__(self) -> None:
            raise TypeError("Groq is sync: use 'with Groq()', or 'async with aiogroq.AsyncGroq()'")

        async def __aexit__(self, *exc: object) -> None: ...

    def __repr__(self) -> str:
        if "_async" not in self.__dict__:  # `__init__` raised, and a traceback shows its locals
            return f"<{type(self).__name__} (uninitialized)>"
        return f"<{type(self).__name__} {self._async.base_url}>"

    def __reduce__(self) -> Any:
        return _over, (type(self), self._async)


def _over(cls: type[SyncClient], client: AsyncGroq) -> SyncClient:
    return cls._over(client)  # pyright: ignore[reportPrivateUsage]
