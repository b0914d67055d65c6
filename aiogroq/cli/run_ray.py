"""``aiogroq run --engine ray``: the rows are sent by actors of Ray, then the output is written from the journal."""

from __future__ import annotations

import _thread
import os
import threading
import time
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from aiogroq.jobs import JobError, JobInputError, JournalFolder
from aiogroq.jobs.results import EXIT_CODES, StopReason
from aiogroq.jobs.run import make_options

from .connection import Connection, has_key
from .explain import CommandError, no_key
from .run_options import in_words_of_options
from .run_settings import RunSettings
from .text import note

if TYPE_CHECKING:
    from collections.abc import Generator

    from aiogroq.jobs.options import JobOptions
    from aiogroq.ray.items import Sent

_NOTE_EVERY_S = 10.0


def check_options(given: Mapping[str, Any], connection: Connection) -> None:
    """Raise `click.UsageError` for options that do not fit this engine."""
    if given["via"] != "live":
        raise click.UsageError(
            "--engine ray sends each row: leave out --via, or leave out --engine ray for batches"
        )
    if given["max_cost"] is not None:
        raise click.UsageError("--engine ray has no --max-cost: see --dry-run for the cost, or use --limit")
    if given["dedupe"]:
        raise click.UsageError("--engine ray has no --dedupe: each machine sees its own rows only")
    if given["endpoint"] == "speech":
        raise click.UsageError("--engine ray writes no audio files: leave it out for --endpoint speech")
    if given["source"] == "-":
        raise click.UsageError("--engine ray reads IN twice: give it a file, not standard input")
    if given["output"] == "-" and given["journal"] is None:
        raise click.UsageError(
            "--engine ray needs a journal: write to a file with -o FILE, or pass --journal DIR"
        )
    if connection.local:
        raise click.UsageError("--local is a server of this process, which the actors of Ray do not reach")


def send(connection: Connection, settings: RunSettings, again: str) -> tuple[int, RunSettings]:
    """Send the rows. Returns an exit code, 0 to go on, and the settings by which the output is written."""
    if not has_key(connection):
        raise no_key()
    assert settings.journal is not None
    if settings.journal.is_file():
        raise JobInputError(
            f"{settings.journal} is the journal of a run without --engine ray, which is one file; name a folder with --journal"
        )
    options = _options_of(settings)
    _begin(settings, options)
    try:
        reason, sent = _send(connection, settings, options)
    except KeyboardInterrupt:
        note(f"aiogroq: interrupted; to go on: {again}")
        raise
    if reason != "complete":
        hint = (
            "mend the cause and add --retry-failed, or raise --max-failures"
            if reason == "max_failures"
            else f"to go on: {again}"
        )
        settled, failed = (0, 0) if sent is None else (sent.settled, sent.failed)
        note(f"aiogroq: stopped before the end ({reason}), {settled:,} rows, {failed:,} failed; {hint}")
        return EXIT_CODES[reason], settings
    given = {
        **settings.options,
        "fresh": False,
        "retry_failed": False,
        "deadline_s": None,
        "max_failures": None,
    }
    return 0, replace(settings, options=given)


def _options_of(settings: RunSettings) -> JobOptions:
    requests, given = settings.requests, settings.options
    return make_options(
        endpoint=requests.endpoint,
        model=requests.model,
        prompt=requests.prompt,
        system=requests.system,
        params=requests.params,
        max_failures=given["max_failures"],
    )


def _begin(settings: RunSettings, options: JobOptions) -> None:
    """Check the first row and the journal before actors start, and begin the journal anew for ``--fresh``."""
    for row in islice(settings.source, 1):
        options.requests.request(0, row)
    assert settings.journal is not None
    try:
        with JournalFolder(settings.journal) as folder:
            folder.begin(options.header, fresh=settings.options["fresh"])
    except JobError as error:
        raise CommandError(in_words_of_options(str(error))) from error


def _send(
    connection: Connection, settings: RunSettings, options: JobOptions
) -> tuple[StopReason, Sent | None]:
    from aiogroq.ray.items import send_items

    given, sent = settings.options, None
    deadline = threading.Event()
    noted_at = time.monotonic()
    rows = settings.source if given["limit"] is None else islice(settings.source, given["limit"])
    total = settings.source.total
    if total is not None and given["limit"] is not None:
        total = min(total, given["limit"])
    try:
        with _deadline(given["deadline_s"], deadline):
            for sent in send_items(
                rows, actors=given["actors"], options=_worker_options(connection, settings)
            ):
                if not options.allows_failures(sent.failed, sent.settled, total):
                    return "max_failures", sent
                if not given["quiet"] and time.monotonic() - noted_at > _NOTE_EVERY_S:
                    noted_at = time.monotonic()
                    of = "" if total is None else f" of {total:,}"
                    note(f"aiogroq: {sent.settled:,}{of} rows, {sent.failed:,} failed")
    except KeyboardInterrupt:
        if deadline.is_set():
            return "deadline", sent
        raise
    except ImportError as error:
        raise CommandError(str(error)) from error
    except Exception as error:
        raise CommandError(_told(error)) from error
    return "complete", sent


def _told(error: Exception) -> str:
    """Return the message of an error in an actor, without what Ray puts round it."""
    chained: BaseException | None = error
    while chained is not None:
        cause: BaseException | None = getattr(chained, "cause", None)
        if isinstance(chained, JobError):
            return in_words_of_options(str(chained))
        chained = cause or chained.__cause__
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__


def _worker_options(connection: Connection, settings: RunSettings) -> dict[str, Any]:
    requests, given, pacing = settings.requests, settings.options, settings.pacing
    options: dict[str, Any] = {
        "endpoint": requests.endpoint,
        "model": requests.model,
        "prompt": requests.prompt,
        "system": requests.system,
        "params": requests.params,
        "journal": str(settings.journal.absolute()) if settings.journal is not None else None,
        "retry_failed": given["retry_failed"],
        "limits": pacing.limits,
        "store": pacing.store,
        "organization": pacing.organization,
        "share": pacing.share,
        "max_in_flight": pacing.max_in_flight,
        "api_key": connection.api_key or os.environ.get("GROQ_API_KEY"),
        "base_url": connection.base_url or os.environ.get("GROQ_BASE_URL"),
    }
    if connection.timeout_s is not None:
        options["client_options"] = {"timeout": connection.timeout_s}
    return options


@contextmanager
def _deadline(seconds: float | None, is_over: threading.Event) -> Generator[None, None, None]:
    """Interrupt the main thread after so many seconds. The event says that it was the deadline and not Ctrl-C."""

    def end() -> None:
        is_over.set()
        _thread.interrupt_main()

    timer = None if seconds is None else threading.Timer(seconds, end)
    if timer is not None:
        timer.daemon = True
        timer.start()
    try:
        yield
    finally:
        if timer is not None:
            timer.cancel()
