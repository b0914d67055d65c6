"""Which redirects are followed: only to the same origin, and only as the request that it was."""

from __future__ import annotations

import pytest
from yarl import URL

from aiogroq.protocol.redirects import MAX_REDIRECTS, STATUSES, follow

HERE = URL("https://api.groq.com/openai/v1/models?a=b")


@pytest.mark.parametrize(
    ("method", "status", "location", "target"),
    [
        ("GET", 301, "/openai/v1/models/", "https://api.groq.com/openai/v1/models/"),
        ("GET", 302, "other", "https://api.groq.com/openai/v1/other"),
        ("HEAD", 303, "?c=d", "https://api.groq.com/openai/v1/models?c=d"),
        ("POST", 307, "https://api.groq.com/v2", "https://api.groq.com/v2"),
        ("DELETE", 308, "//api.groq.com:443/v2", "https://api.groq.com/v2"),
        ("GET", 307, "/x#fragment", "https://api.groq.com/x"),
    ],
)
def test_a_redirect_to_the_same_origin_is_followed(
    method: str, status: int, location: str, target: str
) -> None:
    led, _ = follow(method, HERE, status, location, 0)
    assert str(led) == target


@pytest.mark.parametrize(
    "location",
    ["https://example.org/", "http://api.groq.com/openai/v1/models", "https://api.groq.com:8443/", "//example.org/x",
     "https://api.groq.com.example.org/"],
)  # fmt: skip
@pytest.mark.parametrize("status", sorted(STATUSES))
def test_a_redirect_to_another_origin_is_not(location: str, status: int) -> None:
    led, why = follow("GET", HERE, status, location, 0)
    assert led is None
    assert "another origin; the key is not sent there" in why
    assert str(HERE) in why


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [301, 302, 303])
def test_a_redirect_that_would_change_the_method_is_not(method: str, status: int) -> None:
    led, why = follow(method, HERE, status, "/x", 0)
    assert led is None
    assert f"with status {status}, which would turn the {method} into a GET" in why


def test_redirects_come_to_an_end() -> None:
    assert follow("GET", HERE, 302, "/x", MAX_REDIRECTS - 1)[0] is not None
    led, why = follow("GET", HERE, 302, "/x", MAX_REDIRECTS)
    assert led is None
    assert f"after {MAX_REDIRECTS} redirects" in why


@pytest.mark.parametrize("location", ["https://[::1", "http://host:notaport/", "https://x:99999999/"])
def test_a_redirect_to_no_url_is_not(location: str) -> None:
    led, why = follow("GET", HERE, 302, location, 0)
    assert led is None
    assert "which is no URL" in why
