"""The options that say whom to ask, and the client that they make."""

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
    """Whom to ask, as the options say. None leaves it to the environment, then to the default."""

    base_url: str | None = None
    api_key: str | None = None
    timeout_s: float | None = None
    local: bool = False
    """Ask an embedded server that is started for this one call."""

    def under(self, general: Connection) -> Connection:
        """These options, and where they say nothing those that stood before the command."""
        return Connection(
            base_url=self.base_url if self.base_url is not None else general.base_url,
            api_key=self.api_key if self.api_key is not None else general.api_key,
            timeout_s=self.timeout_s if self.timeout_s is not None else general.timeout_s,
            local=self.local or general.local,
        )

    def __repr__(self) -> str:  # a key never stands in a traceback
        return f"Connection(base_url={self.base_url!r}, timeout_s={self.timeout_s!r}, local={self.local!r})"


_LOCAL = click.option(
    "--local", is_flag=True, help="Ask an embedded server, started for this call: no key, no network."
)
_SERVICE = (
    click.option("--base-url", metavar="URL", help="The service's root.  [env: GROQ_BASE_URL]"),
    click.option(
        "--api-key",
        metavar="KEY",
        help="The key. The variable is safer: others can see a command line.  [env: GROQ_API_KEY]",
    ),
    click.option(
        "--timeout",
        "timeout_s",
        metavar="SECONDS",
        type=click.FloatRange(min=0, min_open=True),
        help="Time limit of each phase of a request.  [default: 60, to connect 5]",
    ),
)


def connection_options(*, local: bool = True) -> Callable[[Command], Command]:
    """Give a command these options; it gets them as one argument, ``connection``."""

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def collected(
            *,
            base_url: str | None,
            api_key: str | None,
            timeout_s: float | None,
            local: bool = False,
            **others: Any,
        ) -> int | None:
            given = Connection(base_url, api_key, timeout_s, local).under(general_connection())
            if given.local and (given.base_url is not None or given.api_key is not None):
                raise click.UsageError("--local is a server of its own: leave --base-url and --api-key out")
            return command(connection=given, **others)

        with_options: Command = collected
        for option in reversed((_LOCAL, *_SERVICE) if local else _SERVICE):
            with_options = option(with_options)
        return with_options

    return decorate


def general_connection() -> Connection:
    """What the options before the command say."""
    found = click.get_current_context().find_object(Connection)
    return found if found is not None else Connection()


def has_key(connection: Connection) -> bool:
    """Whether there is a key, in the options or in the environment. An empty one is none."""
    key = os.environ.get("GROQ_API_KEY", "") if connection.api_key is None else connection.api_key
    return bool(key.strip())


@asynccontextmanager
async def open_client(connection: Connection) -> AsyncGenerator[AsyncGroq, None]:
    """The client for these options. Raises `CommandError` where a key is needed and missing."""
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
    """Run a command's coroutine to its end; Ctrl-C cancels it and raises `KeyboardInterrupt`."""
    # Imported when a command runs: with its sockets and its TLS, asyncio takes longer than all of ``--help``.
    from .loop import Loop

    with Loop() as loop:
        return loop.run(work)


def client_of(server: LocalGroq, timeout_s: float | None = None) -> AsyncGroq:
    """A client of an embedded server, past any proxy that the environment names."""
    from aiogroq import AsyncGroq, DefaultAioHttpClient
    from aiogroq.types._omit import not_given

    return AsyncGroq(
        api_key="local",
        base_url=server.base_url,
        timeout=not_given if timeout_s is None else timeout_s,
        http_client=DefaultAioHttpClient(trust_env=False),
    )
