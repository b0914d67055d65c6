"""``aiogroq limits``: the rate limits of an account for a model."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from .connection import Connection, connection_options, open_client, run_async
from .defaults import CHAT_MODEL
from .shared_limits import in_words, pacing_of, shared_limits, show, store_options
from .text import is_terminal, printable, write

if TYPE_CHECKING:
    from aiogroq.protocol.rate_limits import RateLimit

_HELP = """Show the rate limits of the account for a model.

Sends one small request for a chat completion, or with --audio one for a transcription of a second of silence. The service
sends the limits of requests a day and of tokens a minute with every response; other limits are known only from errors, so
those of the tier that fits are shown instead, marked as such.

With --store it sends nothing to the service, and shows what processes that share the limits by this store know of them; on a
terminal and as JSON also how many there are. What is left is without what is reserved for requests in flight. Redis must let
it write: the levels are brought up to date.

Prints a table to a terminal, and tab-separated lines to a pipe: kind, limit, left, seconds until it is full again, source; with
--store also what is reserved for requests in flight."""


@dataclass(frozen=True)
class _Row:
    kind: str
    limit: float
    left: float | None
    full_in_s: float | None
    source: str
    """``response``, or the name of the tier."""


@click.command(help=_HELP)
@click.option("-m", "--model", default=None, metavar="ID", help=f"The model.  [default: {CHAT_MODEL}]")
@click.option("--audio", is_flag=True, help="The model is one for transcriptions.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@store_options
@connection_options()
def limits(
    connection: Connection,
    model: str | None,
    audio: bool,
    as_json: bool,
    store: str | None,
    organization: str | None,
) -> None:
    from .defaults import TRANSCRIPTION_MODEL

    chosen = model or (TRANSCRIPTION_MODEL if audio else CHAT_MODEL)
    if store is not None:
        if connection.local:
            raise click.UsageError(
                "--store cannot be combined with --local: no other process uses that server"
            )
        show(run_async(shared_limits(connection, pacing_of(store, organization), chosen)), as_json=as_json)
        return
    if organization is not None:
        raise click.UsageError("--organization needs --store URL")
    found = run_async(_limits_of(connection, chosen, audio))
    tier, rows = _rows(chosen, found)
    if as_json:
        _write_json(chosen, tier, rows)
    elif is_terminal(sys.stdout):
        _show_table(chosen, tier, rows)
    else:
        for row in rows:
            write("\t".join(_plain(row)))


async def _limits_of(connection: Connection, model: str, audio: bool) -> RateLimit | None:
    """Return the limits that the service names; those of the error where the account has reached one."""
    from aiogroq import RateLimitError

    async with open_client(connection) as client:
        once = client.with_options(max_retries=0)
        try:
            if audio:
                await once.audio.transcriptions.create(model=model, file=("silence.wav", _silence()))
            else:
                await once.chat.completions.create(
                    model=model, messages=[{"role": "user", "content": "1"}], max_completion_tokens=1
                )
        except RateLimitError:
            pass  # it names a limit too
        return once.rate_limits.get(model)


def _silence() -> bytes:
    """Return a second of silence as a WAV file."""
    samples = bytes(16_000 * 2)
    head = b"RIFF" + (36 + len(samples)).to_bytes(4, "little") + b"WAVEfmt " + (16).to_bytes(4, "little")
    form = (
        b"\x01\x00\x01\x00"
        + (16_000).to_bytes(4, "little")
        + (32_000).to_bytes(4, "little")
        + b"\x02\x00\x10\x00"
    )
    return head + form + b"data" + len(samples).to_bytes(4, "little") + samples


def _rows(model: str, found: RateLimit | None) -> tuple[str | None, list[_Row]]:
    """Return the tier that fits, or None, and the limits: those of the response, then those of the tier."""
    from aiogroq.limits import KINDS
    from aiogroq.limits.tiers import TIERS

    rows: dict[str, _Row] = {}
    if found is not None:
        windows = {"RPD": found.requests, "TPM": found.tokens, **found.further}
        for kind, window in windows.items():
            if window.limit is not None:
                rows[kind] = _Row(kind, window.limit, window.remaining, window.reset_s, "response")
    tier = next(
        (
            name
            for name, models in TIERS.items()
            if model in models and rows and _fits(models[model].by_kind(), rows)
        ),
        None,
    )
    if tier is not None:
        for kind, limit in TIERS[tier][model].by_kind().items():
            rows.setdefault(kind, _Row(kind, limit, None, None, f"tier {tier}"))
    return tier, sorted(
        rows.values(), key=lambda row: list(KINDS).index(row.kind) if row.kind in KINDS else 99
    )


def _fits(limits: dict[str, float], rows: dict[str, _Row]) -> bool:
    """Return whether a tier has the same limits as the response, where both have one; at least one."""
    both = limits.keys() & rows.keys()
    return bool(both) and all(limits[kind] == rows[kind].limit for kind in both)


def _plain(row: _Row) -> tuple[str, ...]:
    left = "" if row.left is None else f"{row.left:.0f}"
    full_in = "" if row.full_in_s is None else f"{row.full_in_s:.3f}"
    return row.kind, f"{row.limit:.0f}", left, full_in, row.source


def _write_json(model: str, tier: str | None, rows: list[_Row]) -> None:
    import msgspec

    value: dict[str, Any] = {"model": model, "tier": tier, "limits": rows}
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def _show_table(model: str, tier: str | None, rows: list[_Row]) -> None:
    from aiogroq.limits import KINDS

    from .console import make_console, make_table

    console = make_console()
    console.print(
        printable(f"{model}: " + (f"limits of the tier {tier}" if tier else "no tier has these limits"))
    )
    if not rows:
        console.print("The service named no limits.")
        return
    table = make_table("kind", "limit", "left", "full again in", "from", right_aligned="limit")
    for row in rows:
        kind = KINDS.get(row.kind)
        unit = "" if kind is None else f" {kind.unit} {in_words(kind.window_s)}"
        left = "" if row.left is None else f"{row.left:,.0f}"
        full_in = "" if row.full_in_s is None else f"{row.full_in_s:,.1f} s"
        table.add_row(printable(row.kind), f"{row.limit:,.0f}{unit}", left, full_in, row.source)
    console.print(table)
