"""Runs the soak in blocks and checks each: responses, requests, file descriptors, tasks, memory."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiogroq import AsyncGroq

from .. import machine
from ..destination import INTERRUPTED, Destination, integer_from, percentage
from .caller import CallResult, call
from .kinds import CHAT_KINDS, STREAM_KINDS, SUCCESS, Kind
from .reconcile import Reconciliation, Seen

_BLOCK = 5000
_MOST_GROWTH = 0.02
_SHOWN = 20


@dataclass(frozen=True)
class Plan:
    """The size of a soak."""

    requests: int
    streams: int
    concurrent: int
    fault_percent: float
    seed: int

    def calls(self) -> list[tuple[str, Kind, bool]]:
        """Return all calls in order: (id, kind, whether it is a stream). The same seed gives the same calls."""
        chance = random.Random(self.seed)
        forms = [False] * self.requests + [True] * self.streams
        chance.shuffle(forms)
        calls: list[tuple[str, Kind, bool]] = []
        turn = {False: 0, True: 0}
        for number, is_stream in enumerate(forms):
            kind = SUCCESS
            if chance.random() * 100 < self.fault_percent:
                kinds = STREAM_KINDS if is_stream else CHAT_KINDS
                # In turn, not at random, so that every kind is used.
                kind = kinds[turn[is_stream] % len(kinds)]
                turn[is_stream] += 1
            calls.append((str(number), kind, is_stream))
        return calls


def main(arguments: list[str]) -> int:
    """Run the soak and write the report. Return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks soak", description=__doc__)
    parser.add_argument("--requests", type=integer_from(0), default=200_000, metavar="N")
    parser.add_argument("--streams", type=integer_from(0), default=5000, metavar="N")
    parser.add_argument("--concurrent", type=integer_from(1), default=500, metavar="N")
    parser.add_argument("--fault-percent", type=percentage, default=5.0, metavar="P")
    parser.add_argument("--seed", type=integer_from(0), default=0, metavar="N")
    parser.add_argument("--results", type=Path, default=None, metavar="DIR", help="where soak.json goes")
    options = vars(parser.parse_args(arguments))
    results_folder = options.pop("results")
    if not options["requests"] + options["streams"]:
        parser.error("--requests and --streams must not both be 0")
    is_whole = all(value == parser.get_default(name) for name, value in options.items())
    destination = Destination(results_folder, is_whole)
    destination.check(parser)
    report = asyncio.run(soak(Plan(**options)))
    folder = destination.folder(is_complete=not report["interrupted"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "soak.json").write_text(json.dumps(report, indent=1) + "\n")
    sys.stdout.write("".join(f"{name}: {value}\n" for name, value in report.items()))
    if report["interrupted"]:
        return INTERRUPTED
    return 1 if report["problem count"] else 0


async def soak(plan: Plan) -> dict[str, object]:
    """Make all calls of *plan* and return the report. Ctrl-C ends the run; the report says so."""
    server_core, client_core = machine.cores()
    machine.allow_many_files()
    process = await asyncio.to_thread(_start_server, server_core)
    machine.bind(client_core)
    account, memory = Reconciliation(), list[int]()
    files_at_start, tasks_at_start = machine.open_files(), len(asyncio.all_tasks())
    started_at = time.monotonic()
    try:
        is_interrupted = await _until_interrupted(_traffic(plan, process, account, memory))
    finally:
        process.kill()
        process.communicate()
        sys.stderr.write("\n")
    await asyncio.sleep(0.2)
    gc.collect()
    tasks = len(asyncio.all_tasks()) - tasks_at_start
    # The two pipes to the server process were open at the start and are closed now.
    files = machine.open_files() - (files_at_start - 2 if files_at_start else 0)
    growth = _growth(memory)
    account.problems += _wrong_at_end(is_interrupted, tasks, files, growth)
    return {
        **machine.described(),
        **{name.replace("_", " "): value for name, value in vars(plan).items()},
        "interrupted": is_interrupted,
        "calls": account.calls,
        "requests seen by the server": account.requests,
        "most requests for one call": account.most_requests,
        "kinds": dict(sorted(account.kinds.items())),
        "seconds": round(time.monotonic() - started_at, 1),
        "tasks left": tasks,
        "descriptors left": files,
        "memory after each block, MiB": [round(size / 2**20, 1) for size in memory],
        "growth of memory in the second half": None if growth is None else round(growth, 4),
        "problem count": len(account.problems),
        "problems": account.problems[:_SHOWN],
    }


async def _until_interrupted(work: Coroutine[Any, Any, None]) -> bool:
    """Run *work* and return whether Ctrl-C cancelled it, on every version of Python."""
    is_interrupted = False
    task = asyncio.ensure_future(work)

    def interrupt() -> None:
        nonlocal is_interrupted
        is_interrupted = True
        task.cancel()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        await task
    except asyncio.CancelledError:
        if not is_interrupted:
            raise
    finally:
        loop.remove_signal_handler(signal.SIGINT)
    return is_interrupted


async def _traffic(
    plan: Plan, process: subprocess.Popen[str], account: Reconciliation, memory: list[int]
) -> None:
    """Make the calls block by block and check each block. Appends the resident bytes after each block to *memory*."""
    assert process.stdout is not None
    url = json.loads(await asyncio.to_thread(process.stdout.readline))
    calls = plan.calls()
    client = AsyncGroq(api_key="gsk_soak", base_url=url, max_retries=1)
    try:
        _show_progress(0, len(calls), account)
        for first in range(0, len(calls), _BLOCK):
            block = calls[first : first + _BLOCK]
            ended = await _run_block(client, block, plan.concurrent)
            account.add_block(ended, await asyncio.to_thread(_drain, process, sum(e.attempts for e in ended)))
            gc.collect()
            memory.append(machine.rss_bytes())
            _show_progress(first + len(block), len(calls), account)
    finally:
        await client.close()


def _wrong_at_end(is_interrupted: bool, tasks: int, files: int, growth: float | None) -> list[str]:
    return [
        text
        for is_wrong, text in (
            (is_interrupted, "interrupted"),
            (tasks > 0, f"{tasks} tasks are left"),
            (files > 0, f"{files} descriptors are left"),
            (
                growth is not None and growth >= _MOST_GROWTH,
                f"memory grew by {growth or 0:.1%} in the second half",
            ),
        )
        if is_wrong
    ]


async def _run_block(
    client: AsyncGroq, block: list[tuple[str, Kind, bool]], concurrent: int
) -> list[CallResult]:
    waiting = iter(block)
    ended: list[CallResult] = []

    async def worker() -> None:
        for id, kind, is_stream in waiting:
            ended.append(await call(client, id, kind, is_stream=is_stream))

    await asyncio.gather(*(worker() for _ in range(concurrent)))
    return ended


def _start_server(core: int | None) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.soak.server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=machine.environment(),
        # Ctrl-C must not reach the server, which ends with its standard input.
        start_new_session=True,
        preexec_fn=lambda: machine.bind(core),
    )


def _drain(process: subprocess.Popen[str], requests: int) -> Seen:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{requests}\n")
    process.stdin.flush()
    seen: Seen = json.loads(process.stdout.readline())
    return seen


def _growth(memory: list[int]) -> float | None:
    """Return the relative growth of memory from the middle to the end, or None with too few blocks."""
    if len(memory) < 8:
        return None
    return memory[-1] / memory[len(memory) // 2 - 1] - 1


def _show_progress(done: int, total: int, account: Reconciliation) -> None:
    filled = round(30 * done / total)
    sys.stderr.write(
        f"\r[{'#' * filled}{'.' * (30 - filled)}] {done:,} of {total:,} calls, "
        f"{account.requests:,} requests, {len(account.problems)} problems"
    )
    sys.stderr.flush()
