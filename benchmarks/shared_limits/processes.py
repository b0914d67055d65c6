"""Runs a scenario: the service, Redis and the processes, each a real process, and the kills."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from .. import machine
from .redis_process import RedisProcess, ScriptUse
from .spec import Outcome, Received, Scenario, WorkerResult, WorkerSpec

ROOT = Path(__file__).parents[2]
"""Where the package `benchmarks` is."""
_PAUSE_S = 0.02
_AFTER_S = 2.0
"""Processes go on for so long after the time that is measured, which begins with the first request of any of them."""


class ProcessFailed(Exception):
    """A process ended without a result. The message is a short reason."""


class Child:
    """A process that takes a line on standard input, and prints one value a line."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._module = module
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.shared_limits.{module}", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={
                name: value for name, value in machine.environment().items() if not name.startswith("GROQ_")
            },
            # Ctrl-C must not reach it.
            start_new_session=True,
        )

    def __enter__(self) -> Child:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill()
        self._process.communicate()

    def say(self, line: str = "") -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def read(self) -> Any:
        """Return the next value. Raises `ProcessFailed` at the end of the process."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise ProcessFailed(f"{self._module} ended with exit code {self._process.wait()}")
        return json.loads(line)

    def kill(self) -> None:
        """Kill it (SIGKILL)."""
        self._process.kill()


@dataclass
class _Kills:
    """What was killed, and what came of it."""

    scenario: Scenario
    redis: RedisProcess | None
    workers: list[Child]
    rejoined_s: float | None = None

    def run(self, began_at: float) -> None:
        """Kill at the times of the scenario. Times are on the monotonic clock."""
        for at_s, kill in sorted(self._plan(), key=lambda each: each[0]):
            time.sleep(max(0.0, began_at + at_s - time.monotonic()))
            kill()

    def _plan(self) -> list[tuple[float, Any]]:
        scenario = self.scenario
        plan: list[tuple[float, Any]] = []
        if scenario.redis_killed_at_s is not None and self.redis is not None:
            plan.append((scenario.redis_killed_at_s, self.redis.kill))
            plan.append((scenario.redis_killed_at_s + scenario.redis_down_s, self._restart))
        if scenario.worker_killed_at_s is not None:
            plan.append((scenario.worker_killed_at_s, self.workers[-1].kill))
        return plan

    def _restart(self) -> None:
        """Restart Redis, and measure how long it takes until each process that lives has used it."""
        assert self.redis is not None
        killed_at_s, restarted_at_s = self.scenario.worker_killed_at_s, self.scenario.redis_killed_at_s
        is_one_dead = killed_at_s is not None and restarted_at_s is not None and killed_at_s < restarted_at_s
        living = len(self.workers) - is_one_dead
        since = self.redis.start()
        while self.redis.users() < living:
            if time.time() > since + 30:
                return
            time.sleep(_PAUSE_S)
        self.rejoined_s = time.time() - since


def run(scenario: Scenario) -> Outcome:
    """Run a scenario. Raises `ProcessFailed`, and `NoRedis` where it needs one."""
    with ExitStack() as stack:
        timeout_s = scenario.store_timeout_s
        redis = stack.enter_context(RedisProcess(timeout_s)) if scenario.is_shared else None
        server = stack.enter_context(Child("server", str(scenario.rpm), str(scenario.latency_s)))
        url = server.read()
        workers = [
            stack.enter_context(Child("worker", json.dumps(asdict(spec))))
            for spec in _specs(scenario, url, redis)
        ]
        for worker in workers:
            worker.read()
        kills = _Kills(scenario, redis, workers)
        for worker in workers:
            worker.say("go")
        thread = threading.Thread(target=kills.run, args=[time.monotonic()])
        thread.start()
        living = workers[:-1] if scenario.worker_killed_at_s is not None else workers
        results = [WorkerResult(**worker.read()) for worker in living]
        thread.join()
        use = redis.script_use() if redis is not None else ScriptUse(0, 0.0)
        server.say()
        received = [Received(*each) for each in server.read()]
    return Outcome(scenario, received, results, kills.rejoined_s, use.calls, use.cpu_us)


def _specs(scenario: Scenario, url: str, redis: RedisProcess | None) -> list[WorkerSpec]:
    return [
        WorkerSpec(
            index=index,
            url=url,
            mode=scenario.mode,
            store=redis.url if redis is not None else "",
            rpm=scenario.rpm if scenario.is_limit_given else None,
            callers=scenario.callers,
            seconds=scenario.seconds + _AFTER_S,
        )
        for index in range(scenario.processes)
    ]
