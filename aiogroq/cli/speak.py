"""``aiogroq speak``: text to speech."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .connection import Connection, connection_options, open_client, run_async
from .defaults import SPEECH_MODEL, SPEECH_VOICE
from .explain import CommandError
from .text import is_terminal, note, read_stdin

if TYPE_CHECKING:
    from aiogroq import AsyncBinaryAPIResponse


_HELP = """Convert TEXT to speech in a WAV file.

If TEXT is `-`, it is read from standard input. The models accept at most 200 characters."""


@click.command(help=_HELP)
@click.argument("text")
@click.option(
    "-o", "--output", metavar="FILE", required=True, help="The WAV file to write; `-` for standard output."
)
@click.option("-v", "--voice", default=SPEECH_VOICE, show_default=True, metavar="NAME", help="Voice.")
@click.option("-m", "--model", default=SPEECH_MODEL, show_default=True, metavar="ID", help="Speech model.")
@connection_options()
def speak(connection: Connection, text: str, output: str, voice: str, model: str) -> None:
    spoken = read_stdin().strip() if text == "-" else text.strip()
    if not spoken:
        raise click.UsageError("TEXT is empty")
    if output == "-" and is_terminal(sys.stdout):
        raise click.UsageError("standard output is a terminal: write to a file or a pipe")
    run_async(_speak(connection, spoken, output, voice, model))


async def _speak(connection: Connection, text: str, output: str, voice: str, model: str) -> None:
    async with open_client(connection) as client:
        speech = await client.audio.speech.create(input=text, model=model, voice=voice, response_format="wav")
        await _save(speech, output)
    if output != "-" and is_terminal(sys.stderr):
        note(f"{output}: {len(speech.content):,} bytes")


async def _save(speech: AsyncBinaryAPIResponse, output: str) -> None:
    if output == "-":
        click.echo(speech.content, nl=False)
        return
    import asyncio

    target = Path(output)
    try:
        if await asyncio.to_thread(_is_device, target):
            # Write into a device or a named pipe; a file is replaced when it is complete.
            await asyncio.to_thread(target.write_bytes, speech.content)
        else:
            await speech.write_to_file(target)
    except OSError as error:
        if error.errno is None:
            raise
        raise CommandError(f"cannot write {output}: {error.strerror}") from error


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file()
