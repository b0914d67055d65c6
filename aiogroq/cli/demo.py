"""``aiogroq demo``: all features in turn, without a key or a network."""

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

    from .demo_context import DemoContext

_LATENCY_S = 0.05
_TOKENS_PER_SECOND = 400.0
_BATCH_STEP_S = 0.08

_NEXT = (
    (
        'aiogroq chat --local "Tell me a story about a lighthouse"',
        "--local: every command, without an API key",
    ),
    ("aiogroq serve", "the same server, for your programs and tests"),
    ("aiogroq demo --keep out", "keep the audio and batch files"),
    (
        "aiogroq demo --live",
        "the same with the Groq service; requires GROQ_API_KEY (https://console.groq.com/keys)",
    ),
    (
        "python -c 'import aiogroq; help(aiogroq.AsyncGroq)'",
        "the clients: AsyncGroq is async, Groq is sync",
    ),
)


_HELP = """Demonstrate chat, streaming, concurrency, tools, JSON, speech and batches.

It uses the embedded server, without a key or a network. GROQ_API_KEY is used only with --live."""


@click.command(short_help="Demonstrate all features in two seconds, without a key.", help=_HELP)
@click.option(
    "--live", is_flag=True, help="Use the Groq service: requires a key and costs a few thousand tokens."
)
@click.option(
    "--keep",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep the files in this directory.  [default: delete them]",
)
@connection_options(local=False)
def demo(connection: Connection, live: bool, keep: Path | None) -> int | None:
    if live and connection.local:
        raise click.UsageError("--live cannot be combined with --local")
    if live and not has_key(connection):
        raise no_key("omit --live")
    if not live and (connection.base_url is not None or connection.api_key is not None):
        raise click.UsageError("--base-url and --api-key require --live")
    import tempfile

    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="aiogroq-demo-") if keep is None else nullcontext(keep) as folder:
        failed = run_async(_run_demo(connection, live, Path(folder), keep))
    return 1 if failed else None


async def _run_demo(connection: Connection, live: bool, folder: Path, keep: Path | None) -> int:
    """Run all steps and return the number of failures."""
    from .console import make_console
    from .demo_context import DemoContext

    console = make_console()
    async with _open_demo_client(connection, live) as client:
        _introduce(console, client, live)
        start_s = time.perf_counter()
        failed = await _run_steps(DemoContext(client, console, folder))
        _conclude(console, failed, time.perf_counter() - start_s, keep)
    return failed


@asynccontextmanager
async def _open_demo_client(connection: Connection, live: bool) -> AsyncGenerator[AsyncGroq, None]:
    if live:
        async with open_client(connection) as client:
            yield client
        return
    from aiogroq.local import LocalGroq

    # Paced like a service, so that streaming is visible.
    server = LocalGroq(latency_s=_LATENCY_S, tokens_per_second=_TOKENS_PER_SECOND, batch_step_s=_BATCH_STEP_S)
    async with server, client_of(server, connection.timeout_s) as client:
        yield client


def _introduce(console: Console, client: AsyncGroq, live: bool) -> None:
    from rich.text import Text

    where = client.base_url.origin()
    if live:
        console.print(Text.assemble(("aiogroq demo", "bold"), f" with the service at {where}"))
        return
    title = ("aiogroq demo", "bold")
    console.print(Text.assemble(title, " with the embedded server: no key, no network, no model."))
    console.print(f"It listens on {where} and streams {_TOKENS_PER_SECOND:.0f} tokens/s.")
    console.print("It responds by fixed rules; --live sends the same calls to Groq's models.")
    if os.environ.get("GROQ_API_KEY", "").strip():
        console.print("GROQ_API_KEY is set but not used, except with --live.")


async def _run_steps(context: DemoContext) -> int:
    from aiogroq import GroqError

    from .demo_steps import STEPS

    failed = 0
    for number, step in enumerate(STEPS, 1):
        context.heading(number, len(STEPS), step.title, step.call)
        try:
            await step.run(context)
        except (GroqError, OSError, ValueError, LookupError) as error:
            failed += 1
            context.show("failed:", one_line(explain(error)), "red")
    return failed


def _conclude(console: Console, failed: int, total_s: float, keep: Path | None) -> None:
    from rich.text import Text

    from .demo_steps import FILES, STEPS

    console.print()
    done = f"{len(STEPS) - failed} of {len(STEPS)} steps succeeded in {total_s:.1f} s."
    console.print(Text(done, style="bold red" if failed else "bold green"))
    if keep is not None:
        names = ", ".join(name for name in FILES if (keep / name).exists())
        console.print(f"Files in {keep}: {names}", soft_wrap=True)
    console.print("\nNext:")
    for command, why in _NEXT:
        console.print(Text.assemble(f"  {command}\n", (f"      {why}", "dim")))
