"""Whether a stream that has ended came whole: decided by what the stream itself has shown.

A chat stream has shown its end when every choice has a finish reason, or when the usage of the whole request came (in a
chunk without choices, or in ``x_groq``) and no content after it. With that it is whole, with ``[DONE]`` or without. Where it has not:

* a body that ends without ``[DONE]`` is cut, however orderly HTTP's own end is: a proxy ends what its server left open;
* ``[DONE]`` alone is not believed of a server that knows finish reasons, which it shows by sending the field, as null in most
  chunks (a llama.cpp server ends a stream so when another request interrupts it), nor where no choice has come;
* a server that never sends the field is believed, as long as the body does not break off after ``[DONE]``.

A stream of anything else is whole with ``[DONE]`` and a body that does not break off after it. Without ``[DONE]`` it is
cut where it ends within an event, where the body has neither Content-Length nor chunks (its end is then the same as that of its
connection), and where the last event is a chat chunk without a finish reason.
"""

from __future__ import annotations

from typing import Any, cast

from ..types._decode import NotJSONError, decode_untyped
from .accumulate import LazyAccumulator

DONE = b"[DONE]"
"""The event that ends a stream of most services."""

_WITHIN_AN_EVENT = "The stream broke off within an event."
_AFTER_DONE = "The stream broke off: the connection broke after [DONE], and the stream had no other end."


def is_whole(data: bytes) -> bool:
    """Whether the data of a stream's last event, which lacks its blank line, cannot be the beginning of a longer one."""
    if data == DONE:
        return True
    if not data.startswith((b"{", b"[")):
        return False
    try:
        decode_untyped(data)
    except NotJSONError:
        return False
    return True


def chat_cut_at_done(kept: LazyAccumulator, *, is_broken: bool) -> str | None:
    """Why a chat stream that ended with ``[DONE]`` is cut, or None. ``is_broken``: the body broke off after it."""
    if kept.is_finished:
        return None
    if not kept.accumulated().has_choices:
        return "The stream broke off: it ended with [DONE] before any choice had come."
    if kept.has_finish_reason_field:
        return "The stream broke off: it ended with [DONE], but without a finish reason."
    return _AFTER_DONE if is_broken else None


def chat_cut_at_end(kept: LazyAccumulator, *, is_within_event: bool) -> str | None:
    """Why a chat stream whose body ended without ``[DONE]`` is cut, or None."""
    if not kept.is_finished:
        return "The stream broke off: it ended without [DONE] and without a finish reason."
    return _WITHIN_AN_EVENT if is_within_event else None


def other_cut_at_done(*, is_broken: bool) -> str | None:
    """Why a stream of something else that ended with ``[DONE]`` is cut, or None."""
    return _AFTER_DONE if is_broken else None


def other_cut_at_end(last: bytes, *, is_within_event: bool, is_framed: bool) -> str | None:
    """Why a stream of something else whose body ended without ``[DONE]`` is cut, or None. ``last`` is its last event."""
    if is_within_event:
        return _WITHIN_AN_EVENT
    if not is_framed:
        return (
            "The stream broke off, or ended: it has no [DONE], and its body has neither a Content-Length nor chunks, so that "
            "the two cannot be told apart."
        )
    if _is_unfinished_chunk(last):
        return "The stream broke off: it ended without [DONE] and without a finish reason."
    return None


def _is_unfinished_chunk(event: bytes) -> bool:
    try:
        chunk: Any = decode_untyped(event)
    except NotJSONError:
        return False
    if not isinstance(chunk, dict):
        return False
    chunk = cast("dict[str, Any]", chunk)
    choices = chunk.get("choices")
    if chunk.get("object") != "chat.completion.chunk" or not isinstance(choices, list):
        return False
    return any(
        not (isinstance(choice, dict) and cast("dict[str, Any]", choice).get("finish_reason"))
        for choice in cast("list[object]", choices)
    )
