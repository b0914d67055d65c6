"""``aiogroq batch``: create, watch, list and cancel batches, and get their results."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .batch_view import cells, facts, processed
from .connection import Connection, connection_options, open_client, run_async
from .explain import CommandError
from .text import is_terminal, note, printable, write, write_json

if TYPE_CHECKING:
    from aiogroq import AsyncGroq
    from aiogroq.types.batches import Batch, BatchListResponse

_HELP = """Batches: many requests in one file, processed within 24 hours to 7 days, at half the price.

`aiogroq run --via batch` makes them of any input. These commands are for files of Batch lines, and for looking at batches."""


@click.group(help=_HELP)
def batch() -> None:
    pass


_wait_option = click.option("--wait", "is_waiting", is_flag=True, help="Wait until the batch has ended.")
_json_option = click.option("--json", "as_json", is_flag=True, help="Print the whole response as JSON.")

_CREATE_HELP = """Upload FILE and start a batch of its requests. Prints the id of the batch.

FILE has one JSON object a line: custom_id, method, url, body. It is checked before it is uploaded."""


@batch.command(help=_CREATE_HELP)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--window", default="24h", show_default=True, metavar="TIME", help="Completion window, 24h to 7d."
)
@click.option("--metadata", multiple=True, metavar="NAME=VALUE", help="Stored with the batch. Repeatable.")
@_wait_option
@_json_option
@connection_options(local=False)
def create(
    connection: Connection,
    file: Path,
    window: str,
    metadata: tuple[str, ...],
    is_waiting: bool,
    as_json: bool,
) -> int:
    from aiogroq.jobs.batches.rules import window_s

    try:
        window_s(window)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    pairs = {name: value for name, _, value in (pair.partition("=") for pair in metadata)}
    if any("=" not in pair for pair in metadata):
        raise click.UsageError("--metadata is NAME=VALUE")
    made = run_async(_create(connection, file, window, pairs, is_waiting))
    if as_json:
        write_json(made)
    else:
        write(made.id)
    return _exit_code(made) if is_waiting else 0


async def _create(
    connection: Connection, file: Path, window: str, metadata: dict[str, str], is_waiting: bool
) -> Batch:
    import asyncio

    from aiogroq.types._omit import omit

    checked = await asyncio.to_thread(_checked_endpoint, file)
    async with open_client(connection) as client:
        uploaded = await client.files.create(file=file, purpose="batch")
        note(f"uploaded {file.name} as {uploaded.id}")
        # A second attempt of a request that did arrive would be a second batch.
        made = await client.with_options(max_retries=0).batches.create(
            input_file_id=uploaded.id, endpoint=checked, completion_window=window, metadata=metadata or omit
        )
        return await _ended(client, made) if is_waiting else made


def _checked_endpoint(file: Path) -> str:
    from aiogroq.jobs.batches.check import check_lines

    with open(file, "rb") as lines:
        return check_lines(lines, file.name).endpoint


@batch.command(help="Show the state of the batch ID.  Exit code 1 if it ended otherwise than completed.")
@click.argument("batch_id", metavar="ID")
@_wait_option
@_json_option
@connection_options(local=False)
def status(connection: Connection, batch_id: str, is_waiting: bool, as_json: bool) -> int:
    found = run_async(_retrieve(connection, batch_id, is_waiting))
    if as_json:
        write_json(found)
    else:
        for name, value in facts(found):
            write(f"{name:10} {value}")
    return _exit_code(found)


async def _retrieve(connection: Connection, batch_id: str, is_waiting: bool) -> Batch:
    async with open_client(connection) as client:
        found = await client.batches.retrieve(batch_id)
        return await _ended(client, found) if is_waiting else found


@batch.command("list", help="List the batches of the organization, newest first.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="At most N batches.")
@_json_option
@connection_options(local=False)
def list_batches(connection: Connection, limit: int | None, as_json: bool) -> None:
    listed = run_async(_list(connection, limit))
    if as_json:
        write_json(listed)
        return
    rows = [tuple(printable(cell) for cell in cells(each)) for each in listed.data]
    if not is_terminal(sys.stdout):
        for row in rows:
            write("\t".join(" ".join(cell.split()) for cell in row))
        return
    from .console import make_console, make_table

    table = make_table("batch", "status", "processed", "created", "metadata", right_aligned="processed")
    for row in rows:
        table.add_row(*row)
    make_console().print(table)


async def _list(connection: Connection, limit: int | None) -> BatchListResponse:
    async with open_client(connection) as client:
        from aiogroq.types.batches import BatchListResponse

        listed = BatchListResponse(object="list")
        async for page in client.batches.list().iter_pages():
            listed.data += page.data
            if len(listed.data) >= (limit or sys.maxsize):
                break
        listed.data = listed.data[:limit]
        return listed


@batch.command(help="Cancel the batch ID. What it has processed so far can still be had, and is paid for.")
@click.argument("batch_id", metavar="ID")
@_wait_option
@connection_options(local=False)
def cancel(connection: Connection, batch_id: str, is_waiting: bool) -> None:
    found = run_async(_cancel(connection, batch_id, is_waiting))
    write(found.status)


async def _cancel(connection: Connection, batch_id: str, is_waiting: bool) -> Batch:
    async with open_client(connection) as client:
        found = await client.batches.cancel(batch_id)
        return await _ended(client, found) if is_waiting else found


_RESULTS_HELP = """Write the results of the batch ID to standard output, one JSON object a line: first responses, then errors.

They are in no particular order: match them by custom_id. Exit code 1 if the batch has not ended, or has failed requests."""


@batch.command(help=_RESULTS_HELP)
@click.argument("batch_id", metavar="ID")
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file.")
@_wait_option
@connection_options(local=False)
def results(connection: Connection, batch_id: str, output: Path | None, is_waiting: bool) -> int:
    return run_async(_results(connection, batch_id, output, is_waiting))


async def _results(connection: Connection, batch_id: str, output: Path | None, is_waiting: bool) -> int:
    import asyncio

    async with open_client(connection) as client:
        found = await client.batches.retrieve(batch_id)
        if is_waiting:
            found = await _ended(client, found)
        if not _has_ended(found):
            raise CommandError(f"{batch_id} is {found.status}: it has no results yet; --wait waits for them")
        ids = [each for each in (found.output_file_id, found.error_file_id) if each]
        contents = [(await client.files.content(each)).content for each in ids]
    if output is None:
        for content in contents:
            click.echo(content, nl=False)
    else:
        await asyncio.to_thread(_write_whole, output, contents)
    failed = found.request_counts.failed if found.request_counts else 0
    if found.status != "completed" or failed:
        note(f"{batch_id} is {found.status}, {failed} of its requests failed")
    return 1 if failed else _exit_code(found)


def _write_whole(path: Path, contents: list[bytes]) -> None:
    """Write a file that appears whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(b"".join(contents))
    part.replace(path)


# ----------------------------------------------------------------------------------------------- shared


async def _ended(client: AsyncGroq, found: Batch) -> Batch:
    """Poll a batch until it has ended. Says each new status."""
    from aiogroq.jobs.batches.polls import Polls

    polls = Polls()
    while not _has_ended(found):
        if is_terminal(sys.stderr):
            note(f"{found.id} is {found.status}{processed(found)}")
        await polls.pause()
        found = await client.batches.retrieve(found.id)
    return found


def _has_ended(found: Batch) -> bool:
    from aiogroq.jobs.batches.rules import ENDED

    return found.status in ENDED


def _exit_code(found: Batch) -> int:
    return 1 if _has_ended(found) and found.status != "completed" else 0
