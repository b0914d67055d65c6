"""The kinds of rate limits that the service has, their windows, and `Limits`: the numbers of one account and model.

https://console.groq.com/docs/rate-limits. Every kind is a token bucket that refills evenly over its window: the retry-after
of an error text is ``(used + requested - limit) * window / limit``, for minutes as for days.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ..protocol.arguments import did_you_mean


@dataclass(frozen=True)
class LimitKind:
    """One kind of rate limit."""

    name: str
    """Its name in error texts, such as ``TPM``."""
    unit: Literal["requests", "tokens", "seconds"]
    """What it counts; ``seconds`` are those of audio."""
    window_s: float
    """The time in which an empty bucket becomes full."""
    option: str
    """Its name in `Limits`."""


KINDS: Mapping[str, LimitKind] = {
    kind.name: kind
    for kind in (
        LimitKind("RPM", "requests", 60.0, "rpm"),
        LimitKind("RPD", "requests", 86_400.0, "rpd"),
        LimitKind("TPM", "tokens", 60.0, "tpm"),
        LimitKind("TPD", "tokens", 86_400.0, "tpd"),
        LimitKind("ITPM", "tokens", 60.0, "itpm"),
        LimitKind("OTPM", "tokens", 60.0, "otpm"),
        LimitKind("ASPH", "seconds", 3_600.0, "ash"),
        LimitKind("ASPD", "seconds", 86_400.0, "asd"),
    )
}

IN_HEADERS: Mapping[str, str] = {"RPD": "requests", "TPM": "tokens"}
"""The kinds that headers of responses have, with the last word of their names there."""


@dataclass(frozen=True)
class Limits:
    """The limits of an account for one model. None is not known: it is learned from responses."""

    rpm: float | None = None
    """Requests per minute."""
    rpd: float | None = None
    """Requests per day."""
    tpm: float | None = None
    """Tokens per minute."""
    tpd: float | None = None
    """Tokens per day."""
    itpm: float | None = None
    """Prompt tokens per minute."""
    otpm: float | None = None
    """Completion tokens per minute."""
    ash: float | None = None
    """Seconds of audio per hour."""
    asd: float | None = None
    """Seconds of audio per day."""

    def __post_init__(self) -> None:
        for kind in KINDS.values():
            value = getattr(self, kind.option)
            if value is None:
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise TypeError(f"{kind.option} must be a number or None, not {value!r}")
            if not 0 < value < float("inf"):
                raise ValueError(f"{kind.option} must be > 0, not {value!r}; None means that it is not known")

    @classmethod
    def parse(cls, text: str) -> Limits:
        """Return the limits that a text such as ``rpm=30,tpm=6K`` names; K and M are thousands and millions.

        Raises `ValueError` for a name that is no limit, and for a value that is no number above zero, and for a limit
        that is named twice.
        """
        found: dict[str, float] = {}
        for part in filter(None, (part.strip() for part in text.split(","))):
            name, _, value = (side.strip().lower() for side in part.partition("="))
            name = _OPTION_OF.get(name, name)
            if name not in _OPTION_OF.values():
                hint = (
                    did_you_mean(name, _OPTION_OF.values())
                    or f"; limits are {', '.join(_OPTION_OF.values())}"
                )
                raise ValueError(f"{part!r} names no limit{hint}")
            if name in found:
                raise ValueError(f"{text!r} names {name} twice")
            if "=" in value:
                raise ValueError(
                    f"{part!r} names several limits without a comma; write them as rpm=30,tpm=6000"
                )
            factor = {"k": 1e3, "m": 1e6}.get(value[-1:], 1.0)
            try:
                number = float(value[:-1] if factor > 1 else value) * factor
            except ValueError:
                raise ValueError(f"{part!r} has no number; write it as {name}=6000 or {name}=6K") from None
            found[name] = number
        if not found:
            raise ValueError(f"{text!r} names no limits; write them as rpm=30,tpm=6000")
        return cls(**found)

    def by_kind(self) -> dict[str, float]:
        """Return the known limits, by the name of their kind."""
        values = ((kind.name, getattr(self, kind.option)) for kind in KINDS.values())
        return {name: value for name, value in values if value is not None}


_OPTION_OF = {kind.name.lower(): kind.option for kind in KINDS.values()} | {
    kind.option: kind.option for kind in KINDS.values()
}
"""The option of a limit, by each name that it has in a text."""
