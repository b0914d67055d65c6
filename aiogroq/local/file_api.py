from __future__ import annotations
from .context import Call, Context
from .reply import ApiError, Reply
def list_files(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
def create(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
def content(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
def info(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
def delete(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
