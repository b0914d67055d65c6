"""`PageModel`: one page of a list, and the query of the page after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from ._model import BaseModel, ListModel
from ._struct import instance_dict
from ._typing import Self, TypeAlias

PageQuery: TypeAlias = dict[str, str]
"""The query parameters of a page: ``cursor`` or ``after``."""

_FETCH = "_fetch"


class PageModel(ListModel):
    """One page of a list. ``data`` has its items, and `len` and integer indexes apply to it.

    Iteration goes on to the pages after it if the sync client's ``list`` returned the page. It ends with ``data`` for a
    page that was awaited, one of a raw response, and one that was copied or unpickled: `has_next_page` says whether there
    is more. With the async client iterate over the call itself, ``async for item in client.batches.list()``.
    """

    def next_query(self) -> PageQuery | None:
        """Return the query of the next page, or None on the last one.

        It is the ``paging.next_cursor`` of Groq (docs/batch), or the last id where a server sends ``has_more``, as
        OpenAI's does.
        """
        paging = self.get("paging")
        cursor = cast("Any", paging).get("next_cursor") if isinstance(paging, (BaseModel, dict)) else None
        if cursor and isinstance(cursor, str):
            return {"cursor": cursor}
        data: Any = cast("Any", self).data
        if self.get("has_more") is not True or not data or not _is_list(data):
            return None
        items: list[Any] = data
        last = self.get("last_id") or getattr(items[-1], "id", None)
        return {"after": last} if last and isinstance(last, str) else None

    def has_next_page(self) -> bool:
        """Return whether the service has a page after this one."""
        return self.next_query() is not None

    def iter_pages(self) -> Iterator[Self]:
        """Yield this page and the pages after it. Raises `TypeError` for a page that is not of the sync client, if there
        are others after it."""
        fetch = cast("Callable[[PageQuery], Self] | None", instance_dict(self).get(_FETCH))
        page, queries = self, PageQueries()
        while True:
            yield page
            query = queries.after(page)
            if query is None:
                return
            if fetch is None:
                raise TypeError(
                    "this page fetches no others: write async for page in client....list().iter_pages(), or ask for the next "
                    f"one with extra_query={query}"
                )
            page = fetch(query)

    def _items(self) -> Iterator[Any]:
        if _FETCH not in self.__dict__:
            return iter(items_of(self))
        return (item for page in self.iter_pages() for item in items_of(page))

    def __iter__(self) -> Iterator[Any]:
        return self._items()

    def __reduce__(self) -> tuple[Any, ...]:
        rebuild, (cls, fields, instance) = super().__reduce__()
        instance.pop(_FETCH, None)  # it belongs to a client
        return rebuild, (cls, fields, instance)


def items_of(page: object) -> list[Any]:
    """Return the items of a page. Raises `TypeError` for one without a list, which a server may send."""
    data: Any = getattr(page, "data", None)
    if not _is_list(data):
        shown = (
            f"'data' is {type(data).__name__}"
            if isinstance(page, PageModel)
            else f"it is {type(page).__name__}"
        )
        raise TypeError(f"the service sent a page without a list of items: {shown}")
    items: list[Any] = data
    return items


def _is_list(value: object) -> bool:
    return isinstance(value, list)


class PageQueries:
    """The queries of the pages after a page. One that comes twice ends them: a server that does not know the parameter
    sends the same page again and again."""

    def __init__(self) -> None:
        self._seen: list[PageQuery] = []

    def after(self, page: PageModel) -> PageQuery | None:
        """Return the query of the page after ``page``, or None after the last one."""
        query = page.next_query() if isinstance(cast("object", page), PageModel) else None
        if query is None or query in self._seen:
            return None
        self._seen.append(query)
        return query


def bind_page(page: PageModel, fetch: Callable[[PageQuery], Any]) -> None:
    """Let ``page`` fetch the pages after it. ``fetch`` blocks, and returns a page that is bound too."""
    instance_dict(page)[_FETCH] = fetch
