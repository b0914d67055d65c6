"""Runs one measurement: ``python -m benchmarks.child SPEC``. Prints the `Result` as JSON."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Coroutine
from typing import Any

import msgspec

from . import machine
from .spec import Result, Spec


def run(spec: Spec) -> Result:
    """Run the workload of *spec* in this process."""
    machine.bind(spec.core)
    machine.allow_many_files()
    if spec.ca_file:
        # All clients respect this variable; it must be set before they are imported.
        os.environ["SSL_CERT_FILE"] = spec.ca_file
    measure: Any = importlib.import_module(f"benchmarks.workloads.{spec.workload}").measure
    found = measure(spec)
    result: Result = on_loop(spec.loop, found) if asyncio.iscoroutine(found) else found
    return result


def on_loop(loop: str, main: Coroutine[Any, Any, Result]) -> Result:
    """Run *main* on the event loop of this name."""
    if loop == "uvloop":
        import uvloop

        return uvloop.run(main)
    return asyncio.run(main)


if __name__ == "__main__":
    result = run(msgspec.json.decode(sys.argv[1], type=Spec))
    sys.stdout.write(msgspec.json.encode(result).decode())
