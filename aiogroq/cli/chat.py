"""``aiogroq chat``: one prompt, or an interactive chat."""

from __future__ import annotations

import sys

import click

from .connection import Connection, connection_options, open_client, run_async
from .defaults import CHAT_MODEL
from .question import Question
from .text import is_terminal, read_stdin, write_json

_HELP = """Send a prompt, or start an interactive chat if PROMPT is omitted.

Standard input is appended to PROMPT: `aiogroq chat "Summarise:" < notes.txt`. If PROMPT is `-`, the prompt is
standard input alone."""


@click.command(help=_HELP)
@click.argument("prompt", required=False)
@click.option("-m", "--model", default=CHAT_MODEL, show_default=True, metavar="ID", help="Chat model.")
@click.option("-s", "--system", metavar="TEXT", help="System message.")
@click.option(
    "-t",
    "--temperature",
    type=click.FloatRange(0, 2),
    metavar="0..2",
    help="Sampling temperature: lower is more deterministic.",
)
@click.option(
    "--max-tokens",
    type=click.IntRange(min=1),
    metavar="N",
    help="Maximum tokens of the response, reasoning included.",
)
@click.option("--no-stream", is_flag=True, help="Print the response when it is complete.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole response as JSON.")
@connection_options()
def chat(
    connection: Connection,
    prompt: str | None,
    model: str,
    system: str | None,
    temperature: float | None,
    max_tokens: int | None,
    no_stream: bool,
    as_json: bool,
) -> int | None:
    question = Question(model, system, temperature, max_tokens, is_streamed=not no_stream)
    if prompt is None and is_terminal(sys.stdin):
        if as_json:
            raise click.UsageError("--json requires PROMPT")
        from .conversation import converse

        return converse(connection, question)
    run_async(_send(connection, question, _read_prompt(prompt), as_json))
    return None


def _read_prompt(prompt: str | None) -> str:
    """Return PROMPT, followed by standard input if it is not a terminal."""
    piped = "" if prompt not in (None, "-") and is_terminal(sys.stdin) else read_stdin()
    parts = [
        part for part in ("" if prompt in (None, "-") else prompt, piped.strip()) if part and part.strip()
    ]
    if not parts:
        raise click.UsageError("no prompt: pass PROMPT or pipe text to standard input")
    return "\n\n".join(parts)


async def _send(connection: Connection, question: Question, prompt: str, as_json: bool) -> None:
    async with open_client(connection) as client:
        messages = question.initial_messages(prompt)
        if as_json:
            write_json(await question.complete(client, messages))
        else:
            await question.show(client, messages)
