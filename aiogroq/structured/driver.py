"""`parse` and `parse_response`: send the requests of `parse_steps` and `response_steps` with an async client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import BadRequestError
from ..protocol.chat_arguments import check_names
from .modes import ModeName
from .request import PARSE_NAMES
from .steps import parse_steps, rejected_modes_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..types.chat.parsed_chat_completion import ParsedChatCompletion
    from ..types.responses.parsed_response import ParsedResponse

T = TypeVar("T")
R = TypeVar("R")


async def parse(
    create: Callable[..., Awaitable[Any]],
    response_format: TypeForm[T],
    params: Mapping[str, Any],
    *,
    max_reasks: int,
    strict: bool | None,
    mode: ModeName | None,
) -> ParsedChatCompletion[T]:
    """Create a completion with ``create``, a method of an async client, until it has a value of a type.

    `parse_steps` has the rules.
    """
    check_names(params, "parse", PARSE_NAMES)
    rejected = rejected_modes_of(create)
    return await _drive(
        create,
        parse_steps(response_format, params, rejected, max_reasks=max_reasks, strict=strict, mode=mode),
    )


async def parse_response(
    create: Callable[..., Awaitable[Any]],
    text_format: TypeForm[T],
    params: Mapping[str, Any],
    *,
    max_reasks: int,
    strict: bool | None,
    mode: ModeName | None,
) -> ParsedResponse[T]:
    """Create a response with ``create``, a method of an async client, until it has a value of a type.

    `response_steps` has the rules.
    """
    from .response_steps import response_steps

    rejected = rejected_modes_of(create)
    return await _drive(
        create,
        response_steps(text_format, params, rejected, max_reasks=max_reasks, strict=strict, mode=mode),
    )


async def _drive(create: Callable[..., Awaitable[Any]], steps: Generator[dict[str, Any], Any, R]) -> R:
    """Send what ``steps`` yields, until it returns."""
    response: Any = None
    while True:
        try:
            request = steps.send(response)
        except StopIteration as end:
            result: R = end.value
            return result
        try:
            response = await create(**request)
        except BadRequestError as error:
            response = error
