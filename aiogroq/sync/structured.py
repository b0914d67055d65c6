"""`parse` and `parse_response` of the sync client. Responses are decoded in the thread of the caller: a type may have validators of the user."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import BadRequestError
from ..protocol.chat_arguments import check_names
from ..structured.modes import ModeName
from ..structured.request import PARSE_NAMES
from ..structured.steps import parse_steps, rejected_modes_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..types.chat.parsed_chat_completion import ParsedChatCompletion
    from ..types.responses.parsed_response import ParsedResponse

T = TypeVar("T")
R = TypeVar("R")


def parse(
    create: Callable[..., Any],
    response_format: TypeForm[T],
    params: Mapping[str, Any],
    *,
    max_reasks: int,
    strict: bool | None,
    mode: ModeName | None,
) -> ParsedChatCompletion[T]:
    """Create a completion with ``create``, a method of a sync client, until it has a value of a type."""
    __tracebackhide__ = True
    check_names(params, "parse", PARSE_NAMES)
    rejected = rejected_modes_of(create)
    return _drive(
        create,
        parse_steps(response_format, params, rejected, max_reasks=max_reasks, strict=strict, mode=mode),
    )


def parse_response(
    create: Callable[..., Any],
    text_format: TypeForm[T],
    params: Mapping[str, Any],
    *,
    max_reasks: int,
    strict: bool | None,
    mode: ModeName | None,
) -> ParsedResponse[T]:
    """Create a response with ``create``, a method of a sync client, until it has a value of a type."""
    __tracebackhide__ = True
    from ..structured.response_steps import response_steps

    rejected = rejected_modes_of(create)
    return _drive(
        create,
        response_steps(text_format, params, rejected, max_reasks=max_reasks, strict=strict, mode=mode),
    )


def _drive(create: Callable[..., Any], steps: Generator[dict[str, Any], Any, R]) -> R:
    """Send what ``steps`` yields, until it returns."""
    __tracebackhide__ = True
    response: Any = None
    while True:
        try:
            request = steps.send(response)
        except StopIteration as end:
            result: R = end.value
            return result
        try:
            response = create(**request)
        except BadRequestError as error:
            response = error
