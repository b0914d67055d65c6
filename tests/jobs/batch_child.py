"""A job in batches as a process of its own, for tests that kill it: ``batch_child.py URL FOLDER ITEMS MAX_LINES KILL_AFTER``.

``MAX_LINES`` 0: as a user runs it, `aiogroq.jobs.run`, in one batch. ``KILL_AFTER``: it kills itself once this many outcomes
are in the journal; 0 for never.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from batch_jobs import Job, questions

from aiogroq import AsyncGroq, jobs


async def main(url: str, folder: str, items: str, max_lines: str, kill_after: str) -> None:
    written = 0

    def after(_outcome: object) -> None:
        nonlocal written
        written += 1
        if written == int(kill_after):
            os.kill(os.getpid(), signal.SIGKILL)

    async with AsyncGroq(api_key="k", base_url=url) as client:
        if max_lines == "0":
            rows = [{"id": each.id, "messages": each.body["messages"]} for each in questions(int(items))]
            journal = Path(folder) / "job.journal"
            report = await jobs.run(client, rows, model="m", via="batch", journal=journal)
            assert report.done == len(rows)
            return
        job = Job(client, Path(folder), questions(int(items)))
        await job.run(after=after, max_lines=int(max_lines))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
