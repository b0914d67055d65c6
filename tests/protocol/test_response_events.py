"""Events of the Responses API that drift, or break off, end in a response or in one of our errors."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from fuzzing import fuzzed
from hypothesis import given
from hypothesis import strategies as st

from aiogroq.errors import (
    APIError,
    APIStatusError,
    LengthFinishReasonError,
    RequestInfo,
    StructuredOutputError,
)
from aiogroq.local.api.responses_schema import check_item
from aiogroq.protocol.rejected_modes import RejectedModes
from aiogroq.protocol.responses_stream import ResponsesStreamProtocol
from aiogroq.protocol.sse import SSEParser
from aiogroq.protocol.status_errors import PlainHead
from aiogroq.protocol.stream_protocol import StreamEnd
from aiogroq.structured.response_steps import response_steps
from aiogroq.types.responses import ParsedResponse, Response, ResponseOutputItem, ResponseStreamEvent

HEAD = PlainHead(200, {}, RequestInfo("POST", "http://h/responses"))
PART = {"type": "output_text", "text": "Hello", "annotations": [{"type": "url_citation", "url": "u"}]}
MESSAGE = {"type": "message", "id": "m", "status": "completed", "role": "assistant", "content": [PART]}
REASONING: Any = {
    "type": "reasoning", "id": "r", "summary": [], "content": [{"type": "reasoning_text", "text": "Hm."}]
}  # fmt: skip
CALL = {"type": "function_call", "id": "f", "call_id": "c", "name": "get", "arguments": '{"a":1}'}
USAGE: Any = {
    "input_tokens": 3, "input_tokens_details": {"cached_tokens": 1}, "output_tokens": 2,
    "output_tokens_details": {"reasoning_tokens": 1}, "total_tokens": 5,
}  # fmt: skip
START: Any = {"id": "resp", "object": "response", "status": "in_progress", "created_at": 1, "output": []}
END: Any = {
    **START, "status": "completed", "output": [REASONING, MESSAGE, CALL], "usage": USAGE,
    "metadata": {"total_time": "0.5"}, "text": {"format": {"type": "text"}},
}  # fmt: skip


def event(kind: str, **fields: Any) -> dict[str, Any]:
    return {"type": f"response.{kind}", **fields}


EVENTS: Any = [
    event("created", response=START),
    event("output_item.added", output_index=0, item={**REASONING, "content": []}),
    event("reasoning_text.delta", output_index=0, content_index=0, delta="H"),
    event("reasoning_text.delta", output_index=0, content_index=0, delta="m."),
    event("reasoning_text.done", output_index=0, content_index=0, text="Hm."),
    event("output_item.done", output_index=0, item=REASONING),
    event("output_item.added", output_index=1, item={**MESSAGE, "status": "in_progress", "content": []}),
    event("content_part.added", output_index=1, content_index=0, part={**PART, "text": "", "annotations": []}),
    event("output_text.delta", output_index=1, content_index=0, delta="Hel"),
    event("output_text.delta", output_index=1, content_index=0, delta="lo"),
    event("output_text.annotation.added", output_index=1, content_index=0, annotation=PART["annotations"][0]),  # type: ignore[index]
    event("output_text.done", output_index=1, content_index=0, text="Hello"),
    event("content_part.done", output_index=1, content_index=0, part=PART),
    event("output_item.done", output_index=1, item=MESSAGE),
    event("output_item.added", output_index=2, item={**CALL, "arguments": ""}),
    event("function_call_arguments.delta", output_index=2, delta='{"a"'),
    event("function_call_arguments.delta", output_index=2, delta=":1}"),
    event("function_call_arguments.done", output_index=2, arguments='{"a":1}'),
    event("output_item.done", output_index=2, item=CALL),
    event("completed", response=END),
]  # fmt: skip


def read(events: list[Any]) -> tuple[Response, APIError | None]:
    """What the events give together, and the error that ended them."""
    protocol = ResponsesStreamProtocol()
    for each in events:
        data = each if isinstance(each, bytes) else json.dumps(each).encode()
        try:
            value = protocol.read(data, HEAD)
        except APIError as error:
            return protocol.result(), error
        if protocol.is_end(data):
            assert isinstance(value, ResponseStreamEvent)
            break
    return protocol.result(), None


def test_all_events_give_the_response_as_it_was_sent() -> None:
    response, error = read(EVENTS)
    assert error is None
    assert response.to_dict() == END


@pytest.mark.parametrize("count", range(len(EVENTS)))
def test_the_first_events_give_the_beginning_of_the_response(count: int) -> None:
    response, error = read(EVENTS[:count])
    assert error is None
    assert "Hello".startswith(response.output_text)
    assert "Hm.".startswith(response.reasoning_text)
    for call in response.tool_calls:
        assert '{"a":1}'.startswith(call.arguments or "")
    assert response.id == ("resp" if count else "")


def test_without_its_last_event_a_stream_gives_the_same_items() -> None:
    response, _ = read(EVENTS[:-1])
    assert [item.to_dict() for item in response.output] == END["output"]


@pytest.mark.parametrize("done", [True, False])
def test_deltas_alone_give_the_items(done: bool) -> None:
    kinds = ("delta", "done") if done else ("delta",)
    response, _ = read([each for each in EVENTS if each["type"].endswith(kinds) and "item" not in each])
    assert [item.type for item in response.output] == ["reasoning", "message", "function_call"]
    assert (response.output_text, response.reasoning_text) == ("Hello", "Hm.")
    assert response.output[2].arguments == '{"a":1}'


def test_a_completed_response_without_output_has_the_items_that_came_before() -> None:
    response, _ = read([*EVENTS[:-1], event("completed", response={**END, "output": []})])
    assert response.output_text == "Hello"
    assert response.usage is not None


def test_a_stream_is_complete_with_its_last_event_or_with_done_and_otherwise_truncated() -> None:
    protocol = ResponsesStreamProtocol()
    assert "response.completed" in str(protocol.truncation(StreamEnd(is_marked=False)))
    assert "within an event" in str(protocol.truncation(StreamEnd(is_marked=False, is_within_event=True)))
    assert protocol.truncation(StreamEnd(is_marked=True)) is None
    assert protocol.truncation(StreamEnd(is_marked=True, is_broken=True)) is not None
    protocol.read(json.dumps(EVENTS[-1]).encode(), HEAD)
    assert protocol.truncation(StreamEnd(is_marked=True, is_broken=True)) is None
    assert protocol.truncation(StreamEnd(is_marked=False)) is None


def test_an_event_has_its_name_as_its_type_where_its_json_has_none() -> None:
    parser = SSEParser()
    (data,) = parser.feed(b'event: response.output_text.delta\ndata: {"delta":"Hi"}\n\n')
    protocol = ResponsesStreamProtocol()
    assert protocol.read(data, HEAD).type == "response.output_text.delta"
    assert protocol.result().output_text == "Hi"


@pytest.mark.parametrize(
    ("name", "data", "status"),
    [
        (b"error", b'{"code":"rate_limit_exceeded","message":"Slow"}', 429),
        (b"error", b'{"error":{"message":"Slow","status_code":503}}', 503),
        (b"error", b"no json", 500),
        (b"response.failed", b'{"response":{"error":{"message":"Slow","code":"invalid_prompt"}}}', 400),
        (b"response.failed", b'{"response":{"error":"Slow"}}', 500),
    ],
)
def test_a_named_error_is_raised_with_its_status(name: bytes, data: bytes, status: int) -> None:
    (found,) = SSEParser().feed(b"event: " + name + b"\ndata: " + data + b"\n\n")
    with pytest.raises(APIStatusError, match=r"Slow|no json") as caught:
        ResponsesStreamProtocol().read(found, HEAD)
    assert caught.value.status_code == status


JUNK = st.sampled_from(
    [None, "", "text", 0, -1, 1.5, True, [], [1], ["a"], {}, {"a": 1}, [{"type": 3}], "\ud800"]
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values in a JSON value."""
    found = [path] if path else []
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return found + [place for key, inner in pairs for place in places(inner, (*path, key))]


@st.composite
def drifted(draw: st.DrawFn, value: Any) -> Any:
    """A JSON value of which some parts are missing, are another value, or are new."""
    changed = copy.deepcopy(value)
    for _ in range(draw(st.integers(1, 4))):
        known = places(changed)
        if not known:
            break
        *path, key = draw(st.sampled_from(known))
        parent = changed
        for step in path:
            parent = parent[step]
        kind = draw(st.sampled_from(["set", "delete", "add"]))
        if kind == "set":
            parent[key] = copy.deepcopy(draw(JUNK))
        elif kind == "delete":
            del parent[key]
        elif isinstance(parent, dict):
            parent[draw(st.sampled_from(["new", "error", "text", "delta", "content"]))] = copy.deepcopy(
                draw(JUNK)
            )
    return changed


def check_response(response: Response) -> None:
    """Assert that nothing of a response raises, and that its items are valid input."""
    assert isinstance(response.output_text, str)
    assert isinstance(response.reasoning_text, str)
    assert isinstance(response.to_dict(), dict)
    assert repr(response)
    assert isinstance(response.to_json(), str)
    for call in response.tool_calls:
        assert isinstance(call, ResponseOutputItem)
    assert response.timing is None or response.timing.to_dict()
    items: Any = response.output
    for item in items if isinstance(items, list) else ():
        if isinstance(item, ResponseOutputItem):
            param = item.to_param()
            if param is not None:
                check_item(param, "input.0")


@fuzzed(25)
@given(drifted(END))
def test_a_drifted_response_can_be_read_and_its_items_go_back(body: Any) -> None:
    check_response(Response.model_validate_json(json.dumps(body)))


@fuzzed(25)
@given(drifted(END))
def test_parse_of_a_drifted_response_ends_in_a_value_or_an_error_of_ours(body: Any) -> None:
    parse_drifted(body)


def parse_drifted(body: Any) -> None:
    """Give a response to `parse`, as often as it asks."""
    steps = response_steps(str, {"model": "m", "input": "a"}, RejectedModes())
    assert next(steps)["input"]
    found: Any = None
    try:
        for _ in range(2):
            steps.send(Response.model_validate_json(json.dumps(body)))
    except StopIteration as end:
        found = end.value
    except (LengthFinishReasonError, StructuredOutputError) as error:
        found = error.completion
    assert isinstance(found, Response)
    assert not isinstance(found, ParsedResponse) or isinstance(found.output_parsed, str)


@fuzzed(25)
@given(drifted(EVENTS))
def test_drifted_events_end_in_a_response_or_an_error(events: Any) -> None:
    response, _ = read(events)
    check_response(response)


@pytest.mark.slow
@fuzzed(5_000)
@given(drifted(EVENTS), drifted(END))
def test_many_drifted_events_end_in_a_response_or_an_error(events: Any, body: Any) -> None:
    response, _ = read(events)
    check_response(response)
    parse_drifted(body)
