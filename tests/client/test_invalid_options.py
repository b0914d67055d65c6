"""Invalid options of a call are rejected by name, before anything is sent."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

import aiogroq
from aiogroq import APITimeoutError, AsyncGroq, Groq, Timeout
from aiogroq.local import Fault, LocalGroq

pytestmark = pytest.mark.timeout(10)

Call = Callable[..., Any]
CHAT: dict[str, Any] = {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "Hello"}]}
CALLS: dict[str, Callable[..., Any]] = {
    "a GET": lambda client, **options: client.models.list(**options),
    "a POST": lambda client, **options: client.chat.completions.create(**CHAT, **options),
    "an upload": lambda client, **options: client.files.create(file=b"{}", purpose="batch", **options),
    "a raw response": lambda client, **options: client.models.with_raw_response.list(**options),
}
EXTRAS = ("extra_headers", "extra_query", "extra_body")


@pytest.fixture(params=[AsyncGroq, Groq])
def made(request: pytest.FixtureRequest, server: LocalGroq) -> Any:
    """An async and a sync client."""
    return request.param(api_key="k", base_url=server.base_url, max_retries=0)


async def done(call: Call, *args: Any, **options: Any) -> Any:
    """Return the result of a call, async or sync."""
    result = call(*args, **options)
    return await result if inspect.isawaitable(result) else result


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("name", EXTRAS)
@pytest.mark.parametrize("wrong", [["a"], [], "a=b", "", [("a", "b")], 5, False, b"x", Ellipsis], ids=repr)
async def test_an_extra_option_that_is_not_a_mapping_is_rejected(
    wrong: Any, name: str, call: str, made: Any, server: LocalGroq
) -> None:
    words = f"^{name} must be a mapping, not {type(wrong).__name__}; write {name}={{'name': 'value'}}$"
    with pytest.raises(TypeError, match=words):
        await done(CALLS[call], made, **{name: wrong})
    assert server.connections_made == 0


@pytest.mark.parametrize("name", EXTRAS)
async def test_an_extra_option_with_keys_that_are_not_strings_is_rejected(
    name: str, made: Any, server: LocalGroq
) -> None:
    with pytest.raises(TypeError, match=f"^{name} must be a mapping with str keys, not 5$"):
        await done(CALLS["a POST"], made, **{name: {5: "x"}})
    assert server.connections_made == 0


TIMEOUTS: list[tuple[Any, type[Exception], str]] = [
    ("5", TypeError, r"must be seconds as a number, such as 5\.0, or None, .* not str$"),
    (True, TypeError, "must be seconds or None, not bool"),
    (-1, ValueError, "must be >= 0 seconds, not -1; None means no timeout"),
    (float("nan"), ValueError, "must be >= 0 seconds, not nan; None means no timeout"),
    (10**400, ValueError, "must be < 1e308 seconds; None means no timeout"),
    (-(10**5000), ValueError, "must be < 1e308 seconds; None means no timeout"),
]


@pytest.mark.parametrize(("wrong", "error", "words"), TIMEOUTS, ids=[str(row[2]) for row in TIMEOUTS])
async def test_an_invalid_timeout_is_rejected_with_the_valid_kinds(
    wrong: Any, error: type[Exception], words: str, made: Any, server: LocalGroq
) -> None:
    with pytest.raises(error, match=f"^timeout {words}"):
        await done(CALLS["a GET"], made, timeout=wrong)
    with pytest.raises(error, match=f"^timeout {words}"):
        made.with_options(timeout=wrong)
    with pytest.raises(error, match=f"^timeout {words}"):
        type(made)(api_key="k", timeout=wrong)
    assert server.connections_made == 0


async def test_the_error_of_a_timeout_of_0_names_none_as_no_timeout(made: Any, server: LocalGroq) -> None:
    server.script(Fault(end="stall", before_head=True))
    with pytest.raises(
        APITimeoutError, match=r"within 0 s .* 0 means no time at all; None means no timeout\."
    ):
        await done(CALLS["a GET"], made, timeout=0)


def test_0_seconds_in_a_timeout_of_aiohttp_is_no_timeout() -> None:
    try:
        theirs = aiohttp.ClientTimeout(total=0, connect=0, sock_connect=0, sock_read=0)
    except ValueError:
        pytest.skip("aiohttp 4 rejects 0")
    assert Timeout.of(theirs) == Timeout(None)


@pytest.mark.parametrize("wrong", [5, None, b"/models", ["/models"]], ids=repr)
@pytest.mark.parametrize("verb", ["get", "post", "put", "patch", "delete"])
async def test_a_path_that_is_not_a_string_is_rejected(
    verb: str, wrong: Any, made: Any, server: LocalGroq
) -> None:
    words = f"^path must be a text such as '/models', not {type(wrong).__name__}$"
    with pytest.raises(TypeError, match=words):
        await done(getattr(made, verb), wrong, cast_to=dict)
    assert server.connections_made == 0


async def test_a_lone_surrogate_in_an_id_is_rejected_by_the_name_of_the_id(
    made: Any, server: LocalGroq
) -> None:
    for name, call in {"model": made.models.retrieve, "file_id": made.files.content}.items():
        with pytest.raises(ValueError, match=f"^`{name}` has half a character .* in it: 'a.ud800'$"):
            await done(call, "a\ud800")
    assert server.connections_made == 0


OPTIONS: list[tuple[Any, type[Exception], str]] = [
    ("x", TypeError, "options must be a mapping, not str"),
    ({"header": {}}, TypeError, "options has an unexpected 'header'. Did you mean 'headers'?"),
    (
        {"follow": 1},
        TypeError,
        "options has an unexpected 'follow'; there are headers, params, timeout, max_retries, extra_json",
    ),
    ({"headers": ["a"]}, TypeError, "options['headers'] must be a mapping, not list"),
    ({"params": "a=b"}, TypeError, "options['params'] must be a mapping, not str"),
    ({"extra_json": 5}, TypeError, "options['extra_json'] must be a mapping, not int"),
    ({"max_retries": "3"}, TypeError, "options['max_retries'] must be an int >= 0 (0 for none), not '3'"),
    (
        {"max_retries": -1},
        ValueError,
        "options['max_retries'] must be an int >= 0 (0 for none), not -1",
    ),
    ({"timeout": "5"}, TypeError, "timeout must be seconds as a number"),
]


@pytest.mark.parametrize(("wrong", "error", "words"), OPTIONS, ids=[str(row[0]) for row in OPTIONS])
@pytest.mark.parametrize("verb", ["get", "post"])
async def test_options_of_a_generic_method_are_rejected_by_their_names(
    verb: str, wrong: Any, error: type[Exception], words: str, made: Any, server: LocalGroq
) -> None:
    with pytest.raises(error) as caught:
        await done(getattr(made, verb), "/models", cast_to=dict, options=wrong)
    assert str(caught.value).startswith(words)
    assert server.connections_made == 0


@pytest.mark.parametrize("cls", [aiogroq.AsyncGroq, aiogroq.Groq])
async def test_the_error_of_a_client_option_given_to_a_call_names_with_options(cls: Any) -> None:
    chat = {"model": "m", "messages": []}
    for call in (
        lambda client: client.chat.completions.create(**chat, max_retries=0),
        lambda client: client.models.list(max_retries=0),
        lambda client: client.embeddings.create(model="m", input="a", max_retries=0),
    ):
        with pytest.raises(TypeError) as caught:
            _ = inspect.isawaitable(made := call(cls(api_key="k"))) and await made
        assert str(caught.value).endswith(
            "got an unexpected keyword argument 'max_retries'; it is an option of the client: "
            "client.with_options(max_retries=0)"
        )


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda client: client.embeddings.create(model="m", input="a", usr="u"),
            "'usr'. Did you mean 'user'?",
        ),
        (
            lambda client: client.files.create(file=b"{}", purpose="batch", purposes="x"),
            "'purposes'. Did you mean 'purpose'?",
        ),
        (lambda client: client.models.list(timout=1), "'timout'. Did you mean 'timeout'?"),
    ],
    ids=["a POST", "an upload", "a GET"],
)
async def test_the_error_of_a_misspelt_argument_names_the_closest_one(
    made: Any, call: Any, words: str
) -> None:
    with pytest.raises(TypeError) as caught:
        await done(call, made)
    assert str(caught.value).endswith(words)


async def test_a_secret_in_the_wrong_place_is_not_shown() -> None:
    with pytest.raises(TypeError, match=r"with_options\(api_key=\.\.\.\)") as caught:
        await aiogroq.AsyncGroq(api_key="k").models.list(api_key="gsk_secret")  # type: ignore[arg-type]
    assert "gsk_secret" not in str(caught.value)


@pytest.mark.parametrize("cls", [aiogroq.AsyncGroq, aiogroq.Groq])
def test_the_error_of_a_misspelt_option_names_copy_and_with_options(cls: Any) -> None:
    with pytest.raises(
        TypeError, match=r"^copy\(\) or with_options\(\) got .* 'apikey'. Did you mean 'api_key'\?"
    ):
        cls(api_key="k").copy(apikey="x")


@pytest.mark.parametrize("cls", [aiogroq.AsyncGroq, aiogroq.Groq])
@pytest.mark.parametrize(
    "name",
    [
        "api_key",
        "base_url",
        "timeout",
        "max_retries",
        "default_headers",
        "default_query",
        "http_client",
        "on_retry",
    ],
)
def test_the_error_of_setting_an_option_names_with_options(cls: Any, name: str) -> None:
    client = cls(api_key="k")
    with pytest.raises(AttributeError, match=rf"client\.with_options\({name}=\.\.\.\) makes"):
        setattr(client, name, None)
    client.note = "of the user"
    assert client.note == "of the user"
