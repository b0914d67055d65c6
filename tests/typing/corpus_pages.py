"""Lists in pages: awaited, iterated over, page by page; async and sync."""

from __future__ import annotations

import asyncio

from typing_extensions import assert_type

from aiogroq import APIResponse, AsyncAPIResponse, AsyncGroq, AsyncPaginator, Groq, omit
from aiogroq.types import Batch, BatchListResponse, FileListResponse, FileObject


async def pages_awaited(client: AsyncGroq, cursor: str | None) -> None:
    assert_type(client.batches.list(), AsyncPaginator[Batch, BatchListResponse])
    page = await client.batches.list(cursor=cursor, timeout=5)
    assert_type(page, BatchListResponse)
    assert_type(page.next_cursor, str | None)
    assert_type(page.has_next_page(), bool)
    assert_type(list(page), list[Batch])
    async for batch in client.batches.list(cursor=omit):
        assert_type(batch, Batch)
    async for each in client.batches.list().iter_pages():
        assert_type(each, BatchListResponse)
    assert_type([file async for file in client.files.list()], list[FileObject])
    task = asyncio.create_task(client.files.list())
    assert_type(await task, FileListResponse)
    raw = await client.batches.with_raw_response.list(cursor="c")
    assert_type(raw, AsyncAPIResponse[BatchListResponse])


def pages_blocking(client: Groq) -> None:
    page = client.batches.list(cursor="c")
    assert_type(page, BatchListResponse)
    for batch in page:
        assert_type(batch, Batch)
    for each in page.iter_pages():
        assert_type(each, BatchListResponse)
    assert_type(list(client.files.list()), list[FileObject])
    assert_type(client.batches.with_raw_response.list(), APIResponse[BatchListResponse])
