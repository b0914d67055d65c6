"""The endpoints of `/files`."""

from __future__ import annotations

from ..multipart import Part, parse_multipart
from ..response import ApiError, ApiResponse, json_response, reject
from .context import Context
from .pages import page_of
from .request import ApiRequest


def create(context: Context, request: ApiRequest) -> ApiResponse:
    """`POST /files`: store the file of a form with `file` and `purpose`."""
    parts = {part.name: part for part in parse_multipart(request.body, request.content_type)}
    file, purpose = parts.get("file"), parts.get("purpose")
    if file is None:
        reject("'file' : property 'file' is missing")
    if purpose is None:
        reject("'purpose' : property 'purpose' is missing")
    for name in parts:
        if name not in ("file", "purpose"):
            reject(f"property '{name[:64]}' is unsupported")
    if purpose.text != "batch":
        reject("'purpose' : value must be one of [batch]")
    return _store(context, file)


def list_files(context: Context, request: ApiRequest) -> ApiResponse:
    """`GET /files`: the file objects, newest first; all of them unless the query has a `limit`."""
    return page_of(request.query, context.files.all(), default_items=None)


def retrieve(context: Context, request: ApiRequest) -> ApiResponse:
    """`GET /files/{id}`: one file object."""
    return json_response(context.files.get(request.target))


def content(context: Context, request: ApiRequest) -> ApiResponse:
    """`GET /files/{id}/content`: the bytes of the file."""
    return ApiResponse(200, context.files.content(request.target), content_type="application/octet-stream")


def delete(context: Context, request: ApiRequest) -> ApiResponse:
    """`DELETE /files/{id}`: delete the object and the content."""
    context.files.delete(request.target)
    return json_response({"id": request.target, "object": "file", "deleted": True})


def _store(context: Context, file: Part) -> ApiResponse:
    if not file.content:
        reject("file is empty")
    if len(file.content) > context.settings.max_file_bytes:
        raise ApiError(413, "Request Entity Too Large", "request_too_large")
    name = file.filename or "upload"
    return json_response(context.files.add(context.ids, name, "batch", file.content, context.settings.now()))
