"""Concurrent calls of a new client without connections. The unit is a call."""

from __future__ import annotations

import asyncio
import time
from collections import Counter

from ..clients import build_async
from ..load.process import ask
from ..load.responses import TEXT
from ..spec import Result, Spec
from .clock import Stopwatch, WrongResult, check, percentile


async def measure(spec: Spec) -> Result:
    """Make ``count`` concurrent calls; the server responds after ``late_ms``. Counts failed calls."""
    count, late_ms = int(spec.params["count"]), int(spec.params["late_ms"])
    model = f"late-{late_ms}" if late_ms else "chat"
    # Another client makes a call first, so that lazy imports are not measured.
    other = build_async(spec.client, spec.url)
    check(await other.chat("chat", "warm"), TEXT)
    await other.close()
    client = build_async(spec.client, spec.url, count)
    took_s: list[float] = []

    async def one() -> None:
        started_at = time.perf_counter()
        check(await client.chat(model, "x" * 60), TEXT)
        took_s.append(time.perf_counter() - started_at)

    before = ask(spec.control_url, "/counts")
    with Stopwatch() as watch:
        ended = await asyncio.gather(*(one() for _ in range(count)), return_exceptions=True)
    after = ask(spec.control_url, "/counts")
    await client.close()
    failed = Counter(kind(error) for error in ended if error is not None)
    found = watch.result(
        count,
        requests=0 if failed else 1 + count,
        failed=sum(failed.values()),
        **{name: after[name] - before[name] for name in ("tls_started", "tls_opened", "tls_resumed")},
        p50_ms=percentile(took_s, 0.5) * 1e3 if took_s else 0.0,
        p99_ms=percentile(took_s, 0.99) * 1e3 if took_s else 0.0,
    )
    found.failed = dict(failed)
    return found


def kind(error: BaseException) -> str:
    """The class of an error, with the phase or the cause that it names. Re-raises wrong results."""
    if isinstance(error, WrongResult) or not isinstance(error, Exception):
        raise error
    reason = getattr(error, "phase", None) or (type(error.__cause__).__name__ if error.__cause__ else "")
    return f"{type(error).__name__} ({reason})" if reason else type(error).__name__
