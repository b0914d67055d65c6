"""Texts of displays: numbers, prices, bars, and names that fit a width and an encoding."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from ...limits import KINDS
from ..progress import LimitState

_BLOCKS = "━╾─…"


class Charset:
    """What can be shown where text has an encoding."""

    def __init__(self, encoding: str | None) -> None:
        self._encoding = encoding or "utf-8"
        self.has_blocks: bool = self._encode(_BLOCKS, "strict") == _BLOCKS
        """Whether the characters of bars can be shown. Otherwise everything is ASCII."""
        self.ellipsis: str = "…" if self.has_blocks else "..."

    def clean(self, text: str) -> str:
        """Return a text of the user's on one line, without control characters and what cannot be shown."""
        return self.encodable("".join(char if char.isprintable() else " " for char in text))

    def encodable(self, text: str) -> str:
        """Return a text with escapes for what cannot be shown."""
        return self._encode(text, "backslashreplace") or ""

    def _encode(self, text: str, errors: str) -> str | None:
        try:
            return text.encode(self._encoding, errors).decode(self._encoding)
        except (UnicodeError, LookupError):
            return None if errors == "strict" else text.encode("ascii", errors).decode()

    def bar(self, share: float, width: int) -> tuple[str, str]:
        """Return the filled and the empty part of a bar, together ``width`` columns."""
        share = min(1.0, max(0.0, share))
        if not self.has_blocks:
            filled = int(share * width)
            return "#" * filled, "." * (width - filled)
        filled, half = divmod(int(share * width * 2), 2)
        return "━" * filled + "╾" * half, "─" * (width - filled - half)

    def fit(self, text: str, width: int) -> str:
        """Return ``text`` in at most ``width`` columns: the middle is left out, both ends stay."""
        if cells(text) <= width:
            return text
        left = width - len(self.ellipsis)
        if left < 2:
            return _head(text, width)
        tail = _head(text[::-1], left // 2)[::-1]
        return _head(text, left - cells(tail)) + self.ellipsis + tail


def cells(text: str) -> int:
    """Return how many columns a text has in a terminal."""
    if text.isascii():
        return len(text)
    return sum(_cells_of(char) for char in text)


def _cells_of(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _head(text: str, width: int) -> str:
    """Return as much of the start of a text as has room in ``width`` columns."""
    if text.isascii():
        return text[: max(0, width)]
    end, used = 0, 0
    for end, char in enumerate(text):
        used += _cells_of(char)
        if used > width:
            return text[:end]
    return text


def padded(text: str, width: int) -> str:
    """Return ``text`` with spaces up to ``width`` columns."""
    return text + " " * (width - cells(text))


def percent(part: float, whole: float) -> str:
    """Return a share as ``61 %``. Rounded down: 100 % is all."""
    return f"{min(100, math.floor(100 * part / whole)) if whole else 100} %"


def short(number: float) -> str:
    """Return a number in at most five columns: ``999``, ``12.3K``, ``250K``, ``1.2M``."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "K")):
        if number >= size:
            return f"{number / size:.3g}{unit}" if number < 999.5 * size else f"{number / size:,.0f}{unit}"
    return f"{number:.0f}"


def price(usd: float) -> str:
    """Return dollars as ``$1.84``; below a cent with two digits or more, as ``$0.0042`` or ``$0.000051``; from 1,000 on as ``$1,235``."""
    digits = max(4, 1 - math.floor(math.log10(usd))) if 0 < usd < 0.01 else 0 if usd >= 1000 else 2
    return f"${usd:,.{digits}f}"


def costs(cost_usd: float | None, expected_usd: float | None) -> str:
    """Return the cost so far and that of the whole job, as ``$1.84 of $3.02``."""
    if cost_usd is None:
        return "unknown"
    return price(cost_usd) if expected_usd is None else f"{price(cost_usd)} of {price(expected_usd)}"


def in_order(limits: Iterable[LimitState]) -> list[LimitState]:
    """Return limits in the order of `KINDS`: one that is learned later must not move the others about."""
    order = [*KINDS]
    return sorted(limits, key=lambda limit: order.index(limit.kind) if limit.kind in KINDS else len(order))


def per_window(window_s: float) -> str:
    """Return the window of a limit in words."""
    return {60.0: "a minute", 3_600.0: "an hour", 86_400.0: "a day"}.get(window_s, f"in {window_s:,.0f} s")
