"""The events of openai's own `stream()` and of ours, for the same streams: the cases of its tests, as behaviour.

Ours come without empty deltas, and their ends come at the end of the stream, so ends are compared without their place.
Without a type openai's final completion raises at the maximum of tokens; ours is what the same request without a stream returns.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pydantic
import pytest
from protocol.bodies import TEXT_STREAM, TOOL_STREAM, chunk, event_stream
from streaming.test_reader import call

import aiogroq
from aiogroq import Groq
from aiogroq.local import Fault, LocalGroq

openai = pytest.importorskip("openai")
pytestmark = pytest.mark.timeout(60)

ASK: dict[str, Any] = {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "Hello"}]}
FIELDS = ("delta", "name", "index", "arguments", "arguments_delta", "content", "snapshot")
OURS = ("reasoning.", "executed_tool.", "completion.")


class Weather(pydantic.BaseModel):
    """A weather report."""

    city: str
    temperature: float


WRITTEN = '{"city": "San Francisco", "temperature": 65.5}'


def of_choice(index: int, content: str | None, finish: str | None = None) -> dict[str, Any]:
    """A chunk of one of several choices."""
    choice = {"index": index, "delta": {"content": content} if content else {}, "finish_reason": finish}
    return {**chunk(None), "choices": [choice]}


def with_logprobs(*tokens: str) -> dict[str, Any]:
    """A chunk with log probabilities."""
    made = chunk({"content": "".join(tokens)})
    content = [{"token": token, "logprob": -1.0, "bytes": None, "top_logprobs": []} for token in tokens]
    made["choices"][0]["logprobs"] = {"content": content}
    return made


ROLE = chunk({"role": "assistant", "content": ""})
STOP = chunk({}, "stop")
CALLS = chunk({}, "tool_calls")
STREAMS: dict[str, list[dict[str, Any]]] = {
    "text": [ROLE, *TEXT_STREAM[3:]],
    "text split at letters": [ROLE, *(chunk({"content": letter}) for letter in "It is 4."), STOP],
    "tool call": TOOL_STREAM,
    "tool call in parts": [
        chunk({"role": "assistant", "content": None}), chunk(call(0, "", "get_weather", "c1")), chunk(call(0, '{"city":')),
        chunk(call(0, ' "Paris"}')), CALLS,
    ],
    "two tool calls": [
        chunk({"role": "assistant", "content": None}), chunk(call(0, "", "get_weather", "c1")), chunk(call(0, '{"city": 1}')),
        chunk(call(1, "", "get_stock", "c2")), chunk(call(1, '{"ticker"')), chunk(call(1, ': "A"}')), CALLS,
    ],
    "text before a tool call": [ROLE, chunk({"content": "Let me see."}), chunk(call(0, "{}", "look", "c1")), CALLS],
    "log probabilities": [with_logprobs("Fo", "o"), with_logprobs("!"), STOP],
    "usage alone": [ROLE, chunk({"content": "a"}), STOP, chunk(None, usage={"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2})],
    "three choices": [
        *(of_choice(index, part) for part in ("a", "b") for index in range(3)), *(of_choice(index, None, "stop") for index in range(3)),
    ],
}  # fmt: skip


def sent(chunks: list[dict[str, Any]]) -> Fault:
    return Fault(body=event_stream(chunks), content_type="text/event-stream")


def plain(value: Any) -> Any:
    """A value as both packages have it: the tokens of log probabilities, anything else itself."""
    return [each.token for each in value] if isinstance(value, list) else value


def described(event: Any) -> tuple[Any, ...]:
    """What an event says. The snapshot of a chunk is a completion, which is compared at the end."""
    names = () if event.type == "chunk" else FIELDS
    return event.type, *((name, plain(getattr(event, name))) for name in names if hasattr(event, name))


def events_of(client: Any, **params: Any) -> tuple[list[tuple[Any, ...]], Any]:
    """The events of a stream, and its final completion."""
    with client.chat.completions.stream(**ASK, **params) as stream:
        events = [described(event) for event in stream if not event.type.startswith(OURS)]
        completion = stream.get_final_completion()
    return [event for event in events if ("delta", "") not in event], completion


@pytest.fixture
def clients(server: LocalGroq) -> list[Any]:
    """Our client and openai's, for the same server."""
    theirs = openai.OpenAI(api_key="k", base_url=f"{server.base_url}/openai/v1", max_retries=0)
    return [Groq(api_key="k", base_url=server.base_url, max_retries=0), theirs]


@pytest.mark.parametrize("name", STREAMS)
def test_both_have_the_same_events(name: str, server: LocalGroq, clients: list[Any]) -> None:
    server.script(sent(STREAMS[name]), sent(STREAMS[name]))
    (ours, completion), (theirs, of_openai) = (events_of(client) for client in clients)
    deltas = [[event for event in each if not event[0].endswith(".done")] for each in (ours, theirs)]
    assert deltas[0] == deltas[1]
    ends = [Counter(map(str, (e for e in each if e[0].endswith(".done")))) for each in (ours, theirs)]
    assert ends[0] == ends[1]
    assert [choice.finish_reason for choice in completion.choices] == [
        choice.finish_reason for choice in of_openai.choices
    ]
    messages = [
        [
            (m.content or None, [(c.id, c.function.name, c.function.arguments) for c in m.tool_calls or []])
            for m in (choice.message for choice in each.choices)
        ]
        for each in (completion, of_openai)
    ]
    assert messages[0] == messages[1]


@pytest.mark.parametrize("choices", [1, 3])
def test_both_have_the_same_value_of_a_pydantic_model(
    choices: int, server: LocalGroq, clients: list[Any]
) -> None:
    parts = [WRITTEN[:9], WRITTEN[9:30], WRITTEN[30:]]
    chunks = [of_choice(index, part) for part in parts for index in range(choices)]
    chunks += [of_choice(index, None, "stop") for index in range(choices)]
    server.script(sent(chunks), sent(chunks))
    values = []
    # The service, and the embedded server, reject the schema that openai's client sends with a stream.
    server_params: list[dict[str, Any]] = [{"response_format": Weather}, {"response_format": Weather}]
    for client, params in zip(clients, server_params, strict=True):
        if isinstance(client, openai.OpenAI):
            params = {**params, "extra_body": {"response_format": {"type": "text"}}}
        with client.chat.completions.stream(**ASK, **params) as stream:
            done = [event.parsed for event in stream if event.type == "content.done"]
            final = stream.get_final_completion()
        values.append((done, [choice.message.parsed for choice in final.choices]))
    assert values[0] == values[1]
    assert values[0][0] == [Weather(city="San Francisco", temperature=65.5)] * choices


def test_both_raise_an_error_of_the_same_name_at_the_maximum_of_tokens(
    server: LocalGroq, clients: list[Any]
) -> None:
    chunks = [chunk({"content": WRITTEN[:9]}), chunk({}, "length")]
    server.script(sent(chunks), sent(chunks))
    for client in clients:
        extra = {"response_format": {"type": "text"}} if isinstance(client, openai.OpenAI) else {}
        with (
            client.chat.completions.stream(**ASK, response_format=Weather, extra_body=extra) as stream,
            pytest.raises((openai.LengthFinishReasonError, aiogroq.LengthFinishReasonError)) as raised,
        ):
            stream.get_final_completion()
        assert raised.value.completion.choices[0].finish_reason == "length"
