"""What every test must keep to besides its own words: no secret comes out, and no loop is blocked.

Taken up by ``conftest.py``; ``rules/test_gates.py`` shows that each of them can fail.
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

# What it is built on puts a `dir` of its own in place, which asks every object for its `__name__`.
builtins.dir = _python_dir

SECRET = re.compile(r"gsk_\w+|(?<![a-z])hunter2\w*|tok-canary\S*")
"""The keys, passwords and tokens of the suite are recognised by this, and nothing else is."""

PACKAGE = "aiogroq"
BLOCKING_BY_DESIGN = ["aiogroq.local", "aiogroq.testing", "aiogroq.sync"]
"""The server has a thread of its own, and a blocking call blocks whoever makes it. What runs above the loop of the
blocking client is watched all the same: it is other rooms' code."""


def leaks(report: pytest.TestReport) -> list[str]:
    """What came out of a test with a secret in it: printed, logged, or said by an error; not the source that is shown."""
    crash = getattr(report.longrepr, "reprcrash", None)
    # A report has the output of the phases before its own too; those have been searched.
    texts = [section for section in report.sections if section[0].endswith(report.when or "")]
    texts.append(("the error", crash.message if crash else ""))
    return [f"{SECRET.pattern} is in {name}:\n{text}" for name, text in texts if SECRET.search(text)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test whose output has a secret in it."""
    report = yield
    if found := leaks(report):
        report.outcome = "failed"
        report.longrepr = "\n\n".join(found)
    return report


def _detector() -> BlockBuster:
    """What raises where our code blocks a loop; with the calls that blockbuster does not know."""
    made = BlockBuster(PACKAGE, excluded_modules=BLOCKING_BY_DESIGN)
    more: list[tuple[Any, str]] = [
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
    for holder, name in more:
        function = BlockBusterFunction(
            holder, name, scanned_modules=PACKAGE, excluded_modules=BLOCKING_BY_DESIGN
        )
        function.can_block_in("<frozen importlib._bootstrap>", "_find_and_load")
        made.functions[function.full_name] = function
    return made


@pytest.fixture(autouse=True)
def everything_is_logged() -> Iterator[None]:
    """So that the search for secrets reads what any level logs: of us, and of what we stand on."""
    loggers = [logging.getLogger(name) for name in ("aiogroq", "aiohttp", "asyncio")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture(scope="session")
def blocking_detector() -> BlockBuster:
    """Made once: it costs a millisecond."""
    return _detector()


@pytest.fixture(autouse=True)
def nothing_blocks_the_loop(request: pytest.FixtureRequest, blocking_detector: BlockBuster) -> Iterator[None]:
    """Every async test is run with a detector of calls that block its loop."""
    if request.node.get_closest_marker("asyncio") is None:
        yield
        return
    blocking_detector.activate()
    try:
        yield
    finally:
        blocking_detector.deactivate()
