"""The pytest plugin: fixtures for an embedded Groq-compatible server and its clients. Loaded by pytest through its entry point.

    def test_my_summary(local_groq, groq_client):
        assert summarise(groq_client, "a long text")
        assert local_groq.requests[0].json["model"] == "openai/gpt-oss-20b"

``@pytest.mark.local_groq(reply=..., faults=...)`` passes arguments to `aiogroq.local.LocalGroq`. The markers of a function,
its class and its module are merged by keyword: the nearest decides. Inside a test, `local_groq.reply = ...` changes the replies. `local_groq_env` sets the environment for code that creates its own client.
`local_groq_session` is one server for the whole run.
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
    """Register the marker."""
    config.addinivalue_line(
        "markers", "local_groq(**options): options of the embedded Groq-compatible server"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Raise `TypeError` for a marker whose arguments would have no effect."""
    markers = list(item.iter_markers("local_groq"))
    positional = [value for marker in markers for value in marker.args]
    if positional:
        raise TypeError(
            "@pytest.mark.local_groq takes the options of LocalGroq by name, such as reply=..., "
            f"not {positional[0]!r}"
        )
    fixtures: list[str] = getattr(item, "fixturenames", [])
    if markers and "local_groq_session" in fixtures and "local_groq" not in fixtures:
        raise TypeError(
            "@pytest.mark.local_groq has no effect on local_groq_session, which all tests share: "
            "use the fixture local_groq, or set local_groq_session.reply in the test"
        )


@pytest.fixture
def local_groq(request: pytest.FixtureRequest) -> Iterator[LocalGroq]:
    """A Groq-compatible server for one test, on a free loopback port."""
    from .local import LocalGroq

    options: dict[str, Any] = {}
    for marker in request.node.iter_markers("local_groq"):  # the nearest is the first
        options = {**marker.kwargs, **options}
    with LocalGroq(**options) as server:
        yield server


@pytest.fixture(scope="session")
def local_groq_session() -> Iterator[LocalGroq]:
    """One Groq-compatible server for the whole run, for fixtures with a wider scope than one test.

    Tests share its log and its replies; `clear()` and `reply = None` reset them. The marker cannot configure it.
    """
    from .local import LocalGroq

    with LocalGroq() as server:
        yield server


@pytest.fixture
def local_groq_env(local_groq: LocalGroq, monkeypatch: pytest.MonkeyPatch) -> LocalGroq:
    """`local_groq`, with `GROQ_BASE_URL` and `GROQ_API_KEY` set for code that creates its own client."""
    monkeypatch.setenv("GROQ_BASE_URL", local_groq.base_url)
    monkeypatch.setenv("GROQ_API_KEY", _KEY)
    return local_groq


@pytest.fixture
def groq_client(local_groq: LocalGroq) -> Iterator[Groq]:
    """A sync client of `local_groq`."""
    from . import Groq

    with Groq(api_key=_KEY, base_url=local_groq.base_url) as client:
        yield client


@pytest.fixture
def async_groq_client(local_groq: LocalGroq) -> AsyncGroq:
    """An async client of `local_groq`. It needs no closing and works on any event loop."""
    from . import AsyncGroq

    return AsyncGroq(api_key=_KEY, base_url=local_groq.base_url)
