"""Pages of the lists of objects."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from ..response import ApiError, ApiResponse, json_response

_MAX_ITEMS = 100


def page_of(query: str, items: list[dict[str, Any]], default_items: int | None = _MAX_ITEMS) -> ApiResponse:
    """Return a page of ``items``, with the cursor of the next one in ``paging`` unless it is the last.

    The query may have the ``cursor`` of a page (docs/batch) and ``limit``, 1 to 100 items, as in OpenAI's API; Groq
    documents no page size. Without a limit a page has ``default_items``, or all where that is None, whatever the cursor.
    Raises `ApiError` 400.
    """
    given = parse_qs(query)
    cursor, limit = given.get("cursor", [""])[0], given.get("limit", [""])[0]
    if limit and not (limit.isascii() and limit.isdigit() and 1 <= int(limit[:9]) <= _MAX_ITEMS):
        raise ApiError(400, f"limit must be a number from 1 to {_MAX_ITEMS}")
    size = int(limit) if limit else default_items
    if size is None:
        return json_response({"object": "list", "data": items})
    ids = [item["id"] for item in items]
    if cursor and cursor not in ids:
        raise ApiError(400, "cursor is not valid")
    start = ids.index(cursor) if cursor else 0
    result: dict[str, Any] = {"object": "list", "data": items[start : start + size]}
    if len(items) > start + size:
        result["paging"] = {"next_cursor": ids[start + size]}
    return json_response(result)
