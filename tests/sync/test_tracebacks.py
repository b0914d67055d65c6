"""The traceback of a sync call ends near the line of the caller: the frames of the library are left out."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

import pytest

from aiogroq import APIConnectionError, APIError, BadRequestError, Groq
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.timeout(10)

QUESTION = [{"role": "user", "content": "Hi"}]


def refused(client: Groq) -> None:
    other = client.with_options(base_url="http://127.0.0.1:9", max_retries=0)
    other.chat.completions.create(model="m", messages=QUESTION)


def bad_request(client: Groq) -> None:
    client.chat.completions.create(model="m", messages=QUESTION)


def misspelt(client: Groq) -> None:
    wrong: Any = {"temprature": 1}
    client.chat.completions.create(model="m", messages=QUESTION, **wrong)


CALLS: dict[str, tuple[Callable[[Groq], None], type[Exception]]] = {
    "400": (bad_request, BadRequestError),
    "misspelt keyword": (misspelt, TypeError),
    "connection refused": (refused, APIConnectionError),
}


@pytest.mark.parametrize("name", CALLS)
def test_only_the_call_itself_is_between_the_caller_and_the_error(
    name: str, groq_client: Groq, local_groq: LocalGroq
) -> None:
    call, expected = CALLS[name]
    local_groq.script(Fault(status=400))
    with pytest.raises(expected) as caught:
        call(groq_client)
    functions = [frame.name for frame in traceback.extract_tb(caught.value.__traceback__)]
    assert functions[-4:] == [call.__name__, "create", "call", "_run"]
    inner = [frame.f_locals for frame, _ in traceback.walk_tb(caught.value.__traceback__)][-3:]
    assert all(local["__tracebackhide__"] for local in inner)


def test_a_refused_connection_is_told_without_the_frames_behind_it(groq_client: Groq) -> None:
    with pytest.raises(APIError) as caught:
        refused(groq_client)
    cause: Any = caught.value.__cause__
    assert type(cause).__name__ == "ClientConnectorError"
    assert (cause.__traceback__, cause.__cause__, cause.__context__) == (None, None, None)
    assert isinstance(cause.os_error, ConnectionRefusedError)


def test_what_code_of_the_caller_raises_keeps_its_frames(local_groq: LocalGroq) -> None:
    def hook(retry: object) -> None:
        raise ValueError("of the hook")

    local_groq.script(Fault(status=503, headers={"retry-after": "0"}))
    client = Groq(api_key="k", base_url=local_groq.base_url, max_retries=1, on_retry=hook)
    with client, pytest.raises(ValueError, match="of the hook") as caught:
        bad_request(client)
    assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "hook"
