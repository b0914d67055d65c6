"""``aiogroq transcribe``: speech to text or subtitles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from .connection import Connection, connection_options, open_client, run_async
from .defaults import TRANSCRIPTION_MODEL, TRANSLATION_MODEL
from .explain import CommandError
from .subtitles import Cue, srt, vtt
from .text import read_stdin_bytes, write, write_json

if TYPE_CHECKING:
    from aiogroq.types._params import FileTypes
    from aiogroq.types.audio import Transcription, Translation

_SUBTITLES = {"srt": srt, "vtt": vtt}
_WITH_TIMESTAMPS = ("verbose_json", *_SUBTITLES)


_HELP = """Transcribe FILE.

FILE is flac, mp3, mp4, m4a, ogg, wav or webm. If FILE is `-`, a WAV file is read from standard input."""


@click.command(help=_HELP)
@click.argument("file", metavar="FILE")
@click.option(
    "-m",
    "--model",
    metavar="ID",
    help=f"Transcription model.  [default: {TRANSCRIPTION_MODEL}; with --translate: {TRANSLATION_MODEL}]",
)
@click.option("-l", "--language", metavar="CODE", help="Language of the audio (en, de, ...).")
@click.option("--translate", is_flag=True, help="Translate into English.")
@click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice(["text", "json", "verbose_json", "srt", "vtt"]),
    help="Output format.  [default: text]",
)
@click.option("--json", "as_json", is_flag=True, help="Same as --format json.")
@connection_options()
def transcribe(
    connection: Connection,
    file: str,
    model: str | None,
    language: str | None,
    translate: bool,
    form: str | None,
    as_json: bool,
) -> None:
    if as_json and form in ("text", *_SUBTITLES):
        raise click.UsageError(f"--json cannot be combined with --format {form}")
    if translate and language is not None:
        raise click.UsageError("--language cannot be combined with --translate: the output is always English")
    chosen = model or (TRANSLATION_MODEL if translate else TRANSCRIPTION_MODEL)
    transcript = run_async(_transcribe(connection, file, chosen, form, language, translate))
    _show(transcript, form or ("json" if as_json else "text"))


async def _transcribe(
    connection: Connection, file: str, model: str, form: str | None, language: str | None, translate: bool
) -> Transcription | Translation:
    from aiogroq.types._omit import omit

    audio: FileTypes = ("audio.wav", read_stdin_bytes()) if file == "-" else Path(file)
    response_format: Literal["json", "verbose_json"] = "verbose_json" if form in _WITH_TIMESTAMPS else "json"
    async with open_client(connection) as client:
        try:
            if translate:
                return await client.audio.translations.create(
                    file=audio, model=model, response_format=response_format
                )
            return await client.audio.transcriptions.create(
                file=audio, model=model, response_format=response_format, language=language or omit
            )
        except OSError as error:
            # Errors of the client may be OSErrors as well, but only errors of the file have a number.
            if error.errno is None:
                raise
            raise CommandError(f"cannot read {file}: {error.strerror}") from error


def _show(transcript: Transcription | Translation, form: str) -> None:
    if form in ("json", "verbose_json"):
        write_json(transcript)
    elif form in _SUBTITLES:
        write(_SUBTITLES[form](_cues(transcript)), end="")
    else:
        write(transcript.text.strip())


def _cues(transcript: Transcription | Translation) -> list[Cue]:
    if transcript.segments:
        return [Cue(segment.start, segment.end, segment.text) for segment in transcript.segments]
    return [Cue(0.0, transcript.duration or 0.0, transcript.text)]
