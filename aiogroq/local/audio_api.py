from __future__ import annotations
from .context import Call, Context
from .reply import ApiError, Reply
def speech(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
def transcriptions(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
def translations(context: Context, call: Call) -> Reply:
    raise ApiError(501, "soon")
