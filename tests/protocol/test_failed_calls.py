"""Tool calls in a ``failed_generation``: the formats that models write, no exceptions, linear time."""

from __future__ import annotations

import json

import pytest
from failed_generations import FORMS, OBJECT, PARIS
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq import BadRequestError, FailedCall, RequestInfo
from aiogroq.protocol.failed_calls import failed_calls
from aiogroq.protocol.status_errors import PlainHead, event_error, status_error

REQUEST = RequestInfo("POST", "https://api.groq.com/openai/v1/chat/completions")


@pytest.mark.parametrize(("generation", "calls"), FORMS.values(), ids=FORMS)
def test_the_formats_of_models_are_parsed(generation: object, calls: list[tuple[str, str]]) -> None:
    assert failed_calls(generation) == [FailedCall(name, arguments) for name, arguments in calls]


@pytest.mark.parametrize(
    "generation",
    ["", "The weather in Paris is fine.", '{"name": "John", "age": 30}', "[1, 2]", '{"arguments": {}}', "<function=>{}",
     '{"name": 3, "arguments": {}}', '{"name": "", "arguments": {}}', "{'name': 'f', 'arguments': {}}", "{", '{"name": "',
     '"name"', "null", '{"tool_calls": "none"}', None, 3, [None, 3, "f"], {"a": 1}],
    ids=str,
)  # fmt: skip
def test_text_without_a_call_has_no_calls(generation: object) -> None:
    assert failed_calls(generation) == []


@pytest.mark.parametrize("code", ["tool_use_failed", "json_validate_failed"])
@pytest.mark.parametrize("is_event", [False, True], ids=["response", "event of a stream"])
def test_the_error_has_the_failed_generation_and_its_calls(code: str, is_event: bool) -> None:
    written = f"<function=get_weather>{PARIS}</function>"
    details = {
        "message": "Failed to call a function.",
        "code": code,
        "failed_generation": written,
        "status_code": 400,
    }
    body = json.dumps({"error": details}).encode()
    error = (
        event_error(PlainHead(200, {}, REQUEST), body)
        if is_event
        else status_error(PlainHead(400, {}, REQUEST), body)
    )
    assert type(error) is BadRequestError
    assert (error.code, error.failed_generation) == (code, written)
    assert error.failed_calls == [FailedCall("get_weather", PARIS)]


def test_an_error_of_another_kind_has_no_failed_calls() -> None:
    assert status_error(PlainHead(400, {}, REQUEST), b'{"error": {"message": "m"}}').failed_calls == []


CHUNKS = st.sampled_from(
    ["<function=", "<function=f>", "</function>", "<tool_call>", "</tool_call>", "to=functions.f", "{", "}", "[", "]", '"', "\\",
     '"name":', '"arguments":', '"f"', ",", "(", ")", "\ud800", "\0", "é", " ", "1e999", "9" * 5000, "-", "null"]
)  # fmt: skip
VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["name", "function", "arguments", "tool_calls"]), inner, max_size=3),
    ),
    max_leaves=8,
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.lists(CHUNKS, max_size=30).map("".join), VALUES))
def test_no_failed_generation_raises(generation: object) -> None:
    for call in failed_calls(generation):
        assert call.name
        assert isinstance(call.arguments, str)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "chunk",
    ["{", "[", "}", '"', '{"', '"\\', '{"a":', "[]", '{"name"}', "<function=", "<function=f>", "<function=f>{", '\\"{', "a.",
     "<tool_call>", "to=functions.f", "<function=f>((((", "to=functions.", '{"name":"f","arguments":'],
)  # fmt: skip
@pytest.mark.timeout(10)
def test_parsing_takes_linear_time(chunk: str) -> None:
    # The longest that is read at all: where the time grows with its square, that is minutes.
    failed_calls(chunk * (256 * 1024 // len(chunk)))


def test_a_very_long_generation_is_truncated() -> None:
    assert failed_calls(" x" * 400_000 + json.dumps(OBJECT)) == []


def test_a_generation_nested_too_deeply_has_the_names_of_its_calls() -> None:
    deep = "[" * 100_000 + "]" * 100_000
    assert failed_calls(f'{{"name": "f", "arguments": {deep}}}')[0].name == "f"
    assert [call.name for call in failed_calls(f"<function=f>{deep}</function>")] == ["f"]
