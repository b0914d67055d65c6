"""Waits for what another thread or process brings about. Each has an end, so that a test that would hang fails."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path


def eventually(holds: Callable[[], object], *, within_s: float = 60.0) -> float:
    """Wait until a condition holds. Return the seconds that it took."""
    began_at = time.monotonic()
    while not holds():
        assert time.monotonic() - began_at < within_s, f"not within {within_s} s"
        time.sleep(0.002)
    return time.monotonic() - began_at


async def left_with(folder: Path, *names: str) -> None:
    """Wait until a folder has these files and no others.

    A thread removes the incomplete file of a call that fails. The call waits for it, but for a quarter of a second at most.
    """
    await asyncio.to_thread(
        eventually, lambda: sorted(path.name for path in folder.iterdir()) == sorted(names)
    )
