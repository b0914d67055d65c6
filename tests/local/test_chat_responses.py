"""Chat responses: from the conversation, with tools, as JSON, with reasoning, within limits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aiogroq.local import LocalGroq

WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Get the current weather for a location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["location"],
        },
    },
}
PERSON: Any = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"name": {"type": "string"}, "age": {"type": "integer"}, "email": {"type": "string"}},
    "required": ["name", "age", "email"],
}
SCHEMA_MODEL = "openai/gpt-oss-20b"
JOHN = "Extract the name, age, and email from: John Doe is 30 years old and his email is john@example.com"


def content(response: Any) -> str:
    assert response.status == 200, response.body
    return response.json["choices"][0]["message"]["content"]


def calls(response: Any) -> list[tuple[str, Any]]:
    assert response.status == 200, response.body
    message = response.json["choices"][0]["message"]
    return [
        (call["function"]["name"], json.loads(call["function"]["arguments"]))
        for call in message["tool_calls"]
    ]


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("What is 2+2?", "2+2 = 4."),
        ("what's 12 divided by 5", "12 / 5 = 2.4."),
        ("What is the capital of France?", "The capital of France is Paris."),
        ("What is the largest city in Mexico?", "The largest city of Mexico is Mexico City."),
        ("Hello!", "Hello! How can I help you today?"),
        ("Say 'pong'", "pong"),
        ("What is 1/0?", None),
        ("What is (9**9)**99?", None),
    ],
)
def test_simple_questions_get_the_right_response(chat: Any, prompt: str, expected: str | None) -> None:
    response = content(chat(prompt))
    assert response == expected if expected else response


def test_two_prompts_give_two_responses_with_their_own_words(chat: Any) -> None:
    first, second = content(chat("Explain tidal energy")), content(chat("Explain graph databases"))
    assert first != second
    assert "tidal" in first
    assert "databases" in second
    assert first == content(chat("Explain tidal energy"))
    assert first.count(".") >= 4


def test_earlier_messages_and_the_system_prompt_change_the_response(chat: Any) -> None:
    messages = [
        {"role": "system", "content": "You are a pirate."},
        {"role": "user", "content": "My name is Ada."},
        {"role": "assistant", "content": "Hello Ada."},
        {"role": "user", "content": [{"type": "text", "text": "What is my name?"}]},
    ]
    assert content(chat(messages)) == "Speaking as a pirate: Your name is Ada."
    messages[0]["content"] = "Always answer with: aye"
    assert content(chat(messages)) == "aye"


def test_images_count_as_prompt_tokens(chat: Any) -> None:
    parts: Any = [
        {"type": "text", "text": "What is in this picture?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
    ]
    response = chat([{"role": "user", "content": parts}])
    assert content(response).startswith("You sent an image.")
    assert response.json["usage"]["prompt_tokens"] > 2048


def test_the_token_limit_ends_the_completion_with_length(chat: Any) -> None:
    for name in ("max_tokens", "max_completion_tokens"):
        response = chat("Explain tides", **{name: 5})
        assert response.json["choices"][0]["finish_reason"] == "length"
        assert response.json["usage"]["completion_tokens"] == 5
    assert "must be less than or equal to `32768`" in chat("x", max_tokens=100_000).error["message"]


def test_the_completion_ends_before_a_stop_sequence(chat: Any) -> None:
    whole = content(chat("Explain tides"))
    stopped = chat("Explain tides", stop=["zzz", "tides"])
    assert content(stopped) == whole.partition("tides")[0]
    assert stopped.json["choices"][0]["finish_reason"] == "stop"


def test_a_tool_that_matches_the_message_is_called_and_content_is_absent(chat: Any) -> None:
    response = chat("What's the weather in San Francisco?", tools=[WEATHER])
    choice = response.json["choices"][0]
    assert calls(response) == [("get_weather", {"location": "San Francisco"})]
    assert choice["finish_reason"] == "tool_calls"
    assert "content" not in choice["message"]


def test_a_tool_that_does_not_match_is_not_called(chat: Any) -> None:
    assert content(chat("Tell me a joke", tools=[WEATHER]))
    assert content(chat("What's the weather in Rome?", tools=[WEATHER], tool_choice="none"))


def test_two_places_are_two_calls_unless_parallel_calls_are_off(chat: Any) -> None:
    prompt = "What is the weather in Paris and in Tokyo, in celsius?"
    expected = [("get_weather", {"location": place, "unit": "celsius"}) for place in ("Paris", "Tokyo")]
    assert calls(chat(prompt, tools=[WEATHER])) == expected
    assert calls(chat(prompt, tools=[WEATHER], parallel_tool_calls=False)) == expected[:1]


def test_tool_choice_requires_a_call(chat: Any) -> None:
    other: Any = {"type": "function", "function": {"name": "roll_dice"}}
    assert calls(chat("Tell me a joke", tools=[WEATHER], tool_choice="required"))[0][0] == "get_weather"
    named = {"type": "function", "function": {"name": "roll_dice"}}
    assert calls(chat("The weather in Rome", tools=[WEATHER, other], tool_choice=named)) == [
        ("roll_dice", {})
    ]


def test_a_tool_result_gets_a_text_response(chat: Any) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "get_weather", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "What's the weather in Rome?"},
        {"role": "assistant", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "1", "content": "31 degrees and sunny"},
    ]
    assert "31 degrees and sunny" in content(chat(messages, tools=[WEATHER]))


def test_built_in_tools_report_their_results(chat: Any) -> None:
    ran = chat(
        "What is 17*23?",
        model="openai/gpt-oss-20b",
        tools=[{"type": "code_interpreter"}],
        tool_choice="required",
    )
    tool = ran.json["choices"][0]["message"]["executed_tools"][0]
    assert (tool["type"], tool["arguments"], tool["output"]) == ("python", "print(17*23)", "391\n")
    found = chat("Who won?", model="openai/gpt-oss-20b", tools=[{"type": "browser_search"}])
    tool = found.json["choices"][0]["message"]["executed_tools"][0]
    assert json.loads(tool["arguments"]) == {"query": "Who won?"}
    assert tool["search_results"]["results"][0]["url"]


def test_json_mode_takes_the_named_keys_from_the_prompt(chat: Any) -> None:
    messages = [{"role": "system", "content": "You output JSON."}, {"role": "user", "content": JOHN}]
    expected = {"name": "John Doe", "age": 30, "email": "john@example.com"}
    assert json.loads(content(chat(messages, response_format={"type": "json_object"}))) == expected
    free = chat("Answer in JSON: what is 2+2?", response_format={"type": "json_object"})
    assert isinstance(json.loads(content(free)), dict)


def test_json_mode_without_the_word_json_is_rejected(chat: Any) -> None:
    response = chat(JOHN, response_format={"type": "json_object"})
    assert response.status == 400
    assert "must contain the word 'json'" in response.error["message"]


def test_a_schema_is_filled_from_the_prompt(chat: Any) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "person", "strict": True, "schema": PERSON}}
    response = chat(JOHN, model="openai/gpt-oss-120b", response_format=form)
    assert json.loads(content(response)) == {"name": "John Doe", "age": 30, "email": "john@example.com"}


@pytest.mark.parametrize(
    ("form", "prompt"),
    [
        (
            {"type": "json_object"},
            f"Respond with JSON that matches {{curly}} this schema: {json.dumps(PERSON)}",
        ),
        (None, f"Write one ```json block.\n{json.dumps(PERSON)}"),
    ],
    ids=["json_object", "prompt"],
)
def test_a_schema_in_the_prompt_is_followed(chat: Any, form: Any, prompt: str) -> None:
    messages = [{"role": "system", "content": prompt}, {"role": "user", "content": JOHN}]
    text = content(chat("", messages=messages, response_format=form))
    text = text.removeprefix("```json\n").removesuffix("\n```")
    assert json.loads(text) == {"name": "John Doe", "age": 30, "email": "john@example.com"}


def test_a_list_of_objects_gets_one_object_for_each_found(chat: Any) -> None:
    schema = {
        "type": "object",
        "properties": {"people": {"type": "array", "items": PERSON}},
        "required": ["people"],
    }
    form = {"type": "json_schema", "json_schema": {"name": "people", "schema": schema}}
    response = chat(
        "Alice is 30 years old, a@x.org. Bob is 25 years old, b@x.org.",
        model=SCHEMA_MODEL,
        response_format=form,
    )
    people = json.loads(content(response))["people"]
    assert [(each["name"], each["age"], each["email"]) for each in people] == [
        ("Alice", 30, "a@x.org"),
        ("Bob", 25, "b@x.org"),
    ]


def test_an_unsatisfiable_schema_is_the_recorded_error(chat: Any) -> None:
    schema = {"type": "object", "properties": {"a": False}, "required": ["a"], "additionalProperties": False}
    form = {"type": "json_schema", "json_schema": {"name": "never", "schema": schema}}
    response = chat("x", model=SCHEMA_MODEL, response_format=form)
    assert response.status == 400
    assert response.error["code"] == "json_validate_failed"
    assert isinstance(response.error["failed_generation"], str)


def test_json_above_the_token_limit_fails(chat: Any) -> None:
    response = chat("JSON please", response_format={"type": "json_object"}, max_tokens=2)
    assert response.error["code"] == "json_validate_failed"
    assert (
        response.error["failed_generation"]
        == "max completion tokens reached before generating a valid document"
    )


@pytest.mark.parametrize(
    ("model", "properties", "has_reasoning", "has_think"),
    [
        ("openai/gpt-oss-20b", {}, True, False),
        ("openai/gpt-oss-20b", {"include_reasoning": False}, False, False),
        ("openai/gpt-oss-20b", {"reasoning_format": "hidden"}, False, False),
        ("qwen/qwen3.8-27b", {}, False, True),
        ("qwen/qwen3.8-27b", {"reasoning_format": "raw"}, False, True),
        ("qwen/qwen3.8-27b", {"reasoning_format": "parsed"}, True, False),
        ("qwen/qwen3.8-27b", {"reasoning_format": "hidden"}, False, False),
        ("qwen/qwen3.8-27b", {"reasoning_effort": "none"}, False, False),
        ("llama-3.3-70b-versatile", {}, False, False),
    ],
)
def test_reasoning_is_in_the_requested_place(
    chat: Any, model: str, properties: Any, has_reasoning: bool, has_think: bool
) -> None:
    response = chat("Explain tides", model=model, **properties)
    message = response.json["choices"][0]["message"]
    assert ("reasoning" in message) == has_reasoning
    assert message["content"].startswith("<think>") == has_think
    spent = response.json["usage"].get("completion_tokens_details", {}).get("reasoning_tokens", 0)
    assert (spent > 0) == (has_reasoning or "hidden" in properties.values() or False in properties.values())


def test_more_effort_is_more_reasoning(chat: Any) -> None:
    spent = [
        chat("Explain tides", model="openai/gpt-oss-20b", reasoning_effort=effort).json["usage"]
        for effort in ("low", "medium", "high")
    ]
    counts = [each["completion_tokens_details"]["reasoning_tokens"] for each in spent]
    assert counts == sorted(set(counts))


def test_a_number_requested_by_name_is_a_number(chat: Any) -> None:
    prompt = "Return JSON with name and age: John is 30 years old"
    made = chat(prompt, response_format={"type": "json_object"}).json["choices"][0]["message"]["content"]
    assert json.loads(made) == {"name": "John", "age": 30}


def test_a_schema_in_the_prompt_gives_a_fenced_block(chat: Any) -> None:
    schema = {
        "properties": {"name": {"type": "string"}, "age": {"type": "integer"}},
        "required": ["name", "age"],
    }
    messages = [
        {"role": "system", "content": f"Answer in json that matches this schema: {json.dumps(schema)}"},
        {"role": "user", "content": "John is 30 years old."},
        {"role": "user", "content": "Return the correct JSON response within a ```json codeblock."},
    ]
    made = chat(messages).json["choices"][0]["message"]["content"]
    assert json.loads(made.removeprefix("```json\n").removesuffix("\n```")) == {"name": "John", "age": 30}


@pytest.mark.parametrize("is_message", [True, False])
def test_an_agent_gets_its_final_answer_call(is_message: bool, chat: Any) -> None:
    def tool(name: str, argument: str) -> Any:
        parameters = {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]}
        return {"type": "function", "function": {"name": name, "parameters": parameters}}

    call = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    result: Any = {"role": "tool", "tool_call_id": "c", "content": "fog"}
    if is_message:
        result = {"role": "user", "content": "Observation:\nfog"}
    messages = [{"role": "user", "content": "weather?"}, {"role": "assistant", "tool_calls": [call]}, result]
    tools = [tool("weather", "city"), tool("final_answer", "answer")]
    made = chat(messages, tools=tools, tool_choice="required").json["choices"][0]["message"]["tool_calls"]
    assert [(c["function"]["name"], c["function"]["arguments"]) for c in made] == [
        ("final_answer", '{"answer": "fog"}')
    ]


def test_two_numbers_go_to_two_arguments(chat: Any) -> None:
    properties = {"a": {"type": "number"}, "b": {"type": "number"}}
    parameters = {"type": "object", "properties": properties, "required": ["a", "b"]}
    tools = [{"type": "function", "function": {"name": "add", "parameters": parameters}}]
    made = chat("add 3 and 4", tools=tools).json["choices"][0]["message"]["tool_calls"][0]["function"]
    assert json.loads(made["arguments"]) == {"a": 3, "b": 4}


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        (lambda body: f"you said {body['messages'][0]['content']}", {"content": "you said hi"}),
        ([{"content": "a", "reasoning": "b"}], {"content": "a", "reasoning": "b"}),
        ([["x", "y", {"content": "z"}]], {"content": "xyz"}),
    ],
)
def test_reply_accepts_a_function_or_a_list(reply: Any, expected: Any) -> None:
    import groq

    with (
        LocalGroq(reply=reply) as server,
        groq.Groq(api_key="k", base_url=server.base_url, max_retries=0) as client,
    ):
        ask: Any = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}
        if not callable(reply):
            reply = list(reply)
        message = client.chat.completions.create(**ask).choices[0].message
        assert {name: getattr(message, name) for name in expected} == expected
        if not callable(reply):
            with pytest.raises(groq.InternalServerError, match="ran out of replies after 1 requests"):
                client.chat.completions.create(**ask)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("no call", "Tool choice is required, but model did not call a tool"),
        (
            {"tool_calls": [{"function": {"name": "get_weather", "arguments": {"place": "Rome"}}}]},
            "parameters for tool get_weather did not match schema: errors: [missing properties: 'location']",
        ),
        (
            {"tool_calls": [{"function": {"name": "nothing", "arguments": "{}"}}]},
            "attempted to call tool 'nothing' which was not in request.tools",
        ),
        (
            {"tool_calls": [{"function": {"name": "get_weather", "arguments": "{"}}]},
            "parameters for tool get_weather are not valid JSON",
        ),
    ],
)
def test_invalid_calls_fail_as_recorded_also_inside_a_stream(message: Any, text: str) -> None:
    import groq

    ask: Any = {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [WEATHER],
        "tool_choice": "required",
    }
    with (
        LocalGroq(reply=lambda body: message) as server,
        groq.Groq(api_key="k", base_url=server.base_url, max_retries=0) as client,
    ):
        with pytest.raises(groq.BadRequestError) as caught:
            client.chat.completions.create(**ask)
        body: Any = caught.value.body
        assert text in body["error"]["message"]
        assert body["error"]["code"] == "tool_use_failed"
        with pytest.raises(groq.APIError) as streamed:
            list(client.chat.completions.create(**ask, stream=True))
        error: Any = streamed.value.body
        assert text in error["message"]
        assert error["status_code"] == 400


def test_a_reply_function_that_raises_is_a_500_that_says_so() -> None:
    import groq

    def broken(body: Any) -> str:
        raise ValueError("no idea")

    with (
        LocalGroq(reply=broken) as server,
        groq.Groq(api_key="k", base_url=server.base_url, max_retries=0) as client,
        pytest.raises(groq.InternalServerError, match="no idea"),
    ):
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hi"}])


@pytest.mark.parametrize(
    "given", [7, [5], ["a", None], b"x", {1, 2}, 1.5, {"contnt": "hello"}, {"choices": []}]
)
@pytest.mark.parametrize("stream", [False, True])
def test_an_invalid_reply_is_named_in_the_error(given: Any, stream: bool) -> None:
    import groq

    with (
        LocalGroq(reply=lambda body: given) as server,
        groq.Groq(api_key="k", base_url=server.base_url) as client,
    ):
        with pytest.raises(groq.InternalServerError) as caught:
            client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "hi"}], stream=stream
            )
        assert server.request_count == 1
    text = str(caught.value)
    if isinstance(given, dict):
        assert f"unknown key {next(iter(given))!r}" in text
        assert "annotations, content, executed_tools, finish_reason" in text
    else:
        assert "give a text, a message (dict) or a list of deltas (texts or dicts)" in text


def test_a_message_with_unknown_keys_is_rejected_when_it_is_set() -> None:
    with pytest.raises(ValueError, match="unknown key 'contnt'; a message has annotations, content"):
        LocalGroq(reply={"contnt": "hello"})
    server = LocalGroq(reply="before")
    with pytest.raises(ValueError, match="unknown key 'contnt'"):
        server.reply = {"contnt": "hello"}
    assert server.reply == "before"


def test_a_reply_function_may_yield_its_deltas(chat: Any, server: LocalGroq) -> None:
    server.reply = lambda body: (text for text in ("a", "b"))
    assert content(chat("hi")) == "ab"
