"""``aiogroq demo``: the main job from beginning to end, with no key and no network."""

from __future__ import annotations

import os
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .connection import Connection, client_of, connection_options, has_key, open_client, run_async
from .explain import explain, no_key
from .text import one_line

if TYPE_CHECKING:
    from rich.console import Console

    from aiogroq import AsyncGroq

    from .stage import Stage

_LATENCY_S = 0.05
_TOKENS_PER_SECOND = 400.0
_BATCH_STEP_S = 0.08

_NEXT = (
    (
        'aiogroq chat --local "Tell me a story about a lighthouse"',
        "every command works without a key: --local",
    ),
    ("aiogroq serve", "the same server, for your own programs and tests"),
    ("aiogroq demo --keep out", "keep the speech and the batch files"),
    ("aiogroq demo --live", "the same on Groq, with your GROQ_API_KEY (https://console.groq.com/keys)"),
    (
        "python -c 'import aiogroq; help(aiogroq.AsyncGroq)'",
        "in a program: AsyncGroq is awaited, Groq blocks",
    ),
)


_HELP = """Show the main job: chat, streaming, concurrency, tools, JSON, speech, batches.

It runs on the embedded server and needs neither key nor network, whether GROQ_API_KEY is set or not; only --live
uses the key."""


@click.command(short_help="Show all of it in two seconds, without a key.", help=_HELP)
@click.option(
    "--live", is_flag=True, help="Ask the real service: needs a key, and costs a few thousand tokens."
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep the files that it makes in this directory.  [default: keep none]",
)
@connection_options(local=False)
def demo(connection: Connection, live: bool, keep: Path | None) -> int | None:
    if live and connection.local:
        raise click.UsageError("--live and --local do not go together")
    if live and not has_key(connection):
        raise no_key("leave --live out")
    if not live and (connection.base_url is not None or connection.api_key is not None):
        raise click.UsageError("--base-url and --api-key need --live")
    import tempfile

    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="aiogroq-demo-") if keep is None else nullcontext(keep) as folder:
        failed = run_async(_perform(connection, live, Path(folder), keep))
    return 1 if failed else None


async def _perform(connection: Connection, live: bool, folder: Path, keep: Path | None) -> int:
    """Run all steps; returns how many failed."""
    from .console import make_console
    from .stage import Stage

    console = make_console()
    async with _opened(connection, live) as client:
        _introduce(console, client, live)
        start_s = time.perf_counter()
        failed = await _run_steps(Stage(client, console, folder))
        _conclude(console, failed, time.perf_counter() - start_s, keep)
    return failed


@asynccontextmanager
async def _opened(connection: Connection, live: bool) -> AsyncGenerator[AsyncGroq, None]:
    if live:
        async with open_client(connection) as client:
            yield client
        return
    from aiogroq.local import LocalGroq

    # Paced like a service, so that there is something to see.
    server = LocalGroq(latency_s=_LATENCY_S, tokens_per_second=_TOKENS_PER_SECOND, batch_step_s=_BATCH_STEP_S)
    async with server, client_of(server, connection.timeout_s) as client:
        yield client


def _introduce(console: Console, client: AsyncGroq, live: bool) -> None:
    from rich.text import Text

    where = client.base_url.origin()
    if live:
        console.print(Text.assemble(("aiogroq demo", "bold"), f" on the real service at {where}"))
        return
    title = ("aiogroq demo", "bold")
    console.print(Text.assemble(title, " on the embedded server: no key, no network, no model."))
    console.print(f"It is at {where}, and streams {_TOKENS_PER_SECOND:.0f} tokens/s.")
    console.print("It answers by simple rules; with a key, Groq's models answer the same calls.")
    if os.environ.get("GROQ_API_KEY", "").strip():
        console.print("GROQ_API_KEY is set, and not used: `aiogroq demo --live` would use it.")


async def _run_steps(stage: Stage) -> int:
    from aiogroq import GroqError

    from .demo_steps import STEPS

    failed = 0
    for number, step in enumerate(STEPS, 1):
        stage.heading(number, len(STEPS), step.title, step.call)
        try:
            await step.run(stage)
        except (GroqError, OSError, ValueError, LookupError) as error:
            failed += 1
            stage.say("failed:", one_line(explain(error)), "red")
    return failed


def _conclude(console: Console, failed: int, total_s: float, keep: Path | None) -> None:
    from rich.text import Text

    from .demo_steps import FILES, STEPS

    console.print()
    done = f"{len(STEPS) - failed} of {len(STEPS)} steps worked, in {total_s:.1f} s."
    console.print(Text(done, style="bold red" if failed else "bold green"))
    if keep is not None:
        kept = ", ".join(name for name in FILES if (keep / name).exists())
        console.print(f"Kept in {keep}: {kept}", soft_wrap=True)
    console.print("\nNext:")
    for command, why in _NEXT:
        console.print(Text.assemble(f"  {command}\n", (f"      {why}", "dim")))
