"""`parse`: a chat completion as a value of a type, in both kinds, against the embedded server."""

from __future__ import annotations

import asyncio
import pickle
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
import pytest

import aiogroq
from aiogroq import (
    AsyncGroq,
    AuthenticationError,
    BadRequestError,
    Groq,
    LengthFinishReasonError,
    SchemaError,
    StructuredOutputError,
)
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.chat import ParsedChatCompletion, Reask

MODEL = "openai/gpt-oss-20b"
MESSAGES = [{"role": "user", "content": "Jane Doe is 42 years old."}]


@dataclass
class Person:
    """A person."""

    name: str
    age: int


JANE = Person("Jane Doe", 42)
TEXT = '{"name":"Jane Doe","age":42}'


class Client:
    """A client of one kind, with a plain `parse`."""

    def __init__(self, kind: str, server: LocalGroq) -> None:
        options: dict[str, Any] = {"api_key": "gsk_x", "base_url": server.base_url, "max_retries": 0}
        self.any: Any = AsyncGroq(**options) if kind == "async" else Groq(**options)

    def parse(self, response_format: Any = Person, **params: Any) -> ParsedChatCompletion[Any]:
        """Call `parse` with the usual model and messages."""
        params = {"model": MODEL, "messages": MESSAGES, **params}
        method: Any = self.any.chat.completions.parse
        result: Any = method(response_format=response_format, **params)
        if isinstance(self.any, AsyncGroq):
            return asyncio.run(result)  # type: ignore[no-any-return]
        return result  # type: ignore[no-any-return]


@pytest.fixture(params=["sync", pytest.param("async", marks=pytest.mark.slow)])
def ask(request: pytest.FixtureRequest, server: LocalGroq) -> Client:
    """A client of each kind. Both decide by the same code, so most tests are quick for one of them only."""
    return Client(request.param, server)


@pytest.fixture(params=["sync", "async"])
def ask_each(request: pytest.FixtureRequest, server: LocalGroq) -> Client:
    """A client of each kind, for what the two do themselves."""
    return Client(request.param, server)


def rejected(message: str, **details: Any) -> Fault:
    """A 400 of the service."""
    return Fault(status=400, body={"error": {"message": message, "type": "invalid_request_error", **details}})


def not_valid(generation: Any, message: str = "Failed to generate JSON. Please adjust your prompt.") -> Fault:
    """A 400 for a text that is not valid."""
    return rejected(message, code="json_validate_failed", failed_generation=generation)


def completion(*contents: Any, finish_reason: str = "stop", **fields: Any) -> Fault:
    """A completion with these contents, of 10 and 5 tokens."""
    choices = [
        {"index": i, "message": {"role": "assistant", "content": content}, "finish_reason": finish_reason}
        for i, content in enumerate(contents)
    ]
    usage = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15, "total_time": 0.5}
    return Fault(
        body={"id": "c1", "choices": choices, "usage": usage, "x_groq": {"id": "req_1"}, "new": 1, **fields}
    )


def formats(server: LocalGroq) -> list[str]:
    """What each request asked for: ``strict``, ``json_schema``, ``json_object`` or ``prompt``."""
    found: list[str] = []
    for request in server.requests:
        form = request.json.get("response_format") or {"type": "prompt"}
        is_strict = form["type"] == "json_schema" and form["json_schema"]["strict"]
        found.append("strict" if is_strict else form["type"])
    return found


NO_SCHEMA = rejected(
    "This model does not support response format `json_schema`. See supported models at "
    "https://console.groq.com/docs/structured-outputs#supported-models"
)

# ------------------------------------------------------------------------------------------------------ the value


def test_the_value_is_on_the_completion_and_on_the_message(ask_each: Client, server: LocalGroq) -> None:
    result = ask_each.parse()
    assert result.parsed == JANE
    assert result.choices[0].message.parsed == JANE
    assert result.reasks == ()
    assert formats(server) == ["strict"]
    sent = server.requests[0].json
    assert sent["response_format"]["json_schema"]["name"] == "Person"
    assert sent["messages"] == MESSAGES


def test_the_completion_is_as_the_service_sent_it(ask: Client, server: LocalGroq) -> None:
    server.script(completion(TEXT))
    result = ask.parse()
    assert result.id == "c1"
    assert result["new"] == 1
    assert result.usage is not None
    assert result.usage.total_tokens == 15
    assert result.x_groq is not None
    assert result.x_groq.id == "req_1"
    assert "parsed" not in str(result.to_dict())
    assert result.to_dict()["choices"][0]["message"]["content"] == TEXT
    assert "parsed=Person(" in repr(result)


def test_every_choice_has_its_value(ask: Client, server: LocalGroq) -> None:
    server.script(completion(TEXT, '{"name":"Joe","age":7}'))
    assert [choice.message.parsed for choice in ask.parse().choices] == [JANE, Person("Joe", 7)]


@pytest.mark.parametrize(
    "text",
    [
        f"Here it is:\n```json\n{TEXT}\n```\nIs that all?",
        f"Sure! {TEXT} I hope it helps.",
        f'{{"name":"another","age":1}}\n{TEXT}',
        '{"name":"Jane Doe","age":"42"}',
        '{"name":"Jane Doe","age":42.0}',
        f'<think>\nShould it be {{"name":"x","age":1}}?\n</think>\n\n{TEXT}',
    ],
    ids=["fence", "prose", "two values", "number as text", "float", "thoughts"],
)
def test_what_only_looks_different_is_mended_without_another_request(
    ask: Client, server: LocalGroq, text: str
) -> None:
    server.reply = text
    assert ask.parse().parsed == JANE
    assert len(server.requests) == 1


def test_messages_may_be_an_iterator_and_those_of_a_response(ask: Client, server: LocalGroq) -> None:
    server.script(completion("no"), completion(TEXT))
    first = aiogroq.types.ChatCompletionMessage(role="assistant", content="Hello", reasoning="hm")
    assert ask.parse(messages=iter([*MESSAGES, first])).parsed == JANE
    roles = [message["role"] for message in server.requests[1].json["messages"]]
    assert roles == ["user", "assistant", "assistant", "user"]


def test_call_options_are_passed_on(ask: Client, server: LocalGroq) -> None:
    ask.parse(extra_headers={"x-mine": "1"}, temperature=0.5, seed=7)
    assert server.requests[0].headers["x-mine"] == "1"
    assert server.requests[0].json["temperature"] == 0.5


def test_sync_values_are_decoded_in_the_thread_of_the_caller(server: LocalGroq) -> None:
    threads: list[int] = []

    @dataclass
    class Watched:
        name: str

        def __post_init__(self) -> None:
            threads.append(threading.get_ident())

    assert Client("sync", server).parse(Watched).parsed.name
    assert set(threads) == {threading.get_ident()}


async def test_many_calls_at_the_same_time_each_have_their_own_value(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.reply = lambda body: f'{{"name":"{body["messages"][0]["content"]}","age":1}}'
    calls = [
        client.chat.completions.parse(
            model=MODEL, messages=[{"role": "user", "content": str(number)}], response_format=Person
        )
        for number in range(20)
    ]
    assert [each.parsed.name for each in await asyncio.gather(*calls)] == [str(n) for n in range(20)]


def test_a_parsed_completion_can_be_pickled_and_copied(ask: Client, server: LocalGroq) -> None:
    server.script(completion("no"), completion(TEXT))
    result = ask.parse()
    for copied in (pickle.loads(pickle.dumps(result)), result.model_copy(deep=True)):
        assert copied == result
        assert copied.parsed == JANE
        assert copied.reasks == result.reasks
        assert copied["new"] == 1
        assert copied.to_dict() == result.to_dict()


def test_the_message_can_be_sent_back(ask: Client, server: LocalGroq) -> None:
    result = ask.parse()
    ask.parse(messages=[*MESSAGES, result.choices[0].message, {"role": "user", "content": "Again."}])
    assert server.requests[1].json["messages"][1]["content"] == TEXT


# ------------------------------------------------------------------------------------------------------ the modes


def test_a_model_without_json_schema_is_asked_for_an_object_and_that_is_remembered(
    ask_each: Client, server: LocalGroq
) -> None:
    server.script(NO_SCHEMA)
    assert ask_each.parse().parsed == JANE
    assert formats(server) == ["strict", "json_object"]
    instruction = server.requests[1].json["messages"][0]
    assert instruction["role"] == "system"
    assert '"age"' in instruction["content"]
    ask_each.parse()
    ask_each.any = ask_each.any.with_options(timeout=20)
    ask_each.parse()
    assert formats(server)[2:] == ["json_object", "json_object"]
    ask_each.parse(model="openai/gpt-oss-120b")
    assert formats(server)[-1] == "strict"


def test_what_a_copy_learns_its_original_knows(ask: Client, server: LocalGroq) -> None:
    original, ask.any = ask.any, ask.any.with_options(timeout=20)
    server.script(NO_SCHEMA)
    ask.parse()
    ask.any = original
    ask.parse()
    assert formats(server)[2:] == ["json_object"]


def test_a_client_with_another_key_or_server_starts_anew(ask: Client, server: LocalGroq) -> None:
    server.script(NO_SCHEMA)
    ask.parse()
    ask.any = ask.any.with_options(api_key="gsk_y")
    ask.parse()
    assert formats(server)[2:] == ["strict"]


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (
            ["This model does not support response format `json_schema` with `strict`"],
            ["strict", "json_schema"],
        ),
        (
            ["'response_format.type' : value is not one of the allowed values ['json_object']"],
            ["strict", "json_object"],
        ),
        (
            [
                "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
                "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
            ],
            ["strict", "json_object", "prompt"],
        ),
        (
            ["This model does not support response format `json_schema`", "`response_format` is unsupported"],
            ["strict", "json_object", "prompt"],
        ),
    ],
)
def test_each_rejected_mode_costs_one_request(
    ask: Client, server: LocalGroq, messages: list[str], expected: list[str]
) -> None:
    server.script(*map(rejected, messages))
    assert ask.parse(max_reasks=0).parsed == JANE
    assert formats(server) == expected
    ask.parse()
    assert formats(server) == [*expected, expected[-1]]


def test_a_system_message_stays_the_first(ask: Client, server: LocalGroq) -> None:
    system = {"role": "system", "content": "Be brief."}
    ask.parse(messages=[system, *MESSAGES], mode="json_object")
    sent = server.requests[0].json["messages"]
    assert [message["role"] for message in sent] == ["system", "system", "user"]
    assert sent[0] == system


@pytest.mark.parametrize("mode", ["json_schema", "json_object", "prompt"])
def test_a_chosen_mode_is_the_only_one(ask: Client, server: LocalGroq, mode: str) -> None:
    assert ask.parse(mode=mode).parsed == JANE
    assert formats(server) == ["strict" if mode == "json_schema" else mode]
    if mode != "prompt":
        server.clear()
        server.script(rejected(f"This model does not support response format `{mode}`"))
        with pytest.raises(BadRequestError, match="does not support response format"):
            ask.parse(mode=mode)
        assert len(server.requests) == 1


def test_a_schema_that_the_service_rejects_is_sent_without_strict_for_this_call_only(
    ask: Client, server: LocalGroq
) -> None:
    server.script(rejected("invalid JSON schema for response_format: 'Person': /: maxItems is not supported"))
    assert ask.parse().parsed == JANE
    ask.parse()
    assert formats(server) == ["strict", "json_schema", "strict"]


def test_what_strict_mode_cannot_express_is_best_effort(ask: Client, server: LocalGroq) -> None:
    server.reply = '{"a": 1}'
    assert ask.parse(dict[str, int]).parsed == {"a": 1}
    assert formats(server) == ["json_schema"]


def test_strict_raises_for_what_it_cannot_express_and_for_what_the_service_rejects(
    ask: Client, server: LocalGroq
) -> None:
    with pytest.raises(SchemaError, match=r"\$.*free keys"):
        ask.parse(dict[str, int], strict=True)
    assert len(server.requests) == 0
    server.script(NO_SCHEMA)
    with pytest.raises(BadRequestError, match="does not support response format"):
        ask.parse(strict=True)
    assert formats(server) == ["strict"]


def test_strict_false_is_best_effort(ask: Client, server: LocalGroq) -> None:
    assert ask.parse(strict=False).parsed == JANE
    assert formats(server) == ["json_schema"]


# -------------------------------------------------------------------------------------- what the service rejects


def test_valid_json_in_failed_generation_is_taken(ask: Client, server: LocalGroq) -> None:
    server.script(not_valid(TEXT))
    result = ask.parse()
    assert result.parsed == JANE
    assert len(server.requests) == 1
    assert result.choices[0].message.content == TEXT
    assert result.choices[0].finish_reason == "stop"
    assert result.model == MODEL
    assert result.usage is None
    assert result.x_groq is not None
    assert result.x_groq.id.startswith("req_")


def test_arguments_of_a_call_of_a_tool_that_does_not_exist_are_taken(ask: Client, server: LocalGroq) -> None:
    generation = f'{{"name": "json", "arguments": {TEXT}}}'
    message = "Tool choice is none, but model called a tool"
    server.script(rejected(message, code="tool_use_failed", failed_generation=generation))
    assert ask.parse().parsed == JANE
    assert len(server.requests) == 1


def test_a_budget_that_reasoning_used_up_is_never_asked_again(ask_each: Client, server: LocalGroq) -> None:
    server.script(not_valid("max completion tokens reached before generating a valid document"))
    with pytest.raises(LengthFinishReasonError, match="max_completion_tokens") as caught:
        ask_each.parse(max_reasks=5)
    assert len(server.requests) == 1
    assert caught.value.completion is None
    assert caught.value.partial == ""
    assert caught.value.usage is None
    assert isinstance(caught.value.__cause__, BadRequestError)


@pytest.mark.parametrize("text", [TEXT, '{"name":"Ja', ""])
def test_a_response_at_the_maximum_of_tokens_is_never_asked_again(
    ask: Client, server: LocalGroq, text: str
) -> None:
    server.script(completion(text, finish_reason="length"))
    with pytest.raises(LengthFinishReasonError) as caught:
        ask.parse(max_reasks=5)
    assert len(server.requests) == 1
    assert caught.value.partial == text
    assert text in str(caught.value)
    assert caught.value.usage.total_tokens == 15
    assert caught.value.completion.choices[0].finish_reason == "length"
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (copied.partial, copied.completion, copied.usage) == (
        text,
        caught.value.completion,
        caught.value.usage,
    )


def test_a_rejected_text_is_asked_again_with_what_was_wrong(ask_each: Client, server: LocalGroq) -> None:
    server.script(not_valid('{"name": "Jane"}'), completion(TEXT))
    result = ask_each.parse()
    assert result.parsed == JANE
    assert len(server.requests) == 2
    *_, answer, question = server.requests[1].json["messages"]
    assert answer == {"role": "assistant", "content": '{"name": "Jane"}'}
    assert question["role"] == "user"
    assert "age" in question["content"]
    [reask] = result.reasks
    assert isinstance(reask, Reask)
    assert reask.content == '{"name": "Jane"}'
    assert "age" in reask.error
    assert reask.usage is None
    assert str(reask.request_id).startswith("req_")
    assert result.usage is not None
    assert result.usage.total_tokens == 15


def test_a_rejected_text_that_the_service_does_not_show_is_asked_again(
    ask: Client, server: LocalGroq
) -> None:
    server.script(
        not_valid(""), not_valid("", "Generated JSON does not match the expected schema."), completion(TEXT)
    )
    result = ask.parse(max_reasks=2)
    assert [reask.content for reask in result.reasks] == ["", ""]
    assert "expected schema" in server.requests[2].json["messages"][-1]["content"]


def test_usage_is_the_sum_of_all_requests(ask: Client, server: LocalGroq) -> None:
    wrong = completion('{"name":"Jane","age":"old"}', x_groq={"id": "req_0"})
    server.script(wrong, wrong, completion(TEXT))
    result = ask.parse(max_reasks=2)
    assert len(server.requests) == 3
    assert result.usage is not None
    assert result.usage.prompt_tokens == 30
    assert result.usage.completion_tokens == 15
    assert result.usage.total_tokens == 45
    assert result.usage.total_time == pytest.approx(1.5)
    assert [reask.request_id for reask in result.reasks] == ["req_0", "req_0"]
    assert result.to_dict()["usage"]["total_tokens"] == 45


@pytest.mark.parametrize("max_reasks", [0, 1, 3])
def test_after_the_last_reask_the_error_has_everything(
    ask: Client, server: LocalGroq, max_reasks: int
) -> None:
    text = '{"name":"Jane","age":"old"}'
    server.script(*[completion(text)] * (max_reasks + 1))
    with pytest.raises(StructuredOutputError) as caught:
        ask.parse(max_reasks=max_reasks)
    assert len(server.requests) == max_reasks + 1
    error = caught.value
    assert error.content == text
    assert "$.age" in error.errors[0]
    assert text in str(error)
    assert error.errors[0] in str(error)
    assert len(error.reasks) == max_reasks
    assert error.completion.choices[0].message.content == text
    assert error.usage.total_tokens == 15 * (max_reasks + 1)
    assert error.request_id == "req_1"
    copied = pickle.loads(pickle.dumps(error))
    for name in ("content", "errors", "reasks", "completion", "usage", "request_id"):
        assert getattr(copied, name) == getattr(error, name)


def test_the_error_of_a_rejected_text_has_that_of_the_service(ask: Client, server: LocalGroq) -> None:
    server.script(not_valid("no JSON at all"))
    with pytest.raises(StructuredOutputError) as caught:
        ask.parse(max_reasks=0)
    error = caught.value
    assert isinstance(error.__cause__, BadRequestError)
    assert error.code == "json_validate_failed"
    assert error.content == error.failed_generation == "no JSON at all"
    assert error.completion is None
    assert error.request_id == error.__cause__.request_id
    assert isinstance(pickle.loads(pickle.dumps(error)).__cause__, BadRequestError)


def test_an_empty_response_is_asked_again(ask: Client, server: LocalGroq) -> None:
    server.script(completion(None), completion(), completion(TEXT))
    assert ask.parse(max_reasks=2).parsed == JANE
    assert [message["role"] for message in server.requests[1].json["messages"]] == ["user", "user"]


def test_a_refusal_is_not_asked_again(ask: Client, server: LocalGroq) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I cannot do that."}
    server.script(Fault(body={"choices": [{"message": message, "finish_reason": "stop"}]}))
    with pytest.raises(StructuredOutputError, match="I cannot do that") as caught:
        ask.parse(max_reasks=3)
    assert len(server.requests) == 1
    assert caught.value.content == "I cannot do that."


def test_json_that_is_no_completion_is_an_error_with_its_text(ask: Client, server: LocalGroq) -> None:
    server.script(Fault(body=["no", "completion"]))
    with pytest.raises(StructuredOutputError, match="not a chat completion") as caught:
        ask.parse(max_reasks=3)
    assert caught.value.content == '["no","completion"]'
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "fault",
    [
        rejected("`n` must be 1"),
        rejected("Please reduce the length of the messages", code="context_length_exceeded"),
    ],
)
def test_another_400_is_raised_as_it_is(ask_each: Client, server: LocalGroq, fault: Fault) -> None:
    server.script(fault)
    with pytest.raises(BadRequestError):
        ask_each.parse()
    assert len(server.requests) == 1


def test_other_errors_are_raised_as_they_are(ask_each: Client, server: LocalGroq) -> None:
    server.script(Fault(status=401))
    with pytest.raises(AuthenticationError):
        ask_each.parse()


# -------------------------------------------------------------------------------------------------- wrong arguments


@pytest.mark.parametrize(
    ("params", "error", "match"),
    [
        ({"tools": [{"type": "browser_search"}]}, ValueError, r"tool_runner\(tools=.*response_format="),
        ({"stream": True}, TypeError, r"completions\.stream\(response_format"),
        ({"mode": "xml"}, ValueError, "'json_schema', 'json_object', 'prompt'"),
        ({"mode": "prompt", "strict": True}, ValueError, "strict=True"),
        ({"strict": "yes"}, TypeError, "strict must be a bool"),
        ({"max_reasks": -1}, ValueError, "max_reasks"),
        ({"max_reasks": 1.5}, TypeError, "max_reasks"),
        ({"temprature": 1}, TypeError, "Did you mean 'temperature'"),
        ({"messages": "Hello"}, TypeError, "messages must be a list"),
        ({"response_format": {"type": "json_object"}}, SchemaError, "type"),
        ({"response_format": None}, TypeError, "parse.. needs a type"),
        ({"response_format": aiogroq.omit}, TypeError, "parse.. needs a type"),
    ],
)
def test_arguments_that_cannot_be_are_named_before_anything_is_sent(
    ask: Client, server: LocalGroq, params: dict[str, Any], error: type[Exception], match: str
) -> None:
    with pytest.raises(error, match=match):
        ask.parse(**params)
    assert len(server.requests) == 0


def test_omitted_arguments_are_not_sent(ask: Client, server: LocalGroq) -> None:
    assert ask.parse(tools=aiogroq.omit, stream=False, temperature=aiogroq.NOT_GIVEN).parsed == JANE
    assert "tools" not in server.requests[0].json
    nothing: Any = aiogroq.NOT_GIVEN
    assert ask.parse(mode=nothing, strict=nothing, max_reasks=nothing).parsed == JANE


# ------------------------------------------------------------------------------------------------------- imports


def test_a_plain_call_loads_no_module_of_structured_output(server: LocalGroq) -> None:
    code = (
        "import sys\nfrom aiogroq import Groq\n"
        f"Groq(api_key='k', base_url={server.base_url!r}).chat.completions.create(model='m', messages=[{{'role': 'user', 'content': 'x'}}])\n"
        "parts = ('schemas', 'structured', 'parsed_chat_completion')\n"
        "print([name for name in sys.modules if any(part in name for part in parts) and 'aiogroq' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_literal_is_wrapped_and_unwrapped(ask: Client, server: LocalGroq) -> None:
    assert ask.parse(Literal["good", "bad"]).parsed in ("good", "bad")
    assert list(server.requests[0].json["response_format"]["json_schema"]["schema"]["properties"]) == [
        "result"
    ]


@pytest.mark.parametrize(
    "text",
    [
        'Draft: {"name":"z","age":9}. Final: {"name":"a","age":1}',
        'As in {"x":1}: {"name":"a","age":1}',
        '{"name":"a","age":1} and not {"x":1}',
        'Draft:\n```\n{"name":"z","age":9}\n```\nFinal:\n```json\n{"name":"a","age":1}\n```',
    ],
)
def test_of_several_values_the_last_that_matches_is_taken(ask: Client, server: LocalGroq, text: str) -> None:
    server.script(completion(text))
    assert ask.parse().parsed == Person("a", 1)


def test_the_error_is_about_the_last_value(ask: Client, server: LocalGroq) -> None:
    server.script(completion('As in {"x":1}: {"name":"a","age":"old"}'))
    with pytest.raises(StructuredOutputError) as caught:
        ask.parse(max_reasks=0)
    assert "$.age" in caught.value.errors[0]


@pytest.mark.parametrize(
    ("response_format", "text", "why"),
    [
        (
            list[Person],
            '[{"name": "a", "age": 1}, {"name": 1, "age": 2}]',
            "Expected `str`, got `int` - at `$[1].name`",
        ),
        (list[Person], '[{"name": "a", "age": 1}', "the text is not JSON: Input data was truncated"),
        (Annotated[list[int], msgspec.Meta(min_length=3)], "[1, 2]", "Expected `array` of length >= 3"),
        (int, '"many"', "Expected `int`, got `str`"),
        (list[Person], '{"name": "a"}', "Object missing required field `result`"),
        (Person, '[{"name": "a"}]', "Expected `object`, got `array`"),
    ],
)
def test_the_model_is_told_what_is_wrong_in_a_value_without_its_object(
    ask: Client, server: LocalGroq, response_format: Any, text: str, why: str
) -> None:
    server.script(completion(text), completion(text))
    with pytest.raises(StructuredOutputError) as caught:
        ask.parse(response_format=response_format)
    assert caught.value.errors == (why,)
    assert why in server.requests[-1].json["messages"][-1]["content"]


def test_the_error_of_a_choice_has_the_choices(ask: Client, server: LocalGroq) -> None:
    server.script(completion('{"result":"ugly"}'))
    with pytest.raises(StructuredOutputError, match="is no Literal of 'good', 'bad': "):
        ask.parse(max_reasks=0, response_format=Literal["good", "bad"])


def test_a_complete_value_at_the_maximum_of_tokens_is_not_called_incomplete(
    ask: Client, server: LocalGroq
) -> None:
    server.script(completion('{"name":"a","age":1}', finish_reason="length"))
    with pytest.raises(LengthFinishReasonError, match="maximum of tokens was reached, so the value may be"):
        ask.parse()
