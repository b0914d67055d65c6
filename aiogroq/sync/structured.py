"""`parse` of the sync client. Responses are decoded in the thread of the caller: a type may have validators of the user."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import BadRequestError
from ..structured.modes import ModeName
from ..structured.steps import parse_steps, rejected_modes_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from ..types.chat.parsed_chat_completion import ParsedChatCompletion

T = TypeVar("T")


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
            response = create(**request)
        except BadRequestError as error:
            response = error
