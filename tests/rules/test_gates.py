"""The checks of `tests/gates.py`, which run with every test, can fail."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)
SUITE = Path(__file__).parents[1]
pytestmark = pytest.mark.slow

LEAKS = """
import logging, os, sys, pytest

def test_prints():
    print("my key is gsk_1a2b")

def test_writes_to_the_descriptor():
    os.write(2, b"Authorization: Bearer gsk_1a2b\\n")

def test_logs():
    logging.getLogger("aiogroq").debug("sent %s", {"Authorization": "Bearer gsk_1a2b"})

def test_skips():
    print("gsk_1a2b")
    pytest.skip("no network")

@pytest.fixture
def leaky():
    yield
    print("http://user:hunter2@proxy", file=sys.stderr)

def test_leaves(leaky):
    pass

def test_says_nothing():
    print("the key is a secret; it begins with gsk_ and is never shown")
    assert "gsk_1a2b"
"""

BLOCKS = """
import asyncio, ssl, time
import pytest
from aiogroq import AsyncGroq, DefaultAioHttpClient
from aiogroq.transport import tls

# What blocks stands in the package, as far as the detector can see.
def of_the_package(source):
    scope = {}
    exec(compile(source, tls.__file__, "exec"), scope)
    return scope["act"]

SOURCES = {
    "sleeps": "import time\\ndef act(): time.sleep(0)",
    "opens a file": "def act(): open(__import__('os').devnull).close()",
    "looks up a name": "import socket\\ndef act(): socket.getaddrinfo('127.0.0.1', 80)",
    "loads certificates": "import ssl\\ndef act(): ssl.create_default_context()",
    "asks for the platform": "import platform\\ndef act(): platform.uname()",
    "connects": "import socket\\ndef act(): socket.socket().connect(('127.0.0.1', 9))",
    "waits for a lock": "import threading\\nlock = threading.Lock()\\nlock.acquire()\\ndef act(): lock.acquire(timeout=0.01)",
}

@pytest.mark.parametrize("name", SOURCES)
async def test_blocks(name):
    of_the_package(SOURCES[name])()

@pytest.mark.parametrize("name", [name for name in SOURCES if name != "connects"])
async def test_leaves_it_to_a_thread(name):
    await asyncio.to_thread(of_the_package(SOURCES[name]))

async def test_calls(client, server):
    assert (await client.models.list()).data
    time.sleep(0)  # the test's own, not the package's
"""


ENVIRONMENT = """
import os

def test_sees_no_key_and_no_proxy_of_the_machine():
    assert {"GROQ_API_KEY", "HTTPS_PROXY", "https_proxy"}.isdisjoint(os.environ)
"""


def run(pytester: pytest.Pytester, source: str) -> pytest.RunResult:
    """Run these tests with the suite's own conftest, in a process of their own."""
    folder = pytester.mkdir("tests")
    for name in ("conftest.py", "fuzzing.py", "gates.py", "paths.py", "redis_server.py", "selection.py"):
        folder.joinpath(name).write_text((SUITE / name).read_text(encoding="utf-8"), encoding="utf-8")
    folder.joinpath("test_source.py").write_text(source, encoding="utf-8")
    options = "asyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
    folder.joinpath("pytest.ini").write_text(f"[pytest]\n{options}", encoding="utf-8")
    os.chdir(folder)
    return pytester.runpytest_subprocess("-q", "-p", "no:cacheprovider", timeout=120)


def test_a_secret_in_what_a_test_prints_or_logs_fails_it(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = run(pytester, LEAKS).parseoutcomes()
    capsys.readouterr()  # it shows what those tests printed, and would fail this one
    # What a fixture prints at its end is an error of a test that has passed.
    assert outcomes == {"failed": 4, "passed": 2, "errors": 1}


def test_a_call_of_aiogroq_that_blocks_the_event_loop_of_an_async_test_fails_it(
    pytester: pytest.Pytester,
) -> None:
    assert run(pytester, BLOCKS).parseoutcomes() == {"failed": 7, "passed": 7}


def test_no_key_or_proxy_of_the_machine_reaches_a_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GROQ_API_KEY", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "of the machine")
    assert run(pytester, ENVIRONMENT).parseoutcomes() == {"passed": 1}


def test_a_copy_of_the_package_that_differs_from_the_checkout_is_not_tested(
    pytester: pytest.Pytester,
) -> None:
    pytester.mkdir("aiogroq").joinpath("errors.py").write_text("changed = True", encoding="utf-8")
    result = run(pytester, ENVIRONMENT)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*the installed aiogroq differs from this checkout (in errors.py)*"])


def test_a_warning_is_an_error() -> None:
    with pytest.raises(UserWarning, match="warned"):
        warnings.warn("warned", stacklevel=1)
