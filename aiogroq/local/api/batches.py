"""The operations on batches."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from ..response import ApiError, Reply, json_reply, refuse
from .batch_runner import ENDPOINTS
from .context import Context
from .request import Call
from .validation import fields, mapping, nullable, parse_object, text

_PAGE = 100
_MAX_IDS = 200
_WINDOW = re.compile(r"(\d{1,4})([hd])")
_request = fields(
    {
        "input_file_id": text(nonempty=True),
        "endpoint": text(choices=ENDPOINTS),
        "completion_window": text(nonempty=True),
        "metadata": nullable(mapping(text())),
    },
    ["input_file_id", "endpoint", "completion_window"],
)


def create(context: Context, call: Call) -> Reply:
    """`POST /batches`; the batch runs by itself from here on."""
    body = parse_object(call.body)
    _request(body, "")
    window_s = _window_s(body["completion_window"])
    if context.files.get(body["input_file_id"])["purpose"] != "batch":
        refuse("input file must have the purpose 'batch'")
    return json_reply(context.batches.add(body, window_s))


def list_batches(context: Context, call: Call) -> Reply:
    """`GET /batches`, newest first, in pages by `cursor`; `?id=a&id=b` gets those batches only."""
    query = parse_qs(call.query)
    batches: list[dict[str, Any]] = context.batches.all()
    wanted = query.get("id", [])[:_MAX_IDS]
    if wanted:
        batches = [batch for batch in batches if batch["id"] in wanted]
    cursor = query.get("cursor", [""])[0]
    known = [batch["id"] for batch in batches]
    if cursor and cursor not in known:
        raise ApiError(400, "cursor is not valid")
    start = known.index(cursor) if cursor else 0
    page = batches[start : start + _PAGE]
    answer: dict[str, Any] = {"object": "list", "data": page}
    if len(batches) > start + _PAGE:
        answer["paging"] = {"next_cursor": known[start + _PAGE]}
    return json_reply(answer)


def retrieve(context: Context, call: Call) -> Reply:
    """`GET /batches/{id}`."""
    return json_reply(context.batches.get(call.target))


def cancel(context: Context, call: Call) -> Reply:
    """`POST /batches/{id}/cancel`; what is done already stays in the output file."""
    return json_reply(context.batches.cancel(call.target))


def _window_s(window: str) -> int:
    found = _WINDOW.fullmatch(window)
    hours = int(found[1]) * (24 if found[2] == "d" else 1) if found else 0
    if not 24 <= hours <= 7 * 24:
        refuse("completion_window must be between 24h and 7d")
    return hours * 3600
