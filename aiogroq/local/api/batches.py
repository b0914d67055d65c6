"""The endpoints of `/batches`."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from ..response import ApiResponse, json_response, reject
from .batch_runner import ENDPOINTS
from .context import Context
from .pages import page_of
from .request import ApiRequest
from .validation import fields, mapping, nullable, parse_object, text

_MAX_IDS = 200
_WINDOW = re.compile(r"(\d{1,4})([hd])")
_validate = fields(
    {
        "input_file_id": text(nonempty=True),
        "endpoint": text(choices=ENDPOINTS),
        "completion_window": text(nonempty=True),
        "metadata": nullable(mapping(text())),
    },
    ["input_file_id", "endpoint", "completion_window"],
)


def create(context: Context, request: ApiRequest) -> ApiResponse:
    """`POST /batches`: create a batch and start it in the background."""
    body = parse_object(request.body)
    _validate(body, "")
    window_s = _window_s(body["completion_window"])
    if context.files.get(body["input_file_id"])["purpose"] != "batch":
        reject("input file must have the purpose 'batch'")
    return json_response(context.batches.add(body, window_s))


def list_batches(context: Context, request: ApiRequest) -> ApiResponse:
    """`GET /batches`: newest first, in pages (`page_of`). `?id=a&id=b` selects batches by id."""
    batches: list[dict[str, Any]] = context.batches.all()
    selected = parse_qs(request.query).get("id", [])[:_MAX_IDS]
    if selected:
        batches = [batch for batch in batches if batch["id"] in selected]
    return page_of(request.query, batches)


def retrieve(context: Context, request: ApiRequest) -> ApiResponse:
    """`GET /batches/{id}`: one batch object."""
    return json_response(context.batches.get(request.target))


def cancel(context: Context, request: ApiRequest) -> ApiResponse:
    """`POST /batches/{id}/cancel`: stop a batch. Finished lines stay in the output file."""
    return json_response(context.batches.cancel(request.target))


def _window_s(window: str) -> int:
    match = _WINDOW.fullmatch(window)
    hours = int(match[1]) * (24 if match[2] == "d" else 1) if match else 0
    if not 24 <= hours <= 7 * 24:
        reject("completion_window must be between 24h and 7d")
    return hours * 3600
