"""The one sentinel for "not sent".

A keyword that is left out is not sent, ``None`` is sent as JSON ``null``, and `omit` (also spelled
``NOT_GIVEN`` and ``not_given``, the names that migrated code uses) is the same as leaving the keyword out.
"""

from typing import Final, Literal


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
