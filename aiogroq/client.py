"""`AsyncGroq`: the configuration of a client, and the tree of its resources."""

from __future__ import annotations

import inspect
import logging
import os
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from yarl import URL

from . import transport
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

OPTION_NAMES = frozenset(
    [
        "api_key",
        "base_url",
        "timeout",
        "max_retries",
        "default_headers",
        "default_query",
        "http_client",
        "on_retry",
        "retry_read_timeouts",
    ]
)
_DEFAULT_BASE_URL = "https://api.groq.com"


class Settings:
    """What a client is made from. Both colours check and keep the same things."""

    def __init__(
        self,
        *,
        api_key: str | None,
        base_url: Any,
        timeout: TimeoutTypes,
        max_retries: int,
        default_headers: Mapping[str, str | Omit] | None,
        default_query: Mapping[str, object] | None,
        on_retry: Callable[[Retry], object] | None,
        retry_read_timeouts: bool,
    ) -> None:
        self.api_key: str = _checked_key(
            hide(os.environ.get("GROQ_API_KEY") if _is_absent(api_key) else api_key)
        )
        self.root: URL = _root(base_url)
        given = os.environ.get("GROQ_BASE_URL") if _is_absent(base_url) else base_url
        self.is_path_added: bool = not str(given).strip().rstrip("/").endswith("/v1")
        self.base_url: str = str(self.root)
        self.timeout: Timeout = DEFAULT_TIMEOUT if is_omitted(timeout) else Timeout.of(timeout)
        self.max_retries: int = (
            DEFAULT_MAX_RETRIES
            if is_omitted(max_retries)
            else require_int("max_retries", max_retries, hint="0 for none")
        )
        self.headers: dict[str, str | Omit] = dict(require_mapping("default_headers", default_headers))
        self.query: dict[str, object] = dict(require_mapping("default_query", default_query))
        self.on_retry: Callable[[Retry], object] | None = _checked_hook(on_retry)
        self.retry_read_timeouts: bool = (
            False
            if is_omitted(retry_read_timeouts)
            else require_bool("retry_read_timeouts", retry_read_timeouts)
        )

    @property
    def sent_headers(self) -> dict[str, str | Omit]:
        """The headers of every request: the key, those of the environment, those of the client."""
        bearer = Secret(f"Bearer {self.api_key}")
        return {"Authorization": bearer, **(hide_values(_environment_headers()) or {}), **self.headers}


class FixedOptions:
    """What has options that cannot be set: a client may be shared, and its connections are made with them."""

    if not TYPE_CHECKING:
        # At run time only: a type checker says so by itself.
        def __setattr__(self, name: str, value: object) -> None:
            if name in OPTION_NAMES:
                raise AttributeError(
                    f"{name} of a client cannot be set; client.with_options({name}=...) makes a client with another one"
                )
            super().__setattr__(name, value)


class AsyncGroq(FixedOptions, AsyncResources):
    """The Groq API, to be awaited.

    It can be built anywhere, also where no loop runs, used from any loop, and left open or closed with `close` or
    ``async with``. ``api_key`` comes from ``GROQ_API_KEY`` where it is not given, ``base_url`` from ``GROQ_BASE_URL``; the
    base URL may be the root of the service, end in ``/openai/v1``, or be that of any OpenAI-compatible server.
    ``timeout`` is in seconds for each phase of a call (60, to connect 5), or an `aiogroq.Timeout`, whose ``total`` is the
    deadline of the whole call with its retries and waits. ``http_client`` is an `aiogroq.DefaultAioHttpClient` (proxy,
    TLS, limits) or an ``aiohttp.ClientSession`` of your own. ``on_retry`` is called with an `aiogroq.Retry` before each
    wait for a retry, on the loop of the call and in its context; what it raises ends the call. ``retry_read_timeouts``
    retries also after a timeout that passes when the whole request has been sent (``first_byte`` or ``read``): the
    service may have worked on it, so such a call may be paid twice. Idempotent requests (GET, DELETE) are always retried.

    A client can be copied and pickled, as its configuration: a pickle of it has the key in it, in the clear.

    Raises `GroqError` for a key or a base URL that cannot be right.
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
        **unknown: Never,
    ) -> None:
        from .transport.call import Transport
        from .transport.config import ClientConfig
        from .transport.http_client import as_http_client

        # So that no traceback with locals shows them.
        api_key, default_headers = hide(api_key), hide_values(default_headers)
        reject_unknown_kwargs("AsyncGroq", AsyncGroq.__init__, unknown)
        _set_up_logging()
        self._settings = Settings(
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            max_retries=max_retries,
            default_headers=default_headers,
            default_query=default_query,
            on_retry=on_retry,
            retry_read_timeouts=retry_read_timeouts,
        )
        self._http_client = as_http_client(None if is_omitted(http_client) else http_client)
        config = ClientConfig(
            http_client=self._http_client,
            root=self._settings.root,
            default_headers=self._settings.sent_headers,
            default_query=self._settings.query,
            timeout=self._settings.timeout,
            max_retries=self._settings.max_retries,
            on_retry=self._settings.on_retry,
            retry_read_timeouts=self._settings.retry_read_timeouts,
            is_path_added=self._settings.is_path_added,
        )
        super().__init__(Transport(config))

    # --------------------------------------------------------------------------------------- configuration

    @property
    def api_key(self) -> str:
        """The key."""
        return self._settings.api_key

    @property
    def base_url(self) -> URL:
        """Where the endpoints are, ``/openai/v1`` or ``/v1`` included."""
        return self._settings.root

    @property
    def timeout(self) -> Timeout:
        """The limits of a call, in seconds."""
        return self._settings.timeout

    @property
    def max_retries(self) -> int:
        """How often a call is tried again."""
        return self._settings.max_retries

    @property
    def default_headers(self) -> Mapping[str, str | Omit]:
        """The headers that this client adds to every request, without the key."""
        return dict(self._settings.headers)

    @property
    def default_query(self) -> Mapping[str, object]:
        """The query parameters that this client adds to every request."""
        return dict(self._settings.query)

    @property
    def http_client(self) -> transport.DefaultAioHttpClient:
        """The pool of connections."""
        return self._http_client

    @property
    def on_retry(self) -> Callable[[Retry], object] | None:
        """What is called before each wait for a retry."""
        return self._settings.on_retry

    @property
    def retry_read_timeouts(self) -> bool:
        """Whether a call is retried after a timeout that passed once its request was sent."""
        return self._settings.retry_read_timeouts

    @property
    def rate_limits(self) -> Mapping[str, RateLimit]:
        """What the latest answers said of the organisation's limits for each model, by its name. It changes as answers
        come, errors and streams too; a model that was not asked is not in it."""
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
        **unknown: Never,
    ) -> Self:
        """A client with some options changed, on the same pool of connections (unless ``http_client`` is given).

        ``default_headers`` and ``default_query`` are added to those of this client; ``set_default_headers`` and
        ``set_default_query`` take their place. Closing one closes the pool of both. `rate_limits` is shared too, unless
        the key or the base URL is another: limits belong to an organisation.
        """
        api_key, default_headers = hide(api_key), hide_values(default_headers)
        set_default_headers = hide_values(set_default_headers)
        reject_unknown_kwargs("copy() or with_options", AsyncGroq.copy, unknown)
        other = type(self)(
            **changed_options(
                self._settings,
                api_key=api_key,
                base_url=base_url,
                timeout=timeout,
                max_retries=max_retries,
                headers=(default_headers, set_default_headers),
                query=(default_query, set_default_query),
                on_retry=on_retry,
                retry_read_timeouts=retry_read_timeouts,
            ),
            http_client=self._http_client if _is_absent(http_client) else http_client,
        )
        if (other.api_key, other.base_url) == (self.api_key, self.base_url):
            other._transport.config.rate_limits.share(self._transport.config.rate_limits)
        return other

    with_options = copy

    # ---------------------------------------------------------------------------------------------- life

    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._http_client.is_closed

    async def close(self) -> None:
        """Close the connections. May be called more than once, from any loop, or not at all."""
        await self._http_client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, exc_tb: TracebackType | None
    ) -> None:
        await self.close()

    if not TYPE_CHECKING:
        # At run time only, so that type checkers refuse it too.
        def __enter__(self) -> None:
            raise TypeError("AsyncGroq is async: use 'async with AsyncGroq()', or 'with aiogroq.Groq()'")

        def __exit__(self, *exc: object) -> None: ...

    def __repr__(self) -> str:
        if "_settings" not in self.__dict__:  # a traceback that shows how it failed to be made
            return f"<{type(self).__name__} that was not made>"
        return f"<{type(self).__name__} {self._settings.root}>"

    def __reduce__(self) -> Any:
        return _rebuild, (type(self), all_options(self._settings), self._http_client)


def all_options(settings: Settings) -> dict[str, Any]:
    """The keywords that make a client with these settings."""
    return {
        "api_key": settings.api_key,
        "base_url": settings.base_url,
        "timeout": settings.timeout,
        "max_retries": settings.max_retries,
        "default_headers": settings.headers,
        "default_query": settings.query,
        "on_retry": settings.on_retry,
        "retry_read_timeouts": settings.retry_read_timeouts,
    }


def changed_options(
    settings: Settings,
    *,
    api_key: str | None,
    base_url: Any,
    timeout: TimeoutTypes,
    max_retries: int | Omit,
    headers: tuple[Mapping[str, str | Omit] | None, Mapping[str, str | Omit] | None],
    query: tuple[Mapping[str, object] | None, Mapping[str, object] | None],
    on_retry: Callable[[Retry], object] | Omit | None,
    retry_read_timeouts: bool | Omit,
) -> dict[str, Any]:
    """The keywords that make a client with these settings and some of them changed."""
    options = all_options(settings)
    if not _is_absent(api_key):
        options["api_key"] = api_key
    if not _is_absent(base_url):
        options["base_url"] = base_url
    if not is_omitted(timeout):
        options["timeout"] = timeout
    if not is_omitted(max_retries):
        options["max_retries"] = max_retries
    if not is_omitted(on_retry):
        options["on_retry"] = on_retry
    if not is_omitted(retry_read_timeouts):
        options["retry_read_timeouts"] = retry_read_timeouts
    for name, (added, instead) in (("default_headers", headers), ("default_query", query)):
        if not _is_absent(added) and not _is_absent(instead):
            raise ValueError(f"the `{name}` and `set_{name}` arguments are mutually exclusive")
        if not _is_absent(instead):
            options[name] = require_mapping(f"set_{name}", instead)
        elif not _is_absent(added):
            options[name] = {**options[name], **require_mapping(name, added)}
    return options


def _rebuild(cls: Any, options: dict[str, Any], http_client: Any) -> Any:
    return cls(**options, http_client=http_client)


def _is_absent(option: object) -> bool:
    return option is None or is_omitted(option)


def _root(base_url: Any) -> URL:
    if not _is_absent(base_url):
        return api_root(base_url)
    of_environment = os.environ.get("GROQ_BASE_URL")
    return api_root(of_environment, "GROQ_BASE_URL") if of_environment else api_root(_DEFAULT_BASE_URL)


def _checked_key(key: Any) -> str:
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


def _checked_hook(hook: Any) -> Any:
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
