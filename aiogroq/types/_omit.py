"""The one sentinel for "not sent".

A keyword that is left out is not sent, ``None`` is sent as JSON ``null``, and `omit` (also spelled
``NOT_GIVEN`` and ``not_given``, the names that migrated code uses) is the same as leaving the keyword out.
So are the sentinels of other packages, which libraries written for those pass on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from typing_extensions import TypeIs


class Omit:
    """The type of `omit`. All instances mean the same: do not send this."""

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
    """Whether ``value`` means "not given": ours, or the sentinel of another package (``groq.NOT_GIVEN``,
    ``openai.omit``), told by the name of its class, so that none of them has to be imported."""
    return isinstance(value, Omit) or type(value).__name__ in _CLASS_NAMES
