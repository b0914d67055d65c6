"""`ParsedResponse`: a response whose text was decoded to a type. The value is no field: `to_dict` has what was sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from .response import Response

if TYPE_CHECKING:
    from ..chat.parsed_chat_completion import Reask

T = TypeVar("T")


class ParsedResponse(Response, Generic[T]):
    """A complete response. Its value is ``response.output_parsed``; ``usage`` is the sum of all requests of the call."""

    @property
    def output_parsed(self) -> T:
        """The text as the type that was asked for. None where no type was given."""
        return cast("T", self.__dict__.get("_parsed"))

    @property
    def reasks(self) -> tuple[Reask, ...]:
        """The responses before this one that did not match the type, oldest first."""
        return cast("tuple[Reask, ...]", self.__dict__.get("_reasks", ()))

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [*super().__rich_repr__(), ("output_parsed", self.output_parsed)]
