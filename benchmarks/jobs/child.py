"""Runs one job with one client: ``python -m benchmarks.jobs.child SPEC``. Prints the `JobResult` as JSON.

Runs in the environment of the client, so it imports nothing but the standard library and the client.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
import time
import traceback
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .. import machine
from .spec import JobResult, JobSpec, Tally

MARK = "RESULT "
"""Before the result, since libraries print lines of their own."""


def run(spec: JobSpec) -> JobResult:
    """Run the job of *spec* in this process."""
    machine.bind(spec.core)
    client: Any = importlib.import_module(f"benchmarks.jobs.clients.{spec.client}")
    tally = Tally(spec)
    job = client.prepare(spec, tally)
    rss_before = machine.rss_bytes()
    cpu_before, started_at = _cpu_s(), time.perf_counter()
    try:
        note = job()
    except Exception as error:
        # The items that it had brought until then are counted.
        note = f"raised {type(error).__name__}"
        traceback.print_exc()
    seconds, cpu_s = time.perf_counter() - started_at, _cpu_s() - cpu_before
    peak = machine.peak_rss_bytes()
    return JobResult(
        seconds=seconds,
        cpu_s=cpu_s,
        rss_mib=peak / 2**20,
        grown_mib=(peak - rss_before) / 2**20,
        done=tally.done,
        wrong=tally.wrong,
        note=note,
        versions=_versions(client.PACKAGES),
    )


def _cpu_s() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _versions(packages: tuple[str, ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    result = run(JobSpec(**json.loads(sys.argv[1])))
    sys.stdout.write(f"\n{MARK}{json.dumps(asdict(result))}\n")
    sys.stdout.flush()
    # Libraries leave threads and exit hooks behind; they are not measured.
    os._exit(0)
