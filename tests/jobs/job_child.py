"""A process that runs one job: `python job_child.py URL JOURNAL COUNT [MAX_FILE_BYTES]`. Prints its exit code and, if the
job raises, the error."""

from __future__ import annotations

import asyncio
import sys

from aiogroq import AsyncGroq
from aiogroq.jobs import JobError, run


async def main(url: str, journal: str, count: int) -> None:
    async with AsyncGroq(api_key="gsk_x", base_url=url) as client:
        items = [{"id": f"row {number}", "text": f"Say {number}."} for number in range(count)]
        job = run(client, items, model="openai/gpt-oss-20b", prompt="{text}", journal=journal)
        indexes = [result.index async for result in job if result.status == "done"]
        assert indexes == [*range(count)], "every result once, in order"
        print("complete", flush=True)


if __name__ == "__main__":
    url, journal, count, *limits = sys.argv[1:]
    if limits:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limits[0]),) * 2)
    try:
        asyncio.run(main(url, journal, int(count)))
    except JobError as error:
        print(f"{type(error).__name__}: {error}", flush=True)
        sys.exit(1)
