"""The parts of a job that is sent in batches, and what its journal says of them.

A note in the journal stands before and after each step, so that a run that is killed between any two of them leaves
enough to go on. The steps of a part, in order:

- ``written``: its file is complete on disk. Next is the upload; a later run looks for the file by its name first.
- ``uploaded``: the service has the file. Next is the batch; a later run looks for it by its metadata first.
- ``created``: the batch exists. It is polled until it ends.
- ``taking over``: it has ended, and its results are being taken over.
- ``taken over``: its results are in the journal; the part is over, unless items of it were not in the input of that run.
- ``dropped``: it was never sent, and its items are in other parts.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ...transport.threads import FILES, run
from ..errors import JobError
from ..outcome import Endpoint
from .lines import Identity

NOTE = "batch"
"""The name of the notes in the journal."""


class BatchJobError(JobError):
    """A job cannot go on with its batches. The message says how to go on."""


class BatchJournal(Protocol):
    """What batches need of a journal."""

    def note(self, name: str, fields: Mapping[str, Any]) -> None:
        """Append a note."""
        ...

    def sync(self) -> None:
        """Return when all that was written is on the disk. Blocks."""
        ...

    def notes(self, name: str) -> Iterable[Mapping[str, Any]]:
        """Return the notes with this name, oldest first."""
        ...


@dataclass
class Part:
    """One batch, from its file to its results."""

    number: int
    """From 1. A part that is sent again has a new number."""
    attempt: int
    """How often its items have been sent, this part included."""
    lines: int
    endpoint: Endpoint
    """That of all its lines: the service wants one for the batch too."""
    file_id: str | None = None
    batch_id: str | None = None
    created_at: float = math.inf
    """When its batch was created, as a Unix time in seconds."""
    is_resumed: bool = False
    """Whether it was begun in an earlier run."""
    is_taking_over: bool = False
    """Whether an earlier run was killed while it took the results over, so that some of them are in the journal."""
    missing: int | None = None
    """How many of its lines had no item in the input of the run that took the others over; None before that."""
    is_over: bool = False
    """Whether nothing more is expected of it."""
    wanted: dict[str, Identity] = field(default_factory=dict[str, Identity])
    """The items of this run without an outcome, by custom_id."""
    unclaimed: set[str] = field(default_factory=set[str])
    """The lines of a resumed part that no item of this run has asked for: their outcomes are in the journal, or their items
    are not in the input."""

    @property
    def is_whole(self) -> bool:
        """Whether all its lines belong to items of this run that have no outcome."""
        return len(self.wanted) == self.lines

    def claim(self, name: str, item: Identity) -> None:
        """Add an item of this run."""
        self.unclaimed.discard(name)
        self.wanted[name] = item


class PartNotes:
    """Writes the steps of parts to a journal, and reads those of earlier runs."""

    def __init__(self, journal: BatchJournal) -> None:
        self._journal = journal
        self.job: str = ""
        """Names the job at the service: in the names of its files and in the metadata of its batches."""
        self.last_number: int = 0

    def load(self) -> list[Part]:
        """Return the parts of earlier runs that are not over, oldest first."""
        parts: dict[int, Part] = {}
        for note in self._journal.notes(NOTE):
            step = note.get("step")
            if step == "job":
                self.job = note["job"]
                continue
            number: int = note["part"]
            self.last_number = max(self.last_number, number)
            if step == "written":
                parts[number] = Part(
                    number, note["attempt"], note["lines"], note["endpoint"], is_resumed=True
                )
            elif step == "dropped" or (step == "taken over" and not note["unclaimed"]):
                parts.pop(number, None)
            elif number in parts:
                part = parts[number]
                part.file_id = note.get("file_id", part.file_id)
                part.batch_id = note.get("batch_id", part.batch_id)
                part.created_at = note.get("created_at", part.created_at)
                part.is_taking_over = step == "taking over"
                part.missing = note.get("unclaimed", part.missing)
        return list(parts.values())

    def name_job(self) -> None:
        """Give the job its name. A run that finds one in its journal continues under it."""
        self.job = secrets.token_hex(8)
        self._journal.note(NOTE, {"step": "job", "job": self.job})

    def next_number(self) -> int:
        """Return the number of a new part."""
        self.last_number += 1
        return self.last_number

    async def note(self, part: Part, step: str, **fields: Any) -> None:
        """Write a step of a part. It is on the disk before the next step begins: a power failure makes no second batch."""
        self._journal.note(NOTE, {"step": step, "part": part.number, **fields})
        await run(FILES, self._journal.sync)
