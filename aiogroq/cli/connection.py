"""The options that select the service, and the client made from them."""

from __future__ import annotations

import functools
import os
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from .explain import no_key

if TYPE_CHECKING:
    from aiogroq import AsyncGroq
    from aiogroq.local import LocalGroq

T = TypeVar("T")
Command = Callable[..., "int | None"]


@dataclass(frozen=True)
class Connection:
    """The connection options. None means the environment variable, then the default."""

    base_url: str | None = None
    api_key: str | None = None
    timeout_s: float | None = None
    local: bool = False
    """Use an embedded server, started for this command."""

    def with_defaults(self, defaults: Connection) -> Connection:
        """Return these options, completed by those of ``defaults``."""
        return Connection(
            base_url=self.base_url if self.base_url is not None else defaults.base_url,
            api_key=self.api_key if self.api_key is not None else defaults.api_key,
            timeout_s=self.timeout_s if self.timeout_s is not None else defaults.timeout_s,
            local=self.local or defaults.local,
        )

    def __repr__(self) -> str:  # keeps the key out of tracebacks
        return f"Connection(base_url={self.base_url!r}, timeout_s={self.timeout_s!r}, local={self.local!r})"


_LOCAL = click.option(
    "--local", is_flag=True, help="Use an embedded server, started for this command: no key, no network."
)
_SERVICE = (
    click.option("--base-url", metavar="URL", help="Base URL of the service.  [env: GROQ_BASE_URL]"),
    click.option(
        "--api-key",
        metavar="KEY",
        help="API key. Prefer the variable: other users can see a command line.  [env: GROQ_API_KEY]",
    ),
    click.option(
        "--timeout",
        "timeout_s",
        metavar="SECONDS",
        type=click.FloatRange(min=0, min_open=True),
        help="Timeout of each phase of a request.  [default: 60; connect: 5]",
    ),
)


def connection_options(*, local: bool = True) -> Callable[[Command], Command]:
    """Add the connection options to a command, which receives them as one argument, ``connection``."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def with_connection(
            *,
            base_url: str | None,
            api_key: str | None,
            timeout_s: float | None,
            local: bool = False,
            **others: Any,
        ) -> int | None:
            given = Connection(base_url, api_key, timeout_s, local).with_defaults(global_connection())
            if given.local and (given.base_url is not None or given.api_key is not None):
                raise click.UsageError("--local cannot be combined with --base-url or --api-key")
            return command(connection=given, **others)

        with_options: Command = with_connection
        for option in reversed((_LOCAL, *_SERVICE) if local else _SERVICE):
            with_options = option(with_options)
        return with_options

    return decorate


def global_connection() -> Connection:
    """Return the connection options given before the command."""
    found = click.get_current_context().find_object(Connection)
    return found if found is not None else Connection()


def has_key(connection: Connection) -> bool:
    """Return whether the options or the environment have a key that is not blank."""
    key = os.environ.get("GROQ_API_KEY", "") if connection.api_key is None else connection.api_key
    return bool(key.strip())


@asynccontextmanager
async def open_client(connection: Connection) -> AsyncGenerator[AsyncGroq, None]:
    """Open the client for these options. Raises `CommandError` if a key is required and missing."""
    if connection.local:
        from aiogroq.local import LocalGroq

        async with LocalGroq() as server, client_of(server, connection.timeout_s) as client:
            yield client
        return
    if not has_key(connection):
        raise no_key()
    from aiogroq import AsyncGroq
    from aiogroq.types._omit import not_given

    async with AsyncGroq(
        api_key=connection.api_key,
        base_url=connection.base_url,
        timeout=not_given if connection.timeout_s is None else connection.timeout_s,
    ) as client:
        yield client


def run_async(work: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine of a command. Ctrl-C cancels it and raises `KeyboardInterrupt`."""
    # Imported here, because importing asyncio takes longer than the whole of ``--help``.
    from .loop import Loop

    with Loop() as loop:
        return loop.run(work)


def client_of(server: LocalGroq, timeout_s: float | None = None) -> AsyncGroq:
    """Return a client of an embedded server. It ignores proxies from the environment."""
    from aiogroq import AsyncGroq, DefaultAioHttpClient
    from aiogroq.types._omit import not_given

    return AsyncGroq(
        api_key="local",
        base_url=server.base_url,
        timeout=not_given if timeout_s is None else timeout_s,
        http_client=DefaultAioHttpClient(trust_env=False),
    )
