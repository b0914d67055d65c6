"""The levels of the limits in a store that processes share: ``aiogroq limits --store URL``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from .connection import Connection, open_client
from .text import is_terminal, printable, write

if TYPE_CHECKING:
    from aiogroq.limits import Level, Pacing

_NOTHING = (
    "The store has no limits of this model: no process has used them with this key and this base URL, or this "
    "--organization and this base URL, in the last three days."
)


@dataclass(frozen=True)
class SharedLimits:
    """The limits of an account and a model in a store."""

    model: str
    store: str
    workers: int
    """How many other processes used them within the last 30 s."""
    levels: Sequence[Level]


def store_options(command: Any) -> Any:
    """Add the options ``--store`` and ``--organization`` to a command."""
    command = click.option(
        "--organization",
        metavar="NAME",
        help="A name for your organization: keys with the same name share the limits in the store.  [default: one key]",
    )(command)
    return click.option(
        "--store",
        metavar="URL",
        help="A Redis server by which processes share the limits: redis://localhost:6379/0.  [default: not shared]",
    )(command)


def pacing_of(store: str, organization: str | None) -> Pacing:
    """Return the pacing with this store. Raises `click.UsageError` for a URL that cannot be."""
    from aiogroq.limits import Pacing

    try:
        return Pacing(store=store, organization=organization)
    except (ValueError, TypeError, ImportError) as error:
        raise click.UsageError(in_words_of_store_options(error)) from error


def in_words_of_store_options(error: Exception) -> str:
    """Return the message of an error of these options, with their names."""
    option = "--organization" if str(error).startswith("organization") else "--store"
    text = str(error).replace("store must be a LimitStore or a URL", "it must be a URL")
    return f"{option}: {text}"


async def shared_limits(connection: Connection, pacing: Pacing, model: str) -> SharedLimits:
    """Return what the store has. Sends nothing to the service. Raises `PacingError` where the store cannot be reached."""
    from aiogroq import PacingError
    from aiogroq.limits import RedisStore
    from aiogroq.limits.registry import scope_of
    from aiogroq.limits.store_urls import redacted_url

    url = pacing.store
    assert isinstance(url, str)
    async with open_client(connection) as client:
        scope = scope_of(pacing, api_key=client.api_key, base_url=str(client.base_url), model=model)
    store = RedisStore(url, on_store_error="stop")
    try:
        levels = await store.levels(scope)
        others = max(store.workers(scope) - 1, 0)  # this process is one too
    except PacingError as error:
        # No call was meant to be sent.
        raise PacingError(str(error).removeprefix("The call was not sent: ")) from error
    finally:
        await store.close()
    return SharedLimits(model, redacted_url(url), others, levels)


def show(found: SharedLimits, *, as_json: bool) -> None:
    """Print a table to a terminal, tab-separated lines to a pipe, or JSON."""
    if as_json:
        import msgspec

        value = msgspec.to_builtins(found)
        for each, level in zip(value["levels"], found.levels, strict=True):
            each["left"] = _left(level)
        click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))
    elif is_terminal(sys.stdout):
        _show_table(found)
    else:
        if not found.levels:
            click.echo(_NOTHING, err=True)
        for level in found.levels:
            write("\t".join(_plain(level)))


def _source(level: Level) -> str:
    return "given" if level.is_given else "guess" if level.is_guess else "response"


def _left(level: Level) -> float:
    """Return what another request may use: what is reserved for requests in flight is not in it."""
    return max(0.0, min(level.limit, level.level - level.held))


def _full_in_s(level: Level) -> float:
    from aiogroq.limits import KINDS

    return (level.limit - _left(level)) * KINDS[level.kind].window_s / level.limit


def _plain(level: Level) -> tuple[str, ...]:
    return (
        level.kind,
        f"{level.limit:.0f}",
        f"{_left(level):.0f}",
        f"{_full_in_s(level):.3f}",
        _source(level),
        f"{level.held:.0f}",
    )


def _show_table(found: SharedLimits) -> None:
    from aiogroq.limits import KINDS

    from .console import make_console, make_table

    console = make_console()
    workers = "1 other process" if found.workers == 1 else f"{found.workers} other processes"
    console.print(printable(f"{found.model} in {found.store}: {workers} in the last 30 s"))
    if not found.levels:
        console.print(_NOTHING)
        return
    table = make_table("kind", "limit", "left", "reserved", "full again in", "from", right_aligned="limit")
    for level in found.levels:
        kind = KINDS[level.kind]
        table.add_row(
            level.kind,
            f"{level.limit:,.0f} {kind.unit} {in_words(kind.window_s)}",
            f"{_left(level):,.0f}",
            f"{level.held:,.0f}",
            f"{_full_in_s(level):,.1f} s",
            _source(level),
        )
    console.print(table)


def in_words(seconds: float) -> str:
    """Return the window of a limit in words."""
    return {60.0: "a minute", 3_600.0: "an hour", 86_400.0: "a day"}[seconds]
