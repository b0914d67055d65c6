"""Fixtures and hooks of all tests: the gates, a clean environment, and short names for the fixtures of the plugin."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import fuzzing as fuzzing  # sets how hypothesis chooses inputs
import pytest
from gates import blocking_detector as blocking_detector
from gates import everything_is_logged as everything_is_logged
from gates import nothing_blocks_the_loop as nothing_blocks_the_loop
from gates import pytest_runtest_makereport as pytest_runtest_makereport
from paths import aiohttp_path as aiohttp_path
from paths import pytest_addoption as pytest_addoption
from paths import pytest_collection_modifyitems as pytest_collection_modifyitems
from paths import pytest_generate_tests as pytest_generate_tests
from redis_server import _redis_of_this_process as _redis_of_this_process
from redis_server import own_redis_server as own_redis_server
from redis_server import redis_server as redis_server
from selection import pytest_cmdline_main as pytest_cmdline_main
from selection import pytest_report_to_serializable as pytest_report_to_serializable
from selection import pytest_xdist_auto_num_workers as pytest_xdist_auto_num_workers

import aiogroq
from aiogroq import AsyncGroq
from aiogroq.local import LocalGroq

MODEL = "openai/gpt-oss-20b"

# Without cached bytecode, as in many containers, each of the hundreds of processes that tests start compiles the package
# again, which is a third of their time, and each worker compiles all tests.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    sys.dont_write_bytecode = False


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide the keys, base URLs and proxies of the machine from the test."""
    for name in ("GROQ_API_KEY", "GROQ_BASE_URL", "GROQ_CUSTOM_HEADERS", "GROQ_LOG", "AIOGROQ_AIOHTTP"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server(local_groq: LocalGroq) -> LocalGroq:
    """Return the embedded server of this test."""
    return local_groq


@pytest.fixture
def client(async_groq_client: AsyncGroq) -> AsyncGroq:
    """Return an async client of `server`."""
    return async_groq_client


_TIMEOUT_FACTOR = 5

TASK_FACTORIES = {name: getattr(asyncio, f"{name}_task_factory", None) for name in ("default", "eager")}
"""The eager factory exists from Python 3.12 on."""


@pytest.fixture(params=[name for name in TASK_FACTORIES if name == "default" or TASK_FACTORIES[name]])
async def task_factory(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Set each task factory of the standard library on the event loop of the test."""
    loop = asyncio.get_running_loop()
    loop.set_task_factory(TASK_FACTORIES[request.param])
    yield request.param
    loop.set_task_factory(None)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Multiply the timeouts of tests: they end tests that hang, and on a busy machine other tests take longer too."""
    marker = item.get_closest_marker("timeout")
    if marker is not None:
        item.add_marker(pytest.mark.timeout(_TIMEOUT_FACTOR * marker.args[0]), append=False)


def pytest_configure() -> None:
    """Raise `pytest.UsageError` if the installed package differs from this checkout."""
    checkout = Path(__file__).parents[1] / "aiogroq"
    installed = Path(aiogroq.__file__).parent
    stale = [
        path.relative_to(checkout)
        for path in (*checkout.rglob("*.py"), *checkout.rglob("*.lua"))
        if not (installed / path.relative_to(checkout)).is_file()
        or (installed / path.relative_to(checkout)).read_bytes() != path.read_bytes()
    ]
    if stale:
        raise pytest.UsageError(
            f"the installed aiogroq differs from this checkout (in {stale[0]}): install it with pip install -e '.[test]'"
        )
