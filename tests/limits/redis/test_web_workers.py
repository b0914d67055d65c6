"""Plain calls, sync and async, in an app with several workers of uvicorn: the URL of a store is all that they have in common."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from redis_server import RedisServer
from waiting import eventually

from aiogroq.local import LocalGroq, RateLimit

RPM = 120
CALLS = 160
WORKERS = 3
_ADDRESS = re.compile(r"running on (http://[\w.:]+)", re.IGNORECASE)


@contextmanager
def serving(groq: LocalGroq, store: str, meeting: Path) -> Generator[str, None, None]:
    """Run the app with its workers, which meet in a folder; gives its URL."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")},
        "GROQ_API_KEY": "k",
        "GROQ_BASE_URL": groq.base_url,
        "APP_STORE": store,
        "APP_MEETING": str(meeting),
    }
    command = [sys.executable, "-m", "uvicorn", "--app-dir", str(Path(__file__).parent), "web_app:app"]
    command += ["--port", "0", "--workers", str(WORKERS)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", env=environment
    ) as service:
        assert service.stdout is not None
        try:
            log = ""
            while (found := _ADDRESS.search(log)) is None or log.count("startup complete") < WORKERS:
                line = service.stdout.readline()
                assert line, log
                log += line
            yield found[1]
            service.send_signal(signal.SIGINT)
            log += service.communicate(timeout=60)[0]
        finally:
            service.kill()
    assert "Traceback" not in log, log


async def ask_all(url: str, meeting: Path) -> list[httpx.Response]:
    """Send all calls, half of them to each route, by connections of their own: any worker may take one.

    The first one stores the limit, which only the client of its route is given. Then each worker takes one, and all others are
    sent at once.
    """
    headers = {"connection": "close"}
    async with httpx.AsyncClient(base_url=url, timeout=90, headers=headers, limits=httpx.Limits()) as client:
        paths = [f"/{kind}/{number}" for number in range(CALLS // 2) for kind in ("async", "sync")]
        first = await client.get(paths.pop())
        met: list[asyncio.Task[httpx.Response]] = []
        for count in range(WORKERS):
            met.append(asyncio.create_task(client.get(f"/async/{CALLS + count}", params={"meet": WORKERS})))
            while len(list(meeting.iterdir())) <= count and not met[-1].done():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return [first, *await asyncio.gather(*met, *map(client.get, paths[: CALLS - 1 - WORKERS]))]


def wait_until_settled(redis_server: RedisServer) -> None:
    """Return when there are no reservations and no places in the line. What ends a call is stored after its response."""
    eventually(lambda: names_in(redis_server) <= {b"state", b"workers"})


def names_in(redis_server: RedisServer) -> set[bytes]:
    return {name.rpartition(b":")[2] for name in redis_server.contents()}


@pytest.mark.slow
def test_no_user_of_several_workers_gets_an_error_and_nothing_is_left_behind(
    redis_server: RedisServer, tmp_path: Path
) -> None:
    with (
        LocalGroq(rate_limits={"*": RateLimit(rpm=RPM + 6)}) as groq,
        serving(groq, redis_server.url, tmp_path) as url,
    ):
        responses = asyncio.run(ask_all(url, tmp_path))
        requests = list(groq.requests)
        wait_until_settled(redis_server)
    assert [response.text for response in responses if response.status_code != 200] == []
    assert len({response.text for response in responses}) == WORKERS
    # More than the bucket holds, so that calls waited for what flows in.
    assert [request.status for request in requests if request.status != 200] == []
    assert len(requests) == CALLS
    # The workers themselves are forgotten in half a minute.
    assert names_in(redis_server) <= {b"state", b"workers"}
