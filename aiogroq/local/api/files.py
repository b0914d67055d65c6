"""The operations on files."""

from __future__ import annotations

from ..multipart import Part, parse_multipart
from ..response import ApiError, Reply, json_reply, refuse
from .context import Context
from .request import Call


def create(context: Context, call: Call) -> Reply:
    """`POST /files`: a form with `file` and `purpose`."""
    parts = {part.name: part for part in parse_multipart(call.body, call.content_type)}
    file, purpose = parts.get("file"), parts.get("purpose")
    if file is None:
        refuse("'file' : property 'file' is missing")
    if purpose is None:
        refuse("'purpose' : property 'purpose' is missing")
    for name in parts:
        if name not in ("file", "purpose"):
            refuse(f"property '{name[:64]}' is unsupported")
    if purpose.text != "batch":
        refuse("'purpose' : value must be one of [batch]")
    return _store(context, file)


def list_files(context: Context, call: Call) -> Reply:
    """`GET /files`."""
    return json_reply({"object": "list", "data": context.files.all()})


def info(context: Context, call: Call) -> Reply:
    """`GET /files/{id}`."""
    return json_reply(context.files.get(call.target))


def content(context: Context, call: Call) -> Reply:
    """`GET /files/{id}/content`."""
    return Reply(200, context.files.content(call.target), content_type="application/octet-stream")


def delete(context: Context, call: Call) -> Reply:
    """`DELETE /files/{id}`."""
    context.files.delete(call.target)
    return json_reply({"id": call.target, "object": "file", "deleted": True})


def _store(context: Context, file: Part) -> Reply:
    if not file.content:
        refuse("file is empty")
    if len(file.content) > context.settings.max_file_bytes:
        raise ApiError(413, "Request Entity Too Large", "request_too_large")
    name = file.filename or "upload"
    return json_reply(context.files.add(context.ids, name, "batch", file.content, context.settings.now()))
