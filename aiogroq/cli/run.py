"""``aiogroq run``: a job over the rows of a file."""

from __future__ import annotations

from typing import Any

import click

from .connection import Connection, connection_options
from .run_options import arguments_of, command_line, in_words_of_options, schema_of, seconds_of, text_of
from .shared_limits import store_options

_HELP = """Send each row of IN to a model, and write the rows with their responses to OUT.

\b
aiogroq run reviews.csv -o labels.csv -p 'Label {text} as good or bad' --dry-run
aiogroq run reviews.csv -o labels.csv -p 'Label {text} as good or bad' --limit 20
aiogroq run reviews.csv -o labels.csv -p 'Label {text} as good or bad'

IN and OUT are CSV, TSV, JSONL, text (a row is a line), Parquet or Arrow files, by their suffix; `-` is standard input or
output. IN may also be a folder of Parquet or Arrow files. A JSONL row without -p has the arguments of the request, such as
{"messages": [...]}, or is a line of a batch file. {column} in TEMPLATE is a column of the row, {text} a line.

The rate limits of the account are kept, with --store by all processes together. Every response is in OUT.journal at once: the
same command again goes on where it was stopped, killed or disconnected, and sends nothing twice. OUT is written when all rows
are done. Failed rows are in OUT too, and in a file beside it that can be IN of another run.

Ctrl-C or SIGTERM finishes what is in flight, at most 10 seconds; a further Ctrl-C drops it.

Exit codes: 0 all rows done, 1 some failed, 2 wrong usage, 75 stopped before the end (run it again to go on), 130 Ctrl-C or
SIGTERM."""

_ENDPOINTS = ("chat", "embeddings", "transcription", "translation", "speech")
_KINDS = click.Choice(["csv", "tsv", "jsonl", "text", "parquet", "arrow"])


@click.command(help=_HELP)
@click.argument("source", metavar="IN")
@click.option("-o", "--output", metavar="OUT", help="Where the results go; `-` is standard output.")
@click.option(
    "-m", "--model", metavar="ID", help="The model.  [default: that of the command for the endpoint]"
)
@click.option(
    "-p", "--prompt", metavar="TEMPLATE", help="The prompt, with {column} for columns; @FILE reads it."
)
@click.option(
    "-s", "--system", metavar="TEMPLATE", help="The system message, a template too; @FILE reads it."
)
@click.option(
    "--schema", metavar="FILE", help="A JSON Schema: responses are JSON, each property is a column."
)
@click.option(
    "--set", "pairs", metavar="NAME=VALUE", multiple=True, help="An argument of all requests: temperature=0"
)
@click.option(
    "--endpoint", type=click.Choice(_ENDPOINTS), default="chat", show_default=True, help="The endpoint."
)
@click.option(
    "--into", metavar="COLUMN", help="The column of the response; unused with --schema.  [default: response]"
)
@click.option(
    "--id", "id_column", metavar="COLUMN", help="The column that identifies a row.  [default: id, if any]"
)
@click.option("--from", "kind_in", type=_KINDS, help="What IN is, where its suffix does not say it.")
@click.option("--to", "kind_out", type=_KINDS, help="What OUT is.  [default: by its suffix, or as IN]")
@click.option("--dry-run", is_flag=True, help="Show tokens, cost and time, and send nothing.")
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N rows.")
@click.option(
    "--sample", type=click.IntRange(min=1), metavar="N", help="Only N rows at random, always the same."
)
@click.option(
    "--max-cost",
    type=click.FloatRange(min=0, min_open=True),
    metavar="USD",
    help="Stop before it costs more.",
)
@click.option("--deadline", metavar="TIME", help="Stop after so long: 2h, 90m.")
@click.option("--max-failures", metavar="N|N%", help="Stop when more rows than this fail: 10, 1%.")
@click.option(
    "--share",
    type=click.FloatRange(min=0, max=1, min_open=True),
    default=1.0,
    metavar="PART",
    help="The part of each rate limit to use, so that others have the rest: 0.5",
)
@click.option("--limits", metavar="LIMITS", help="free, developer, or rpm=30,tpm=6K.  [default: learned]")
@store_options
@click.option(
    "--via",
    type=click.Choice(["live", "batch", "auto"]),
    default="live",
    show_default=True,
    help="Batches cost half.",
)
@click.option("--retry-failed", is_flag=True, help="Send the rows that failed before again.")
@click.option("--fresh", is_flag=True, help="Begin anew, and replace OUT. The old journal is renamed.")
@click.option("--dedupe", is_flag=True, help="Send equal requests once.")
@click.option("--concurrency", type=click.IntRange(min=1), metavar="N", help="At most N requests at a time.")
@click.option(
    "--price", metavar="PRICE", help="The price of the model, in dollars: 0.15/0.60 a million tokens, 0.04/h."
)
@click.option("--journal", metavar="FILE", help="The journal.  [default: OUT.journal]")
@click.option(
    "--audio-dir", metavar="DIR", help="Where speech is written.  [default: OUT without its suffix]"
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Who sends: this process, or actors of Ray Data.",
)
@click.option(
    "--actors",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="With --engine ray: N actors.  [default: 1, which sends 1,000 requests a second]",
)
@click.option("-q", "--quiet", is_flag=True, help="Show no progress.")
@connection_options()
def run(connection: Connection, **options: Any) -> int:
    from aiogroq.jobs import JobInputError

    from .run_settings import RunSettings

    given = _checked(options)
    if given["engine"] == "ray" and not given["dry_run"]:
        from .run_ray import check_options

        check_options(given, connection)
    elif given["actors"] != 1:
        raise click.UsageError("--actors is for --engine ray")
    try:
        settings = RunSettings.of(given)
        if given["dry_run"]:
            from .run_plan import show_plan

            show_plan(settings)
            return 0
        from .run_job import execute

        again = command_line(click.get_current_context(), frozenset({"fresh", "retry_failed"}))
        counted: dict[str, Any] = {}
        if given["engine"] == "ray":
            from .run_ray import send

            code, settings, counted = send(connection, settings, again)
            if code:
                return code
        return execute(connection, settings, again, counted)
    except JobInputError as error:
        raise click.UsageError(in_words_of_options(str(error))) from error


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    """Return the options with their values read. Raises `click.UsageError`."""
    from .defaults import CHAT_MODEL, SPEECH_MODEL, SPEECH_VOICE, TRANSCRIPTION_MODEL, TRANSLATION_MODEL

    given = dict(options)
    if given["output"] is None and not given["dry_run"]:
        raise click.UsageError("say where the results go, with -o FILE (- is standard output)")
    if given["limit"] is not None and given["sample"] is not None:
        raise click.UsageError("--limit cannot be combined with --sample")
    given["prompt"] = text_of("-p", given["prompt"])
    given["system"] = text_of("--system", given["system"])
    given["deadline_s"] = seconds_of("--deadline", given.pop("deadline"))
    given["params"] = arguments_of(given.pop("pairs"))
    defaults = {
        "chat": CHAT_MODEL,
        "speech": SPEECH_MODEL,
        "transcription": TRANSCRIPTION_MODEL,
        "translation": TRANSLATION_MODEL,
    }
    if given["model"] is None:
        given["model"] = defaults.get(given["endpoint"])
    if given["model"] is None:
        raise click.UsageError(f"say which model, with -m: {given['endpoint']} has no default")
    if given["endpoint"] == "speech":
        given["params"] = {"voice": SPEECH_VOICE, "response_format": "wav", **given["params"]}
    given["fields"] = ()
    if given["schema"] is not None:
        if given["endpoint"] != "chat":
            raise click.UsageError(f"--schema is for chat, not {given['endpoint']}")
        form = given["params"]["response_format"] = schema_of(given["schema"], given["model"])
        if given["into"] is None:
            given["fields"] = tuple(form["json_schema"]["schema"].get("properties", {}))
    failures = given["max_failures"]
    if failures is not None and not failures.endswith("%"):
        if not failures.isdecimal():
            raise click.UsageError(
                f"--max-failures {failures}: write a number of rows, or a share such as 1%"
            )
        given["max_failures"] = int(failures)
    return given
