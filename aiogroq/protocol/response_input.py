"""The ``input`` of a Responses request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from ..types._model import BaseModel
from ..types.responses.response import Response
from ..types.responses.response_output_item import ResponseOutputItem


def plain_input(given: object) -> Any:
    """Return the input as it is sent: items of a response with only the fields that a request may have.

    Raises `TypeError` for what is no item, `ValueError` if nothing is left to send.
    """
    if isinstance(given, str):
        return given
    if isinstance(given, (bytes, dict, BaseModel)) or not isinstance(given, Iterable):
        hint = "; pass response.output" if isinstance(given, Response) else ""
        raise TypeError(
            "input must be a text or a list of items such as [{'role': 'user', 'content': 'Hello'}], "
            f"not {type(cast('Any', given)).__name__}{hint}"
        )
    items = list(cast("Iterable[object]", given))
    params = [_param(item, position) for position, item in enumerate(items)]
    sent = [param for param in params if param is not None]
    if items and not sent:
        raise ValueError(
            "input has no item that a request can have: reasoning and executed tools are not sent. Add a message, such as "
            "{'role': 'user', 'content': 'Hello'}"
        )
    return sent


def _param(item: object, position: int) -> Any:
    if isinstance(item, ResponseOutputItem):
        return item.to_param()
    if isinstance(item, Response):
        raise TypeError(f"input[{position}] is a Response, which is no item; write *response.output")
    if isinstance(item, str):
        raise TypeError(
            f"input[{position}] is a text, which is no item; write {{'role': 'user', 'content': 'the text'}}"
        )
    if isinstance(item, BaseModel):
        raise TypeError(
            f"input[{position}] is of the type {type(item).__name__}, which is no item; "
            "write {'role': 'assistant', 'content': 'the text'}"
        )
    return item
