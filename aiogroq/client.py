"""`AsyncGroq`: the async client and its options."""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import TracebackType
from typing import TYPE_CHECKING, Any

from yarl import URL

from . import transport
from .as_groq import replaces_httpx
from .errors import GroqError
from .protocol.arguments import reject_unknown_kwargs, require_bool, require_int, require_mapping
from .protocol.rate_limits import RateLimit
from .protocol.redaction import Secret, hide, hide_values
from .protocol.retry import Retry
from .protocol.timeouts import DEFAULT_MAX_RETRIES, DEFAULT_TIMEOUT, Timeout
from .protocol.urls import api_root
from .resources.client_resources import AsyncResources
from .types._omit import Omit, is_omitted, not_given
from .types._params import TimeoutTypes
from .types._typing import Never, Self

if TYPE_CHECKING:
    from .limits.pacing import Pacing, PacingTypes
else:
    Pacing = PacingTypes = (
        Any  # for `typing.get_type_hints`: most clients pace nothing, and load no `aiogroq.limits`
    )

_HTTPX_DEFAULT = Timeout(5.0)
"""The timeouts of an httpx client whose user has set none."""
_DEFAULT_BASE_URL = "https://api.groq.com"


@dataclass(frozen=True, eq=False, repr=False)
class ClientOptions:
    """The options of a client, validated. `AsyncGroq` documents them."""

    api_key: str
    base_url: URL
    timeout: Timeout
    max_retries: int
    default_headers: Mapping[str, str | Omit]
    default_query: Mapping[str, object]
    http_client: transport.DefaultAioHttpClient
    on_retry: Callable[[Retry], object] | None
    retry_read_timeouts: bool
    pacing: Pacing | None

    @property
    def sent_headers(self) -> dict[str, str | Omit]:
        """The headers of every request: the key, those of the environment, those of the client."""
        bearer = Secret(f"Bearer {self.api_key}")
        return {
            "Authorization": bearer,
            **(hide_values(_environment_headers()) or {}),
            **self.default_headers,
        }

    def keywords(self) -> dict[str, Any]:
        """Return the keywords that make a client with these options."""
        return {name: getattr(self, name) for name in OPTION_NAMES}


OPTION_NAMES = [option.name for option in fields(ClientOptions)]


class FixedOptions:
    """Base of the clients. Their options cannot be set: a client may be shared, and has connections made with them."""

    if not TYPE_CHECKING:
        # At run time only: type checkers know that the properties cannot be set.
        def __setattr__(self, name: str, value: object) -> None:
            if name in OPTION_NAMES:
                raise AttributeError(
                    f"{name} of a client cannot be set; client.with_options({name}=...) makes a client with another one"
                )
            super().__setattr__(name, value)


class AsyncGroq(FixedOptions, AsyncResources):
    """The async client of the Groq API.

    A client can be made anywhere, also without a running event loop, and used from any loop. Closing it, with `close`
    or ``async with``, is optional. It can be copied and pickled; a pickle contains the key in plain text.

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
        # So that no traceback with locals shows them.
        api_key, default_headers = hide(api_key), hide_values(default_headers)
        reject_unknown_kwargs("AsyncGroq", AsyncGroq.__init__, unknown)
        from .transport.call import Transport
        from .transport.config import ClientConfig
        from .transport.http_client import as_http_client

        _set_up_logging()
        self._options = options = ClientOptions(
            api_key=_api_key(api_key),
            base_url=_api_root(base_url),
            timeout=_timeout(timeout, http_client),
            max_retries=(
                DEFAULT_MAX_RETRIES
                if is_omitted(max_retries)
                else require_int("max_retries", max_retries, hint="0 for none")
            ),
            default_headers=dict(require_mapping("default_headers", default_headers)),
            default_query=dict(require_mapping("default_query", default_query)),
            on_retry=_callback(on_retry),
            retry_read_timeouts=(
                False
                if is_omitted(retry_read_timeouts)
                else require_bool("retry_read_timeouts", retry_read_timeouts)
            ),
            pacing=_pacing(pacing),
            http_client=as_http_client(None if is_omitted(http_client) else http_client),
        )
        given_url = os.environ.get("GROQ_BASE_URL") if _is_absent(base_url) else base_url
        config = ClientConfig(
            http_client=options.http_client,
            root=options.base_url,
            default_headers=options.sent_headers,
            default_query=options.default_query,
            timeout=options.timeout,
            max_retries=options.max_retries,
            on_retry=options.on_retry,
            retry_read_timeouts=options.retry_read_timeouts,
            paced_call=_paced_call(options),
            is_path_added=not str(given_url).strip().rstrip("/").endswith("/v1"),
        )
        super().__init__(Transport(config))

    # --------------------------------------------------------------------------------------- configuration

    @property
    def api_key(self) -> str:
        """The API key."""
        return self._options.api_key

    @property
    def auth_headers(self) -> dict[str, str]:
        """The header with the API key."""
        return {"Authorization": Secret(f"Bearer {self.api_key}")}

    @property
    def base_url(self) -> URL:
        """The API root, ``/openai/v1`` or ``/v1`` included."""
        return self._options.base_url

    @property
    def timeout(self) -> Timeout:
        """The timeouts of a call, in seconds."""
        return self._options.timeout

    @property
    def max_retries(self) -> int:
        """How often a call is retried."""
        return self._options.max_retries

    @property
    def default_headers(self) -> Mapping[str, str | Omit]:
        """The headers that this client adds to every request, without the key."""
        return dict(self._options.default_headers)

    @property
    def default_query(self) -> Mapping[str, object]:
        """The query parameters that this client adds to every request."""
        return dict(self._options.default_query)

    @property
    def http_client(self) -> transport.DefaultAioHttpClient:
        """The pool of connections."""
        return self._options.http_client

    @property
    def on_retry(self) -> Callable[[Retry], object] | None:
        """The function that is called before each wait for a retry."""
        return self._options.on_retry

    @property
    def retry_read_timeouts(self) -> bool:
        """Whether a call is retried after a timeout that passed once its request was sent."""
        return self._options.retry_read_timeouts

    @property
    def pacing(self) -> Pacing | None:
        """How calls are held back so that no rate limit is reached; None where they are not."""
        return self._options.pacing

    @property
    def rate_limits(self) -> Mapping[str, RateLimit]:
        """The rate limits of the organization for each model, from the latest response, by model id. Errors and streams
        update it too. A model without a response so far is not in it."""
        return self._transport.config.rate_limits

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
        api_key, default_headers = hide(api_key), hide_values(default_headers)
        set_default_headers = hide_values(set_default_headers)
        reject_unknown_kwargs("copy() or with_options", AsyncGroq.copy, unknown)
        options = self._options.keywords()
        headers = _merged("default_headers", options, default_headers, set_default_headers)
        query = _merged("default_query", options, default_query, set_default_query)
        options |= {"default_headers": headers, "default_query": query}
        absent_if_none = {"api_key": api_key, "base_url": base_url, "http_client": http_client}
        options |= {name: value for name, value in absent_if_none.items() if not _is_absent(value)}
        changes = {
            "timeout": timeout,
            "max_retries": max_retries,
            "on_retry": on_retry,
            "retry_read_timeouts": retry_read_timeouts,
            "pacing": pacing,
        }
        options |= {name: value for name, value in changes.items() if not is_omitted(value)}
        other = type(self)(**options)
        if (other.api_key, other.base_url) == (self.api_key, self.base_url):
            theirs, ours = other._transport.config, self._transport.config
            theirs.rate_limits.share(ours.rate_limits)
            theirs.rejected_modes.share(ours.rejected_modes)
        return other

    with_options = copy

    # ---------------------------------------------------------------------------------------------- life

    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._options.http_client.is_closed

    async def close(self) -> None:
        """Close the connections. It may be called more than once, and from any event loop.

        With a store of the rate limits that processes share, it waits until what the calls used is stored.
        """
        if self._options.pacing is not None:
            from .limits.registry import stored

            await stored(self._options.pacing)
        await self._options.http_client.aclose()
        if self._options.pacing is not None:
            from .limits.stores import close_store

            await close_store(self._options.pacing.store)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()

    if not TYPE_CHECKING:
        # At run time only, so that type checkers report it.
        def __enter__(self) -> None:
            raise TypeError("AsyncGroq is async: use 'async with AsyncGroq()', or 'with aiogroq.Groq()'")

        def __exit__(self, *exc: object) -> None: ...

    def __repr__(self) -> str:
        if "_options" not in self.__dict__:  # `__init__` raised, and a traceback shows its locals
            return f"<{type(self).__name__} (uninitialized)>"
        return f"<{type(self).__name__} {self._options.base_url}>"

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), self._options.keywords())


def _merged(name: str, options: Mapping[str, Any], added: Any, instead: Any) -> Mapping[str, Any]:
    """Return headers or a query of a copied client. Raises `ValueError` if both arguments are given."""
    if not _is_absent(added) and not _is_absent(instead):
        raise ValueError(f"the `{name}` and `set_{name}` arguments are mutually exclusive")
    if not _is_absent(instead):
        return require_mapping(f"set_{name}", instead)
    return {**options[name], **require_mapping(name, added)}


def _rebuild(cls: Any, options: dict[str, Any]) -> Any:
    return cls(**options)


def _pacing(option: Any) -> Pacing | None:
    if _is_absent(option) or option is False:
        return None
    from .limits.pacing import Pacing  # most clients pace nothing

    return Pacing.of(option)


def _paced_call(options: ClientOptions) -> Callable[[Any, Any], Any] | None:
    """Return what makes a call that is held back, or None."""
    pacing = options.pacing
    if pacing is None:
        return None
    from .limits.registry import account_pacers
    from .transport.paced_call import paced_by

    return paced_by(account_pacers(pacing, options.api_key, str(options.base_url)))


def _is_absent(option: object) -> bool:
    return option is None or is_omitted(option)


def _api_root(base_url: Any) -> URL:
    if not _is_absent(base_url):
        return api_root(base_url)
    of_environment = os.environ.get("GROQ_BASE_URL")
    return api_root(of_environment, "GROQ_BASE_URL") if of_environment else api_root(_DEFAULT_BASE_URL)


def _api_key(given: Any) -> str:
    key: Any = hide(os.environ.get("GROQ_API_KEY") if _is_absent(given) else given)
    if key is None:
        raise GroqError(
            "The api_key client option must be set either by passing api_key to the client or by setting the "
            "GROQ_API_KEY environment variable"
        )
    if not isinstance(key, str):  # not shown: it may be the key all the same
        raise TypeError(f"api_key must be a str, not {type(key).__name__}")
    # A key read from a file or pasted into an .env often brings blanks, a line end or quotes along.
    clean = Secret(key.strip().strip("\"'").strip())
    if not clean:
        raise GroqError("The API key is empty; set the GROQ_API_KEY environment variable or pass api_key")
    if not clean.isascii() or not clean.isprintable():
        raise GroqError(
            "The API key has a line break or a character that is not ASCII in it; it was not sent anywhere"
        )
    return clean


def _timeout(given: Any, http_client: Any) -> Timeout:
    """Return the timeouts of a client. Those of an httpx client that a framework made count as for the official package."""
    if not is_omitted(given):
        return Timeout.of(given)
    if not _is_absent(http_client) and replaces_httpx(http_client):
        of_httpx = Timeout.of(http_client.timeout)
        if of_httpx != _HTTPX_DEFAULT:
            return of_httpx
    return DEFAULT_TIMEOUT


def _callback(hook: Any) -> Any:
    if _is_absent(hook):
        return None
    is_async = callable(hook) and any(map(inspect.iscoroutinefunction, (hook, hook.__call__)))
    if not callable(hook) or is_async:
        raise TypeError(
            f"on_retry must be a plain function, which is called and not awaited, and not {hook!r}"
        )
    return hook


def _environment_headers() -> dict[str, str]:
    lines = os.environ.get("GROQ_CUSTOM_HEADERS", "").split("\n")
    pairs = [line.split(":", 1) for line in lines if ":" in line]
    return {name.strip(): value.strip() for name, value in pairs}


def _set_up_logging() -> None:
    """``GROQ_LOG`` is ``debug`` or ``info``, as in the official package, here in either case."""
    level = {"debug": logging.DEBUG, "info": logging.INFO}.get(os.environ.get("GROQ_LOG", "").lower())
    if level is not None:
        logging.basicConfig(
            format="[%(asctime)s - %(name)s:%(lineno)d - %(levelname)s] %(message)s",
            datefmt="%Y-%m-%d %H:%M:%S",
        )
        logging.getLogger("aiogroq").setLevel(level)
