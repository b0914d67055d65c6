"""``aiogroq run --engine ray``: the rows are sent by actors of Ray, then the output is written from the journal."""

from __future__ import annotations

import _thread
import os
import re
import signal
import threading
import time
from collections.abc import Callable, Mapping
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
    from types import FrameType

    from aiogroq.jobs.options import JobOptions
    from aiogroq.ray.items import Sending, Sent

_NOTE_EVERY_S = 10.0
_END_S = 15.0
"""How long the actors may take to end once they are told to stop: they finish requests for at most 10 s."""
_RAISED = re.compile(r"((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)): (.+)")
"""The last line of a traceback."""


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


def send(
    connection: Connection, settings: RunSettings, again: str
) -> tuple[int, RunSettings, dict[str, Any]]:
    """Send the rows. Returns an exit code, 0 to go on; the settings by which the output is written; and what was counted."""
    began_at = time.monotonic()
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
        note(
            f"aiogroq: stopped before the end ({reason}), {sent.settled:,} rows, {sent.failed:,} failed; {hint}"
        )
        return EXIT_CODES[reason], settings, {}
    given = {
        **settings.options,
        "fresh": False,
        "retry_failed": False,
        "deadline_s": None,
        "max_failures": None,
    }
    return 0, replace(settings, options=given), {**sent.counts, "elapsed_s": time.monotonic() - began_at}


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


def _send(connection: Connection, settings: RunSettings, options: JobOptions) -> tuple[StopReason, Sent]:
    from aiogroq.ray.items import Sending

    given = settings.options
    rows = settings.source if given["limit"] is None else islice(settings.source, given["limit"])
    sending = Sending(rows, actors=given["actors"], options=_worker_options(connection, settings))
    sent = sending.sent
    stops = _Stops(sending, is_quiet=given["quiet"])
    try:
        with stops.installed(given["deadline_s"]), _notes(sending, is_quiet=given["quiet"]):
            for _ in sending:
                if not options.allows_failures(sent.failed, sent.settled, sent.total):
                    stops.stop("max_failures")
    except KeyboardInterrupt:
        if stops.reason == "deadline":
            return "deadline", sent
        raise
    except ImportError as error:
        raise CommandError(str(error)) from error
    except Exception as error:
        raise CommandError(error_text(error)) from error
    if stops.reason is not None and sent.settled < sent.total:
        if stops.reason == "interrupted":
            raise KeyboardInterrupt
        return stops.reason, sent
    return "complete", sent


def _key_of(connection: Connection) -> str | None:
    """Return the key to send to the actors: none where a Ray of this machine is started, which has this environment."""
    is_own = not os.environ.get("RAY_ADDRESS")
    return connection.api_key or (None if is_own else os.environ.get("GROQ_API_KEY"))


class _Stops:
    """What ends the sending early: Ctrl-C or SIGTERM, a deadline, failures. What is in flight is finished; a second Ctrl-C drops it."""

    def __init__(self, sending: Sending, *, is_quiet: bool) -> None:
        self.reason: StopReason | None = None
        self._sending = sending
        self._is_quiet = is_quiet
        self._timers: list[threading.Timer] = []
        self._is_signalled = False

    def stop(self, reason: StopReason) -> None:
        """Stop the actors. Before there are any, and where they do not end, the main thread is interrupted."""
        if self.reason is not None:
            return
        self.reason = reason
        after_s = _END_S if self._sending.stop() else 0.0
        self._after(after_s, _thread.interrupt_main)

    def _after(self, seconds: float, call: Callable[[], None]) -> None:
        timer = threading.Timer(seconds, call)
        timer.daemon = True
        timer.start()
        self._timers.append(timer)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._is_signalled or self.reason is not None:
            if number == signal.SIGTERM:  # `timeout` sends it twice
                return
            raise KeyboardInterrupt
        self._is_signalled = True
        if not self._is_quiet:
            note("aiogroq: finishing what is in flight, at most 10 s; Ctrl-C again drops it")
        # In a thread: the signal may have come within a call of Ray.
        threading.Thread(target=self.stop, args=("interrupted",), daemon=True).start()

    @contextmanager
    def installed(self, deadline_s: float | None) -> Generator[None, None, None]:
        """Handle Ctrl-C and SIGTERM, and begin the deadline."""
        if deadline_s is not None:
            self._after(deadline_s, lambda: self.stop("deadline"))
        before = {
            number: signal.signal(number, self._on_signal) for number in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            for timer in self._timers:
                timer.cancel()


@contextmanager
def _notes(sending: Sending, *, is_quiet: bool) -> Generator[None, None, None]:
    """Print every ten seconds what the actors do."""
    is_over = threading.Event()

    def tell() -> None:
        while not is_over.wait(_NOTE_EVERY_S):
            try:
                numbers = sending.numbers()
            except Exception:  # Ray is ending
                continue
            if numbers is not None and not is_over.is_set():
                note(progress_text(sending.sent, *numbers))

    if not is_quiet:
        threading.Thread(target=tell, daemon=True).start()
    try:
        yield
    finally:
        is_over.set()


def progress_text(sent: Sent, in_flight: int, attempts: int, retries: int) -> str:
    """Return a line about what the actors do. The three numbers are of batches that have not ended."""
    if not (attempts or sent.settled):
        return "aiogroq: the actors of Ray are starting"
    text = (
        f"aiogroq: {sent.settled:,} of {sent.total:,} rows, {sent.failed:,} failed; {in_flight:,} in flight"
    )
    if not retries:
        return text
    text += f", {retries:,} of {attempts:,} requests sent again"
    if not sent.settled:
        text += "; no response yet: is the service reachable?"
    return text


def error_text(error: Exception) -> str:
    """Return the message of an error, for one of an actor without what Ray puts round it."""
    if isinstance(error, JobError):
        return in_words_of_options(str(error))
    lines = [line for line in str(error).splitlines() if line.strip()]
    own = [found for line in lines if (found := _RAISED.match(line)) and not line.startswith("ray.")]
    if own:  # the last of a chain of tracebacks that is no error of Ray itself
        name, message = own[-1].groups()
        return in_words_of_options(message if name.startswith("aiogroq.") else f"{name}: {message}")
    return lines[0] if lines else type(error).__name__


def _worker_options(connection: Connection, settings: RunSettings) -> dict[str, Any]:
    requests, given, pacing = settings.requests, settings.options, settings.pacing
    options: dict[str, Any] = {
        "endpoint": requests.endpoint,
        "model": requests.model,
        "prompt": requests.prompt,
        "system": requests.system,
        "params": requests.params,
        "prices": dict(settings.prices),
        "journal": str(settings.journal.absolute()) if settings.journal is not None else None,
        "retry_failed": given["retry_failed"],
        "limits": pacing.limits,
        "store": pacing.store,
        "organization": pacing.organization,
        "share": pacing.share,
        "max_in_flight": pacing.max_in_flight,
        "api_key": _key_of(connection),
        "base_url": connection.base_url or os.environ.get("GROQ_BASE_URL"),
    }
    if connection.timeout_s is not None:
        options["client_options"] = {"timeout": connection.timeout_s}
    return options
