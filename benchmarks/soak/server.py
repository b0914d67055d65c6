"""The embedded server in its own process: it answers every prompt with the prompt, and hands out its log when asked.

``python -m benchmarks.soak.server`` prints its URL; each line on standard input (the number of requests to wait for) is
answered with what it saw since the last one, by the id that the caller gave each call.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from aiogroq.local import LocalGroq

ID_HEADER = "x-soak-id"


def answer_to(prompt: str) -> str:
    """What is answered to *prompt*: some words, so that it is several events as a stream."""
    return f"the answer to {prompt} is of nine words or so"


def _reply(body: dict[str, Any]) -> str:
    return answer_to(body["messages"][-1]["content"])


def main() -> None:
    """Serve until standard input ends."""
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
