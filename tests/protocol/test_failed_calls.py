"""Tool calls in a ``failed_generation``: the formats that models write, no exceptions, linear time."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aiogroq import BadRequestError, FailedCall, RequestInfo
from aiogroq.protocol.failed_calls import failed_calls
from aiogroq.protocol.status_errors import PlainHead, event_error, status_error

REQUEST = RequestInfo("POST", "https://api.groq.com/openai/v1/chat/completions")
PARIS = '{"city": "Paris"}'
ROME = '{"city": "Rome"}'
OBJECT: dict[str, Any] = {"name": "get_weather", "arguments": {"city": "Paris"}}

# The names of the tools and their arguments are in each form the same, so that only the form differs.
ONE = [("get_weather", PARIS)]
TWO = [("get_weather", PARIS), ("get_weather", ROME)]
FORMS: dict[str, tuple[Any, list[tuple[str, str]]]] = {
    # Llama's own form, and what its smaller sisters make of it
    "function tag": (f"<function=get_weather>{PARIS}</function>", ONE),
    "function tag with prose": (f"I'll look it up {{now}}: <function=get_weather>{PARIS}</function> Done.", ONE),
    "function tag as a call": (f"<function=get_weather({PARIS})</function>", ONE),
    "function tag as a whole call": (f"<function=get_weather({PARIS})></function>", ONE),
    "function tag without its bracket": (f"<function=get_weather{PARIS}</function>", ONE),
    "function tag with a comma": (f"<function=get_weather, {PARIS}</function>", ONE),
    "function tag that closes as it opens": (f"<function=get_weather>{PARIS}<function>", ONE),
    "function tag never closed": (f"<function=get_weather>{PARIS}", ONE),
    "function tag with a slash": (f"<function/get_weather>{PARIS}</function>", ONE),
    "two function tags": (f"<function=get_weather>{PARIS}</function>\n<function=get_weather>{ROME}</function>", TWO),
    "function tag of a list": ('<function=add>[1, {"b": [2]}]</function>', [("add", '[1, {"b": [2]}]')]),
    "function tag without arguments": ("<function=get_time></function>", [("get_time", "{}")]),
    "function tag with a bare word": ("<function=get_weather>Paris</function>", [("get_weather", "Paris")]),
    "function tag with brackets in a text": (
        '<function=run>{"code": "if (x) { \\"}\\" ]"}</function>', [("run", '{"code": "if (x) { \\"}\\" ]"}')]),
    "function tag with Python's quotes": ("<function=run>{'a': 1}</function>", [("run", "{'a': 1}")]),
    "function tag cut short": ('<function=get_weather>{"city": "Pa', [("get_weather", '{"city": "Pa')]),
    # Qwen's and Hermes' form
    "tool_call": (f'<tool_call>\n{{"name": "get_weather", "arguments": {PARIS}}}\n</tool_call>', ONE),
    "two tool_calls": (
        f'<tool_call>{{"name": "get_weather", "arguments": {PARIS}}}</tool_call>'
        f'<tool_call>{{"name": "get_weather", "arguments": {ROME}}}</tool_call>', TWO),
    "tool_call never closed": (f'<tool_call>{{"name": "get_weather", "arguments": {PARIS}}}', ONE),
    "tool_call after an open bracket": (
        f'Say {{ first. <tool_call>{{"name": "get_weather", "arguments": {PARIS}}}</tool_call>', ONE),
    # JSON, as the service documents it and as the models vary it
    "object": (json.dumps(OBJECT), ONE),
    "object over lines": ('{"name": "get_weather", "arguments": {\n  "city": "Paris"\n}}', ONE),
    "object of parameters": (f'{{"type": "function", "name": "get_weather", "parameters": {PARIS}}}', ONE),
    "object of OpenAI": (
        json.dumps({"id": "call_1", "type": "function", "function": {"name": "get_weather", "arguments": PARIS}}), ONE),
    "object whose function is a name": (f'{{"function": "get_weather", "parameters": {PARIS}}}', ONE),
    "object of parallel use": (f'{{"recipient_name": "functions.get_weather", "parameters": {PARIS}}}', ONE),
    "object with null arguments": ('{"name": "get_time", "arguments": null}', [("get_time", "{}")]),
    "objects with a semicolon": (
        f'{{"name": "get_weather", "parameters": {PARIS}}}; {{"name": "get_weather", "parameters": {ROME}}}', TWO),
    "object in a code fence": (f"Here:\n```json\n{json.dumps(OBJECT)}\n```", ONE),
    "object after a tag of Llama's": (f"<|python_tag|>{json.dumps(OBJECT)}<|eom_id|>", ONE),
    "list": (json.dumps([OBJECT, {"name": "get_weather", "arguments": {"city": "Rome"}}]), TWO),
    "list after a tag of Mistral's": (f"[TOOL_CALLS][{json.dumps(OBJECT)}]", ONE),
    "message": (json.dumps({"role": "assistant", "tool_calls": [{"function": OBJECT}]}), ONE),
    # gpt-oss
    "channel": (
        f"<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>{PARIS}<|call|>", ONE),
    # plain data instead of text, as an example of the service's documentation has it
    "plain object": (OBJECT, ONE),
    "plain list": ([OBJECT], ONE),
    "half a character": ('{"name": "f", "arguments": {"a": "\ud83d"}}', [("f", '{"a": "\ufffd\ufffd\ufffd"}')]),
    "not ASCII": ('{"name": "f", "arguments": {"a": "Zürich \\ud83d"}}', [("f", '{"a": "Zürich \ud83d"}')]),
}  # fmt: skip


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


@settings(max_examples=300, deadline=None, derandomize=True)
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
