"""Pages of the lists of objects."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from ..response import ApiError, ApiResponse, json_response

_MAX_ITEMS = 100


def page_of(query: str, items: list[dict[str, Any]], default_items: int | None = _MAX_ITEMS) -> ApiResponse:
    """Return a page of ``items``, with the cursor of the next one in ``paging`` unless it is the last.

    The query may have the ``cursor`` of a page (docs/batch). As in OpenAI's API, whose client asks for pages without end
    otherwise, it may have ``after``, the id of the last item of the page before, and ``limit``, 1 to 100 items, and the
    page has ``has_more``. Groq documents no page size. Without a limit a page has ``default_items``, or all where that is
    None, whatever the cursor. Raises `ApiError` 400.
    """
    given = parse_qs(query)
    cursor, after, limit = (given.get(name, [""])[0] for name in ("cursor", "after", "limit"))
    if limit and not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= _MAX_ITEMS):
        raise ApiError(400, f"limit must be a number from 1 to {_MAX_ITEMS}")
    size = int(limit) if limit else default_items
    ids = [item["id"] for item in items]
    for name, value in (("cursor", cursor if size is not None else ""), ("after", after)):
        if value and value not in ids:
            raise ApiError(400, f"{name} is not valid")
    start = ids.index(after) + 1 if after else ids.index(cursor) if cursor and size is not None else 0
    end = len(items) if size is None else start + size
    result: dict[str, Any] = {"object": "list", "data": items[start:end], "has_more": len(items) > end}
    if result["has_more"]:
        result["paging"] = {"next_cursor": ids[end]}
    return json_response(result)
