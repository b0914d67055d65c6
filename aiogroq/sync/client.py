"""`Groq`: the blocking client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import TracebackType
from typing import TYPE_CHECKING, Any

from yarl import URL

from .. import transport
from ..client import AsyncGroq, FixedOptions
from ..protocol.arguments import reject_unknown_kwargs
from ..protocol.rate_limits import RateLimit
from ..protocol.redaction import hide, hide_values
from ..protocol.retry import Retry
from ..protocol.timeouts import DEFAULT_MAX_RETRIES, Timeout
from ..types._omit import Omit, not_given
from ..types._params import TimeoutTypes
from ..types._typing import Never, Self
from .client_resources import Resources
from .portal import portal
from .runner import preload


class Groq(FixedOptions, Resources):
    """The Groq API, blocking: the same calls as `AsyncGroq`, run on a loop in a thread of the library's own.

    It works in scripts, in notebooks (where a loop runs already), from many threads at once, and after a fork. It may be
    left open, closed with `close`, or used as ``with Groq() as client``. The arguments are those of `AsyncGroq`;
    ``on_retry`` is called on that thread, with the context variables of the caller.

    A client can be copied and pickled, as its configuration: a pickle of it has the key in it, in the clear.

    Raises `GroqError` for a key or a base URL that cannot be right.
    """

    _async: AsyncGroq  # pyright: ignore[reportIncompatibleVariableOverride]

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | URL | None = None,
        timeout: TimeoutTypes = not_given,
        max_retries: int = DEFAULT_MAX_RETRIES,
        default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        http_client: transport.DefaultAioHttpClient | transport.ClientSession | None = None,
        on_retry: Callable[[Retry], object] | None = None,
        retry_read_timeouts: bool = False,
        **unknown: Never,
    ) -> None:
        # So that no traceback with locals shows them.
        api_key, default_headers = hide(api_key), hide_values(default_headers)
        reject_unknown_kwargs("Groq", Groq.__init__, unknown)
        if hasattr(http_client, "_request") or getattr(http_client, "is_injected", False) is True:
            raise TypeError(
                "Groq runs on a loop of its own, so it cannot use an aiohttp.ClientSession, which belongs to another "
                "loop. Give it a DefaultAioHttpClient with the options of the session, or use AsyncGroq."
            )
        _load()
        super().__init__(
            AsyncGroq(
                api_key=api_key,
                base_url=base_url,
                timeout=timeout,
                max_retries=max_retries,
                default_headers=default_headers,
                default_query=default_query,
                http_client=http_client,
                on_retry=on_retry,
                retry_read_timeouts=retry_read_timeouts,
            )
        )

    @property
    def api_key(self) -> str:
        """The key."""
        return self._async.api_key

    @property
    def base_url(self) -> URL:
        """Where the endpoints are, ``/openai/v1`` or ``/v1`` included."""
        return self._async.base_url

    @property
    def timeout(self) -> Timeout:
        """The limits of a call, in seconds."""
        return self._async.timeout

    @property
    def max_retries(self) -> int:
        """How often a call is tried again."""
        return self._async.max_retries

    @property
    def default_headers(self) -> Mapping[str, str | Omit]:
        """The headers that this client adds to every request, without the key."""
        return self._async.default_headers

    @property
    def default_query(self) -> Mapping[str, object]:
        """The query parameters that this client adds to every request."""
        return self._async.default_query

    @property
    def http_client(self) -> transport.DefaultAioHttpClient:
        """The pool of connections."""
        return self._async.http_client

    @property
    def on_retry(self) -> Callable[[Retry], object] | None:
        """What is called before each wait for a retry."""
        return self._async.on_retry

    @property
    def retry_read_timeouts(self) -> bool:
        """Whether a call is retried after a timeout that passed once its request was sent."""
        return self._async.retry_read_timeouts

    @property
    def rate_limits(self) -> Mapping[str, RateLimit]:
        """What the latest answers said of the organisation's limits for each model, by its name. It changes as answers
        come, errors and streams too; a model that was not asked is not in it."""
        return self._async.rate_limits

    def copy(
        self,
        *,
        api_key: str | None = None,
        base_url: str | URL | None = None,
        timeout: TimeoutTypes = not_given,
        http_client: transport.DefaultAioHttpClient | transport.ClientSession | None = None,
        max_retries: int | Omit = not_given,
        default_headers: Mapping[str, str | Omit] | None = None,
        set_default_headers: Mapping[str, str | Omit] | None = None,
        default_query: Mapping[str, object] | None = None,
        set_default_query: Mapping[str, object] | None = None,
        on_retry: Callable[[Retry], object] | Omit | None = not_given,
        retry_read_timeouts: bool | Omit = not_given,
        **unknown: Never,
    ) -> Self:
        """A client with some options changed, on the same pool of connections (unless ``http_client`` is given).

        ``default_headers`` and ``default_query`` are added to those of this client; ``set_default_headers`` and
        ``set_default_query`` take their place. Closing one closes the pool of both. `rate_limits` is shared too, unless
        the key or the base URL is another: limits belong to an organisation.
        """
        api_key, default_headers = hide(api_key), hide_values(default_headers)
        set_default_headers = hide_values(set_default_headers)
        reject_unknown_kwargs("copy() or with_options", Groq.copy, unknown)
        return self._over(
            self._async.copy(
                api_key=api_key,
                base_url=base_url,
                timeout=timeout,
                http_client=http_client,
                max_retries=max_retries,
                default_headers=default_headers,
                set_default_headers=set_default_headers,
                default_query=default_query,
                set_default_query=set_default_query,
                on_retry=on_retry,
                retry_read_timeouts=retry_read_timeouts,
            )
        )

    with_options = copy

    @classmethod
    def _over(cls, client: AsyncGroq) -> Self:
        _load()
        blocking = cls.__new__(cls)
        Resources.__init__(blocking, client)
        return blocking

    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._async.is_closed()

    def close(self) -> None:
        """Close the connections. May be called more than once, or not at all."""
        portal.close(self._async.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        self.close()

    if not TYPE_CHECKING:
        # At run time only, so that type checkers refuse it too.
        async def __aenter__(self) -> None:
            raise TypeError("Groq is blocking: use 'with Groq()', or 'async with aiogroq.AsyncGroq()'")

        async def __aexit__(self, *exc: object) -> None: ...

    def __repr__(self) -> str:
        if "_async" not in self.__dict__:  # a traceback that shows how it failed to be made
            return f"<{type(self).__name__} (uninitialized)>"
        return f"<{type(self).__name__} {self._async.base_url}>"

    def __reduce__(self) -> Any:
        return _over, (type(self), self._async)


@cache
def _load() -> None:
    """Import what calls need. Left to the first call, a signal handler that interrupts just that import, and makes a call
    too, would find the module half made."""
    preload()


def _over(cls: type[Groq], client: AsyncGroq) -> Groq:
    return cls._over(client)  # pyright: ignore[reportPrivateUsage]
