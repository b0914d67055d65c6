"""Exceptions and clients can be copied, pickled, and sent to other processes and back."""

from __future__ import annotations

import copy
import gc
import io
import multiprocessing
import pickle
import types
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

import aiogroq
from aiogroq import (
    APIError,
    APIResponseValidationError,
    APIStatusError,
    AsyncGroq,
    Attempt,
    DefaultAioHttpClient,
    ErrorResponse,
    FailedCall,
    Groq,
    RequestInfo,
    Timeout,
)
from aiogroq.local import LocalGroq
from aiogroq.sync.portal import PortalError

from .exchanges import EXCHANGES, KEY, configuration, fail, note, public_state, run, use

pytestmark = pytest.mark.timeout(60)

LIMIT_S = 60.0
FOREIGN = ("aiohttp", "asyncio", "uvloop", "_asyncio", "socket", "_socket", "ssl", "_ssl")
EXPORTED = sorted(
    name
    for name in aiogroq.__all__
    if isinstance(getattr(aiogroq, name), type)
    and issubclass(getattr(aiogroq, name), BaseException)
    and name != "ToolError"  # raised by tools, and told to the model
)
REQUEST = RequestInfo("POST", "https://api.groq.com/openai/v1/chat/completions")
# As in a live response: a view that cannot be pickled.
HEADERS = CIMultiDictProxy(CIMultiDict({"X-Request-Id": "req_1"}))
RESPONSE = ErrorResponse(429, HEADERS, b'{"error":{"code":"c"}}', REQUEST)
COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {n}": lambda value, n=n: pickle.loads(pickle.dumps(value, n)) for n in range(2, 6)},
}


@pytest.fixture(scope="module")
def child() -> Iterator[ProcessPoolExecutor]:
    """A process that shares nothing with this one but what it is sent."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def constructed(cls: Any) -> Any:
    """An exception of this class with all that it can have on it."""
    if issubclass(cls, APIStatusError):
        error = cls("what went wrong", response=RESPONSE, body=RESPONSE.json())
    elif issubclass(cls, APIResponseValidationError):
        error = cls(RESPONSE, "<html>")
    elif issubclass(cls, APIError):
        error = cls("what went wrong", REQUEST)
    else:
        return cls("what went wrong")
    error.attempts = (Attempt(None, "reset", 0.5, None), Attempt(429, None, 0.0, "req_1"))
    error.failed_calls = [FailedCall("get_weather", "{}")]
    return error


def live(name: str, server: LocalGroq) -> Any:
    """The error of a real exchange, made here."""
    script(name, server)
    with pytest.raises(Exception) as caught:  # noqa: PT011 -- which one is what the callers ask
        run(name, server.base_url)
    error: Any = caught.value
    del error.seen
    return error


def script(name: str, server: LocalGroq) -> None:
    fault = EXCHANGES[name][2]
    if fault is not None:
        server.script(fault)


def reachable(*roots: object) -> set[str]:
    """The foreign packages whose objects can be reached from these."""
    found: set[str] = set()
    seen: set[int] = set()
    waiting: list[Any] = list(roots)
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, (type, types.ModuleType, types.FunctionType)):
            continue
        seen.add(id(value))
        found.add(type(value).__module__.partition(".")[0])
        waiting += gc.get_referents(value)
    return found & set(FOREIGN)


class Loading(pickle.Unpickler):
    """Unpickles, and remembers which packages that takes."""

    def __init__(self, pickled: bytes) -> None:
        super().__init__(io.BytesIO(pickled))
        self.packages: set[str] = set()

    def find_class(self, module_name: str, global_name: str) -> Any:
        self.packages.add(module_name.partition(".")[0])
        return super().find_class(module_name, global_name)


def loaded_by(pickled: bytes) -> set[str]:
    """The foreign packages whose objects are in a pickle."""
    loading = Loading(pickled)
    loading.load()
    return loading.packages & set(FOREIGN)


# ------------------------------------------------------------------------------------------------------ exceptions


def test_every_exception_that_is_exported_is_raised_by_a_real_exchange_here() -> None:
    assert {cls for cls, _, _ in EXCHANGES.values()} == set(EXPORTED)


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_live_exception_is_copied_and_pickled_completely(name: str, server: LocalGroq) -> None:
    error = live(name, server)
    assert type(error).__name__ == EXCHANGES[name][0]
    assert type(error).__module__.startswith("aiogroq")
    for way, copied in COPIES.items():
        assert public_state(copied(error)) == public_state(error), way


@pytest.mark.parametrize("name", EXCHANGES)
def test_a_live_exception_holds_nothing_of_its_connection_and_no_key(name: str, server: LocalGroq) -> None:
    error = live(name, server)
    assert reachable(vars(error), error.args) == set()
    for protocol in range(2, 6):
        pickled = pickle.dumps(error, protocol)
        assert loaded_by(pickled) == set()
        assert KEY.encode() not in pickled
    # Of what went before, too, nothing foreign goes along.
    for other in (copied(error) for copied in COPIES.values()):
        assert reachable(other) == set()


@pytest.mark.parametrize("name", EXCHANGES)
def test_an_exception_raised_in_a_child_process_arrives_as_it_was(
    name: str, server: LocalGroq, child: ProcessPoolExecutor
) -> None:
    script(name, server)
    with pytest.raises(getattr(aiogroq, EXCHANGES[name][0])) as caught:
        child.submit(run, name, server.base_url).result(LIMIT_S)
    error: Any = caught.value
    assert public_state(error) == error.seen
    has_attempts = isinstance(error, APIError) and not isinstance(error, aiogroq.StructuredOutputError)
    if has_attempts and EXCHANGES[name][1].__name__ != "collect":
        assert len(error.attempts) >= 1


@pytest.mark.parametrize("name", [*EXPORTED, "PortalError"])
def test_a_constructed_exception_is_copied_pickled_and_sent_there_and_back(
    name: str, child: ProcessPoolExecutor
) -> None:
    error = constructed(PortalError if name == "PortalError" else getattr(aiogroq, name))
    for way, copied in COPIES.items():
        assert public_state(copied(error)) == public_state(error), way
    with pytest.raises(type(error)) as caught:
        child.submit(fail, error).result(LIMIT_S)
    assert type(caught.value) is type(error)
    assert public_state(caught.value) == public_state(error)
    assert reachable(vars(error), error.args) == set()


def test_what_is_foreign_is_found_where_there_is_some() -> None:
    error: Any = constructed(aiogroq.APIConnectionError)
    error.request = multiprocessing.get_context  # a method: nothing foreign in itself
    assert "socket" not in reachable(vars(error))
    import socket

    with socket.socket() as sock:
        error.request = [{"deep": (sock,)}]
        assert "socket" in reachable(vars(error))
    assert loaded_by(pickle.dumps(socket.AF_INET)) == {"socket"}


# --------------------------------------------------------------------------------------------------------- clients


def new_client(cls: Any, server: LocalGroq) -> Any:
    return cls(
        api_key=KEY,
        base_url=server.base_url,
        timeout=Timeout(7, connect=2, total=20),
        max_retries=5,
        default_headers={"X-Team": "a", "X-Gone": aiogroq.omit},
        default_query={"tenant": 7},
        http_client=DefaultAioHttpClient(
            limit=3, max_event_bytes=1000, max_response_bytes=None, trust_env=False
        ),
        on_retry=note,
    )


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
@pytest.mark.parametrize("way", COPIES)
def test_a_client_in_use_is_copied_and_pickled_as_its_configuration(
    server: LocalGroq, cls: Any, way: str
) -> None:
    client = new_client(cls, server)
    use(client)
    other = COPIES[way](client)
    assert type(other) is cls
    assert use(other) == ("2+2 = 4.", configuration(client))
    assert server.requests[-1].headers["x-team"] == "a"
    assert "x-gone" not in server.requests[-1].headers
    assert server.requests[-1].query == {"tenant": "7"}


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
def test_a_client_is_sent_to_another_process_and_works_there(
    server: LocalGroq, child: ProcessPoolExecutor, cls: Any
) -> None:
    client = new_client(cls, server)
    use(client)
    assert child.submit(use, client).result(LIMIT_S) == ("2+2 = 4.", configuration(client))
    assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize("cls", [AsyncGroq, Groq])
def test_the_pickle_of_a_client_has_its_key_and_nothing_of_its_connections(
    server: LocalGroq, cls: Any
) -> None:
    client = new_client(cls, server)
    use(client)
    pickled = pickle.dumps(client)
    assert loaded_by(pickled) == set()
    # That is so, and therefore it is said where people look for it.
    assert KEY.encode() in pickled
    guide = (Path(__file__).parents[2] / "docs" / "guides" / "async.md").read_text()
    for text in (cls.__doc__ or "", guide):
        assert "a pickle contains the key in plain text" in " ".join(text.split())


def test_closing_a_deep_copy_closes_nothing_of_the_original(server: LocalGroq) -> None:
    client = new_client(Groq, server)
    use(client)
    copy.deepcopy(client).close()
    assert use(client)[0] == "2+2 = 4."
