"""The pages of sync ``list`` methods."""

from __future__ import annotations

from typing import Any, TypeVar

from ..resources._pages import AsyncPaginator
from ..types._pages import PageModel, PageQuery, bind_page
from ._base import run, to_sync

PageT = TypeVar("PageT", bound=PageModel)


def first_page(pages: AsyncPaginator[Any, PageT]) -> PageT:
    """Return the first page, which fetches the pages after it when it is iterated over.

    For the raw and streaming views it is a response, which does not.
    """
    __tracebackhide__ = True

    def bound(page: PageT) -> PageT:
        if isinstance(page, PageModel):  # pyright: ignore[reportUnnecessaryIsInstance]
            bind_page(page, fetch)
        return page

    def fetch(query: PageQuery) -> PageT:
        return bound(run(pages.fetch(query)))

    return bound(to_sync(run(pages)))
