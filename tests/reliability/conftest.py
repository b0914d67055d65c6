"""Fixtures of the reliability tests: programs in separate processes, and both event loops of the portal."""

from __future__ import annotations

from pathlib import Path

import pytest

from aiogroq.local import LocalGroq

from .programs import Programs


@pytest.fixture
def programs(server: LocalGroq, tmp_path: Path) -> Programs:
    """Runs programs against `server`."""
    return Programs(server, tmp_path)


@pytest.fixture(params=[pytest.param("uvloop", marks=pytest.mark.slow), "asyncio"])
def loop_kind(request: pytest.FixtureRequest) -> str:
    """Each of the two loops that the portal may have. Every other sync test runs on uvloop too, where it is installed."""
    if request.param == "uvloop":
        pytest.importorskip("uvloop")
    return str(request.param)
