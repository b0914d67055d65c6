"""What goes wrong in the user's functions, and in how a runner is used, in both kinds."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Annotated, Any, Optional

import pytest
from tool_runs import MODEL, QUESTION, Client, calling, check_conversation, contents
from waiting import eventually

from aiogroq import AsyncGroq, GroqError, SchemaError, Tool, ToolCall, ToolError, tool
from aiogroq.local import LocalGroq

pytestmark = pytest.mark.timeout(30)
STOPS = [StopIteration, StopAsyncIteration]


@pytest.fixture(params=["async", "sync"])
def user(request: pytest.FixtureRequest, server: LocalGroq) -> Client:
    return Client(request.param, server)


def raising(error: type[BaseException], is_async: bool = False) -> Any:
    """Return a tool `look` that raises an error."""

    def look() -> str:
        raise error

    async def look_async() -> str:
        raise error

    look_async.__name__ = "look"
    return look_async if is_async else look


@pytest.mark.parametrize("error", STOPS)
@pytest.mark.parametrize("is_async", [True, False])
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("params", [{}, {"tool_timeout_s": 20}, {"parallel": False}], ids=str)
def test_the_model_is_told_that_a_tool_raised_stop_iteration(
    user: Client,
    server: LocalGroq,
    error: type[Exception],
    is_async: bool,
    count: int,
    params: dict[str, Any],
) -> None:
    server.reply = [calling(*[("look", {})] * count), "Done."]
    runner = user.runner(raising(error, is_async), **params)
    assert user.done(runner).choices[0].message.content == "Done."
    for content in contents(runner.messages):
        assert content.startswith("Error: RuntimeError: ")
        assert f"raised {error.__name__}" in content
    check_conversation(runner.messages)


@pytest.mark.parametrize("error", STOPS)
@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("params", [{}, {"tool_timeout_s": 20}], ids=str)
def test_stop_iteration_of_a_tool_is_raised_as_a_runtime_error(
    user: Client, server: LocalGroq, error: type[Exception], stream: bool, params: dict[str, Any]
) -> None:
    server.reply = [calling(("look", {})), "Done."]
    runner = user.runner(raising(error), on_error="raise", stream=stream, **params)
    with pytest.raises(RuntimeError, match=f"raised {error.__name__}"):
        user.responses(runner)


@pytest.mark.parametrize("error", STOPS)
@pytest.mark.parametrize("is_async", [True, False])
def test_stop_iteration_of_an_approval_is_raised_as_a_runtime_error(
    user: Client, server: LocalGroq, error: type[Exception], is_async: bool
) -> None:
    def approve(call: object) -> bool:
        raise error

    async def approve_async(call: object) -> bool:
        raise error

    server.reply = [calling(("look", {})), "Done."]
    runner = user.runner(raising(KeyError), approve=approve_async if is_async else approve)
    with pytest.raises(RuntimeError, match=f"raised {error.__name__}"):
        user.done(runner)


async def cancels_its_own_task() -> None:
    """Await a task that was cancelled."""
    task = asyncio.ensure_future(asyncio.Event().wait())
    task.cancel()
    await task


def waits_for_a_cancelled_future() -> None:
    """Wait for a future that was cancelled."""
    future: Future[None] = Future()
    future.cancel()
    future.result()


def is_cancelled() -> None:
    """Raise the error of a cancellation."""
    raise asyncio.CancelledError


def returns_an_awaitable() -> Any:
    """Return what awaits a task that was cancelled."""
    return cancels_its_own_task()


CANCELLED = [cancels_its_own_task, waits_for_a_cancelled_future, is_cancelled, returns_an_awaitable]


@pytest.mark.parametrize("function", CANCELLED)
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("params", [{}, {"tool_timeout_s": 20}], ids=str)
def test_the_model_is_told_of_a_cancellation_within_a_tool(
    user: Client, server: LocalGroq, function: Any, count: int, params: dict[str, Any]
) -> None:
    server.reply = [calling(*[("look", {})] * count), "Done."]
    runner = user.runner(Tool(function, name="look"), **params)
    assert user.done(runner).choices[0].message.content == "Done."
    assert contents(runner.messages) == ["Error: RuntimeError: the function raised CancelledError"] * count


@pytest.mark.parametrize("function", CANCELLED)
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("params", [{}, {"tool_timeout_s": 20}], ids=str)
def test_a_cancellation_within_a_tool_is_raised_as_a_runtime_error(
    user: Client, server: LocalGroq, function: Any, count: int, params: dict[str, Any]
) -> None:
    server.reply = [calling(*[("look", {})] * count), "Done."]
    runner = user.runner(Tool(function, name="look"), on_error="raise", **params)
    with pytest.raises(RuntimeError, match="raised CancelledError"):
        user.done(runner)


def test_a_cancellation_within_an_approval_is_raised_as_a_runtime_error(
    user: Client, server: LocalGroq
) -> None:
    async def approve(call: object) -> bool:
        await cancels_its_own_task()
        return True

    server.reply = [calling(("look", {})), "Done."]
    with pytest.raises(RuntimeError, match="raised CancelledError"):
        user.done(user.runner(raising(KeyError), approve=approve))


@pytest.mark.parametrize("params", [{}, {"tool_timeout_s": 20}], ids=str)
async def test_a_tool_ends_its_work_when_the_run_is_cancelled(
    client: AsyncGroq, server: LocalGroq, params: dict[str, Any]
) -> None:
    is_called = asyncio.Event()
    steps: list[str] = []

    async def look() -> None:
        is_called.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            steps.append("closed")

    server.reply = [calling(("look", {})), "Done."]
    runner = client.chat.completions.tool_runner(model=MODEL, messages=QUESTION, tools=[look], **params)
    task = asyncio.ensure_future(runner.until_done())
    await is_called.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert steps == ["closed"]
    assert runner.messages == QUESTION


@pytest.mark.parametrize("ends_by", ["error of another call", "timeout"])
def test_a_coroutine_of_a_call_that_nobody_waits_for_is_closed(
    user: Client, server: LocalGroq, ends_by: str
) -> None:
    is_called, is_released, is_over = threading.Event(), threading.Event(), threading.Event()

    def look() -> Any:
        is_called.set()
        is_released.wait(20)
        coroutine = cancels_its_own_task()
        weakref.finalize(coroutine, is_over.set)
        return coroutine

    def fail() -> None:
        is_called.wait(20)
        raise KeyError("fog")

    is_timeout = ends_by == "timeout"
    server.reply = [calling(*([("look", {})] if is_timeout else [("look", {}), ("fail", {})])), "Done."]
    runner = user.runner(look, fail, on_error="raise", tool_timeout_s=1 if is_timeout else 20)
    with pytest.raises(TimeoutError if is_timeout else KeyError):
        user.done(runner)
    del runner
    is_released.set()
    eventually(lambda: gc.collect() >= 0 and is_over.is_set())  # a warning is an error


async def test_a_runner_that_two_tasks_await_runs_each_call_once(
    client: AsyncGroq, server: LocalGroq
) -> None:
    server.reply = [calling(("look", {})), "Done."]
    is_called = asyncio.Event()
    is_released = asyncio.Event()
    calls = 0

    async def look() -> str:
        nonlocal calls
        calls += 1
        is_called.set()
        await is_released.wait()
        return "fog"

    runner = client.chat.completions.tool_runner(model=MODEL, messages=QUESTION, tools=[look])
    first = asyncio.ensure_future(runner.until_done())
    await is_called.wait()
    with pytest.raises(GroqError, match="another task is running this tool runner"):
        await runner
    with pytest.raises(GroqError, match="another task is running this tool runner"):
        await runner.generate_tool_call_response()
    is_released.set()
    assert (await first).choices[0].message.content == "Done."
    assert await runner is await first
    assert calls == 1
    check_conversation(runner.messages)


def test_a_runner_that_two_threads_run_runs_each_call_once(server: LocalGroq) -> None:
    server.reply = [calling(("look", {})), "Done."]
    is_called = threading.Event()
    is_released = threading.Event()

    def look() -> str:
        is_called.set()
        is_released.wait(20)
        return "fog"

    runner = Client("sync", server).runner(look)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(runner.until_done)
        is_called.wait(20)
        with pytest.raises(GroqError, match="another thread is running this tool runner"):
            runner.until_done()
        with pytest.raises(GroqError, match="another thread is running this tool runner"):
            runner.generate_tool_call_response()
        is_released.set()
        assert first.result(20).choices[0].message.content == "Done."
    assert contents(runner.messages) == ["fog"]


@pytest.mark.parametrize("stream", [True, False])
def test_none_as_a_type_is_rejected_before_anything_is_requested(
    user: Client, server: LocalGroq, stream: bool
) -> None:
    with pytest.raises(TypeError, match="response_format must be a type, not None: leave it out"):
        user.runner(raising(KeyError), response_format=None, stream=stream)
    assert len(server.requests) == 0


@pytest.mark.parametrize("stream", ["x", "false", 1])
def test_stream_must_be_true_or_false(user: Client, server: LocalGroq, stream: Any) -> None:
    with pytest.raises(TypeError, match="stream must be True or False, not"):
        user.runner(raising(KeyError), stream=stream)


def test_a_timeout_of_no_time_is_rejected(user: Client) -> None:
    with pytest.raises(ValueError, match="tool_timeout_s must be > 0 seconds, not 0; None means no timeout"):
        user.runner(raising(KeyError), tool_timeout_s=0)
    with pytest.raises(ValueError, match="timeout_s must be > 0 seconds, not 0"):
        Tool(raising(KeyError), timeout_s=0)


class UnreadableError(Exception):
    def __str__(self) -> str:
        raise KeyError("text")


class GroupError(Exception):
    """Like an ExceptionGroup, which Python 3.10 does not have."""

    exceptions = (ValueError("no fog"), KeyError("Oslo"))


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (UnreadableError(), "Error: UnreadableError"),
        (GroupError("two"), "Error: GroupError: two: ValueError: no fog; KeyError: 'Oslo'"),
    ],
)
def test_the_model_is_told_of_unusual_errors(
    user: Client, server: LocalGroq, error: Exception, text: str
) -> None:
    def look() -> str:
        raise error

    server.reply = [calling(("look", {})), "Done."]
    runner = user.runner(look)
    user.done(runner)
    assert contents(runner.messages) == [text]


def test_an_error_that_the_model_is_told_is_logged_with_its_traceback(
    user: Client, server: LocalGroq, caplog: pytest.LogCaptureFixture
) -> None:
    def tell() -> str:
        raise ToolError("no such city")

    server.reply = [calling(("look", {}), ("tell", {})), "Done."]
    user.done(user.runner(raising(KeyError), tell))
    warnings = [each for each in caplog.records if each.name == "aiogroq" and each.levelname == "WARNING"]
    assert [each.getMessage() for each in warnings] == [
        "the tool look raised an error, which the model is told"
    ]
    assert "in look\n" in caplog.text
    assert "KeyError" in caplog.text


def test_the_call_may_be_none_in_the_annotation_of_the_first_parameter(
    user: Client, server: LocalGroq
) -> None:
    def look(call: ToolCall | None, city: str) -> str:
        return f"{city} for {call.name if call else 'nobody'}"

    server.reply = [calling(("look", {"city": "Oslo"})), "Done."]
    runner = user.runner(look)
    user.done(runner)
    assert contents(runner.messages) == ["Oslo for look"]
    assert [*Tool(look).parameters["properties"]] == ["city"]


@pytest.mark.parametrize("annotation", [ToolCall, Optional[ToolCall], Annotated[ToolCall, "the call"]])
def test_a_later_parameter_of_the_type_tool_call_is_rejected(annotation: Any) -> None:
    def look(city: str, call: Any) -> str:
        return city

    look.__annotations__["call"] = annotation
    with pytest.raises(SchemaError, match="the parameter 'call' gets the call only if it is the first one"):
        Tool(look)


def test_a_function_without_a_signature_is_named() -> None:
    with pytest.raises(SchemaError, match="max: Python does not know its parameters"):
        Tool(max)


class Greeter:
    """Greets."""

    def greet(self, name: str) -> str:
        """Greet somebody."""
        return f"Hello, {name}"

    @tool
    def greet_from(self, call: ToolCall, name: str) -> str:
        """Greet somebody."""
        return f"{call.name}, {name}"


METHODS = [Greeter.greet, Tool(Greeter.greet), Greeter.greet_from]


@pytest.mark.parametrize("method", METHODS, ids=[*"123"])
def test_a_method_without_its_object_is_no_tool(user: Client, method: Any) -> None:
    text = r"greet\w*: Greeter\.greet\w* is a method without its object: .* as in Greeter\(\.\.\.\)\.greet"
    with pytest.raises(SchemaError, match=text):
        user.runner(method)
    with pytest.raises(SchemaError, match=text):
        Tool(method).to_param()


def test_a_method_may_take_the_call_and_its_class_may_decorate_it(user: Client, server: LocalGroq) -> None:
    assert [*Greeter.greet_from.parameters["properties"]] == ["name"]
    server.reply = [calling(("greet_from", {"name": "Ada"})), "Done."]
    runner = user.runner(Greeter().greet_from, partial(Greeter.greet, Greeter()))
    user.done(runner)
    assert contents(runner.messages) == ["greet_from, Ada"]


def test_a_function_may_have_a_parameter_self(user: Client) -> None:
    def look(self: str) -> str:
        return self

    assert [*Tool(look).parameters["properties"]] == ["self"]
    user.runner(look)


@pytest.mark.parametrize("message", [{"foo": 1}, {}, {"role": None, "content": "Hi"}])
def test_a_message_without_a_role_is_rejected_when_it_is_appended(
    user: Client, server: LocalGroq, message: dict[str, Any]
) -> None:
    server.reply = ["Done.", "Again."]
    runner = user.runner(raising(KeyError))
    user.done(runner)
    with pytest.raises(ValueError, match="a message needs a role, as in"):
        runner.append_messages({"role": "user", "content": "Hi"}, message)
    user.done(runner)
    assert len(server.requests) == 1  # nothing was appended


def test_a_runner_that_is_pickled_says_what_to_store(user: Client) -> None:
    with pytest.raises(TypeError, match="a tool runner cannot be pickled: store its messages"):
        pickle.dumps(user.runner(raising(KeyError)))


@pytest.mark.parametrize("stream", [True, False])
async def test_a_copy_of_a_runner_goes_on_by_itself(
    client: AsyncGroq, server: LocalGroq, stream: bool
) -> None:
    def look() -> str:
        return "fog"

    server.reply = [calling(("look", {})), "Done.", "Again."]
    runner: Any = client.chat.completions.tool_runner(
        model=MODEL, messages=QUESTION, tools=[look], stream=stream
    )
    if not stream:
        async for _ in runner:
            await runner.generate_tool_call_response()
            break
    other = copy.deepcopy(runner)
    assert len((await runner.until_done()).choices) == 1
    assert other.messages == QUESTION
    await other
    assert copy.copy(other).messages == other.messages != runner.messages


def no_tool(city: str) -> str:
    """Look."""
    return city


@pytest.mark.parametrize(
    "function", [no_tool, Tool(no_tool), partial(no_tool)], ids=["function", "tool", "partial"]
)
@pytest.mark.parametrize("method", ["create", "stream"])
def test_a_function_as_a_tool_of_one_request_is_rejected_with_what_to_pass(
    server: LocalGroq, function: Any, method: str
) -> None:
    call = getattr(Client("sync", server).any.chat.completions, method)
    with pytest.raises(
        GroqError,
        match=r"tools\[0\] is of type .*; .*tool_runner\(\) takes .*Tool\(function\)\.to_param\(\)",
    ):
        list(call(model=MODEL, messages=QUESTION, tools=[function]).__enter__())
    assert len(server.requests) == 0
