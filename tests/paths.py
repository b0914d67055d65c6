"""The two ways of a request through aiohttp, as a parameter of the suite: ``--aiohttp=fast|public|both``.

The fast path takes aiohttp's private names too, the public path its public API alone. Both must do the same, but for what
`NOT_PROMISED` says. A test of that has the marker ``fast_path_only`` with the key of the limit: on the public path it must fail.
"""

from __future__ import annotations

from pathlib import Path

import pytest

TESTS = Path(__file__).parent
BOTH = ("client", "network", "reliability", "security", "sync")
"""The folders whose tests run on both."""

NOT_PROMISED: dict[str, str] = {}
"""What the public path cannot promise, in the words of the README."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option, and the marker."""
    parser.addoption(
        "--aiohttp",
        choices=("fast", "public", "both"),
        default="both",
        help="the way through aiohttp: its private names too (fast), its public API alone, or both one after the other",
    )


@pytest.fixture(autouse=True)
def aiohttp_path(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, clean_environment: None
) -> str:
    """The path of this test. Programs that it starts inherit it."""
    path: str = getattr(request, "param", "fast")
    if path == "public":
        monkeypatch.setenv("AIOGROQ_AIOHTTP", "public")
    return path


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the tests of `BOTH` on each path that was asked for."""
    folder = metafunc.definition.path.relative_to(TESTS).parts[0]
    chosen = metafunc.config.getoption("--aiohttp")
    if folder in BOTH and chosen != "fast":
        metafunc.parametrize("aiohttp_path", ["fast", "public"] if chosen == "both" else ["public"], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Expect what cannot be promised to fail on the public path."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        is_public = callspec is not None and callspec.params.get("aiohttp_path") == "public"
        for marker in item.iter_markers("fast_path_only"):
            limit = NOT_PROMISED[marker.args[0]]
            if is_public:
                item.add_marker(pytest.mark.xfail(reason=limit, strict=True))
