"""aiogroq sends the same requests as the official package.

Compared over a real socket: method, path and query as they were encoded, the JSON body, the parts of a form, and
all headers but those that name the library (``user-agent``, ``x-stainless-*``) or frame the body. `differences` lists
the intended differences and their reasons.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import groq
import pytest

import aiogroq

from .calls import CALLS, CHAT, FILE, Call
from .conftest import KEY, both_clients
from .differences import DIFFERENCES, REJECTED, Differs, OnlyOfficial, OnlyOurs
from .recording import RecordingServer, SentRequest
from .sides import Side, finish

pytestmark = pytest.mark.asyncio(loop_scope="session")

Clients = tuple[groq.AsyncGroq, aiogroq.AsyncGroq]
Make = Callable[[Any], Any]


async def outcome(recorder: RecordingServer, side: Side, make: Make) -> SentRequest | str:
    """Return the only request of a call, or the name of the class of the error raised before it was sent."""
    recorder.take()
    error = ""
    with side:
        try:
            await finish(make(side))
        except Exception as raised:
            error = type(raised).__name__
    requests = recorder.take()
    if error:
        assert not requests, f"{error} was raised after the request was sent"
        return error
    (request,) = requests
    return request


@pytest.fixture
def official(clients: Clients, samples: Path) -> Side:
    """The official client."""
    return Side(groq, clients[0], samples)


@pytest.fixture
def ours(clients: Clients, samples: Path) -> Side:
    """Our client."""
    return Side(aiogroq, clients[1], samples)


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)
async def test_both_packages_send_the_same_request(
    call: Call, recorder: RecordingServer, official: Side, ours: Side
) -> None:
    expected = await outcome(recorder, official, call.make)
    assert isinstance(expected, SentRequest)
    assert await outcome(recorder, ours, call.make) == expected


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.id)
async def test_the_sync_client_sends_the_same_request_as_the_async_client(
    call: Call, recorder: RecordingServer, ours: Side, sync_client: aiogroq.Groq
) -> None:
    sync = Side(aiogroq, sync_client, ours.folder, is_async=False)
    sent = await asyncio.to_thread(lambda: asyncio.run(outcome(recorder, sync, call.make)))
    assert sent == await outcome(recorder, ours, call.make)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda difference: difference.id)
async def test_the_requests_differ_in_exactly_what_is_listed(
    difference: Differs | OnlyOurs | OnlyOfficial, recorder: RecordingServer, official: Side, ours: Side
) -> None:
    theirs = await outcome(recorder, official, difference.make)
    mine = await outcome(recorder, ours, difference.make)
    if isinstance(difference, OnlyOfficial):
        assert isinstance(theirs, SentRequest)
        assert mine == difference.error
    elif isinstance(difference, OnlyOurs):
        assert theirs == difference.error
        assert mine == await outcome(recorder, official, difference.like)
    else:
        assert isinstance(theirs, SentRequest)
        assert isinstance(mine, SentRequest)
        for name, (expected, our_own) in difference.fields.items():
            assert expected is ... or getattr(theirs, name) == expected
            assert getattr(mine, name) == our_own
        assert (
            dataclasses.replace(mine, **{name: getattr(theirs, name) for name in difference.fields}) == theirs
        )
        assert mine != theirs, "the requests are equal now: move the call to CALLS"


@pytest.mark.parametrize(("make", "their_error", "our_error"), [row[1:] for row in REJECTED], ids=[row[0] for row in REJECTED])  # fmt: skip
async def test_both_packages_reject_invalid_calls(
    make: Make, their_error: str, our_error: str, recorder: RecordingServer, official: Side, ours: Side
) -> None:
    assert await outcome(recorder, official, make) == their_error
    assert await outcome(recorder, ours, make) == our_error


def chat(**parameters: Any) -> Make:
    return lambda c: c.chat.completions.create(**CHAT, **parameters)


def translate(**parameters: Any) -> Make:
    return lambda c: c.audio.translations.create(model="w", file=FILE, **parameters)


@pytest.mark.parametrize(
    ("call", "parameter"),
    [
        (chat, {"stream_options": {"include_usage": True}}),
        (chat, {"debug": True}),
        (translate, {"language": "en"}),
        (translate, {"timestamp_granularities": ["word", "segment"]}),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else value.__name__,
)
async def test_a_parameter_that_only_aiogroq_has_is_extra_body_in_the_official_package(
    call: Callable[..., Make],
    parameter: dict[str, Any],
    recorder: RecordingServer,
    official: Side,
    ours: Side,
) -> None:
    expected = await outcome(recorder, official, call(extra_body=parameter))
    assert await outcome(recorder, ours, call(**parameter)) == expected
    assert await outcome(recorder, official, call(**parameter)) == "TypeError", (
        "the official package has it now"
    )


async def test_only_headers_that_name_the_library_or_frame_the_body_are_not_compared(
    recorder: RecordingServer, official: Side, ours: Side
) -> None:
    theirs, mine = await outcome(recorder, official, chat()), await outcome(recorder, ours, chat())
    assert isinstance(theirs, SentRequest)
    assert isinstance(mine, SentRequest)
    assert theirs.all_headers["user-agent"].startswith("AsyncGroq/Python ")
    assert mine.all_headers["user-agent"] == f"aiogroq/{aiogroq.__version__}"
    assert mine.headers == {"accept": "application/json", "authorization": f"Bearer {KEY}", "content-type": "application/json"}  # fmt: skip
    uncompared = mine.all_headers.keys() - mine.headers.keys()
    assert uncompared == {"host", "user-agent", "accept-encoding", "content-length"}
    only_theirs = theirs.all_headers.keys() - mine.all_headers.keys()
    assert {name for name in only_theirs if not name.startswith("x-stainless-")} == {"connection"}


async def test_the_environment_configures_both_packages(
    recorder: RecordingServer, samples: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_API_KEY", "gsk_environment")
    monkeypatch.setenv("GROQ_BASE_URL", recorder.base_url)
    monkeypatch.setenv("GROQ_CUSTOM_HEADERS", "X-Team: red: 1\nno colon\n X-Empty :\nX-Team-2:blue")
    async with groq.AsyncGroq() as theirs, aiogroq.AsyncGroq() as mine:
        expected = await outcome(recorder, Side(groq, theirs, samples), chat())
        assert await outcome(recorder, Side(aiogroq, mine, samples), chat()) == expected
    assert isinstance(expected, SentRequest)
    assert expected.headers["authorization"] == "Bearer gsk_environment"
    assert expected.headers["x-team"] == "red: 1"


async def test_a_response_message_is_sent_back_without_response_fields() -> None:
    """The official package sends the message back with all its fields, and the service rejects unknown ones."""
    message = {
        "role": "assistant",
        "content": "Sunny.",
        "reasoning": "Look it up.",
        "tool_calls": [{"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
        "executed_tools": [{"index": 0, "type": "search", "arguments": "{}"}],
        "annotations": [],
        "channel": "final",
    }
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    response = {"id": "c", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
    body = json.dumps(response).encode()
    with RecordingServer(lambda request: (200, "application/json", body)) as server:
        async with both_clients(server.base_url) as clients:
            for client in clients:
                completion: Any = await client.chat.completions.create(**CHAT)
                history = [*CHAT["messages"], completion.choices[0].message]
                await client.chat.completions.create(model=CHAT["model"], messages=history)
        _, theirs, _, mine = [json.loads(request.json or "")["messages"][-1] for request in server.take()]
    assert theirs == message
    assert mine == {key: message[key] for key in ("role", "content", "reasoning", "tool_calls")}


async def test_at_least_two_hundred_calls_are_compared() -> None:
    names = [call.id for call in (*CALLS, *DIFFERENCES)]
    assert len(CALLS) >= 200
    assert len(set(names)) == len(names)
