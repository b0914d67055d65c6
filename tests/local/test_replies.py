"""The replies that a test sets: which requests take one, and what becomes of replies that fail."""

from __future__ import annotations

import contextlib
import http.client
from typing import Any

import pytest

from aiogroq import Groq
from aiogroq.local import Fault, LocalGroq

CHAT: Any = {"model": "m", "messages": [{"role": "user", "content": "What is 2+2?"}]}
STREAM: Any = {**CHAT, "stream": True}


def content(response: Any) -> str:
    return response.json["choices"][0]["message"]["content"]


@pytest.mark.parametrize(
    "fault",
    [Fault(status=503), Fault(body="<html>"), Fault(raw=b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")],
)
@pytest.mark.parametrize("is_function", [False, True])
def test_a_request_whose_response_is_replaced_takes_no_reply(
    server: LocalGroq, ask: Any, fault: Fault, is_function: bool
) -> None:
    replies = iter(["first", "second"])
    server.reply = (lambda _body: next(replies)) if is_function else ["first", "second"]
    server.script(fault, None, fault)
    assert b"first" not in ask("/chat/completions", CHAT).body
    assert content(ask("/chat/completions", CHAT)) == "first"
    assert b"second" not in ask("/responses", {"model": "m", "input": "hi"}).body
    assert content(ask("/chat/completions", CHAT)) == "second"


@pytest.mark.parametrize("end", ["close", "reset"])
def test_a_request_that_gets_no_response_takes_no_reply(end: Any) -> None:
    with (
        LocalGroq(reply=["first", "second"], faults=[Fault(before_head=True, end=end)]) as server,
        Groq(api_key="k", base_url=server.base_url) as client,
    ):
        assert client.chat.completions.create(**CHAT).choices[0].message.content == "first"
        assert [entry.status for entry in server.requests] == [None, 200]


def test_a_retry_after_an_error_gets_the_reply_that_is_due() -> None:
    with (
        LocalGroq(reply=["first", "second"], faults=[Fault(status=503, times=2)]) as server,
        Groq(api_key="k", base_url=server.base_url) as client,
    ):
        assert client.chat.completions.create(**CHAT).choices[0].message.content == "first"
        assert client.responses.create(model="m", input="hi").output_text == "second"
        assert [entry.status for entry in server.requests] == [503, 503, 200, 200]


@pytest.mark.parametrize(
    "fault",
    [
        Fault(after_events=2, end="close"),
        Fault(after_events=1, error_event={"message": "no"}),
        Fault(drop_done=True),
        Fault(before_head=True, end="stall", stall_s=0.001),
    ],
)
def test_a_request_that_gets_part_of_its_response_takes_a_reply(
    server: LocalGroq, ask: Any, fault: Fault
) -> None:
    server.reply = [["fir", "st"], "second"]
    server.script(fault)
    with contextlib.suppress(http.client.IncompleteRead):
        ask("/chat/completions", STREAM)
    assert content(ask("/chat/completions", CHAT)) == "second"


def test_a_replaced_response_is_replaced_whatever_the_request_requires(server: LocalGroq, ask: Any) -> None:
    tool = {"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}
    server.reply = "never sent"
    server.script(Fault(body={"a": 1}))
    response = ask("/chat/completions", {**CHAT, "tools": [tool], "tool_choice": "required"})
    assert (response.status, response.json) == (200, {"a": 1})
