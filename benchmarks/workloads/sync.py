"""Sync clients: chat from one or many threads, and streams."""

from __future__ import annotations

import threading

from ..clients import build_sync
from ..load.responses import EVENTS, TEXT
from ..spec import Result, Spec
from .clock import Stopwatch, check
from .streams import CHARACTERS


def measure(spec: Spec) -> Result:
    """Send ``count`` requests from ``threads`` threads that share one client; with ``stream``, streams."""
    threads, count = int(spec.params["threads"]), int(spec.params["count"])
    client = build_sync(spec.client, spec.url)
    is_stream = bool(spec.params.get("stream"))

    def one() -> None:
        if is_stream:
            check(client.stream("stream"), (EVENTS, CHARACTERS))
        else:
            check(client.chat("chat", "x" * 60), TEXT)

    failures: list[BaseException] = []

    def worker(share: int) -> None:
        try:
            for _ in range(share):
                one()
        except BaseException as failure:
            failures.append(failure)

    def spread(each: int) -> None:
        team = [threading.Thread(target=worker, args=(each,)) for _ in range(threads)]
        for thread in team:
            thread.start()
        for thread in team:
            thread.join()
        if failures:
            raise failures[0]

    warm = 2 if is_stream else 20
    spread(warm)
    each = max(1, count // threads)
    with Stopwatch() as watch:
        spread(each)
    done = each * threads
    client.close()
    return watch.result(done * (EVENTS if is_stream else 1), requests=(warm + each) * threads)
