"""The embedded server in its own process, with a limit of requests per minute.

``python -m benchmarks.shared_limits.server RPM LATENCY_S`` prints its URL. For each line on standard input it prints the
requests that it has received since the last one: when, until when, by which process, and the status of the response.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from aiogroq.local import LocalGroq, RateLimit

from .spec import WORKER_HEADER


def main(rpm: str, latency_s: str) -> None:
    """Serve until standard input is closed."""
    received: list[tuple[float, float, int, int]] = []

    def note(request: Any) -> None:
        worker = int(request.headers.get(WORKER_HEADER, "0"))
        received.append((request.received_at, time.time(), worker, request.status or 0))

    limits = {"*": RateLimit(rpm=int(rpm))} if int(rpm) else None
    with LocalGroq(
        reply="good", rate_limits=limits, latency_s=float(latency_s), log_limit=0, keepalive_timeout_s=600,
        on_request=note,
    ) as server:  # fmt: skip
        _say(server.base_url)
        for _ in sys.stdin:
            found = received.copy()
            del received[: len(found)]
            _say(found)


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
