"""Runs the job of ``aiogroq run``: reads, sends, shows the progress, writes the output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from aiogroq.jobs import AsyncJob, JobError, JobInputError, JobReport, run
from aiogroq.jobs.batches.choice import choose_via
from aiogroq.jobs.display import Display, make_display
from aiogroq.jobs.files.sinks import Sink, open_sink
from aiogroq.transport import threads

from .connection import Connection, open_client
from .explain import CommandError
from .loop import Loop
from .run_options import in_words_of_options
from .run_plan import plan_of
from .run_settings import SAME_PROMPT, RunSettings
from .text import note, one_line

if TYPE_CHECKING:
    from aiogroq import AsyncGroq
    from aiogroq.jobs import Progress


class _Interrupts:
    """What Ctrl-C does: the first one stops the job, a second one drops what is in flight."""

    def __init__(self, is_quiet: bool) -> None:
        self.job: AsyncJob[Any] | None = None
        self._is_quiet = is_quiet

    def stop(self) -> bool:
        """Stop the job. Return whether there is one."""
        if self.job is None:
            return False
        self.job.stop()
        if not self._is_quiet:
            note("aiogroq: finishing what is in flight, at most 10 s; Ctrl-C again drops it")
        return True


class _InWordsOfOptions(Display):
    """A display whose messages name the options of the command."""

    def __init__(self, display: Display) -> None:
        super().__init__(None)
        self._display = display

    def update(self, progress: Progress) -> None:
        """Show the state of the job."""
        self._display.update(replace(progress, message=in_words_of_options(progress.message)))


def execute(
    connection: Connection, settings: RunSettings, again: str, counted: Mapping[str, Any] | None = None
) -> int:
    """Run the job, write its output, and return the exit code.

    ``again`` is the command that goes on. ``counted`` are fields of the report from where the rows were sent before.
    """
    if settings.is_same_prompt and not settings.options["quiet"]:
        note(f"aiogroq: {SAME_PROMPT}")
    interrupts = _Interrupts(settings.options["quiet"])
    try:
        with Loop() as loop:
            report = loop.run(
                _execute(connection, settings, interrupts, again, counted or {}), interrupts.stop
            )
    except KeyboardInterrupt:
        if settings.journal is not None and interrupts.job is not None:
            note(f"aiogroq: interrupted; to go on: {again}")
        raise
    except JobInputError:
        raise
    except OSError as error:
        if settings.output in (None, "-"):  # a closed pipe is no error of the job
            raise
        raise CommandError(_not_written(settings, error, again)) from error
    except JobError as error:
        raise CommandError(in_words_of_options(str(error))) from error
    return report.exit_code


def _not_written(settings: RunSettings, error: OSError, again: str) -> str:
    """Return the message for an output that could not be written, with how to go on."""
    path = settings.output if error.filename is None else error.filename
    message = f"{path} cannot be written: {error.strerror or error}"
    if settings.journal is None:
        return message
    return f"{message}. Responses are in {settings.journal}; when this is mended, go on with: {again}"


async def _execute(
    connection: Connection,
    settings: RunSettings,
    interrupts: _Interrupts,
    again: str,
    counted: Mapping[str, Any],
) -> JobReport:
    is_quiet = settings.options["quiet"]
    async with open_client(connection) as client:
        display = make_display(None if is_quiet else "auto")
        progress = _InWordsOfOptions(display)
        sink: Sink | None = None
        is_written = False
        try:
            async with _job(client, settings, progress) as job:
                interrupts.job = job
                while True:
                    results = await job.next_batch()
                    if sink is None:  # the journal is open now, so no other process writes this output
                        sink = _sink(settings)
                    if not results:
                        break
                    if sink.may_block:
                        await threads.run(threads.FILES, sink.write, results)
                    else:
                        sink.write(results)
                report = await job.wait()
            if report.is_complete:
                report = replace(report, **counted)
            if report.is_complete:
                sink.complete()
                is_written = True
            _show_end(display, settings, report, sink, again)
        finally:
            if sink is not None and not is_written:
                sink.discard()
            display.close()
    return report


def _sink(settings: RunSettings) -> Sink:
    return open_sink(settings.output or "-", settings.kind_out, settings.source, settings.columns)


def _job(client: AsyncGroq, settings: RunSettings, display: Display) -> AsyncJob[Any]:
    requests, options = settings.requests, settings.options
    return run(
        client,
        settings.source,
        endpoint=requests.endpoint,
        model=requests.model,
        prompt=requests.prompt,
        system=requests.system,
        params=requests.params,
        journal=settings.journal,
        pacing=settings.pacing,
        max_failures=options["max_failures"],
        max_cost_usd=options["max_cost"],
        deadline_s=options["deadline_s"],
        dedupe=options["dedupe"],
        retry_failed=options["retry_failed"],
        fresh=options["fresh"] and settings.journal is not None,
        limit=options["limit"],
        via=_via(settings),
        progress=display,
        output_dir=_audio_folder(settings),
        prices=settings.prices,
        name=f"{settings.source.name} -> {settings.output}",
    )


def _via(settings: RunSettings) -> Literal["live", "batch", "auto"]:
    """Return how the job is sent. ``auto`` is decided here for a file, as its rows are known."""
    via: Literal["live", "batch", "auto"] = settings.options["via"]
    if via != "auto" or settings.source.total is None or settings.journal is None:
        return via
    plan = plan_of(settings)
    limits = settings.pacing.limits_of(settings.requests.model or "")
    choice = choose_via(
        settings.requests.endpoint,
        requests=plan.items,
        live_s=None if limits is None else plan.live_s(limits)[0],
        live_cost_usd=plan.cost_usd,
        deadline_s=settings.options["deadline_s"],
        problem="--max-cost cannot stop a batch" if settings.options["max_cost"] else plan.batch_problem,
    )
    if not settings.options["quiet"]:
        note(f"aiogroq: {choice.via}, because {choice.reason}")
    return "batch" if choice.via == "batch" else "auto"  # auto: batches of an earlier run are taken over


def _audio_folder(settings: RunSettings) -> str | None:
    if settings.requests.endpoint != "speech":
        return None
    folder: str | None = settings.options["audio_dir"]
    if folder is None:
        if settings.output in (None, "-"):
            raise JobInputError("say where the audio files go, with --audio-dir")
        folder = str(Path(settings.output or "").with_suffix(""))
    return folder


def _show_end(display: Display, settings: RunSettings, report: JobReport, sink: Sink, again: str) -> None:
    """Show the report, and how to go on."""
    errors = str(sink.errors_path) if report.is_complete and sink.has_errors else None
    results = settings.output if report.is_complete and settings.output != "-" else None
    can_resume = settings.journal is not None and not report.is_complete
    message = in_words_of_options(report.message)
    if can_resume:  # the command to go on says it better
        message = message.partition("Run the same again")[0].strip()
    if report.reason == "max_failures":  # the same command would stop at once
        can_resume = False
        message = f"{message.rstrip('.')}. Mend the cause and add --retry-failed, or raise --max-failures."
    if sink.first_error is not None:
        first_error = in_words_of_options(sink.first_error)
        message = one_line(f"{message} The first error was that of {first_error}".strip(), 300)
    shown = replace(report, message=message)
    display.close(shown, results=results, errors=errors, resume=again if can_resume else None)
    if settings.options["quiet"]:
        if can_resume:
            note(f"aiogroq: stopped before the end ({report.reason}); to go on: {again}")
        elif report.failed:
            where = "" if errors is None else f", see {errors}"
            note(f"aiogroq: {report.failed:,} of {report.settled:,} rows failed{where}. {message}")
