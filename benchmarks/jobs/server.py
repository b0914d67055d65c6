"""The embedded server in its own process, with a limit of requests per minute.

``python -m benchmarks.jobs.server RPM LATENCY_S`` prints its URL. For each line on standard input it prints the number of
requests by status since its start.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from typing import Any

from aiogroq.local import LocalGroq, RateLimit

from .spec import reply_to

_LIMIT_S = 60.0


def _reply(body: dict[str, Any]) -> str:
    content = body["messages"][-1]["content"]
    # Some libraries send the content as a list of parts.
    return reply_to(content if isinstance(content, str) else content[-1]["text"])


def main(rpm: str, latency_s: str) -> None:
    """Serve until standard input is closed."""
    statuses: Counter[str] = Counter()
    with LocalGroq(
        reply=_reply,
        rate_limits={"*": RateLimit(rpm=int(rpm))},
        latency_s=float(latency_s),
        log_limit=0,
        keepalive_timeout_s=600,
        on_request=lambda request: statuses.update([str(request.status or "none")]),
    ) as server:
        _say(server.base_url)
        for _ in sys.stdin:
            _wait_until_ended(server, statuses)
            _say({"requests": server.request_count, "statuses": dict(statuses)})


def _wait_until_ended(server: LocalGroq, statuses: Counter[str]) -> None:
    """Wait for requests whose response was read and whose status is counted next."""
    until = time.monotonic() + _LIMIT_S
    while sum(statuses.values()) < server.request_count and time.monotonic() < until:
        time.sleep(0.002)


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:3])
