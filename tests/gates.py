"""Checks of every test: no secret in its output, and no call of aiogroq that blocks the event loop.

``conftest.py`` installs them; ``rules/test_gates.py`` shows that each of them can fail.
"""

from __future__ import annotations

import builtins
import logging
import platform
import re
import socket
import ssl
import subprocess
from collections.abc import Generator, Iterator
from typing import Any

import pytest

_python_dir = builtins.dir
from blockbuster import BlockBuster  # noqa: E402
from blockbuster.blockbuster import BlockBusterFunction  # noqa: E402

# forbiddenfruit, on which blockbuster is built, replaces `dir` with a function that reads `__name__` of every object.
builtins.dir = _python_dir

SECRET = re.compile(r"gsk_\w+|(?<![a-z])hunter2\w*|tok-canary\S*")
"""Matches the keys, passwords and tokens of the suite, and nothing else."""

PACKAGE = "aiogroq"
BLOCKING_BY_DESIGN = ["aiogroq.local", "aiogroq.testing", "aiogroq.sync"]
"""The embedded server has its own thread, and a sync call blocks the thread of its caller. The code that the sync client runs
on its own event loop is checked nevertheless: it belongs to other packages."""


def leaks(report: pytest.TestReport) -> list[str]:
    """Return the output, logs and error message of a test that contain a secret. The source in a traceback does not count."""
    crash = getattr(report.longrepr, "reprcrash", None)
    # A report also has the output of the earlier phases; that was searched before.
    texts = [section for section in report.sections if section[0].endswith(report.when or "")]
    texts.append(("the error", crash.message if crash else ""))
    return [f"{SECRET.pattern} is in {name}:\n{text}" for name, text in texts if SECRET.search(text)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose output contains a secret."""
    report = yield
    if found := leaks(report):
        report.outcome = "failed"
        report.longrepr = "\n\n".join(found)
    return report


def _detector() -> BlockBuster:
    """Return a detector that raises where aiogroq blocks an event loop, with calls that blockbuster does not check itself."""
    detector = BlockBuster(PACKAGE, excluded_modules=BLOCKING_BY_DESIGN)
    more_calls: list[tuple[Any, str]] = [
        (builtins, "open"),
        (socket, "getaddrinfo"),
        (socket, "gethostbyname"),
        (ssl.SSLContext, "load_verify_locations"),
        (ssl.SSLContext, "load_default_certs"),
        (ssl.SSLContext, "set_default_verify_paths"),
        (ssl, "create_default_context"),
        (platform, "uname"),
        (subprocess, "Popen"),
    ]
    for holder, name in more_calls:
        function = BlockBusterFunction(
            holder, name, scanned_modules=PACKAGE, excluded_modules=BLOCKING_BY_DESIGN
        )
        function.can_block_in("<frozen importlib._bootstrap>", "_find_and_load")
        detector.functions[function.full_name] = function
    for function in detector.functions.values():
        # Some microseconds each, by design: what was answered is written in the same turn of the loop, not in a thread later.
        function.can_block_in(
            "aiogroq/jobs/journals/journal.py", {"append", "flush", "note", "read", "notes"}
        )
        function.can_block_in("aiogroq/jobs/journals/claim.py", {"claim"})  # once a process, with its shard
    return detector


@pytest.fixture(autouse=True)
def everything_is_logged() -> Iterator[None]:
    """Log every level of aiogroq, aiohttp and asyncio, so that the search for secrets reads all of it."""
    loggers = [logging.getLogger(name) for name in ("aiogroq", "aiohttp", "asyncio")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture(scope="session")
def blocking_detector() -> BlockBuster:
    """Return the detector, created once per process: it takes a millisecond."""
    return _detector()


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop(request: pytest.FixtureRequest, blocking_detector: BlockBuster) -> Iterator[None]:
    """Run every async test with the detector of calls that block its event loop."""
    if request.node.get_closest_marker("asyncio") is None:
        yield
        return
    blocking_detector.activate()
    try:
        yield
    finally:
        blocking_detector.deactivate()
