"""`parse`: sends the requests of `parse_steps` with an async client."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import BadRequestError
from .modes import ModeName
from .steps import parse_steps, rejected_modes_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..types.chat.parsed_chat_completion import ParsedChatCompletion

T = TypeVar("T")


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
    steps = parse_steps(
        response_format,
        params,
        rejected_modes_of(create),
        max_reasks=max_reasks,
        strict=strict,
        mode=mode,
    )
    response: Any = None
    while True:
        try:
            request = steps.send(response)
        except StopIteration as end:
            completion: ParsedChatCompletion[T] = end.value
            return completion
        try:
            response = await create(**request)
        except BadRequestError as error:
            response = error
