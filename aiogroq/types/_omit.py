"""The sentinel for a parameter that is not sent.

A keyword that is left out is not sent, ``None`` is sent as JSON ``null``, and `omit` is the same as leaving the
keyword out. ``NOT_GIVEN`` and ``not_given`` are its names in the official package. The sentinels of other
packages are accepted too, as libraries written for those packages pass them on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from typing_extensions import TypeIs


class Omit:
    """The type of `omit`. All instances mean the same."""

    __slots__ = ()

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "omit"


NotGiven = Omit

omit: Final = Omit()
not_given: Final = omit
NOT_GIVEN: Final = omit

_CLASS_NAMES = frozenset({"Omit", "NotGiven"})


def is_omitted(value: object) -> TypeIs[Omit]:
    """Return whether ``value`` is `omit` or the sentinel of another package (``groq.NOT_GIVEN``,
    ``openai.omit``). Those are recognized by the name of their class, without importing the package."""
    return isinstance(value, Omit) or type(value).__name__ in _CLASS_NAMES
