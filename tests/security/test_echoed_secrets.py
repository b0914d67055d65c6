"""A key that the server sends back appears in no error, wherever in the response it is."""

from __future__ import annotations

import pickle
import traceback
from typing import Any

import aiohttp
import pytest
from aiohttp.http_exceptions import BadStatusLine, InvalidHeader, LineTooLong

from aiogroq import APIConnectionError, APIError, AsyncGroq
from aiogroq.local import Fault, LocalGroq
from aiogroq.transport.exceptions import redact_exception

KEY = "gsk_0123456789abcdefghij"


async def _error_of(fault: Fault) -> APIError:
    async with LocalGroq() as server:
        server.script(fault)
        async with AsyncGroq(api_key=KEY, base_url=server.base_url, max_retries=0) as client:
            with pytest.raises(APIError) as caught:
                await client.models.list()
    return caught.value


def _all_of(error: BaseException) -> list[str]:
    """What can be seen of an error, and of all that led to it."""
    shown, waiting, seen = traceback.format_exception(error), [error], set[int]()
    while waiting:
        each = waiting.pop()
        if id(each) not in seen:
            seen.add(id(each))
            shown += [str(each), repr(each), repr(vars(each))]
            waiting += [cause for cause in (each.__cause__, each.__context__) if cause is not None]
    return shown


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=400, headers={"x-echo": f"Bearer {KEY}"}),
        Fault(status=400, headers={"x-request-id": KEY}),
        Fault(status=307, headers={"location": f"http://elsewhere.example/?k={KEY}"}),
        Fault(body=f"<p>{KEY}</p>", content_type="text/html", headers={"x-echo": KEY}),
        Fault(raw=f"HTTP/1.1 200 OK\r\n{KEY}\r\n\r\n".encode()),
        Fault(raw=f"{KEY}\r\n\r\n".encode()),
    ],
    ids=["header", "request id", "location", "page", "header line", "status line"],
)
async def test_a_key_that_the_server_sends_back_is_not_in_the_error(fault: Fault) -> None:
    error = await _error_of(fault)
    shown = [repr(error.attempts), str(error.request_id), *_all_of(error)]
    assert KEY not in "".join(shown)
    assert KEY.encode() not in pickle.dumps(error)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "fault",
    [
        Fault(headers={"x-echo": KEY, "x-request-id": KEY}, after_events=2, end="close"),
        Fault(headers={"x-echo": KEY, "x-request-id": KEY}, insert=b'data: {"error":{"message":"no"}}\n\n'),
        Fault(headers={"x-echo": KEY}, body=f"<p>{KEY}</p>", content_type="text/html"),
    ],
    ids=["cut", "error event", "no stream"],
)
async def test_nor_is_it_in_the_error_of_a_stream(fault: Fault) -> None:
    async with LocalGroq() as server:
        server.script(fault)
        async with AsyncGroq(api_key=KEY, base_url=server.base_url, max_retries=0) as client:
            stream = await client.chat.completions.create(
                model="m", messages=[{"role": "user", "content": "Hi"}], stream=True
            )
            with pytest.raises(APIError) as caught:
                await stream.collect()
    error = caught.value
    assert KEY not in "".join(_all_of(error))
    assert KEY.encode() not in pickle.dumps(error)


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"no HTTP at all\r\n\r\n", "invalid HTTP response."),
        (b"HTTP/1.1 200 OK\r\nno header\r\n\r\n", "invalid HTTP response."),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "the response broke off before its end."),
    ],
    ids=["status line", "header line", "short"],
)
async def test_the_error_of_an_unreadable_response_is_one_plain_sentence(raw: bytes, said: str) -> None:
    error = await _error_of(Fault(raw=raw))
    assert isinstance(error, APIConnectionError)
    assert str(error) == f"Connection error: {said}"


@pytest.mark.parametrize("kind", [BadStatusLine, InvalidHeader, LineTooLong])
def test_an_error_of_the_parser_in_python_keeps_no_line(kind: Any) -> None:
    error = aiohttp.ClientPayloadError("400")
    error.__cause__ = kind(KEY, 1) if kind is LineTooLong else kind(KEY)
    redact_exception(error)
    assert KEY not in f"{error.__cause__!r} {error.__cause__} {vars(error.__cause__)}"
