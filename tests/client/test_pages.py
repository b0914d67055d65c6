"""Lists that the service sends in pages: awaited for one page, or iterated over for the items of all."""

from __future__ import annotations

import asyncio
import copy
import pickle
from typing import Any

import pytest

from aiogroq import AsyncGroq, Groq, InternalServerError
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.batches import BatchListResponse
from aiogroq.types.files import FileListResponse

# A batch that ends writes a file of its results, which would be listed too.
pytestmark = pytest.mark.local_groq(batch_step_s=3600)

LINE = (
    b'{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", '
    b'"body": {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "Hi"}]}}'
)
BY_TWO: Any = {"extra_query": {"limit": 2}}


async def made(client: AsyncGroq, count: int) -> list[str]:
    """The ids of new batches, newest first."""
    file = await client.files.create(file=("in.jsonl", LINE), purpose="batch")
    ids = [
        (
            await client.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
            )
        ).id
        for _ in range(count)
    ]
    return ids[::-1]


def queries(server: LocalGroq, path: str = "/openai/v1/batches") -> list[dict[str, str]]:
    """The queries of the lists that were requested."""
    return [each.query for each in server.requests if (each.method, each.path) == ("GET", path)]


async def test_iterating_over_a_list_fetches_its_pages_one_by_one(
    client: AsyncGroq, server: LocalGroq
) -> None:
    ids = await made(client, 5)
    seen: list[str] = []
    async for batch in client.batches.list(**BY_TWO):
        seen.append(batch.id)
        assert len(queries(server)) == (len(seen) + 1) // 2  # no page before it is needed
    assert seen == ids
    assert queries(server) == [{"limit": "2"}, *({"limit": "2", "cursor": ids[i]} for i in (2, 4))]
    pages = [page async for page in client.batches.list(**BY_TWO).iter_pages()]
    assert [[batch.id for batch in page] for page in pages] == [ids[:2], ids[2:4], ids[4:]]
    assert [page.has_next_page() for page in pages] == [True, True, False]


async def test_awaiting_a_list_gives_one_page_with_its_attributes(client: AsyncGroq) -> None:
    ids = await made(client, 3)
    page = await client.batches.list(**BY_TWO)
    assert type(page) is BatchListResponse
    assert ([batch.id for batch in page], len(page), page.next_cursor) == (ids[:2], 2, ids[2])
    rest = await client.batches.list(cursor=page.next_cursor, **BY_TWO)
    assert ([batch.id for batch in rest], rest.has_next_page()) == (ids[2:], False)
    assert [batch.id async for batch in client.batches.list(cursor=ids[2], **BY_TWO)] == ids[2:]


async def test_a_list_is_a_coroutine_for_tasks_and_timeouts(client: AsyncGroq) -> None:
    await made(client, 1)
    task = asyncio.create_task(client.batches.list())  # type checkers take it for a coroutine
    listed = await asyncio.gather(task, client.files.list(), asyncio.wait_for(client.batches.list(), 30))
    assert [len(page) for page in listed] == [1, 1, 1]
    never_sent = client.batches.list()
    never_sent.close()
    cancelled = asyncio.ensure_future(client.batches.list())
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled


async def test_a_list_that_is_not_awaited_says_what_to_write(client: AsyncGroq) -> None:
    listed: Any = client.batches.list()
    with pytest.raises(AttributeError, match=r"write \(await client\.\.\.\.list\(\)\)\.data"):
        _ = listed.data
    with pytest.raises(TypeError, match="write async for"):
        list(listed)
    assert not hasattr(listed, "__len__")


async def test_raw_and_streaming_responses_are_of_one_page(client: AsyncGroq) -> None:
    ids = await made(client, 3)
    raw = await client.batches.with_raw_response.list(**BY_TWO)
    assert [batch.id for batch in await raw.parse()] == ids[:2]
    async with client.batches.with_streaming_response.list(**BY_TWO) as response:
        assert [batch.id for batch in await response.parse()] == ids[:2]


async def test_files_go_on_where_a_server_sends_pages(client: AsyncGroq, server: LocalGroq) -> None:
    for number in range(3):
        await client.files.create(file=(f"{number}.jsonl", LINE), purpose="batch")
    assert len(await client.files.list()) == 3
    names = [file.filename async for file in client.files.list(**BY_TWO)]
    assert names == ["2.jsonl", "1.jsonl", "0.jsonl"]
    # The pages of OpenAI's API.
    first = {"object": "list", "data": [{"id": "a"}, {"id": "b"}], "has_more": True, "last_id": "b"}
    last = {**first, "data": [{"id": "c"}], "has_more": False}
    server.script(Fault(status=200, body=first), Fault(status=200, body=last))
    assert [file.id async for file in client.files.list()] == ["a", "b", "c"]
    assert queries(server, "/openai/v1/files")[-2:] == [{}, {"after": "b"}]


async def test_a_server_that_does_not_know_the_cursor_ends_the_pages(
    client: AsyncGroq, server: LocalGroq
) -> None:
    same = {"object": "list", "data": [{"id": "a"}], "paging": {"next_cursor": "c"}}
    server.script(Fault(status=200, body=same, times=None))
    assert [batch.id async for batch in client.batches.list()] == ["a", "a"]


async def test_an_error_of_a_later_page_is_raised_where_it_is_needed(
    client: AsyncGroq, server: LocalGroq
) -> None:
    ids = await made(client, 3)
    server.script(Fault(), Fault(status=500, times=3))
    batches = aiter(client.with_options(max_retries=0).batches.list(**BY_TWO))
    assert [(await anext(batches)).id for _ in range(2)] == ids[:2]
    with pytest.raises(InternalServerError):
        await anext(batches)


async def test_a_sync_list_is_its_first_page_and_iterates_over_all(
    client: AsyncGroq, server: LocalGroq
) -> None:
    ids = await made(client, 5)
    server.clear()

    def listed() -> None:
        with Groq(api_key="k", base_url=server.base_url) as groq:
            page = groq.batches.list(**BY_TWO)
            assert (len(page), page.next_cursor, len(queries(server))) == (2, ids[2], 1)
            assert [batch.id for batch in page] == ids
            assert [len(each.data) for each in page.iter_pages()] == [2, 2, 1]
            pages = list(page.iter_pages())
            assert [batch.id for batch in pages[1]] == ids[2:]  # this page and those after it
            assert [file.filename for file in groq.files.list()] == ["in.jsonl"]
            raw = groq.batches.with_raw_response.list(**BY_TWO).parse()
            assert [batch.id for batch in raw] == ids[:2]
            with groq.batches.with_streaming_response.list(**BY_TWO) as response:
                assert len(response.parse()) == 2
            for copied in (pickle.loads(pickle.dumps(page)), copy.copy(page), copy.deepcopy(page)):
                assert copied == page
                assert [batch.id for batch in copied] == ids[:2]  # without the client

    await asyncio.to_thread(listed)


def test_pages_without_a_client_do_not_go_on() -> None:
    page = FileListResponse.model_validate({"data": [{"id": "a"}], "paging": {"next_cursor": "c"}})
    assert [file.id for file in page] == ["a"]
    assert page.next_query() == {"cursor": "c"}
    with pytest.raises(TypeError, match=r"extra_query=\{'cursor': 'c'\}"):
        list(page.iter_pages())
    for last in ({}, {"data": [], "has_more": True}, {"data": [{"id": "a"}], "has_more": "yes"}):
        assert FileListResponse.model_validate(last).next_query() is None


@pytest.mark.parametrize("limit", ["0", "101", "x", "-1", "1.5"])
async def test_the_embedded_server_rejects_other_limits(client: AsyncGroq, limit: str) -> None:
    with pytest.raises(Exception, match="limit must be a number from 1 to 100"):
        await client.batches.list(extra_query={"limit": limit})


@pytest.mark.parametrize("body", ['{"data": "abc"}', '{"data": {"a": 1}, "has_more": true}', "null", "[1]"])
async def test_a_page_without_a_list_of_items_is_an_error(
    client: AsyncGroq, server: LocalGroq, body: str
) -> None:
    server.script(Fault(status=200, body=body, headers={"content-type": "application/json"}))
    with pytest.raises(TypeError, match="a page without a list of items"):
        _ = [batch async for batch in client.batches.list()]
