"""Measures what a real server takes for a call of the script: the CPU of its thread, with 1 to 1,000 processes in the line."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import redis

from aiogroq.limits import Ask, Seen
from aiogroq.limits.redis import values
from aiogroq.limits.redis.values import Observe, Operation, Reserve, Settle

from ..shared_limits.redis_process import RedisProcess
from .spec import PROCESSES, Costs

_CALLS = 1_000
_RPM = 600
_NOTHING = Settle("nothing", {"RPM": 1.0})


def measure_costs() -> Costs:
    """Return the costs on this machine. Raises `NoRedis` where no redis-server is installed."""
    with RedisProcess() as server:
        scripts = [_Script(server, processes) for processes in PROCESSES]
        settle_s = statistics.median(script.cost_s([_NOTHING]) for script in scripts)
        further_s = statistics.median(script.cost_s([_NOTHING] * 11) for script in scripts)
        reserve_s = max(script.cost_s(None) for script in scripts)
    return Costs(settle_s, max(0.0, further_s - settle_s) / 10, max(0.0, reserve_s - settle_s))


class _Script:
    """The script on a server, with *processes* in the line of a bucket that is empty."""

    def __init__(self, server: RedisProcess, processes: int) -> None:
        self._client = redis.Redis(port=server.port)
        self._sha = str(self._client.script_load(values.script()))
        self._keys = values.keys_of("costs", str(processes))
        given = {"RPM": Seen(_RPM, source="given")}
        self._call("0", [Observe(given), Observe({"RPM": Seen(_RPM, level=0.0, is_exact=True)})])
        self._waiting = {str(number): _reserve(number) for number in range(processes)}
        for worker, operation in self._waiting.items():
            self._call(worker, [operation])

    def cost_s(self, operations: Sequence[Operation] | None) -> float:
        """Return what a call with *operations* takes; None for one in which a process asks again for what it waits for."""
        workers = list(self._waiting)
        before_s = self._cpu_s()
        for number in range(_CALLS):
            worker = workers[number * 7919 % len(workers)]
            self._call(worker, [self._waiting[worker]] if operations is None else operations)
        return (self._cpu_s() - before_s) / _CALLS

    def _cpu_s(self) -> float:
        found = self._client.info("cpu")
        return float(found["used_cpu_user_main_thread"]) + float(found["used_cpu_sys_main_thread"])

    def _call(self, worker: str, operations: Sequence[Operation]) -> None:
        request = values.encode(worker, "", operations)
        self._client.evalsha(self._sha, len(self._keys), *self._keys, request)


def _reserve(number: int) -> Reserve:
    needs = {"RPM": 1.0, "RPD": 1.0, "TPM": 200.0, "TPD": 200.0, "ITPM": 100.0, "OTPM": 100.0}
    return Reserve([Ask(f"{number:012x}-0", needs, certain={"OTPM": 100.0})])
