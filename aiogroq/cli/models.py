"""``aiogroq models``: the list of models."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from .connection import Connection, connection_options, open_client, run_async
from .text import is_terminal, printable, write, write_json

if TYPE_CHECKING:
    from aiogroq.types.models import Model, ModelListResponse


_HELP = """List the models that the key may use.

Prints a table to a terminal, and tab-separated lines to a pipe: id, owner, context window in tokens, state."""


@click.command(help=_HELP)
@click.option("--json", "as_json", is_flag=True, help="Print the whole response as JSON.")
@connection_options()
def models(connection: Connection, as_json: bool) -> None:
    listed = run_async(_list(connection))
    ordered = sorted(listed.data, key=lambda model: model.id)
    if as_json:
        write_json(listed)
    elif is_terminal(sys.stdout):
        _show_table(ordered)
    else:
        for model in ordered:
            write("\t".join(" ".join(cell.split()) for cell in _cells(model)))


async def _list(connection: Connection) -> ModelListResponse:
    async with open_client(connection) as client:
        return await client.models.list()


def _cells(model: Model) -> tuple[str, str, str, str]:
    window = "" if model.context_window is None else str(model.context_window)
    active = {True: "active", False: "inactive", None: ""}[model.active]
    return model.id, model.owned_by, window, active


def _show_table(listed: list[Model]) -> None:
    from .console import make_console, make_table

    table = make_table("model", "owner", "context window", "state", right_aligned="context window")
    for model in listed:
        identity, owner, window, active = (printable(cell) for cell in _cells(model))
        table.add_row(identity, owner, f"{int(window):,}" if window else "", active)
    make_console().print(table)
