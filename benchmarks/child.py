"""One measurement in a fresh process: ``python -m benchmarks.child SPEC``, with `Found` as JSON on standard output."""

from __future__ import annotations

import asyncio
import importlib
import os
import sys
from collections.abc import Coroutine
from typing import Any

import msgspec

from . import machine
from .spec import Found, Spec


def run(spec: Spec) -> Found:
    """Do the work of *spec* here."""
    machine.bind(spec.core)
    machine.allow_many_files()
    if spec.ca_file:
        # The variable that all of the clients obey, set before any of them is imported.
        os.environ["SSL_CERT_FILE"] = spec.ca_file
    measure: Any = importlib.import_module(f"benchmarks.work.{spec.work}").measure
    found = measure(spec)
    result: Found = on_loop(spec.loop, found) if asyncio.iscoroutine(found) else found
    return result


def on_loop(loop: str, main: Coroutine[Any, Any, Found]) -> Found:
    """Run *main* on the loop of this name."""
    if loop == "uvloop":
        import uvloop

        return uvloop.run(main)
    return asyncio.run(main)


if __name__ == "__main__":
    result = run(msgspec.json.decode(sys.argv[1], type=Spec))
    sys.stdout.write(msgspec.json.encode(result).decode())
