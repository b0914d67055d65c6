"""``stream=True`` of a tool runner: a stream of events for each response, in both kinds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from failed_generations import FORMS
from tool_runs import MODEL, QUESTION, Client, calling, check_conversation, contents, rejected
from virtual_time import in_virtual_time, served_here

from aiogroq import APIConnectionError, APIError, AsyncGroq, MaxIterationsError
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


OSLO = {"city": "Oslo"}


def iterate(user: Client, runner: Any, read: str) -> list[Any]:
    """Iterate to the end. Returns what ``read`` gives of each stream: its texts, its events or its completion."""
    if not isinstance(user.any, AsyncGroq):
        readers: dict[str, Callable[[Any], Any]] = {
            "text": lambda stream: "".join(stream.text_stream),
            "events": lambda stream: [event.type for event in stream],
            "completion": lambda stream: stream.get_final_completion(),
            "nothing": lambda stream: None,
        }
        return [readers[read](stream) for stream in runner]

    async def iterate_async() -> list[Any]:
        found: list[Any] = []
        async for stream in runner:
            if read == "text":
                found.append("".join([text async for text in stream.text_stream]))
            elif read == "events":
                found.append([event.type async for event in stream])
            else:
                found.append(await stream.get_final_completion() if read == "completion" else None)
        return found

    return asyncio.run(iterate_async())


def failed_in_stream(generation: Any, after_events: int = 1) -> Fault:
    """Return a fault that ends a stream with the error of the service."""
    error = {
        "message": "Failed to call a function.",
        "code": "tool_use_failed",
        "failed_generation": generation,
    }
    return Fault(after_events=after_events, error_event={**error, "status_code": 400})


def test_each_response_is_a_stream(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", OSLO)), "Fog in Oslo."]
    runner = user.runner(get_weather, stream=True)
    assert iterate(user, runner, "text") == ["", "Fog in Oslo."]
    assert all(request.json["stream"] for request in server.requests)
    assert contents(runner.messages) == ["fog in Oslo"]
    check_conversation(runner.messages)
    assert user.done(runner).choices[0].message.content == "Fog in Oslo."


def test_the_events_of_calls_are_seen(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", OSLO)), "Done."]
    first, last = iterate(user, user.runner(get_weather, stream=True), "events")
    assert first.count("tool_calls.function.arguments.done") == 1
    assert first[-1] == last[-1] == "completion.done"


def test_a_stream_that_is_not_read_is_read_by_the_runner(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", OSLO)), "Done."]
    runner = user.runner(get_weather, stream=True)
    assert len(iterate(user, runner, "nothing")) == 2
    check_conversation(runner.messages)


def test_the_results_of_a_stream_can_be_read_before_its_events(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", OSLO)), "Done."]
    runner = user.runner(get_weather, stream=True)

    async def results() -> Any:
        await runner.__anext__()
        return await runner.generate_tool_call_response()

    if isinstance(user.any, AsyncGroq):
        (result,) = asyncio.run(results())
    else:
        next(runner)
        (result,) = runner.generate_tool_call_response()
    assert result["content"] == "fog in Oslo"


@pytest.mark.parametrize("read", ["text", "events", "completion", "nothing"])
@pytest.mark.parametrize("fault", [failed_in_stream, rejected], ids=["in the stream", "as the response"])
def test_rejected_calls_of_a_stream_are_rescued(
    user: Client, server: LocalGroq, fault: Callable[[Any], Fault], read: str
) -> None:
    server.script(fault('<function=get_weather>{"city": "Paris"}</function>'))
    server.reply = "Done."
    runner = user.runner(get_weather, stream=True)
    found = iterate(user, runner, read)
    assert len(found) == (2 if fault is failed_in_stream else 1)
    if read == "completion" and fault is failed_in_stream:
        assert found[0].choices[0].message.tool_calls[0].function.name == "get_weather"
    assert contents(runner.messages) == ["fog in Paris"]
    assert len(runner.rescues) == 1
    check_conversation(runner.messages)


@pytest.mark.slow
@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"half a character"}))
def test_a_streamed_run_ends_well_whatever_the_model_wrote(server: LocalGroq, form: str) -> None:
    generation, calls = FORMS[form]
    server.script(failed_in_stream(generation))
    server.reply = "Done."
    user = Client("sync", server)
    runner = user.runner(get_weather, get_time, stream=True)
    assert user.done(runner).choices[0].message.content == "Done."
    (rescue,) = runner.rescues
    assert [(call.name, call.arguments) for call in rescue.calls] == calls
    check_conversation(runner.messages)


def test_without_calls_the_stream_is_requested_again(user: Client, server: LocalGroq) -> None:
    server.script(failed_in_stream("I would like to."))
    server.reply = "Done."
    runner = user.runner(get_weather, stream=True)
    assert iterate(user, runner, "text")[-1] == "Done."
    assert server.requests[1].json["temperature"] == 0.2


def test_one_rescue_too_many_raises_while_the_stream_is_read(user: Client, server: LocalGroq) -> None:
    server.script(failed_in_stream("<function=get_time></function>"))
    server.reply = "Done."
    with pytest.raises(APIError, match="Failed to call a function"):
        iterate(user, user.runner(get_time, stream=True, max_rescues=0), "text")


def test_a_broken_stream_raises_and_the_run_can_go_on(user: Client, server: LocalGroq) -> None:
    server.script(Fault(after_events=2, end="close"))
    server.reply = "Done with everything."
    runner = user.runner(get_time, stream=True)
    with pytest.raises(APIConnectionError):
        iterate(user, runner, "text")
    assert runner.messages == QUESTION
    assert user.done(runner).choices[0].message.content == "Done with everything."


def test_an_endless_model_is_stopped(user: Client, server: LocalGroq) -> None:
    server.reply = calling(("get_time", {}))
    runner = user.runner(get_time, stream=True, max_iterations=2)
    with pytest.raises(MaxIterationsError):
        user.done(runner)
    check_conversation(runner.messages)


@dataclass
class Report:
    city: str


@pytest.mark.parametrize("last", [calling(("final_result", OSLO)), '{"city": "Oslo"}'], ids=["call", "text"])
def test_a_streamed_run_ends_with_a_value(user: Client, server: LocalGroq, last: Any) -> None:
    server.reply = [calling(("get_weather", OSLO)), last]
    runner = user.runner(get_weather, stream=True, response_format=Report)
    assert user.done(runner).parsed == Report("Oslo")
    check_conversation(runner.messages)


def test_a_text_is_followed_by_a_request_that_is_not_streamed(user: Client, server: LocalGroq) -> None:
    server.reply = ["It is Oslo.", '{"city": "Oslo"}']
    runner = user.runner(get_weather, stream=True, response_format=Report)
    assert iterate(user, runner, "text") == ["It is Oslo."]
    assert user.done(runner).parsed == Report("Oslo")
    assert "stream" not in server.requests[1].json


@in_virtual_time
async def test_the_connection_of_a_stream_is_released() -> None:
    async with served_here(reply=[calling(("get_time", {})), "Done."]) as (client, server):
        runner = client.chat.completions.tool_runner(
            model=MODEL, messages=QUESTION, tools=[get_time], stream=True
        )
        streams = [stream async for stream in runner]
        assert all(stream.is_closed for stream in streams)
        assert len({request.connection_id for request in server.requests}) == 1
