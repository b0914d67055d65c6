# Written by python tools/sync_facade.py from aiogroq/client.py. Do not edit.
"""`Groq`: the sync client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from yarl import URL

from .. import transport
from ..client import AsyncGroq
from ..protocol.arguments import reject_unknown_kwargs
from ..protocol.rate_limits import RateLimit
from ..protocol.redaction import hide, hide_values
from ..protocol.retry import Retry
from ..protocol.timeouts import DEFAULT_MAX_RETRIES, Timeout
from ..types._omit import Omit, not_given
from ..types._params import TimeoutTypes
from ..types._typing import Never, Self
from ._client import SyncClient

if TYPE_CHECKING:
    from ..limits.pacing import Pacing, PacingTypes
else:
    Pacing = PacingTypes = Any


class Groq(SyncClient):
    """The sync client of the Groq API.

    Its calls run on an event loop in a thread of the library's own. It works in scripts, in notebooks (where an event
    loop is running already), from many threads at once, and after a fork.

    A client can be made anywhere, also without a running event loop, and used from any loop. Closing it, with `close`
    or ``with``, is optional. It can be copied and pickled; a pickle contains the key in plain text.

    Args:
        api_key: Default: the environment variable ``GROQ_API_KEY``.
        base_url: The root of the service, a URL that ends in ``/openai/v1``, or that of any OpenAI-compatible server.
            Default: the environment variable ``GROQ_BASE_URL``, or ``https://api.groq.com``.
        timeout: Seconds for each phase of a call (default 60, and 5 to connect), or an `aiogroq.Timeout`. Its
            ``total`` is the deadline of the whole call, with its retries and the waits between them.
        max_retries: How often a call is retried.
        default_headers: Headers to add to every request; `omit` as a value removes one of the library's.
        default_query: Query parameters to add to every request.
        http_client: An `aiogroq.DefaultAioHttpClient` (proxy, TLS, sizes of the pool), or in async code your own
            ``aiohttp.ClientSession``.
        on_retry: A plain function, called with an `aiogroq.Retry` before each wait for a retry, on the event loop of
            the call and in its context. An exception that it raises ends the call.
        retry_read_timeouts: Whether to retry also after a timeout that passes when the whole request has been sent
            (``first_byte`` or ``read``). The service may have worked on it, so such a call may be paid twice.
            Idempotent requests (GET, DELETE) are always retried.
        pacing: How calls are held back so that no rate limit is reached: True learns the limits from responses;
            `aiogroq.limits.Limits`, a text such as ``"rpm=30,tpm=6000"`` or a tier such as ``"developer"`` give them;
            `aiogroq.limits.Pacing` has all options. Calls of one key, base URL and model share the limits in this process; with
            the URL of a Redis server, such as ``"redis://localhost:6379/0"``, in all processes that use it.
            A call that would wait too long raises `PacingError`. Default: calls are not held back.

    Raises `GroqError` for an invalid key or base URL.
    """

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
        pacing: PacingTypes | Omit | None = None,
        **unknown: Never,
    ) -> None:
        api_key, default_headers = (hide(api_key), hide_values(default_headers))
        reject_unknown_kwargs("Groq", Groq.__init__, unknown)
        self._prepare(http_client)
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
                pacing=pacing,
            )
        )

    @property
    def api_key(self) -> str:
        """The API key."""
        return self._async.api_key

    @property
    def auth_headers(self) -> dict[str, str]:
        """The header with the API key."""
        return self._async.auth_headers

    @property
    def base_url(self) -> URL:
        """The API root, ``/openai/v1`` or ``/v1`` included."""
        return self._async.base_url

    @property
    def timeout(self) -> Timeout:
        """The timeouts of a call, in seconds."""
        return self._async.timeout

    @property
    def max_retries(self) -> int:
        """How often a call is retried."""
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
        """The function that is called before each wait for a retry."""
        return self._async.on_retry

    @property
    def retry_read_timeouts(self) -> bool:
        """Whether a call is retried after a timeout that passed once its request was sent."""
        return self._async.retry_read_timeouts

    @property
    def pacing(self) -> Pacing | None:
        """How calls are held back so that no rate limit is reached; None where they are not."""
        return self._async.pacing

    @property
    def rate_limits(self) -> Mapping[str, RateLimit]:
        """The rate limits of the organization for each model, from the latest response, by model id. Errors and streams
        update it too. A model without a response so far is not in it.
        """
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
        pacing: PacingTypes | Omit | None = not_given,
        **unknown: Never,
    ) -> Self:
        """Return a client with some options changed, on the same connection pool unless ``http_client`` is given.

        ``default_headers`` and ``default_query`` are added to those of this client; ``set_default_headers`` and
        ``set_default_query`` replace them. Closing one client closes the pool of both. `rate_limits` is shared too,
        unless the key or the base URL differs: rate limits belong to an organization.
        """
        api_key, default_headers = (hide(api_key), hide_values(default_headers))
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
                pacing=pacing,
            )
        )

    with_options = copy

    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._async.is_closed()
