"""How a job is sent: ``via="auto"`` decided for a job, and a job that goes on with batches of an earlier run."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from ...limits import Limits
from ..errors import JobError, JobInputError
from ..journals.folder import FolderJournal, folder_problem
from ..journals.journal import Journal
from ..options import JobOptions
from ..plan import Plan, make_plan
from .choice import Choice, choose_via
from .files import PartFolder
from .parts import PartNotes
from .workers import batch_folder

_log = logging.getLogger("aiogroq")

_SAMPLE = 100
"""So many items tell what the others use."""


def resolved_via(
    options: JobOptions,
    journal: Journal | FolderJournal,
    sequence: Sequence[Any] | None,
    limits: Limits | None,
) -> Literal["live", "batch"]:
    """Return how a job is sent. Blocks for a moment.

    ``sequence``: the items, where their number is known. Raises `JobError` for a live job whose journal has batches that are
    not over: their items would be paid for twice.
    """
    if isinstance(journal, FolderJournal):
        if options.via == "live":
            return "live"
        raise JobInputError(folder_problem(options.via, options.journal or Path()))
    found = open_batches(journal)
    if options.via == "live" and found:
        batches = "a batch" if found == 1 else f"{found} batches"
        raise JobError(
            f"the journal {journal.path} has {batches} whose results were not taken over yet. Run with via='batch' "
            f"to take them over; or delete {_folder(journal)}, to send those items again and pay for them twice"
        )
    if options.via != "auto":
        return options.via
    if found:
        _log.info("via='auto': batch, because batches of an earlier run are not over: %d", found)
        return "batch"
    choice = _choice(options, sequence, limits)
    _log.info("via='auto': %s, because %s", choice.via, choice.reason)
    return choice.via


def open_batches(journal: Journal) -> int:
    """Return how many batches of earlier runs have results that were not taken over."""
    if journal.path is None:
        return 0
    folder = PartFolder(batch_folder(journal.path))
    return sum(folder.names_path(part.number).is_file() for part in PartNotes(journal).load())


def _choice(options: JobOptions, sequence: Sequence[Any] | None, limits: Limits | None) -> Choice:
    count = None if sequence is None else len(sequence)
    if count is not None and options.limit is not None:
        count = min(count, options.limit)
    problem = None
    if options.journal is None:
        problem = "a job in batches needs a journal"
    elif options.max_cost_usd is not None:
        problem = "max_cost_usd cannot stop a batch"
    plan = _plan(options, sequence, count)
    return choose_via(
        options.requests.endpoint,
        requests=count,
        live_s=None if limits is None or plan is None else plan.live_s(limits)[0],
        live_cost_usd=None if plan is None else plan.cost_usd,
        deadline_s=options.deadline_s,
        problem=problem or (None if plan is None else plan.batch_problem),
    )


def _plan(options: JobOptions, sequence: Sequence[Any] | None, count: int | None) -> Plan | None:
    """Return the plan of the job, from items of all parts of its input; None where none of them can be sent."""
    if sequence is None or not count:
        return None
    sample = (sequence[index] for index in range(0, count, -(-count // _SAMPLE)))
    plan = make_plan(sample, options.requests, prices=options.prices)
    return plan.scaled(count) if plan.items else None


def _folder(journal: Journal) -> str:
    return str(batch_folder(journal.path)) if journal.path is not None else ""
