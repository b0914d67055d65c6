"""The calls of batches to the service: each step is done once, however often its response is lost.

Uploads and batches have no key that makes a second request harmless. So they are sent without the retries of the client, and
after a failure that leaves open whether they arrived, the service is asked first: for the file by its name, for the batch by
its metadata, on all pages.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from ...client import AsyncGroq
from ...errors import APIConnectionError, APIError, APIStatusError, RateLimited
from ...types._pages import PageModel, PageQueries
from ...types.batches import Batch
from ...types.files import FileObject
from .polls import Sleep

T = TypeVar("T")
JOB_FIELD = "aiogroq_job"
PART_FIELD = "part"
MAX_ATTEMPTS = 6
FIRST_WAIT_S = 1.0
MAX_WAIT_S = 60.0
_TRANSIENT_STATUSES = frozenset({408, 429, 498})
_PERMANENT_CODES = frozenset({"insufficient_quota", "request_too_large"})


def is_transient(error: APIError) -> bool:
    """Return whether the same call may succeed later."""
    if isinstance(error, APIStatusError):
        status = error.status_code
        return (status in _TRANSIENT_STATUSES or status >= 500) and error.code not in _PERMANENT_CODES
    return isinstance(error, APIConnectionError)


class BatchService:
    """The files and batches of one job at the service."""

    def __init__(self, client: AsyncGroq, job: str, sleep: Sleep) -> None:
        self._client = client = client.with_options(pacing=None)
        self._client_without_retries = client.with_options(max_retries=0)
        self._job = job
        self._sleep = sleep

    def file_name(self, part: int) -> str:
        """Return the name of the file of a part at the service."""
        return f"aiogroq-{self._job}-{part}.jsonl"

    async def upload(self, part: int, path: Path, *, may_exist: bool) -> str:
        """Upload the requests of a part and return the id of the file.

        ``may_exist``: an earlier run may have uploaded it. Raises the error of the last attempt.
        """

        async def look_up() -> str | None:
            return await self._find_file(self.file_name(part))

        async def send() -> str:
            files = self._client_without_retries.files
            return (await files.create(file=(self.file_name(part), path), purpose="batch")).id

        return await self._do_once(look_up, send, is_looked_up=may_exist)

    async def create(self, part: int, file_id: str, endpoint: str, window: str) -> Batch:
        """Create the batch of a part. Raises the error of the last attempt."""

        async def look_up() -> Batch | None:
            return await self.find_batch(part)

        async def send() -> Batch:
            return await self._client_without_retries.batches.create(
                input_file_id=file_id,
                endpoint=endpoint,
                completion_window=window,
                metadata={JOB_FIELD: self._job, PART_FIELD: str(part)},
            )

        return await self._do_once(look_up, send, is_looked_up=False)

    async def find_batch(self, part: int) -> Batch | None:
        """Return the batch of a part; of several the oldest. None if there is none."""
        wanted = {JOB_FIELD: self._job, PART_FIELD: str(part)}

        def is_wanted(batch: Batch) -> bool:
            return wanted.items() <= (batch.metadata or {}).items()

        found = await self._find(self._client.batches.list, is_wanted)
        return min(found, key=lambda batch: batch.created_at, default=None)

    async def retrieve(self, batch_id: str) -> Batch:
        """Return the present state of a batch. Raises `APIError`."""
        return await self._client.batches.retrieve(batch_id)

    async def download(self, file_id: str, path: Path) -> None:
        """Download a file whole. Raises the error of the last attempt."""

        async def get() -> bool:
            async with self._client.files.with_streaming_response.content(file_id) as response:
                await response.stream_to_file(path)
            return True

        await self._patiently(get)

    async def _find_file(self, name: str) -> str | None:
        def is_wanted(file: FileObject) -> bool:
            return file.filename == name

        found = await self._find(self._client.files.list, is_wanted)
        return min(found, key=lambda file: file.created_at).id if found else None

    async def _find(
        self, list_page: Callable[..., Awaitable[PageModel]], is_wanted: Callable[[T], bool]
    ) -> list[T]:
        """Return what is wanted of a list, from all its pages."""
        found: list[T] = []
        queries, query = PageQueries(), dict[str, str]()
        while True:
            page = await self._patiently(partial(list_page, extra_query=query))
            found += filter(is_wanted, page)
            following = queries.after(page)
            if following is None:
                return found
            query = following

    async def _do_once(
        self,
        look_up: Callable[[], Awaitable[T | None]],
        send: Callable[[], Awaitable[T]],
        *,
        is_looked_up: bool,
    ) -> T:
        attempt = 0
        while True:
            if is_looked_up and (found := await look_up()) is not None:
                return found
            attempt += 1
            try:
                return await send()
            except APIError as error:
                if not is_transient(error) or attempt == MAX_ATTEMPTS:
                    raise
                # First the wait, then the look-up: the service may still be busy with the request.
                await self._sleep(wait_s(error, attempt))
            is_looked_up = True

    async def _patiently(self, get: Callable[[], Awaitable[T]]) -> T:
        async def nothing() -> None:
            return None

        return await self._do_once(nothing, get, is_looked_up=False)


def wait_s(error: APIError, attempt: int) -> float:
    """Return the seconds before the next attempt: what the service asks for, or doubled with each attempt."""
    asked_s = error.retry_after_s if isinstance(error, RateLimited) else None
    return min(MAX_WAIT_S, asked_s if asked_s is not None else FIRST_WAIT_S * 2 ** (attempt - 1))
