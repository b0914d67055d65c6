"""`on_retry`: its argument before each wait, the thread and context that it runs in, and the effect of its errors."""

from __future__ import annotations

import asyncio
import contextvars
import dataclasses
import functools
import pickle
import socket
import threading
import time
from typing import Any

import pytest

from aiogroq import (
    AsyncGroq,
    Groq,
    GroqError,
    InternalServerError,
    RequestInfo,
    Retry,
)
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.timeout(20)

MODEL = "openai/gpt-oss-20b"
QUESTION = [{"role": "user", "content": "What is 2+2?"}]
WHO: contextvars.ContextVar[str] = contextvars.ContextVar("who", default="nobody")


def failed(status: int, after: str = "0", **more: Any) -> Fault:
    return Fault(status=status, headers={"retry-after": after}, **more)


def new_client(server: LocalGroq, **options: Any) -> AsyncGroq:
    return AsyncGroq(api_key="gsk_x", base_url=server.base_url, **options)


async def test_each_retry_is_reported_with_the_failed_attempt_and_the_wait(server: LocalGroq) -> None:
    seen: list[Retry] = []
    client = new_client(server, on_retry=seen.append, max_retries=3)
    reset = Fault(before_head=True, end="reset")  # of a new connection: of an idle one it would be no retry
    server.script(failed(503, close_notice=True), reset, failed(429, "0.05"))
    await client.chat.completions.create(model=MODEL, messages=QUESTION)
    request = RequestInfo("POST", f"{server.base_url}/openai/v1/chat/completions")
    assert [retry.number for retry in seen] == [1, 2, 3]
    assert {retry.request for retry in seen} == {request}
    assert [retry.attempt.status_code for retry in seen] == [503, None, 429]
    assert [retry.wait_s for retry in seen] == [retry.attempt.wait_s for retry in seen]
    assert (seen[0].wait_s, seen[2].wait_s) == (0.0, 0.05)
    assert seen[0].attempt.request_id == server.requests[0].request_id
    assert "onnection" in (seen[1].attempt.error or "")
    with pytest.raises(dataclasses.FrozenInstanceError):
        seen[0].wait_s = 1.0  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(seen[0])) == seen[0]


async def test_it_is_called_before_the_wait(server: LocalGroq) -> None:
    server.script(failed(503, "0.2"))
    at: list[float] = []
    client = new_client(server, on_retry=lambda retry: at.append(time.monotonic()))
    await client.models.list()
    assert time.monotonic() - at[0] >= 0.19


async def test_it_is_not_called_without_a_retry(server: LocalGroq) -> None:
    seen: list[Retry] = []
    client = new_client(server, on_retry=seen.append)
    await client.models.list()
    server.script(failed(400), failed(503), failed(503, "61"), failed(503, times=3))
    for _ in range(3):
        with pytest.raises(GroqError):
            await (client.with_options(max_retries=0) if len(server.requests) == 2 else client).models.list()
    assert seen == []
    with pytest.raises(InternalServerError) as caught:
        await client.models.list()
    assert tuple(retry.attempt for retry in seen) == caught.value.attempts[:-1]


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
def test_what_it_raises_ends_the_call(server: LocalGroq, cls: Any) -> None:
    class EnoughError(Exception):
        pass

    def reject(retry: Retry) -> None:
        raise EnoughError(retry.attempt.status_code)

    server.script(failed(503, times=None))
    client = cls(api_key="gsk_x", base_url=server.base_url, on_retry=reject, max_retries=5)
    with pytest.raises(EnoughError, match="503") as caught:
        asyncio.run(client.models.list()) if cls is AsyncGroq else client.models.list()
    assert isinstance(caught.value.__context__, InternalServerError)
    assert len(server.requests) == 1


async def test_an_upload_is_closed_when_it_raises(server: LocalGroq, tmp_path: Any) -> None:
    def reject(retry: Retry) -> None:
        raise ValueError("no more")

    path = tmp_path / "a.jsonl"
    path.write_bytes(b"{}")
    server.script(failed(503))
    with pytest.raises(ValueError, match="no more"):
        await new_client(server, on_retry=reject).files.create(file=path, purpose="batch")
    await new_client(server).models.list()


async def test_it_runs_on_the_loop_of_the_call_and_in_its_context(server: LocalGroq) -> None:
    seen: list[Any] = []
    client = new_client(server, on_retry=lambda retry: seen.append((asyncio.get_running_loop(), WHO.get())))

    async def ask(who: str, resource: Any) -> None:
        WHO.set(who)
        await resource.list()

    server.script(failed(503, on="/models"), failed(503, on="/files"))
    await asyncio.gather(ask("a", client.models), ask("b", client.files))
    loop = asyncio.get_running_loop()
    assert sorted(who for _, who in seen) == ["a", "b"]
    assert {found for found, _ in seen} == {loop}


def test_of_a_sync_client_it_runs_on_the_loops_thread_with_the_callers_variables(
    server: LocalGroq,
) -> None:
    seen: list[Any] = []
    server.script(failed(503))
    with Groq(
        api_key="gsk_x",
        base_url=server.base_url,
        on_retry=lambda retry: seen.append((threading.current_thread(), WHO.get())),
    ) as client:
        token = WHO.set("the caller")
        client.models.list()
        WHO.reset(token)
    ((thread, who),) = seen
    assert who == "the caller"
    assert thread is not threading.main_thread()


def test_a_sync_call_in_it_is_rejected_and_not_waited_for(server: LocalGroq) -> None:
    with Groq(api_key="gsk_x", base_url=server.base_url) as client:
        server.script(failed(503))
        asking = client.with_options(on_retry=lambda retry: client.models.list())
        with pytest.raises(GroqError, match="wait for itself"):
            asking.models.list()
        client.models.list()


async def test_a_copy_keeps_it_changes_it_or_takes_it_away(server: LocalGroq) -> None:
    first: list[Retry] = []
    second: list[Retry] = []
    client = new_client(server, on_retry=first.append)
    clients = [
        client.with_options(timeout=5),
        client.copy(on_retry=second.append),
        client.copy(on_retry=None),
    ]
    for other in clients:
        server.script(failed(503))
        await other.models.list()
    assert (len(first), len(second)) == (1, 1)
    assert client.on_retry == first.append
    assert clients[2].on_retry is None


def note(retry: Retry) -> None:
    """A hook that a pickle can name."""


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
def test_it_goes_along_in_a_pickle(cls: Any) -> None:
    assert pickle.loads(pickle.dumps(cls(api_key="gsk_x", on_retry=note))).on_retry is note


@pytest.mark.parametrize("hook", ["print", 3, [print]], ids=["a text", "a number", "a list"])
def test_what_cannot_be_called_is_rejected(hook: Any) -> None:
    with pytest.raises(TypeError, match="on_retry must be a plain function"):
        AsyncGroq(api_key="gsk_x", on_retry=hook)


def test_a_hook_that_would_have_to_be_awaited_is_rejected() -> None:
    async def hook(retry: Retry) -> None: ...

    for wrong in (hook, functools.partial(hook)):
        with pytest.raises(TypeError, match="not awaited"):
            Groq(api_key="gsk_x", on_retry=wrong)


@pytest.mark.skipif(not hasattr(socket, "TCP_INFO"), reason="only Linux tells what was acknowledged")
@pytest.mark.fast_path_only("stale")
async def test_a_request_sent_again_on_a_new_connection_is_no_retry(server: LocalGroq) -> None:
    seen: list[Retry] = []
    client = new_client(server, on_retry=seen.append, max_retries=0)
    await client.models.list()
    server.close_idle_connections()
    while server.open_connections:
        time.sleep(0.002)  # noqa: ASYNC251 the client's loop is held up, and cannot see the end
    await client.chat.completions.create(model=MODEL, messages=QUESTION)
    assert len(server.requests) == 2
    assert seen == []
