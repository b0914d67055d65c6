"""An invalid argument of a client is rejected by name when the client is made, with a valid example."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from aiogroq import AsyncGroq, DefaultAioHttpClient, Groq, GroqError, Timeout

pytestmark = pytest.mark.timeout(10)

KEY = "gsk_0123456789abcdefghij"
CLIENT_CLASSES = pytest.mark.parametrize("cls", [AsyncGroq, Groq])
NEAR = [
    ("apikey", "api_key"),
    ("api_keys", "api_key"),
    ("baseurl", "base_url"),
    ("time_out", "timeout"),
    ("max_retry", "max_retries"),
    ("headers", "default_headers"),
    ("httpclient", "http_client"),
]


@CLIENT_CLASSES
@pytest.mark.parametrize(("name", "near"), NEAR)
def test_the_error_of_a_misspelt_argument_suggests_the_right_name(cls: Any, name: str, near: str) -> None:
    end = rf"\(\) got an unexpected keyword argument '{name}'\. Did you mean '{near}'\?$"
    with pytest.raises(TypeError, match=f"^{cls.__name__}{end}"):
        cls(**{name: None})
    for method in ("with_options", "copy"):
        with pytest.raises(TypeError, match=rf"^copy\(\) or with_options{end}"):
            getattr(cls(api_key=KEY), method)(**{name: None})


@CLIENT_CLASSES
def test_the_error_of_an_unknown_argument_lists_the_known_ones(cls: Any) -> None:
    with pytest.raises(
        TypeError, match=r"argument 'zzz'; it takes api_key=, base_url=, timeout=, .*pacing=$"
    ):
        cls(zzz=1)
    with pytest.raises(TypeError, match=r"argument 'zzz'; it takes .*set_default_headers=, "):
        cls(api_key=KEY).with_options(zzz=1)


@CLIENT_CLASSES
def test_a_key_under_a_misspelt_name_is_in_no_frame_of_the_error(cls: Any) -> None:
    def with_locals(make: Callable[[], Any]) -> str:
        with pytest.raises(TypeError) as caught:
            make()
        ours = [
            frame
            for frame in caught.traceback
            if "aiogroq" in str(frame.path) and "test" not in frame.path.name
        ]
        assert ours
        formatted = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        return "".join(formatted.format_exception_only()) + "".join(
            repr(frame.frame.f_locals) for frame in ours
        )

    assert KEY not in with_locals(lambda: cls(apikey=KEY))
    assert KEY not in with_locals(lambda: cls(api_key="k").with_options(apikey=KEY))


@pytest.mark.parametrize(
    ("name", "near"),
    [("totall", "total"), ("conect", "connect"), ("firstbyte", "first_byte"), ("time_out", "")],
)
def test_the_error_of_a_misspelt_timeout_suggests_the_right_name(name: str, near: str) -> None:
    hint = rf"\. Did you mean '{near}'\?$" if near else "; it takes connect=, read=, write=, "
    with pytest.raises(TypeError, match=rf"^Timeout\(\) got an unexpected keyword argument '{name}'{hint}"):
        Timeout(5, **{name: 3.0})


EXAMPLE = "must be an http or https URL such as https://api.groq.com, not "
BEHIND = (
    "must end with its path, and has a query or a fragment behind it; for query parameters, pass "
    "default_query={'name': 'value'}"
)


@CLIENT_CLASSES
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("", EXAMPLE + "''"),
        ("  ", EXAMPLE),
        (5, EXAMPLE),
        ("api.groq.com", EXAMPLE),
        ("https://api.groq.com/openai/v1?key=hunter2", BEHIND),
        ("https://api.groq.com#hunter2", BEHIND),
    ],
)
def test_a_base_url_that_cannot_be_right_is_rejected(cls: Any, wrong: Any, words: str) -> None:
    for make in (lambda url: cls(api_key=KEY, base_url=url), lambda url: cls(api_key=KEY).copy(base_url=url)):
        with pytest.raises(GroqError, match=f"^base_url {re.escape(words)}") as caught:
            make(wrong)
        assert "hunter2" not in str(caught.value)


@CLIENT_CLASSES
@pytest.mark.parametrize("wrong", ["api.groq.com", "https://api.groq.com?a=b", "https://u:p@api.groq.com"])
def test_a_base_url_of_the_environment_is_rejected_by_the_variables_name(
    cls: Any, wrong: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GROQ_BASE_URL", wrong)
    with pytest.raises(GroqError, match=r"^GROQ_BASE_URL must "):
        cls(api_key=KEY)


@CLIENT_CLASSES
def test_an_empty_variable_is_one_that_is_not_set(cls: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_BASE_URL", "")
    assert str(cls(api_key=KEY).base_url) == "https://api.groq.com/openai/v1"


@CLIENT_CLASSES
@pytest.mark.parametrize(
    "name", ["default_headers", "set_default_headers", "default_query", "set_default_query"]
)
def test_what_a_copy_adds_is_rejected_by_its_name(cls: Any, name: str) -> None:
    with pytest.raises(TypeError, match=f"^{name} must be a mapping, not list; write {name}="):
        cls(api_key=KEY).with_options(**{name: ["a"]})


@CLIENT_CLASSES
@pytest.mark.parametrize(
    "wrong", [5, "http://x", False, [], DefaultAioHttpClient, aiohttp.TCPConnector], ids=repr
)
def test_what_is_no_pool_is_rejected_with_what_is_one(cls: Any, wrong: Any) -> None:
    what = "not the class " if isinstance(wrong, type) else f"not a builtins.{type(wrong).__name__}; "
    words = rf"^http_client must be an aiogroq.DefaultAioHttpClient .*{what}.*pass DefaultAioHttpClient\(\)"
    with pytest.raises(TypeError, match=words):
        cls(api_key=KEY, http_client=wrong)


def test_without_an_event_loop_of_asyncio_the_error_says_what_to_do() -> None:
    call = AsyncGroq(api_key="k").models.list()
    with pytest.raises(
        GroqError, match=r"needs a running asyncio event loop.*backend='asyncio'.*Groq in a thread"
    ):
        call.send(None)


def test_under_trio_the_error_says_what_to_do() -> None:
    trio = pytest.importorskip("trio")

    async def ask() -> None:
        await AsyncGroq(api_key="k").models.list()

    with pytest.raises(GroqError, match=r"under trio use Groq in a thread"):
        trio.run(ask)
