"""`AsyncPaginator`: what the ``list`` methods return."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Generator, Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from ..protocol.arguments import require_mapping
from ..protocol.request import build
from ..types._pages import PageModel, PageQueries, PageQuery, items_of

if TYPE_CHECKING:
    from ..transport.call import Transport

ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT", bound=PageModel)


class AsyncPaginator(Coroutine[Any, Any, PageT], Generic[ItemT, PageT]):
    """The pages of a list: ``await`` it for the first one, or iterate over the items of all of them.

    It is a coroutine too, for `asyncio.create_task` and the like. Each iteration begins anew. Nothing is sent before.
    """

    def __init__(self, fetch: Callable[[PageQuery], Coroutine[Any, Any, PageT]]) -> None:
        self.fetch: Callable[[PageQuery], Coroutine[Any, Any, PageT]] = fetch
        """Return the page of a query."""
        self._first: Coroutine[Any, Any, PageT] | None = None

    def _coroutine(self) -> Coroutine[Any, Any, PageT]:
        if self._first is None:
            self._first = self.fetch({})
        return self._first

    def __await__(self) -> Generator[Any, Any, PageT]:
        return self._coroutine().__await__()

    def send(self, value: Any) -> Any:
        """Continue the coroutine of the first page."""
        return self._coroutine().send(value)

    def throw(self, *error: Any) -> Any:
        """Raise an exception in the coroutine of the first page."""
        return self._coroutine().throw(*error)

    def close(self) -> None:
        """Close the coroutine of the first page, if it was started."""
        if self._first is not None:
            self._first.close()

    if not TYPE_CHECKING:
        # At run time only: type checkers report it themselves.
        def __getattr__(self, name: str) -> Any:
            raise AttributeError(
                f"a list has no {name!r} before it is awaited: write (await client....list()).{name}, or iterate over all "
                "pages with async for"
            )

        def __iter__(self) -> Any:
            raise TypeError(
                "this list is async: write async for, or for item in await client....list() for one page"
            )

    async def iter_pages(self) -> AsyncIterator[PageT]:
        """Yield the pages, each with its items in ``data``. Raises the errors of the requests."""
        page, queries = await self.fetch({}), PageQueries()
        while True:
            yield page
            query = queries.after(page)
            if query is None:
                return
            page = await self.fetch(query)

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for page in self.iter_pages():
            for item in items_of(page):
                yield item


def paginator(
    transport: Transport,
    path: str,
    returns: type[PageT],
    options: Mapping[str, Any],
    query: Mapping[str, Any],
) -> AsyncPaginator[Any, PageT]:
    """Return the pages of ``GET path``. ``query`` are the parameters of the endpoint for the first page."""

    async def fetch(following: PageQuery) -> PageT:
        given = options
        if following:  # over what the caller gave for the first page
            first = require_mapping("extra_query", options.get("extra_query"))
            given = {**options, "extra_query": {**first, **following}}
        return await transport.send(build("GET", path, returns, None, given, query=query))

    return AsyncPaginator(fetch)
