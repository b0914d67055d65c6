"""The replies that a test sets: which requests take one, and what becomes of replies that fail."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
import logging
import re
import threading
from functools import partial
from traceback import extract_tb
from typing import Any

import pytest
from waiting import eventually

from aiogroq import Groq, StructuredOutputError
from aiogroq.local import Fault, LocalGroq, RateLimit

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
def test_a_request_that_gets_no_response_takes_no_reply(server: LocalGroq, ask: Any, end: Any) -> None:
    server.reply = ["first", "second"]
    server.script(Fault(before_head=True, end=end))
    with pytest.raises(ConnectionResetError):
        ask("/chat/completions", CHAT)
    assert content(ask("/chat/completions", CHAT)) == "first"


def test_a_retry_after_an_error_gets_the_reply_that_is_due() -> None:
    fault = Fault(status=503, times=2, headers={"retry-after-ms": "1"})
    with (
        LocalGroq(reply=["first", "second"], faults=[fault]) as server,
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


def _failing(_body: Any) -> str:
    assert _body["model"] == "another", "the model is wrong"
    return "never"


def _failing_in_pytest(_body: Any) -> str:
    pytest.fail("the model is wrong")


async def _failing_later(body: Any) -> str:
    await asyncio.sleep(0)
    return _failing(body)


def _disconnecting(_body: Any) -> str:
    raise ConnectionResetError("the model is wrong")


@pytest.mark.parametrize("reply", [_failing, _failing_in_pytest, _failing_later, _disconnecting])
@pytest.mark.parametrize("path", ["/chat/completions", "/responses"])
def test_a_reply_function_that_raises_is_logged_with_its_traceback_and_not_retried(
    server: LocalGroq, ask: Any, caplog: pytest.LogCaptureFixture, reply: Any, path: str
) -> None:
    server.reply = reply
    response = ask(path, {"model": "m", "input": "hi"} if path == "/responses" else CHAT)
    assert (response.status, response.headers["x-should-retry"]) == (500, "false")
    assert re.match(r"the reply function raised \w+: the model is wrong", response.error["message"])
    (record,) = [each for each in caplog.records if each.name.startswith("aiogroq.local")]
    assert (record.levelno, record.getMessage()) == (logging.ERROR, "the reply function raised an error")
    assert record.exc_info is not None
    assert reply.__name__ in [frame.name for frame in extract_tb(record.exc_info[2])]


def test_a_reply_function_may_be_async(server: LocalGroq, ask: Any) -> None:
    async def reply(body: Any) -> Any:
        await asyncio.sleep(0)
        return [body["model"], " works"]

    server.reply = reply
    assert content(ask("/chat/completions", CHAT)) == "m works"
    chunks = ask("/chat/completions", STREAM).chunks
    assert [chunk["choices"][0]["delta"].get("content") for chunk in chunks[1:3]] == ["m", " works"]
    output = ask("/responses", {"model": "m", "input": "hi"}).json["output"]
    assert output[0]["content"][0]["text"] == "m works"


def test_other_requests_are_answered_while_an_async_reply_waits(server: LocalGroq, ask: Any) -> None:
    second_came = asyncio.Event()
    order: list[str] = []

    async def reply(body: Any) -> str:
        if body["model"] == "first":
            await second_came.wait()
        else:
            second_came.set()
        order.append(body["model"])
        return "ok"

    server.reply = reply
    thread = threading.Thread(target=ask, args=("/chat/completions", {**CHAT, "model": "first"}))
    thread.start()
    server.wait_for_requests(1, timeout_s=60)
    assert ask("/chat/completions", {**CHAT, "model": "second"}).status == 200
    thread.join(60)
    assert order == ["second", "first"]


def test_an_async_reply_ends_when_the_client_disconnects_or_the_server_stops() -> None:
    started, ended = threading.Semaphore(0), threading.Semaphore(0)

    async def reply(_body: Any) -> str:
        started.release()
        try:
            await asyncio.Event().wait()
        finally:
            ended.release()
        return "never"

    limits = {"*": RateLimit(tpm=1000)}
    with LocalGroq(reply=reply, rate_limits=limits, clock=lambda: 0.0) as server:
        for disconnects in (True, False):
            connection = http.client.HTTPConnection(server.host, server.port)
            body = json.dumps({**CHAT, "max_tokens": 500})
            connection.request("POST", "/v1/chat/completions", body, {"authorization": "Bearer k"})
            assert started.acquire(timeout=60)
            if disconnects:
                connection.close()
                assert ended.acquire(timeout=60)
                server.wait_for_requests(1, timeout_s=60, finished=True)
                assert server.limit_levels("m")["TPM"] == 1000
    assert ended.acquire(timeout=60)
    connection.close()


def test_the_lines_of_a_batch_take_async_replies(server: LocalGroq) -> None:
    async def reply(body: Any) -> str:
        await asyncio.sleep(0)
        return f"async {body['model']}"

    server.reply = reply
    line = {"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": CHAT}
    with Groq(api_key="k", base_url=server.base_url) as client:
        file = client.files.create(file=("a.jsonl", json.dumps(line).encode()), purpose="batch")
        assert file.id is not None
        batch = client.batches.create(
            completion_window="24h", endpoint="/v1/chat/completions", input_file_id=file.id
        )
        eventually(lambda: client.batches.retrieve(batch.id).status == "completed")
        output = client.batches.retrieve(batch.id).output_file_id
        assert output is not None
        assert b"async m" in client.files.content(output).read()


REFUSAL = {"refusal": "I cannot do that."}


def test_a_reply_may_be_a_refusal(server: LocalGroq, ask: Any) -> None:
    server.reply = REFUSAL
    (choice,) = ask("/chat/completions", CHAT).json["choices"]
    assert choice["message"] == {"role": "assistant", "content": None, "refusal": "I cannot do that."}
    assert choice["finish_reason"] == "stop"
    chunks = ask("/chat/completions", STREAM).chunks
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]
    assert deltas[0] == {"role": "assistant", "content": None}
    assert len(deltas) > 3
    assert "".join(delta["refusal"] for delta in deltas[1:-1]) == "I cannot do that."
    assert chunks[-1]["usage"]["completion_tokens"] == len(deltas) - 2


def test_deltas_may_be_a_refusal(server: LocalGroq, ask: Any) -> None:
    server.reply = lambda _body: [{"refusal": "I "}, {"refusal": "cannot."}]
    (choice,) = ask("/chat/completions", CHAT).json["choices"]
    assert choice["message"] == {"role": "assistant", "content": None, "refusal": "I cannot."}
    (item,) = ask("/responses", {"model": "m", "input": "hi"}).json["output"]
    assert item["content"] == [{"type": "refusal", "refusal": "I cannot."}]


def test_a_response_may_be_a_refusal(server: LocalGroq) -> None:
    server.reply = REFUSAL
    with Groq(api_key="k", base_url=server.base_url) as client:
        (item,) = client.responses.create(model="m", input="hi").output
        assert [(part.type, part.refusal) for part in item.content] == [("refusal", "I cannot do that.")]
        with client.responses.stream(model="m", input="hi") as stream:
            events = list(stream)
            final = stream.get_final_response()
    deltas = [event.delta for event in events if event.type == "response.refusal.delta"]
    assert "".join(deltas) == "I cannot do that."
    assert len(deltas) > 1
    (done,) = [event for event in events if event.type == "response.refusal.done"]
    assert done.refusal == final.output[0].content[0].refusal == "I cannot do that."


def test_a_refusal_in_a_stream_is_complete(server: LocalGroq) -> None:
    server.reply = REFUSAL
    with Groq(api_key="k", base_url=server.base_url) as client:
        message: Any = client.chat.completions.create(**STREAM).collect().choices[0].message
        assert (message.content, message.refusal) == ("", "I cannot do that.")
        with (
            client.chat.completions.stream(**CHAT, response_format=list[int]) as stream,
            pytest.raises(StructuredOutputError, match="refuses to respond") as caught,
        ):
            stream.get_final_completion()
        assert caught.value.content == "I cannot do that."


@pytest.mark.parametrize("is_response", [False, True])
def test_a_model_that_refuses_is_not_asked_again(server: LocalGroq, is_response: bool) -> None:
    server.reply = REFUSAL
    with Groq(api_key="k", base_url=server.base_url) as client:
        parse: Any = partial(client.chat.completions.parse, **CHAT, response_format=list[int])
        if is_response:
            parse = partial(client.responses.parse, model="m", input="hi", text_format=list[int])
        with pytest.raises(StructuredOutputError, match="the model refuses to respond"):
            parse()
    assert server.request_count == 1


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ({"content": {"name": "Joe"}}, "has a content of type dict: give a text or None"),
        ({"refusal": 5}, "has a refusal of type int"),
        ({"reasoning": ["a"]}, "has a reasoning of type list"),
        ({"content": "a", "refusal": "b"}, "has content and a refusal: give one of them"),
    ],
)
def test_a_message_with_a_wrong_value_is_an_error_that_is_not_retried(
    server: LocalGroq, ask: Any, reply: Any, message: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=message):
        server.reply = reply
    server.reply = [reply]
    response = ask("/chat/completions", CHAT)
    assert (response.status, response.headers["x-should-retry"]) == (500, "false")
    assert message in response.error["message"]
