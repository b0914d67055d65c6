"""``response_format`` of a tool runner: the run ends with a value of a type."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from tool_runs import Client, calling, check_conversation, contents

from aiogroq import StructuredOutputError
from aiogroq.local import LocalGroq


@dataclass
class Report:
    """A report of the weather."""

    city: str
    degrees: float


OSLO = {"city": "Oslo", "degrees": 7}
REPORT = Report("Oslo", 7.0)


@pytest.fixture(params=["async", "sync"])
def user(request: pytest.FixtureRequest, server: LocalGroq) -> Client:
    return Client(request.param, server)


def get_weather(city: str) -> str:
    """Get the current weather."""
    return f"7 degrees in {city}"


def test_the_model_gives_the_value_as_a_tool_call_without_another_request(
    user: Client, server: LocalGroq
) -> None:
    server.reply = [calling(("get_weather", {"city": "Oslo"})), calling(("final_result", OSLO))]
    runner = user.runner(get_weather, response_format=Report)
    final = user.done(runner)
    assert final.parsed == final.choices[0].message.parsed == REPORT
    assert len(server.requests) == 2
    body = server.requests[0].json
    assert "response_format" not in body
    function = body["tools"][-1]["function"]
    assert function["name"] == "final_result"
    assert "A report of the weather." in function["description"]
    assert function["parameters"]["properties"].keys() == {"city", "degrees"}
    check_conversation(runner.messages)


def test_a_text_is_followed_by_one_request_for_the_value(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", {"city": "Oslo"})), "It is 7 degrees in Oslo.", json.dumps(OSLO)]
    runner = user.runner(get_weather, response_format=Report, tool_choice="auto", parallel_tool_calls=True)
    responses = user.responses(runner)
    assert responses[-1].parsed == REPORT
    assert len(responses) == len(server.requests) == 3
    last = server.requests[-1].json
    assert last["response_format"]["type"] == "json_schema"
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & last.keys()
    check_conversation(runner.messages)
    assert json.loads(runner.messages[-1]["content"]) == OSLO


def test_a_text_that_is_the_value_is_taken(user: Client, server: LocalGroq) -> None:
    server.reply = json.dumps(OSLO)
    assert user.done(user.runner(get_weather, response_format=Report)).parsed == REPORT
    assert len(server.requests) == 1


def test_the_model_is_told_what_is_wrong_with_the_value(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("final_result", {"city": "Oslo"})), calling(("final_result", OSLO))]
    runner = user.runner(get_weather, response_format=Report, disable_tool_validation=True)
    assert user.done(runner).parsed == REPORT
    assert contents(runner.messages)[0] == "Error: Object missing required field `degrees`"
    check_conversation(runner.messages)


def test_other_calls_of_the_last_message_do_not_run(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("fail", {}), ("final_result", OSLO))]

    def fail() -> None:
        raise AssertionError

    runner = user.runner(fail, response_format=Report, on_error="raise")
    assert user.done(runner).parsed == REPORT
    assert contents(runner.messages)[0].startswith("Not run")
    check_conversation(runner.messages)


@pytest.mark.parametrize(
    ("wanted", "arguments", "value"),
    [
        (list[Report], {"result": [OSLO]}, [REPORT]),
        (Literal["good", "bad"], {"result": "good"}, "good"),
        (int, {"result": 3}, 3),
    ],
)
def test_a_value_that_is_no_object_is_wrapped(
    user: Client, server: LocalGroq, wanted: Any, arguments: Any, value: Any
) -> None:
    server.reply = [calling(("final_result", arguments))]
    assert user.done(user.runner(get_weather, response_format=wanted)).parsed == value


def test_a_tool_with_the_same_name_stays_callable(user: Client, server: LocalGroq) -> None:
    def final_result() -> str:
        """Be called like the tool of the runner."""
        return "mine"

    server.reply = [calling(("final_result", {})), calling(("final_result_2", OSLO))]
    runner = user.runner(final_result, response_format=Report)
    assert user.done(runner).parsed == REPORT
    assert contents(runner.messages)[0] == "mine"


def test_a_required_call_stays_required_until_the_result(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", {"city": "Oslo"})), calling(("final_result", OSLO))]
    user.done(user.runner(get_weather, response_format=Report, tool_choice="required"))
    assert [request.json["tool_choice"] for request in server.requests] == ["required", "required"]


def test_a_value_that_never_fits_raises_as_parse_does(user: Client, server: LocalGroq) -> None:
    server.reply = "No."
    runner = user.runner(get_weather, response_format=Report)
    with pytest.raises(StructuredOutputError):
        user.done(runner)
    check_conversation(runner.messages)
