"""Request headers: merged, checked, and shown without their secrets."""

from __future__ import annotations

from typing import Any

import pytest
from multidict import CIMultiDict

from aiogroq import GroqError, omit
from aiogroq.protocol.headers import merge_headers
from aiogroq.protocol.redaction import redact_request_headers

BASE = CIMultiDict({"Authorization": "Bearer gsk_1", "Accept": "application/json"})


@pytest.mark.parametrize(
    ("more", "merged"),
    [
        ({}, {"Authorization": "Bearer gsk_1", "Accept": "application/json"}),
        ({"X-A": "1"}, {"Authorization": "Bearer gsk_1", "Accept": "application/json", "X-A": "1"}),
        ({"accept": "text/csv"}, {"Authorization": "Bearer gsk_1", "Accept": "text/csv"}),
        ({"AUTHORIZATION": omit}, {"Accept": "application/json"}),
        ({"X-None": omit}, {"Authorization": "Bearer gsk_1", "Accept": "application/json"}),
        ({"Accept": ""}, {"Authorization": "Bearer gsk_1", "Accept": ""}),
        ({"X-A": 1}, {"Authorization": "Bearer gsk_1", "Accept": "application/json", "X-A": "1"}),
        ({"X-A": b"1"}, {"Authorization": "Bearer gsk_1", "Accept": "application/json", "X-A": "1"}),
        (
            {"X-A": "tab\there ~!"},
            {"Authorization": "Bearer gsk_1", "Accept": "application/json", "X-A": "tab\there ~!"},
        ),
    ],
)
def test_the_headers_of_a_call_come_over_the_clients(more: Any, merged: dict[str, str]) -> None:
    assert merge_headers(BASE, more) == CIMultiDict(merged)
    assert len(BASE) == 2


@pytest.mark.parametrize(
    "value", ["a\r\nx-evil: 1", "a\n", "\r", "a\0", "café", "ключ", "\ud800", b"\xe9", "\x7f"]
)
def test_a_value_that_http_cannot_carry_is_rejected_without_showing_it(value: Any) -> None:
    with pytest.raises(
        GroqError, match="the header 'Authorization' has a line break or a character"
    ) as caught:
        merge_headers(BASE, {"Authorization": value})
    assert "evil" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "a b", "a:", "a\r\nb", "é", "(a)", "a\0"])
def test_a_name_that_http_does_not_have_is_rejected(name: str) -> None:
    with pytest.raises(GroqError, match="cannot be the name of a header; it is not sent"):
        merge_headers(BASE, {name: "1"})


def test_none_is_no_value_and_names_the_way_to_take_a_header_away() -> None:
    more: Any = {"Accept": None}
    with pytest.raises(TypeError, match=r"the header 'Accept' is None; leave it out, or pass aiogroq\.omit"):
        merge_headers(BASE, more)


SECRETS = [
    "Authorization", "authorization", "Proxy-Authorization", "COOKIE", "api-key", "X-Api-Key", "x-auth-token", "X-Auth",
    "cf-access-client-secret", "X-Amz-Security-Token",
]  # fmt: skip


@pytest.mark.parametrize("name", SECRETS)
def test_secrets_are_not_shown(name: str) -> None:
    shown = redact_request_headers({name: "gsk_1", "Accept": "a/b"})
    assert shown[name] == "[redacted]"
    assert shown["accept"] == "a/b"
    merged = merge_headers(CIMultiDict(), {name: "gsk_1", "Accept": "a/b"})
    assert merged[name] == "gsk_1"
    assert "gsk_1" not in repr(dict(merged)) + repr(merged[name])


@pytest.mark.parametrize("name", ["Accept", "Content-Type", "X-Request-Id", "x-tokens-used", "author"])
def test_what_is_no_secret_is_shown(name: str) -> None:
    assert redact_request_headers({name: "a/b"})[name] == "a/b"
