"""`tool_runner`: the model calls functions until it is done, in both kinds, against the embedded server."""

from __future__ import annotations

import asyncio
import contextvars
import pickle
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from tool_runs import MODEL, QUESTION, Client, calling, check_conversation, completion, contents

import aiogroq
from aiogroq import AsyncGroq, Groq, MaxIterationsError, ToolCall, ToolError
from aiogroq.local import LocalGroq

current = contextvars.ContextVar("current", default="nobody")


@pytest.fixture(params=["async", "sync"])
def user(request: pytest.FixtureRequest, server: LocalGroq) -> Client:
    return Client(request.param, server)


def get_weather(location: str) -> dict[str, Any]:
    """Get the current weather.

    Args:
        location: A city.
    """
    return {"location": location, "degrees": 7}


async def get_time(location: str) -> str:
    """Get the local time."""
    await asyncio.sleep(0)
    return f"noon in {location}"


def fail(location: str) -> str:
    """Fail."""
    raise KeyError(location)


OSLO = {"location": "Oslo"}
PARIS = {"location": "Paris"}


def test_the_model_calls_a_function_and_answers_with_its_result(user: Client) -> None:
    runner = user.runner(get_weather)
    final = user.done(runner)
    assert "7" in final.choices[0].message.content
    assert [message["role"] for message in runner.messages] == ["user", "assistant", "tool", "assistant"]
    assert contents(runner.messages) == ['{"location":"Oslo","degrees":7}']
    check_conversation(runner.messages)


def test_every_response_can_be_iterated(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", OSLO)), calling(("get_time", OSLO)), "Done."]
    runner = user.runner(get_weather, get_time)
    responses = user.responses(runner)
    assert [each.choices[0].finish_reason for each in responses] == ["tool_calls", "tool_calls", "stop"]
    assert user.done(runner) is responses[-1]
    assert len(server.requests) == 3


def test_async_and_sync_functions_run_in_one_turn_and_in_order(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_time", OSLO), ("get_weather", PARIS), ("get_time", PARIS)), "Done."]
    runner = user.runner(get_weather, get_time)
    user.done(runner)
    assert contents(runner.messages) == ["noon in Oslo", '{"location":"Paris","degrees":7}', "noon in Paris"]
    check_conversation(runner.messages)


@pytest.mark.parametrize("kind", ["async", "sync"])
@pytest.mark.parametrize("is_async", [True, False])
def test_three_calls_of_a_turn_run_at_the_same_time(server: LocalGroq, kind: str, is_async: bool) -> None:
    server.reply = [calling(("meet", {}), ("meet", {}), ("meet", {})), "Done."]
    barrier = threading.Barrier(3)
    waiting = 0
    everybody = asyncio.Event()

    def meet() -> str:
        barrier.wait(60)
        return "met"

    async def meet_on_the_loop() -> str:
        nonlocal waiting
        waiting += 1
        if waiting == 3:
            everybody.set()
        await everybody.wait()
        return "met"

    user = Client(kind, server)
    is_on_loop = is_async and kind == "async"
    runner = user.runner(aiogroq.Tool(meet_on_the_loop if is_on_loop else meet, name="meet"))
    user.done(runner)
    assert contents(runner.messages) == ["met"] * 3


def test_calls_run_one_after_another_without_parallel(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("count", {}), ("count", {})), "Done."]
    running: list[int] = []

    def count() -> int:
        running.append(1)
        found = len(running)
        running.pop()
        return found

    runner = user.runner(count, parallel=False)
    user.done(runner)
    assert contents(runner.messages) == ["1", "1"]


def test_a_single_sync_call_runs_in_the_thread_of_the_caller(server: LocalGroq) -> None:
    threads: list[int] = []

    def note() -> str:
        threads.append(threading.get_ident())
        return ""

    server.reply = [calling(("note", {})), "Done."]
    user = Client("sync", server)
    user.done(user.runner(note))
    assert threads == [threading.get_ident()]


def test_a_tool_sees_the_context_of_the_caller(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("whoami", {}), ("whoami", {})), "Done."]

    def whoami() -> str:
        return current.get()

    token = current.set("Ada")
    runner = user.runner(whoami)
    user.done(runner)
    current.reset(token)
    assert contents(runner.messages) == ["Ada", "Ada"]


def test_the_first_parameter_of_type_tool_call_gets_the_call(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("describe", {"word": "x"})), "Done."]
    seen: list[ToolCall] = []

    def describe(call: ToolCall, word: str, times: int = 2) -> str:
        seen.append(call)
        return word * times

    runner = user.runner(describe)
    user.done(runner)
    (call,) = seen
    assert (call.name, call.arguments, call.messages) == ("describe", {"word": "x"}, tuple(QUESTION))
    assert call.id == runner.messages[-2]["tool_call_id"]
    assert "call" not in server.requests[0].json["tools"][0]["function"]["parameters"]["properties"]
    assert contents(runner.messages) == ["xx"]


def test_what_a_tool_raises_is_told_to_the_model_without_its_traceback(
    user: Client, server: LocalGroq
) -> None:
    server.reply = [calling(("fail", OSLO)), "Done."]
    runner = user.runner(fail)
    user.done(runner)
    assert contents(runner.messages) == ["Error: KeyError: 'Oslo'"]


def test_the_text_of_a_tool_error_is_what_the_model_is_told(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("find", {}), ("find", {})), "Done."]

    def find() -> str:
        raise ToolError("There is no such city.")

    runner = user.runner(find, on_error="raise")
    user.done(runner)
    assert contents(runner.messages) == ["There is no such city."] * 2


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_ends_the_run_where_the_caller_wants_it(user: Client, server: LocalGroq, count: int) -> None:
    server.reply = [calling(*[("fail", OSLO)] * count), "Done."]
    runner = user.runner(fail, on_error="raise")
    with pytest.raises(KeyError, match="Oslo"):
        user.done(runner)
    assert runner.messages == QUESTION


def test_a_run_goes_on_after_an_error_and_repeats_only_the_calls_without_a_result(
    user: Client, server: LocalGroq
) -> None:
    server.reply = [calling(("once", {}), ("fail_first", {})), "Done."]
    runs: list[str] = []

    def once() -> str:
        runs.append("once")
        return "done"

    def fail_first() -> str:
        runs.append("fail_first")
        if runs.count("fail_first") == 1:
            raise OSError("not yet")
        return "now"

    runner = user.runner(once, fail_first, on_error="raise", parallel=False)
    with pytest.raises(OSError, match="not yet"):
        user.done(runner)
    user.done(runner)
    assert runs == ["once", "fail_first", "fail_first"]
    assert contents(runner.messages) == ["done", "now"]


@pytest.mark.parametrize("is_async", [True, False])
def test_the_model_is_told_when_a_call_takes_too_long(
    user: Client, server: LocalGroq, is_async: bool
) -> None:
    server.reply = [calling(("hang", {})), "Done."]
    released = threading.Event()

    def hang() -> None:
        released.wait(60)

    async def hang_on_the_loop() -> None:
        await asyncio.Event().wait()

    runner = user.runner(
        aiogroq.Tool(hang_on_the_loop if is_async else hang, name="hang"), tool_timeout_s=0.02
    )
    user.done(runner)
    released.set()
    assert contents(runner.messages) == ["Error: TimeoutError: the call took longer than 0.02 s"]


def test_the_timeout_of_a_tool_replaces_that_of_the_runner(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("hang", {}), ("get_weather", OSLO)), "Done."]

    @aiogroq.tool(timeout_s=0.02)
    async def hang() -> None:
        await asyncio.Event().wait()

    runner = user.runner(hang, get_weather)
    user.done(runner)
    assert contents(runner.messages)[0] == "Error: TimeoutError: the call took longer than 0.02 s"


def test_only_approved_calls_run(user: Client, server: LocalGroq) -> None:
    server.reply = [
        calling(("get_weather", OSLO), ("get_weather", PARIS), ("get_weather", {"location": "Rome"})),
        "Done.",
    ]
    asked: list[Any] = []

    def approve(call: ToolCall) -> bool | str:
        asked.append(call.arguments["location"])
        return {"Oslo": True, "Paris": False, "Rome": "Not Rome again."}[asked[-1]]

    runner = user.runner(get_weather, approve=approve)
    user.done(runner)
    assert asked == ["Oslo", "Paris", "Rome"]
    assert contents(runner.messages)[1:] == ["Error: the user rejected this call.", "Not Rome again."]


def test_approval_may_be_async(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", OSLO)), "Done."]

    async def approve(call: ToolCall) -> bool:
        await asyncio.sleep(0)
        return False

    runner = user.runner(get_weather, approve=approve)
    user.done(runner)
    assert contents(runner.messages) == ["Error: the user rejected this call."]


def test_an_approval_of_another_type_is_an_error(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", OSLO)), "Done."]
    with pytest.raises(
        TypeError, match="approve must return True, False or a text for the model, not NoneType"
    ):
        user.done(user.runner(get_weather, approve=lambda call: None))


def test_a_model_that_never_stops_is_stopped_with_a_valid_conversation(
    user: Client, server: LocalGroq
) -> None:
    server.reply = calling(("get_weather", OSLO))
    runner = user.runner(get_weather, max_iterations=3)
    with pytest.raises(MaxIterationsError, match="still calls tools after 3 requests") as caught:
        user.done(runner)
    assert len(server.requests) == 3
    assert caught.value.messages == runner.messages
    assert len(contents(runner.messages)) == 2
    check_conversation(runner.messages)
    assert pickle.loads(pickle.dumps(caught.value)).messages == runner.messages


def test_an_unknown_tool_is_answered_with_the_names_that_exist(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("nothing", {})), "Done."]
    runner = user.runner(get_weather, get_time, disable_tool_validation=True)
    user.done(runner)
    assert contents(runner.messages) == [
        "Error: there is no tool 'nothing'; the tools are: get_weather, get_time"
    ]


@pytest.mark.parametrize("ids", [["a", "a", "a"], ["", "", ""], ["a", "a_2", "a"]])
def test_calls_with_the_same_id_are_told_apart(user: Client, server: LocalGroq, ids: list[str]) -> None:
    calls = [
        {
            "id": each,
            "type": "function",
            "function": {"name": "get_time", "arguments": f'{{"location": "{n}"}}'},
        }
        for n, each in enumerate(ids)
    ]
    server.script(completion({"tool_calls": calls}))
    runner = user.runner(get_time)
    user.done(runner)
    check_conversation(runner.messages)
    assert contents(runner.messages) == ["noon in 0", "noon in 1", "noon in 2"]


@pytest.mark.parametrize("arguments", ["{", "[1]", "nonsense", '"text"'])
def test_arguments_that_are_no_object_are_told_to_the_model(
    user: Client, server: LocalGroq, arguments: str
) -> None:
    call = {"id": "a", "type": "function", "function": {"name": "get_time", "arguments": arguments}}
    server.script(completion({"tool_calls": [call]}))
    runner = user.runner(get_time)
    user.done(runner)
    check_conversation(runner.messages)
    assert contents(runner.messages)[0].startswith("Error: ")


def test_the_reasoning_of_the_model_is_sent_back(user: Client, server: LocalGroq) -> None:
    server.reply = [{**calling(("get_weather", OSLO)), "reasoning": "I need the weather."}, "Done."]
    user.done(user.runner(get_weather))
    assert server.requests[1].json["messages"][1]["reasoning"] == "I need the weather."


def test_a_required_call_is_required_only_once(user: Client, server: LocalGroq) -> None:
    runner = user.runner(get_weather, tool_choice="required")
    user.done(runner)
    assert [request.json["tool_choice"] for request in server.requests] == ["required", "auto"]


def test_the_results_can_be_read_before_the_runner_goes_on(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("note", {"text": "x"})), "Done."]
    notes: list[str] = []

    def note(text: str) -> str:
        notes.append(text)
        return "noted"

    runner = user.runner(note)
    user.next(runner)
    (result,) = user.results(runner)
    assert result["content"] == "noted"
    user.done(runner)
    assert notes == ["x"]
    assert user.results(runner) is None


def test_appended_messages_come_after_the_results(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_time", OSLO)), "Done.", "Again."]
    runner = user.runner(get_time)
    first = user.next(runner)
    runner.append_messages(
        first.choices[0].message, *user.results(runner), {"role": "user", "content": "Quick!"}
    )
    user.done(runner)
    assert [each["role"] for each in runner.messages] == ["user", "assistant", "tool", "user", "assistant"]
    runner.append_messages({"role": "user", "content": "And?"})
    assert user.done(runner).choices[0].message.content == "Again."
    check_conversation(runner.messages)


def test_a_result_that_is_appended_replaces_the_call(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("fail", OSLO)), "Done."]
    runner = user.runner(fail, on_error="raise")
    (call,) = user.next(runner).choices[0].message.tool_calls
    with pytest.raises(
        ValueError, match=f"no call of the last response has the id 'x'; the ids are: {call.id}"
    ):
        runner.append_messages({"role": "tool", "tool_call_id": "x", "content": "By hand."})
    runner.append_messages({"role": "tool", "tool_call_id": call.id, "content": "By hand."})
    user.done(runner)
    assert contents(runner.messages) == ["By hand."]
    check_conversation(runner.messages)


@dataclass
class Reading:
    degrees: float


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it is", "as it is"),
        (None, "null"),
        (Reading(1.5), '{"degrees":1.5}'),
        ([1, {"a": True}], '[1,{"a":true}]'),
        (b"x", "Error: TypeError: the tool give returned bytes, which no model reads: return a str"),
        ("\ud800", "?"),
    ],
)
def test_results_are_texts_or_json(user: Client, server: LocalGroq, value: Any, text: str) -> None:
    server.reply = [calling(("give", {})), "Done."]

    def give() -> Any:
        return value

    runner = user.runner(give)
    user.done(runner)
    assert contents(runner.messages) == [text]


def test_a_result_that_json_cannot_express_is_named(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("give", {})), "Done."]

    def give() -> Any:
        return object()

    with pytest.raises(
        TypeError, match="the result of the tool give cannot be sent as JSON: objects of type object"
    ):
        user.done(user.runner(give, on_error="raise"))


def test_a_pydantic_model_as_a_result_is_json(user: Client, server: LocalGroq) -> None:
    pydantic = pytest.importorskip("pydantic")
    model = pydantic.create_model("Model", degrees=(int, ...))
    server.reply = [calling(("give", {})), "Done."]

    def give() -> Any:
        return [model(degrees=3)]

    runner = user.runner(give)
    user.done(runner)
    assert contents(runner.messages) == ['[{"degrees":3}]']


def test_tools_of_the_service_are_passed_through(user: Client, server: LocalGroq) -> None:
    server.reply = "Done."
    user.done(user.runner(get_time, {"type": "browser_search"}))
    assert [tool["type"] for tool in server.requests[0].json["tools"]] == ["function", "browser_search"]


def test_methods_partials_and_callables_are_tools(user: Client, server: LocalGroq) -> None:
    class Greeter:
        def __init__(self, greeting: str) -> None:
            self.greeting = greeting

        @aiogroq.tool
        def greet(self, name: str) -> str:
            """Greet somebody."""
            return f"{self.greeting}, {name}"

        def part(self, name: str) -> str:
            return f"Bye, {name}"

    server.reply = [calling(("greet", {"name": "Ada"}), ("part", {"name": "Ada"})), "Done."]
    runner = user.runner(Greeter("Hello").greet, Greeter("").part)
    user.done(runner)
    assert contents(runner.messages) == ["Hello, Ada", "Bye, Ada"]


@pytest.mark.parametrize(
    ("params", "error", "text"),
    [
        ({"tools": get_weather}, TypeError, r"tools must be a list such as \[get_weather\]"),
        ({"tools": [get_weather, get_weather]}, ValueError, "two tools have the name 'get_weather'"),
        (
            {"tools": [{"type": "function", "function": {"name": "x"}}]},
            TypeError,
            "nothing of how to run a tool",
        ),
        ({"tools": [3]}, TypeError, "a tool must be a function, not 3"),
        ({"max_iterations": 0}, ValueError, "max_iterations must be an int >= 1"),
        ({"max_rescues": -1}, ValueError, "max_rescues must be an int >= 0"),
        ({"parallel": "no"}, TypeError, "parallel must be True or False"),
        ({"tool_timeout_s": "3"}, TypeError, "tool_timeout_s must be seconds or None"),
        ({"approve": True}, TypeError, "approve must be a function of a ToolCall"),
        ({"on_error": "ignore"}, ValueError, "on_error must be 'tell' or 'raise'"),
        (
            {"temprature": 1},
            TypeError,
            "unexpected keyword argument 'temprature'. Did you mean 'temperature'",
        ),
        (
            {"max_iteration": 1},
            TypeError,
            "unexpected keyword argument 'max_iteration'. Did you mean 'max_iterations'",
        ),
        ({"messages": "Hi"}, TypeError, "messages must be a list of messages"),
    ],
)
def test_a_mistake_is_named_before_anything_is_requested(
    user: Client, params: dict[str, Any], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        user.runner(**{"tools": [get_weather], **params})


def test_required_arguments_are_required(server: LocalGroq) -> None:
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        runner: Any = client.chat.completions.tool_runner
        with pytest.raises(
            TypeError, match=r"tool_runner\(\) is missing the required arguments messages, model"
        ):
            runner(tools=[get_weather])
        with pytest.raises(TypeError, match=r"tool_runner\(\) is missing the required argument tools"):
            runner(model=MODEL, messages=QUESTION)


async def test_a_cancelled_run_has_a_valid_conversation_and_can_go_on(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.reply = [calling(("wait", {}), ("wait", {})), "Done."]
    started: list[asyncio.Event] = [asyncio.Event()]
    cancelled: list[int] = []
    release = asyncio.Event()

    async def wait() -> str:
        started[0].set()
        try:
            await release.wait()
        except asyncio.CancelledError:
            cancelled.append(1)
            raise
        return "waited"

    runner = client.chat.completions.tool_runner(model=MODEL, messages=QUESTION, tools=[wait])
    task = asyncio.ensure_future(runner.until_done())
    await started[0].wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cancelled == [1, 1]
    assert runner.messages == QUESTION
    release.set()
    final = await runner
    assert final.choices[0].message.content == "Done."
    assert contents(runner.messages) == ["waited", "waited"]
    assert len(server.requests) == 2


async def test_an_error_of_one_call_cancels_the_others(client: AsyncGroq, server: LocalGroq) -> None:
    server.reply = [calling(("wait", {}), ("fail", OSLO)), "Done."]
    ended: list[str] = []

    async def wait() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append("wait")

    runner = client.chat.completions.tool_runner(
        model=MODEL, messages=QUESTION, tools=[wait, fail], on_error="raise"
    )
    with pytest.raises(KeyError):
        await runner
    assert ended == ["wait"]


class Stop(BaseException):
    """Like Ctrl-C."""


@pytest.mark.parametrize("count", [1, 2])
def test_what_is_no_exception_escapes_and_leaves_a_valid_conversation(server: LocalGroq, count: int) -> None:
    server.reply = [calling(*[("stop", {})] * count), "Done."]

    def stop() -> None:
        raise Stop

    user = Client("sync", server)
    runner = user.runner(stop)
    with pytest.raises(Stop):
        user.done(runner)
    assert runner.messages == QUESTION


async def test_the_loop_runs_while_a_sync_tool_does(client: AsyncGroq, server: LocalGroq) -> None:
    server.reply = [calling(("wait", {})), "Done."]
    loop, begun, done = asyncio.get_running_loop(), asyncio.Event(), threading.Event()

    def wait() -> str:
        loop.call_soon_threadsafe(begun.set)
        return str(done.wait(60))

    runner = client.chat.completions.tool_runner(model=MODEL, messages=QUESTION, tools=[wait])
    task = asyncio.ensure_future(runner.until_done())
    await begun.wait()
    done.set()
    await task
    assert contents(runner.messages) == ["True"]


async def test_an_async_tool_of_a_sync_runner_runs_where_a_loop_runs_already(server: LocalGroq) -> None:
    def in_a_notebook() -> list[str]:
        async def main() -> list[str]:
            user = Client("sync", server)
            runner = user.runner(get_time)
            user.done(runner)
            return contents(runner.messages)

        return asyncio.run(main())

    server.reply = [calling(("get_time", OSLO)), "Done."]
    assert await asyncio.to_thread(in_a_notebook) == ["noon in Oslo"]


def test_a_tool_is_still_a_function() -> None:
    decorated = aiogroq.tool(get_weather)
    assert decorated("Oslo") == {"location": "Oslo", "degrees": 7}
    assert decorated.__name__ == "get_weather"
    assert decorated.to_param()["function"]["name"] == "get_weather"
    assert repr(decorated) == "<Tool get_weather>"


def test_the_usage_is_that_of_all_responses(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("get_weather", OSLO)), calling(("get_weather", PARIS)), "Done."]
    runner = user.runner(get_weather)
    assert runner.usage is None
    usages = [response.usage for response in user.responses(runner)]
    assert runner.usage.total_tokens == sum(usage.total_tokens for usage in usages)


def test_a_large_result_is_sent_whole(user: Client, server: LocalGroq) -> None:
    server.reply = [calling(("give", {})), "Done."]

    def give() -> str:
        return "x" * 200_000

    user.done(user.runner(give))
    assert len(server.requests[1].json["messages"][-1]["content"]) == 200_000


def test_runners_of_one_sync_client_run_in_many_threads(server: LocalGroq) -> None:
    def reply(body: dict[str, Any]) -> Any:
        city = body["messages"][0]["content"]
        is_answered = body["messages"][-1]["role"] == "tool"
        return body["messages"][-1]["content"] if is_answered else calling(("get_time", {"location": city}))

    server.reply = reply
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:

        def ask(city: str) -> str | None:
            messages = [{"role": "user", "content": city}]
            runner = client.chat.completions.tool_runner(model=MODEL, messages=messages, tools=[get_time])
            return runner.until_done().choices[0].message.content

        with ThreadPoolExecutor(8) as pool:
            cities = [f"city {n}" for n in range(16)]
            assert list(pool.map(ask, cities)) == [f"noon in {city}" for city in cities]


def test_a_tool_may_return_a_coroutine(user: Client, server: LocalGroq) -> None:
    def later(location: str) -> Any:
        return get_time(location)

    server.reply = [calling(("later", OSLO)), "Done."]
    runner = user.runner(later)
    user.done(runner)
    assert contents(runner.messages) == ["noon in Oslo"]


@pytest.mark.parametrize("message", [{}, {"content": None}, {"content": "", "tool_calls": []}])
def test_an_empty_response_ends_the_run(user: Client, server: LocalGroq, message: dict[str, Any]) -> None:
    server.script(completion(message))
    runner = user.runner(get_time)
    user.done(runner)
    assert runner.messages[-1] == {"role": "assistant", "content": ""}


def test_a_conversation_is_not_changed_by_its_copies(user: Client, server: LocalGroq) -> None:
    messages = [dict(QUESTION[0])]
    runner = user.runner(get_weather, messages=messages)
    runner.messages.append({"role": "user", "content": "no"})
    user.done(runner)
    assert messages == QUESTION
    assert len(runner.messages) == 4
