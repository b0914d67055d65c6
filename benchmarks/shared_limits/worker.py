"""One process of a scenario: ``python -m benchmarks.shared_limits.worker SPEC``.

It prints ``ready``, begins with the first line on standard input, and prints its `WorkerResult` at the end.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from typing import Any

import aiohttp  # noqa: F401 -- the first client imports it

from aiogroq import APIError, AsyncGroq
from aiogroq.limits import Limits, Pacing

from .spec import KEY, MODEL, WORKER_HEADER, WorkerResult, WorkerSpec


class _Log(logging.Handler):
    """Keeps what is logged, with the time, without the retries: they are counted at the service."""

    def __init__(self, result: WorkerResult) -> None:
        super().__init__(logging.INFO)
        self._result = result

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        if not message.startswith("retrying"):
            self._result.logged.append((record.created, record.levelname, message))


def pacing_of(store: str, rpm: int | None) -> Pacing:
    """Return the options of pacing of a process."""
    return Pacing(None if rpm is None else Limits(rpm=rpm), store=store or None)


def main(spec: WorkerSpec) -> WorkerResult:
    """Send requests for the time of *spec*."""
    result = WorkerResult()
    logger = logging.getLogger("aiogroq")
    logger.setLevel(logging.INFO)
    logger.addHandler(_Log(result))
    asyncio.run(_run(spec, result))
    return result


async def _run(spec: WorkerSpec, result: WorkerResult) -> None:
    pacing = None if spec.mode == "unpaced" else pacing_of(spec.store, spec.rpm)
    headers = {WORKER_HEADER: str(spec.index)}
    # Imported before the start: otherwise the first process to be ready has a greater part of the full limit.
    for module in ["aiogroq.jobs"] * (spec.mode == "jobs") + ["redis.asyncio"] * bool(spec.store):
        importlib.import_module(module)
    async with AsyncGroq(api_key=KEY, base_url=spec.url, pacing=pacing, default_headers=headers) as client:
        _say("ready")
        await asyncio.to_thread(sys.stdin.readline)
        cpu_s = time.process_time()
        work = _job(client, pacing, result) if spec.mode == "jobs" else _call(client, spec.callers, result)
        task = asyncio.create_task(work)
        await asyncio.wait([task], timeout=spec.seconds)
        result.cpu_s = time.process_time() - cpu_s
        if task.done():
            task.result()  # raises what ended it too early
        task.cancel()
        await asyncio.wait([task])


async def _call(client: AsyncGroq, callers: int, result: WorkerResult) -> None:
    """Send one request after the other, *callers* at a time."""

    async def send() -> None:
        while True:
            try:
                await client.chat.completions.create(
                    model=MODEL,
                    messages=[{"role": "user", "content": "Good or bad?"}],
                    max_completion_tokens=8,
                )
            except APIError as error:
                name = type(error).__name__
                result.errors[name] = result.errors.get(name, 0) + 1
                await asyncio.sleep(0.05)  # such as a user who tries again
            else:
                result.done += 1

    await asyncio.gather(*(send() for _ in range(callers)))


async def _job(client: AsyncGroq, pacing: Pacing | None, result: WorkerResult) -> None:
    """Run a job that has more items than there is time."""
    jobs: Any = importlib.import_module("aiogroq.jobs")

    def items() -> Iterator[dict[str, str]]:
        for number in range(10**6):
            yield {"text": f"Item {number}: good or bad?"}

    options = {"model": MODEL, "prompt": "{text}", "params": {"max_completion_tokens": 8}}
    found: AsyncIterator[Any]
    async with jobs.run(client, items(), pacing=pacing, **options) as found:
        async for each in found:
            if each.status == "done":
                result.done += 1
            else:
                name = type(each.error).__name__
                result.errors[name] = result.errors.get(name, 0) + 1


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _say(asdict(main(WorkerSpec(**json.loads(sys.argv[1])))))
    # Responses that are still to come are not measured.
    os._exit(0)
