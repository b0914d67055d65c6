from __future__ import annotations
from .context import Call, Context
from .reply import ApiError, Reply
def list_batches(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
def create(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
def cancel(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
def retrieve(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
