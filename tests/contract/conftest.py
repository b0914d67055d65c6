"""The recording server and the three clients, made once for all tests."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import groq
import httpx
import pytest
import pytest_asyncio

import aiogroq

from .calls import write_samples
from .recording import RecordingServer

KEY = "gsk_contract"


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample files."""
    folder = tmp_path_factory.mktemp("samples")
    write_samples(folder)
    return folder


@pytest.fixture(scope="session")
def recorder() -> Iterator[RecordingServer]:
    with RecordingServer() as server:
        yield server


@asynccontextmanager
async def both_clients(base_url: str) -> AsyncIterator[tuple[groq.AsyncGroq, aiogroq.AsyncGroq]]:
    """Open an official client and ours for one server."""
    options: dict[str, Any] = {"base_url": base_url, "api_key": KEY, "max_retries": 0}
    async with (
        # trust_env=False: these tests ignore the proxies of the machine
        groq.AsyncGroq(**options, http_client=httpx.AsyncClient(trust_env=False)) as official,
        aiogroq.AsyncGroq(**options) as ours,
    ):
        yield official, ours


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def clients(recorder: RecordingServer) -> AsyncIterator[tuple[groq.AsyncGroq, aiogroq.AsyncGroq]]:
    """An official client and ours for the recording server."""
    async with both_clients(recorder.base_url) as clients:
        yield clients


@pytest.fixture(scope="session")
def sync_client(recorder: RecordingServer) -> Iterator[aiogroq.Groq]:
    """Our sync client for the recording server."""
    with aiogroq.Groq(base_url=recorder.base_url, api_key=KEY, max_retries=0) as client:
        yield client
