"""`PartSender`: splits requests into parts, and takes each part from its file to its batch."""

from __future__ import annotations

import time

from ...client import AsyncGroq
from ...errors import GroqError
from ...types.batches import Batch
from ..outcome import Endpoint, ItemError, JobRequest, Outcome
from .files import PartFolder, PartWriter, copy_lines
from .lines import custom_id, encode_line, failed_outcome, identity_of
from .parts import BatchJobError, Part, PartNotes
from .polls import Sleep
from .results import REJECTED
from .rules import URLS, body_problem
from .service import BatchService


class PartSender:
    """The parts of a job that are being made, and those at the service."""

    service: BatchService
    """The calls of this job. Exists from `load` on."""

    def __init__(
        self,
        client: AsyncGroq,
        notes: PartNotes,
        folder: PartFolder,
        window: str,
        max_lines: int,
        max_bytes: int,
        sleep: Sleep,
    ) -> None:
        self._client = client
        self._notes = notes
        self._folder = folder
        self._window = window
        self._max_lines = max_lines
        self._max_bytes = max_bytes
        self._sleep = sleep
        self._owners: dict[str, Part] = {}
        """The latest part that has a line, by custom_id."""
        self._repeats: dict[str, int] = {}
        """How many lines equal items without an id have, by the custom_id of the first one."""
        self._begun: list[Part] = []
        """Parts of earlier runs that may have no batch yet."""
        self._draft: tuple[Part, PartWriter] | None = None
        self.sent: list[Part] = []
        """Parts that have a batch whose results were not taken over, oldest first."""

    # ------------------------------------------------------------------------------------------- earlier runs

    async def load(self) -> None:
        """Read the parts of earlier runs. Raises `BatchJobError` if their files are gone."""
        parts = self._notes.load()
        if not self._notes.job:
            await self._folder.clear()
            self._notes.name_job()
        self.service = BatchService(self._client, self._notes.job, self._sleep)
        for part in parts:
            await self._load_lines(part)
            (self._begun if part.batch_id is None else self.sent).append(part)

    async def _load_lines(self, part: Part) -> None:
        try:
            names = await self._folder.names(part.number)
        except FileNotFoundError as error:
            raise BatchJobError(
                f"{error.filename} is gone: it says which items are in a batch that is not over. Put it back, or begin "
                f"anew with fresh=True (the batch is paid for all the same)"
            ) from None
        for name in names:
            # Parts come oldest first: a line that was sent again belongs to its latest part.
            if name in self._owners:
                self._owners[name].unclaimed.discard(name)
            self._owners[name] = part
        part.unclaimed.update(names)

    # ------------------------------------------------------------------------------------------- requests

    async def take(self, request: JobRequest) -> Outcome | None:
        """Add a request to the part that has it already, or to a new one. Returns the outcome of one that cannot be sent."""
        name, owner = self._line_for(request)
        if owner is not None:
            owner.claim(name, identity_of(request))
            return None
        try:
            problem = body_problem(request.endpoint, request.body)
            line = b"" if problem else encode_line(request, name)
        except GroqError as error:
            problem, line = str(error), b""
        if len(line) > self._max_bytes:
            problem = f"this item has {len(line):,} bytes; a batch file has at most {self._max_bytes:,}"
        if problem:
            return failed_outcome(identity_of(request), ItemError(REJECTED, problem), 0, time.time())
        await self._add(name, request, line)
        return None

    def _line_for(self, request: JobRequest) -> tuple[str, Part | None]:
        """Return the custom_id of a request, and the part of an earlier run that has such a line. Equal items have their own."""
        base = custom_id(request)
        repeat = self._repeats.get(base, 0)
        while True:
            name = custom_id(request, repeat)
            owner = self._owners.get(name)
            if owner is None or owner.is_over or name in owner.unclaimed:
                break
            repeat += 1
        if repeat:
            self._repeats[base] = repeat
        return name, owner if owner is not None and name in owner.unclaimed else None

    async def _add(self, name: str, request: JobRequest, line: bytes) -> None:
        if self._draft is not None and (
            self._draft[1].byte_count + len(line) > self._max_bytes
            or self._draft[0].endpoint != request.endpoint
        ):
            await self._send_draft()
        if self._draft is None:
            self._draft = self._new_part(1, request.endpoint)
        part, writer = self._draft
        part.claim(name, identity_of(request))
        self._owners[name] = part
        await writer.add(name, line)
        if writer.line_count >= self._max_lines:
            await self._send_draft()

    async def finish(self, *, is_whole_input: bool) -> None:
        """Send the last part, and go on with the parts that an earlier run did not bring as far as a batch.

        ``is_whole_input``: items that were not in the input of this run will not be in that of a later one.
        """
        await self._send_draft()
        while self._begun:
            part = self._begun[0]
            await self._continue(part)
            self._begun.remove(part)
        for part in [part for part in self.sent if not part.wanted]:
            if is_whole_input and part.is_taking_over:  # killed between its last result and the note of it
                await self._notes.note(part, "taken over", unclaimed=0)
                await self.close(part, is_complete=True)
            else:
                # Results that no item of this run asked for stay where they are, for a run that has their items.
                self.sent.remove(part)

    # ------------------------------------------------------------------------------------------- parts

    async def replace(self, part: Part, attempt: int) -> Part:
        """Move the items that a part has left to a new part, which has to be sent."""
        again, writer = self._new_part(attempt, part.endpoint)
        await copy_lines(self._folder, part.number, part.wanted, writer)
        again.wanted, part.wanted = part.wanted, {}
        self._owners |= dict.fromkeys(again.wanted, again)
        await self._write(again, writer)
        return again

    async def send(self, part: Part) -> None:
        """Upload the file of a part, if that was not done, and make its batch."""
        if part.file_id is None:
            path = self._folder.requests(part.number)
            part.file_id = await self.service.upload(part.number, path, may_exist=part.is_resumed)
            await self._notes.note(part, "uploaded", file_id=part.file_id)
        batch = await self.service.create(part.number, part.file_id, URLS[part.endpoint], self._window)
        await self._created(part, batch)

    async def close(self, part: Part, *, is_complete: bool) -> None:
        """Forget a part whose results were taken over. ``is_complete``: no later run will ask for more of them."""
        part.is_over = True
        self.sent.remove(part)
        if is_complete:
            await self._folder.remove(part.number)

    async def _continue(self, part: Part) -> None:
        """Go on with a part that was begun by an earlier run."""
        if part.file_id is not None and (batch := await self.service.find_batch(part.number)) is not None:
            await self._created(part, batch)
        elif part.is_whole:
            await self.send(part)
        else:
            # Nothing was sent, and this run has fewer items: send those, and not what nobody asked for.
            again = await self.replace(part, part.attempt) if part.wanted else None
            await self._notes.note(part, "dropped")
            part.is_over = True
            await self._folder.remove(part.number)
            if again is not None:
                await self.send(again)

    async def _created(self, part: Part, batch: Batch) -> None:
        part.batch_id, part.created_at = batch.id, batch.created_at
        await self._notes.note(part, "created", batch_id=batch.id, created_at=batch.created_at)
        self.sent.append(part)

    async def _send_draft(self) -> None:
        if self._draft is None:
            return
        (part, writer), self._draft = self._draft, None
        await self._write(part, writer)
        await self.send(part)

    async def _write(self, part: Part, writer: PartWriter) -> None:
        await writer.finish()
        part.lines = writer.line_count
        await self._notes.note(
            part, "written", attempt=part.attempt, lines=part.lines, endpoint=part.endpoint
        )

    def _new_part(self, attempt: int, endpoint: Endpoint) -> tuple[Part, PartWriter]:
        part = Part(self._notes.next_number(), attempt, 0, endpoint)
        return part, PartWriter(self._folder, part.number)
