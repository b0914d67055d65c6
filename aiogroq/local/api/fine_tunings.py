"""The endpoints of `/v1/fine_tunings`, which exist under this prefix only. The objects are in memory."""

from __future__ import annotations

from typing import Any

from ..response import ApiError, ApiResponse, json_response
from .context import Context
from .file_store import unused_id
from .pages import page_of
from .request import ApiRequest
from .validation import fields, parse_object, text

_MAX_OBJECTS = 1000
_NAMES = ("base_model", "input_file_id", "name", "type")
_validate = fields({name: text(nonempty=True) for name in _NAMES}, _NAMES)


def create(context: Context, request: ApiRequest) -> ApiResponse:
    """`POST /v1/fine_tunings`: register an uploaded file. Nothing is trained."""
    body = parse_object(request.body)
    _validate(body, "")
    context.files.get(body["input_file_id"])
    if len(context.fine_tunings) >= _MAX_OBJECTS:
        raise ApiError(400, "you have reached the limit of fine tunings, please delete some")
    tuning_id = unused_id(context.ids, "ft", context.fine_tunings)
    tuning: dict[str, Any] = {
        "id": tuning_id,
        **{name: body[name] for name in _NAMES},
        "created_at": context.settings.now(),
        "fine_tuned_model": f"ft:{body['base_model']}:{body['name']}",
    }
    context.fine_tunings[tuning_id] = tuning
    return _read(tuning)


def list_fine_tunings(context: Context, request: ApiRequest) -> ApiResponse:
    """`GET /v1/fine_tunings`: newest first; all of them unless the query has a `limit`."""
    return page_of(request.query, list(reversed(context.fine_tunings.values())), default_items=None)


def retrieve(context: Context, request: ApiRequest) -> ApiResponse:
    """`GET /v1/fine_tunings/{id}`: one object, in `data`."""
    return _read(_get(context, request.target))


def delete(context: Context, request: ApiRequest) -> ApiResponse:
    """`DELETE /v1/fine_tunings/{id}`."""
    del context.fine_tunings[_get(context, request.target)["id"]]
    return json_response({"id": request.target, "object": "fine_tuning", "deleted": True})


def _get(context: Context, tuning_id: str) -> dict[str, Any]:
    tuning = context.fine_tunings.get(tuning_id)
    if tuning is None:
        raise ApiError(404, f"Fine tuning with id `{tuning_id}` was not found", "not_found")
    return tuning


def _read(tuning: dict[str, Any]) -> ApiResponse:
    return json_response({"id": tuning["id"], "object": "object", "data": tuning})
