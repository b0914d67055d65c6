"""Fixtures: aioresponses as users have it, and programs in separate processes."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aioresponses import aioresponses
from reliability.programs import Programs

from aiogroq.local import LocalGroq

# aiohttp 3.14 made `stream_writer` a required argument of its responses; aioresponses 0.7.9 does not pass it.
RESPONSE_CLASS: Any = functools.partial(aiohttp.ClientResponse, stream_writer=SimpleNamespace(output_size=0))


class MockedResponses(aioresponses):
    """aioresponses that works with the aiohttp that we need."""

    def add(self, url: Any, method: str = "GET", **options: Any) -> None:
        """Register a response."""
        super().add(url, method, **{"response_class": RESPONSE_CLASS, **options})


@pytest.fixture
def responses() -> Iterator[MockedResponses]:
    """Every aiohttp request gets the response that is registered here."""
    with MockedResponses() as mocked:
        yield mocked


@pytest.fixture
def programs(server: LocalGroq, tmp_path: Path) -> Programs:
    """Runs programs against `server`."""
    return Programs(server, tmp_path)
