"""What async and sync responses share, tested without a socket."""

from __future__ import annotations

import codecs
from collections.abc import AsyncIterator, Mapping
from typing import Any, Generic, TypeVar

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

import aiogroq
from aiogroq import GroqError
from aiogroq.errors import RequestInfo
from aiogroq.protocol.request import ResponseModeHeaders
from aiogroq.response import (
    AsyncAPIResponse,
    AsyncBinaryAPIResponse,
    AsyncStreamedBinaryAPIResponse,
    BaseAPIResponse,
    HTTPRequest,
    LineSplitter,
    MissingStreamClassError,
    StreamAlreadyConsumed,
    charset,
    extract_response_type,
    resized,
    set_response_mode,
)
from aiogroq.response.body import read_content
from aiogroq.types import ChatCompletion

T = TypeVar("T")


# ------------------------------------------------------------------------------------------------------------ lines


def split(*chunks: str) -> list[str]:
    splitter = LineSplitter()
    return [line for chunk in chunks for line in splitter.feed(chunk)] + splitter.finish()


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("a", ["a"]),
        ("a\n", ["a"]),
        ("a\nb", ["a", "b"]),
        ("a\r\nb\r\n", ["a", "b"]),
        ("a\rb\r", ["a", "b"]),
        ("a\n\nb\n\n", ["a", "", "b", ""]),
        ("a\r\n\r\nb", ["a", "", "b"]),
        ("a\n\rb", ["a", "", "b"]),
        ("\n", [""]),
        ("\r\n", [""]),
        ("\r\r", ["", ""]),
        ("a\u2028b\x0bc\x85d", ["a\u2028b\x0bc\x85d"]),
    ],
)
def test_text_is_split_into_lines_however_it_arrives(text: str, lines: list[str]) -> None:
    assert split(text) == lines
    assert split(*text) == lines
    for cut in range(len(text) + 1):
        assert split(text[:cut], "", text[cut:]) == lines


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text("ab\r\n", max_size=6)))
def test_any_chunks_are_split_into_the_lines_of_the_whole_text(chunks: list[str]) -> None:
    # bytes.splitlines knows the three line ends and no others.
    assert split(*chunks) == [line.decode() for line in "".join(chunks).encode().splitlines()]


def test_a_line_is_returned_once_it_has_ended() -> None:
    splitter = LineSplitter()
    assert splitter.feed("a\nb") == ["a"]
    assert splitter.feed("c\r") == []
    assert splitter.feed("\nd") == ["bc"]
    assert splitter.finish() == ["d"]
    assert splitter.finish() == []


# ----------------------------------------------------------------------------------------------------------- chunks


async def gathered(chunks: list[bytes], size: int | None) -> list[bytes]:
    async def source() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [chunk async for chunk in resized(source(), size)]


@pytest.mark.parametrize(
    ("chunks", "size", "expected"),
    [
        ([b"abc", b"", b"de"], None, [b"abc", b"de"]),
        ([b"abc", b"de"], 2, [b"ab", b"cd", b"e"]),
        ([b"abc", b"de"], 1, [b"a", b"b", b"c", b"d", b"e"]),
        ([b"abc", b"de"], 5, [b"abcde"]),
        ([b"abc", b"de"], 99, [b"abcde"]),
        ([b"a", b"", b"b", b"c", b"d"], 2, [b"ab", b"cd"]),
        ([], 2, []),
        ([b""], 2, []),
        ([], None, []),
    ],
)
async def test_chunks_have_the_requested_size(
    chunks: list[bytes], size: int | None, expected: list[bytes]
) -> None:
    assert await gathered(chunks, size) == expected


@pytest.mark.parametrize("size", [0, -1])
async def test_a_size_below_one_is_rejected(size: int) -> None:
    with pytest.raises(ValueError, match=f"chunk_size must be at least 1, not {size}"):
        await gathered([b"a"], size)


# ---------------------------------------------------------------------------------------------------- character sets


@pytest.mark.parametrize(
    ("content_type", "name"),
    [
        ("text/plain; charset=UTF-8", "utf-8"),
        ("text/plain;charset=utf-8; boundary=x", "utf-8"),
        ('text/html; charset="ISO-8859-1"', "iso8859-1"),
        ("text/html; charset='latin-1'", "iso8859-1"),
        ("text/html; charset=windows-1250", "cp1250"),
        ("text/plain; charset=", "utf-8"),
        ("text/plain; charset=nonsense", "utf-8"),
        ("text/plain", "utf-8"),
        ("", "utf-8"),
        (None, "utf-8"),
    ],
)
def test_the_character_set_is_the_one_that_is_named_and_known(content_type: str | None, name: str) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    assert charset(headers) == name
    assert codecs.lookup(charset(headers)).name == name


# ------------------------------------------------------------------------------------------------------------- types


class MyResponse(AsyncAPIResponse[bytes]):
    pass


class MyGeneric(AsyncAPIResponse[T], Generic[T]):
    pass


class MyConcrete(MyGeneric[int]):
    pass


@pytest.mark.parametrize(
    ("cls", "inner"),
    [
        (AsyncAPIResponse[ChatCompletion], ChatCompletion),
        (AsyncAPIResponse[list[int]], list[int]),
        (AsyncAPIResponse[str], str),
        (BaseAPIResponse[bool], bool),
        (aiogroq.APIResponse[ChatCompletion], ChatCompletion),
        (AsyncBinaryAPIResponse, bytes),
        (AsyncStreamedBinaryAPIResponse, bytes),
        (aiogroq.BinaryAPIResponse, bytes),
        (aiogroq.StreamedBinaryAPIResponse, bytes),
        (MyResponse, bytes),
        (MyGeneric[int], int),
        (MyConcrete, int),
    ],
)
def test_the_type_inside_a_response_class_is_found(cls: Any, inner: Any) -> None:
    assert extract_response_type(cls) == inner


@pytest.mark.parametrize(
    "cls", [AsyncAPIResponse, MyGeneric, httpx.Response, int, list[int], "AsyncAPIResponse", None]
)
def test_a_class_without_a_concrete_type_is_rejected(cls: Any) -> None:
    with pytest.raises(TypeError, match="is not a BaseAPIResponse with a concrete type"):
        extract_response_type(cls)


# ------------------------------------------------------------------------------------------------------- small parts


def test_a_body_that_was_not_read_has_no_content() -> None:
    assert read_content(b"") == b""
    with pytest.raises(GroqError, match=r"The body has not been read; await read\(\) first"):
        read_content(None)


def test_a_request_is_plain_data_that_shows_itself_without_its_headers() -> None:
    request = HTTPRequest("GET", "https://x/y", {"authorization": "Bearer gsk_secret"})
    assert repr(request) == "<HTTPRequest GET https://x/y>"
    assert (request.method, request.url, request.headers["authorization"]) == (
        "GET",
        "https://x/y",
        "Bearer gsk_secret",
    )


@pytest.mark.parametrize("error", [StreamAlreadyConsumed(), MissingStreamClassError()])
def test_misuse_of_a_response_says_what_to_do(error: Exception) -> None:
    assert len(str(error)) > 40
    assert str(type(error)("in other words")) == "in other words"


@pytest.mark.parametrize("given_headers", [None, {}, {"X-A": "1"}])
@pytest.mark.parametrize("streaming", [True, False])
def test_a_view_is_put_on_the_keywords_of_a_call(given_headers: Any, streaming: bool) -> None:
    kwargs: dict[str, Any] = {"model": "m", "extra_headers": given_headers}
    set_response_mode(kwargs, streaming=streaming, response_cls=MyResponse)
    headers = kwargs["extra_headers"]
    assert isinstance(headers, ResponseModeHeaders)
    assert headers == (given_headers or {})
    assert (headers.mode.view, headers.mode.response_cls) == ("streaming" if streaming else "raw", MyResponse)
    assert kwargs["model"] == "m"


class HeldBody:
    """A body that has been read; nothing here touches a socket."""

    status = 200
    headers = CIMultiDict(
        {"Content-Type": "application/json", "X-Request-Id": "req_1", "X-Ratelimit-Limit-Tokens": "18000"}
    )
    url = "https://x/y"
    http_version = "HTTP/1.1"
    request = RequestInfo("POST", "https://x/y")
    sent: Mapping[str, str] = {}
    is_consumed = False
    is_closed = True
    elapsed_s = 1.5
    raw = None


def held(content: bytes, returns: Any = ChatCompletion) -> AsyncAPIResponse[Any]:
    body: Any = HeldBody()
    http_request = HTTPRequest("POST", "https://x/y", {})
    return AsyncAPIResponse(body=body, returns=returns, http_request=http_request, content=content)


async def test_a_response_has_the_data_of_its_exchange() -> None:
    response = held(b'{"id":"a"}')
    assert (response.status_code, response.url, response.method, response.http_version) == (
        200, "https://x/y", "POST", "HTTP/1.1",
    )  # fmt: skip
    assert response.request_id == "req_1"
    assert response.elapsed.total_seconds() == 1.5
    assert (response.is_closed, response.retries_taken, response.http_response) == (True, 0, None)
    assert response.rate_limit is not None
    assert response.rate_limit.tokens.limit == 18000
    assert repr(response) == "<AsyncAPIResponse [200] type=ChatCompletion>"
    assert response.http_request.method == "POST"


async def test_a_body_is_parsed_once_for_each_type() -> None:
    response = held(b'{"id":"a"}')
    first = await response.parse()
    assert isinstance(first, ChatCompletion)
    assert await response.parse() is first
    assert await response.parse(to=ChatCompletion) is first
    as_dict = await response.parse(to=dict)
    assert as_dict == {"id": "a"}
    assert await response.parse(to=dict) is as_dict
    assert await response.parse(to=str) == await response.text() == '{"id":"a"}'
    assert await response.read() == await response.parse(to=bytes) == b'{"id":"a"}'
    assert await response.json() == {"id": "a"}


async def test_a_body_that_is_held_is_iterated_as_often_as_wanted() -> None:
    response = held("žlutý\r\nkůň\n".encode())
    for _ in range(2):
        assert [chunk async for chunk in response.iter_bytes(8)] == [
            "žlutý\r".encode(),
            b"\nk\xc5\xaf\xc5\x88\n",
        ]
        assert [line async for line in response.iter_lines()] == ["žlutý", "kůň"]
        assert "".join([text async for text in response.iter_text(3)]) == "žlutý\r\nkůň\n"
