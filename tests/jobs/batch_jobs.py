"""What the tests of batches share: requests, a consumer that writes the journal as a job does, and results of a service."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from aiogroq import AsyncGroq
from aiogroq.jobs import JobRequest, Journal, JournalHeader, Outcome
from aiogroq.jobs.batches.lines import custom_id
from aiogroq.jobs.batches.run import BatchRun, run_batches
from aiogroq.jobs.requests import Requests
from aiogroq.local import Fault, LocalGroq

HEADER = JournalHeader("chat", "m", {}, "")
REQUESTS = Requests(model="m")


def question(index: int, *, id: str | None = None, text: str = "") -> JobRequest:
    """Return a request with a prompt of its own."""
    messages = [{"role": "user", "content": text or f"What is {index}+{index}?"}]
    return REQUESTS.request(index, {"messages": messages, **({} if id is None else {"id": id})})


def questions(count: int) -> list[JobRequest]:
    """Return requests with ids."""
    return [question(index, id=f"row-{index}") for index in range(count)]


async def pending(requests: Iterable[JobRequest], journal: Journal) -> AsyncIterator[JobRequest]:
    """Yield the requests without an outcome, as a job does."""
    for request in requests:
        if journal.find(request) is None:
            yield request


async def no_wait(_seconds: float) -> None:
    """Let others run, and wait for nothing."""
    await asyncio.sleep(0)


class Killed(Exception):
    """Stands for the end of the process."""


class StoppingJournal:
    """A journal whose process ends instead of writing the note of a step of a batch."""

    def __init__(self, journal: Journal, step: str) -> None:
        self.journal = journal
        self.step = step
        self.notes = journal.notes
        self.sync = journal.sync

    def note(self, name: str, fields: Mapping[str, Any]) -> None:
        if fields["step"] == self.step:
            raise Killed
        self.journal.note(name, fields)


class Job:
    """A job on one journal, which can be run again and again."""

    def __init__(self, client: AsyncGroq, folder: Path, requests: Iterable[JobRequest]) -> None:
        self.client = client
        self.path = folder / "job.journal"
        self.folder = folder / "job.journal.batches"
        self.requests = list(requests)
        self.left = 0
        self.left_reason = ""

    async def run(
        self,
        requests: Iterable[JobRequest] | None = None,
        *,
        after: Callable[[Outcome], object] = id,
        killed_before: str = "",
        **options: Any,
    ) -> list[Outcome]:
        """Run until the end and return the outcomes of this run. ``after`` is called with each of them once it is written.

        ``killed_before``: the step of a batch whose note is not written any more.
        """
        options = {"sleep": no_wait, **options}
        outcomes: list[Outcome] = []
        with await asyncio.to_thread(Journal.open, self.path, HEADER) as journal:
            todo = pending(self.requests if requests is None else requests, journal)
            notes = StoppingJournal(journal, killed_before)
            run: BatchRun = run_batches(self.client, todo, notes, folder=self.folder, **options)
            async for outcome in run:
                journal.append(outcome)
                outcomes.append(outcome)
                after(outcome)
            self.left, self.left_reason = run.left, run.left_reason
            await asyncio.to_thread(journal.close)
        return outcomes

    def journaled(self) -> list[dict[str, Any]]:
        """Return the lines of the outcomes in the journal."""
        lines = [json.loads(line) for line in self.path.read_bytes().splitlines()]
        return [line for line in lines if "status" in line]


def reply_of(outcome: Outcome) -> str:
    """Return the text of a chat completion."""
    assert outcome.body is not None, outcome.error
    return str(json.loads(outcome.body)["choices"][0]["message"]["content"])


def batches_of(server: LocalGroq) -> list[dict[str, Any]]:
    """Return the bodies of the requests that created batches."""
    return [
        each.json for each in server.requests if (each.method, each.path) == ("POST", "/openai/v1/batches")
    ]


def uploaded(server: LocalGroq) -> list[list[dict[str, Any]]]:
    """Return the lines of each uploaded file."""
    files = [each for each in server.requests if (each.method, each.path) == ("POST", "/openai/v1/files")]
    contents = [next(part.content for part in each.parts if part.name == "file") for each in files]
    return [[json.loads(line) for line in content.splitlines()] for content in contents]


def result(request: JobRequest, content: str = "ok", *, status: int = 200, repeat: int = 0) -> bytes:
    """Return a line of a result file: a chat completion, or with an error status the error."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
    usage = {"prompt_tokens": 7, "completion_tokens": 5, "total_tokens": 12}
    completion = {"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage}
    error = {"error": {"message": content, "type": "x", "code": "code_of_it"}}
    response = {"status_code": status, "request_id": "r", "body": completion if status < 400 else error}
    line = {"id": "o", "custom_id": custom_id(request, repeat), "response": response, "error": None}
    return json.dumps(line).encode() + b"\n"


def ended(
    server: LocalGroq, status: str, output: bytes | None, error: bytes | None = None, **fields: Any
) -> None:
    """Let the next poll find a batch that has ended, with these result files, whatever the server did with it."""
    files = {"output_file_id": output and "file_output", "error_file_id": error and "file_error"}
    state = {"id": "batch_1", "object": "batch", "status": status, "created_at": 1, **files, **fields}
    server.script(Fault(on="/batches/", method="GET", body=state))
    for name, content in (("output", output), ("error", error)):
        if content:
            server.script(Fault(on=f"/files/file_{name}/content", status=200, body=content))


def kept_open(server: LocalGroq) -> None:
    """Let all polls find batches that have not ended."""
    server.script(
        Fault(on="/batches/", method="GET", status=200, body={"id": "b", "status": "in_progress"}, times=None)
    )
