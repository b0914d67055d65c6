"""The pytest plugin: a Groq-compatible server and clients of it as fixtures. Loaded by pytest, imported by nobody.

    def test_my_summary(local_groq, groq_client):
        assert summarise(groq_client, "a long text")
        assert local_groq.requests[0].json["model"] == "openai/gpt-oss-20b"

``@pytest.mark.local_groq(reply=..., faults=...)`` gives the server its arguments (those of `aiogroq.local.LocalGroq`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from . import AsyncGroq, Groq
    from .local import LocalGroq

_KEY = "gsk_local"


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers", "local_groq(**options): options of the embedded Groq-compatible server"
    )


@pytest.fixture
def local_groq(request: pytest.FixtureRequest) -> Iterator[LocalGroq]:
    """A Groq-compatible server of this test's own, on a free loopback port."""
    from .local import LocalGroq

    marker = request.node.get_closest_marker("local_groq")
    options: dict[str, Any] = dict(marker.kwargs) if marker is not None else {}
    with LocalGroq(**options) as server:
        yield server


@pytest.fixture
def groq_client(local_groq: LocalGroq) -> Iterator[Groq]:
    """A blocking client of `local_groq`."""
    from . import Groq

    with Groq(api_key=_KEY, base_url=local_groq.base_url) as client:
        yield client


@pytest.fixture
def async_groq_client(local_groq: LocalGroq) -> AsyncGroq:
    """An async client of `local_groq`. It needs no closing, and works on whichever loop the test runs."""
    from . import AsyncGroq

    return AsyncGroq(api_key=_KEY, base_url=local_groq.base_url)
