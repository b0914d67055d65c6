"""Calls that the service rejected with ``tool_use_failed``: they run, or the model is told what is wrong."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from failed_generations import FORMS
from tool_runs import Client, calling, check_conversation, contents, rejected

from aiogroq import BadRequestError, FailedCall
from aiogroq.local import Fault, LocalGroq


@pytest.fixture(params=["async", "sync"])
def user(request: pytest.FixtureRequest, server: LocalGroq) -> Client:
    return Client(request.param, server)


def get_weather(city: str) -> str:
    """Get the current weather."""
    return f"fog in {city}"


def get_time() -> str:
    """Get the time."""
    return "noon"


# Half a character cannot be sent over HTTP.
@pytest.mark.slow
@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"half a character"}))
def test_a_run_ends_well_whatever_the_model_wrote(server: LocalGroq, form: str) -> None:
    generation, calls = FORMS[form]
    server.script(rejected(generation))
    server.reply = "Done."
    user = Client("sync", server)
    runner = user.runner(get_weather, get_time)
    assert user.done(runner).choices[0].message.content == "Done."
    assert len(server.requests) == 2
    (rescue,) = runner.rescues
    assert [(call.name, call.arguments) for call in rescue.calls] == calls
    check_conversation(runner.messages)
    assert len(contents(runner.messages)) == len(calls)
    expected = {'{"city": "Paris"}': "fog in Paris", '{"city": "Rome"}': "fog in Rome"}
    for content, (name, arguments) in zip(contents(runner.messages), calls, strict=True):
        if name == "get_weather" and arguments in expected:
            assert content == expected[arguments]
        elif name == "get_time":
            assert content == "noon"
        else:
            assert content.startswith("Error: ")


def test_valid_calls_run_and_wrong_ones_are_told_to_the_model(
    user: Client, server: LocalGroq, caplog: pytest.LogCaptureFixture
) -> None:
    calls = [
        ("get_weather", {"city": "Oslo"}),
        ("get_weather", {"place": "Oslo"}),
        ("get_whether", {}),
        ("get_weather", {}),
    ]
    generation = "".join(f"<function={name}>{json.dumps(arguments)}</function>" for name, arguments in calls)
    server.script(rejected(generation))
    server.reply = "Done."
    runner = user.runner(get_weather)
    with caplog.at_level(logging.INFO, logger="aiogroq"):
        responses = user.responses(runner)
    assert [response.choices[0].finish_reason for response in responses] == ["tool_calls", "stop"]
    assert contents(runner.messages) == [
        "fog in Oslo",
        "Error: Object contains unknown field `place` (the parameters are: city)",
        "Error: there is no tool 'get_whether'; the tools are: get_weather",
        "Error: Object missing required field `city`",
    ]
    (rescue,) = runner.rescues
    assert isinstance(rescue.error, BadRequestError)
    assert rescue.calls[0] == FailedCall("get_weather", '{"city": "Oslo"}')
    (record,) = [each for each in caplog.records if each.levelno == logging.INFO]
    assert "rescued a tool_use_failed" in record.message
    assert "'get_weather', 'get_weather', 'get_whether', 'get_weather'" in record.message


@pytest.mark.parametrize(
    ("given", "sent"), [({}, 0.2), ({"temperature": 1}, 0.2), ({"temperature": 0.1}, 0.1)]
)
def test_without_calls_the_model_is_asked_again_at_a_lower_temperature(
    user: Client, server: LocalGroq, given: dict[str, Any], sent: float
) -> None:
    server.script(rejected("I would like to call a function."))
    server.reply = "Done."
    runner = user.runner(get_weather, **given)
    user.done(runner)
    first, second = [request.json for request in server.requests]
    assert first.get("temperature") == given.get("temperature")
    assert second["temperature"] == sent
    assert second["messages"] == first["messages"]
    assert [rescue.calls for rescue in runner.rescues] == [()]


def test_rescues_in_a_row_are_limited(user: Client, server: LocalGroq) -> None:
    server.script(*[rejected("<function=get_time></function>")] * 3)
    runner = user.runner(get_time)
    with pytest.raises(BadRequestError, match="Failed to call a function"):
        user.done(runner)
    assert len(server.requests) == 3
    assert len(runner.rescues) == 2
    check_conversation(runner.messages)
    assert contents(runner.messages) == ["noon", "noon"]


def test_a_good_response_between_them_begins_the_count_again(user: Client, server: LocalGroq) -> None:
    bad = rejected("<function=get_time></function>")
    server.script(bad, Fault(), bad, Fault())
    server.reply = [calling(("get_time", {})), "Done."]
    runner = user.runner(get_time, max_rescues=1)
    user.done(runner)
    assert len(runner.rescues) == 2


def test_without_rescues_the_error_is_raised_at_once(user: Client, server: LocalGroq) -> None:
    server.script(rejected("<function=get_time></function>"))
    with pytest.raises(BadRequestError):
        user.done(user.runner(get_time, max_rescues=0))
    assert len(server.requests) == 1


def test_another_error_is_raised_and_the_run_can_go_on(user: Client, server: LocalGroq) -> None:
    server.script(Fault(), rejected("x", code="json_validate_failed"))
    server.reply = [calling(("get_time", {})), "Done."]
    runner = user.runner(get_time)
    with pytest.raises(BadRequestError):
        user.done(runner)
    assert contents(runner.messages) == ["noon"]
    assert runner.rescues == []
    assert user.done(runner).choices[0].message.content == "Done."


def test_the_service_itself_rejects_calls_that_the_server_validates(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", {"city": 3})), calling(("nothing", {})), "Done."]
    runner = user.runner(get_weather)
    user.done(runner)
    assert contents(runner.messages) == [
        "Error: Expected `str`, got `int` - at `$.city`",
        "Error: there is no tool 'nothing'; the tools are: get_weather",
    ]
    assert len(runner.rescues) == 2
