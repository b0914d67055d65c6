"""Runs one scenario with one package: ``python -m benchmarks.faults.child NAME PACKAGE URL``. Prints the outcome as JSON."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import signal
import sys
import time
from typing import Any

from . import catalog
from .scenario import Package

MARK = "OUTCOME "


def main(name: str, module: str, url: str) -> None:
    """Run the action of the scenario and print the outcome."""
    package = Package(importlib.import_module(module), url)
    action = catalog.SCENARIOS[name].action
    # A background job of a shell inherits an ignored SIGINT.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    started_at = time.monotonic()
    report: dict[str, Any] = {}
    try:
        if inspect.iscoroutinefunction(action):
            report["value"] = asyncio.run(action(package))
        else:
            report["value"] = action(package)
    except BaseException as error:
        report["error"] = [cls.__name__ for cls in type(error).__mro__]
        report["message"] = str(error)
        report["facts"] = {
            key: value
            for key in ("status_code", "limit", "used", "requested", "limit_kind", "phase", "code")
            if isinstance(value := getattr(error, key, None), str | int | float)
        }
        partial = getattr(error, "partial", None)
        if partial is not None and getattr(partial, "choices", None):
            report["facts"]["partial"] = partial.choices[0].message.content
    report["elapsed_s"] = time.monotonic() - started_at
    sys.stdout.write(f"\n{MARK}{json.dumps(report, default=str)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:4])
