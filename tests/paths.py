"""The two paths of a request through aiohttp, as a parameter of the suite: ``--aiohttp=fast|public|both``.

The fast path also uses private names of aiohttp, the public path only its public API. Both must behave the same, except for
`NOT_PROMISED`. A test of such a limit has the marker ``fast_path_only`` with its key: on the public path the test must fail,
or it does not run (``run=False``) where it would only end by its timeout.
"""

from __future__ import annotations

import asyncio
import functools
from pathlib import Path

import pytest

from aiogroq.transport import _aiohttp

TESTS = Path(__file__).parent
BOTH = ("client", "network", "reliability", "security", "sync")
"""The folders whose tests run on both paths."""

NOT_PROMISED: dict[str, str] = {
    "stale": "an idle connection that the server closed before the request came costs one of `max_retries`",
    "unsolicited": "data that a server sends on an idle connection is taken for the response to the next request",
    "cold": "calls that start at the same time, while no connection is open, open a connection each at once, and fail if the process "
    "runs out of file descriptors; `DefaultAioHttpClient(limit=100)` limits the number of connections",
    "deaf": "a request that is cancelled while the server does not read it keeps its socket until the server does",
    "garbled": "a body whose chunk lengths are not numbers ends at the `read` or `idle` timeout, not at once",
    "loop": "connections of a loop that was closed without `asyncio.run` stay open until their client is garbage-collected",
    "fork": "a forked child keeps the connections of its parent open until it ends",
    "interrupt": "on Python 3.10, Ctrl-C while the body of a request is being written can leave asyncio's report of the writing "
    "task on stderr",
}
"""What the public path cannot promise, in the same words as `docs/internals/aiohttp.md`."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--aiohttp``."""
    parser.addoption(
        "--aiohttp",
        choices=("fast", "public", "both"),
        default="fast",
        help="the path through aiohttp: with its private names (fast), only its public API (public), or each test on both",
    )


@pytest.fixture(autouse=True)
def aiohttp_path(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, clean_environment: None
) -> str:
    """Set the path of this test, and return its name. Programs that the test starts inherit it."""
    path: str = getattr(request, "param", "fast")
    if path == "public":
        monkeypatch.setenv("AIOGROQ_AIOHTTP", "public")
    return path


@functools.cache
def _flaw() -> str | None:
    async def unsupported_reason() -> str | None:
        return _aiohttp.unsupported_reason()

    return asyncio.run(unsupported_reason())


def _paths(chosen: str) -> list[str]:
    if chosen != "both":
        return [chosen]
    # An aiohttp whose private names have changed has the public path only.
    return ["fast", "public"] if _flaw() is None else ["public"]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of `BOTH` on each chosen path."""
    folder = metafunc.definition.path.relative_to(TESTS).parts[0]
    chosen = metafunc.config.getoption("--aiohttp")
    if folder in BOTH and chosen != "fast":
        marks = {"public": pytest.mark.public_path}
        paths = [pytest.param(path, marks=marks.get(path, ())) for path in _paths(chosen)]
        metafunc.parametrize("aiohttp_path", paths, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect the tests of `NOT_PROMISED` to fail on the public path."""
    for item in items:
        for marker in item.iter_markers("fast_path_only"):
            limit = NOT_PROMISED[marker.args[0]]
            if item.get_closest_marker("public_path"):
                item.add_marker(pytest.mark.xfail(reason=limit, strict=True, **marker.kwargs))
