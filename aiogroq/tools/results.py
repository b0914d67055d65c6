"""What a tool returned, or raised, as the text that the model is told."""

from __future__ import annotations

from typing import Any, cast

import msgspec

from ..errors import ToolError


def result_text(name: str, value: object) -> str:
    """Return the text of a result: a str as it is, anything else as JSON. Raises `TypeError`, which names the tool."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()  # a lone surrogate cannot be sent
    if isinstance(value, (bytes, bytearray, memoryview)):
        raise TypeError(
            f"the tool {name} returned {type(cast('Any', value)).__name__}, which no model reads: return a str"
        )
    try:
        return msgspec.json.encode(value, enc_hook=_plain).decode()
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError) as error:
        raise TypeError(f"the result of the tool {name} cannot be sent as JSON: {error}") from None


def _plain(value: Any) -> Any:
    """Return what msgspec does not know as plain data: pydantic models and the like, numpy scalars and arrays."""
    if not isinstance(value, type):
        dump = getattr(value, "model_dump", None)
        if callable(dump):
            return dump(mode="json")
        for method in ("tolist", "to_dict"):
            plain = getattr(value, method, None)
            if callable(plain):
                return cast("Any", plain())
    raise TypeError(f"objects of type {type(value).__name__} are not supported")


def error_text(error: BaseException) -> str:
    """Return what the model is told of an error: the text of a `ToolError`; of any other the class and the text.

    Of a group it is told that of each error in it, too.
    """
    if isinstance(error, ToolError):
        return _text_of(error) or "Error"
    return f"Error: {_named(error)}"


def _named(error: BaseException) -> str:
    name, text = type(error).__name__, _text_of(error)
    named = f"{name}: {text}" if text else name
    inner: Any = getattr(error, "exceptions", None)  # of an ExceptionGroup, which Python 3.10 does not have
    if not isinstance(inner, tuple):
        return named
    return f"{named}: " + "; ".join(
        _named(each) for each in cast("Any", inner) if isinstance(each, BaseException)
    )


def _text_of(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # an error of the error's own __str__: its class is told
        return ""
    return text.encode("utf-8", "replace").decode()
