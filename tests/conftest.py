"""What all tests share: the gates, a clean environment, and short names for the plugin's fixtures."""

from __future__ import annotations

import pytest
from gates import blocking_detector as blocking_detector
from gates import everything_is_logged as everything_is_logged
from gates import nothing_blocks_the_loop as nothing_blocks_the_loop
from gates import pytest_runtest_makereport as pytest_runtest_makereport

from aiogroq import AsyncGroq
from aiogroq.local import LocalGroq

MODEL = "openai/gpt-oss-20b"


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No key, base URL or proxy of the machine reaches a test."""
    for name in ("GROQ_API_KEY", "GROQ_BASE_URL", "GROQ_CUSTOM_HEADERS", "GROQ_LOG"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server(local_groq: LocalGroq) -> LocalGroq:
    """The embedded server of this test."""
    return local_groq


@pytest.fixture
def client(async_groq_client: AsyncGroq) -> AsyncGroq:
    """An async client of `server`."""
    return async_groq_client
