"""The embedded server in its own process. It replies to every prompt with the prompt, and prints its log on request.

``python -m benchmarks.soak.server`` prints its URL. For each line on standard input (the number of requests to wait for) it
prints the requests since the last line, by the id that the caller gave each call.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from aiogroq.local import LocalGroq

ID_HEADER = "x-soak-id"


def reply_to(prompt: str) -> str:
    """Return the reply to *prompt*: several words, so that a stream has several events."""
    return f"the reply to {prompt} has about nine words here"


def _reply(body: dict[str, Any]) -> str:
    return reply_to(body["messages"][-1]["content"])


def main() -> None:
    """Serve until standard input is closed."""
    with LocalGroq(reply=_reply, log_limit=None, keepalive_timeout_s=600) as server:
        _say(server.base_url)
        for line in sys.stdin:
            _say(_drain(server, int(line)))


def _drain(server: LocalGroq, count: int) -> dict[str, list[tuple[int | None, bool]]]:
    try:
        log = server.wait_for_requests(count, timeout_s=20, finished=True)
    except TimeoutError:
        log = server.requests
    server.clear()
    seen: dict[str, list[tuple[int | None, bool]]] = {}
    for entry in log:
        seen.setdefault(entry.headers.get(ID_HEADER, "?"), []).append((entry.status, entry.disconnected))
    return seen


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
