"""How durations are written: for readers (`duration`) and in displays that change (`clock_time`)."""

from __future__ import annotations

_STEPS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "m"), (60, "m", 1, "s"))


def duration(seconds: float) -> str:
    """Return seconds as ``2 d 4 h``, ``4 h 12 m``, ``5 m 3 s`` or ``12 s``."""
    left = round(max(0.0, seconds))
    for size, unit, smaller, smaller_unit in _STEPS:
        if left >= size:
            rest = left % size // smaller
            return f"{left // size} {unit} {rest} {smaller_unit}" if rest else f"{left // size} {unit}"
    return f"{left} s"


def clock_time(seconds: float) -> str:
    """Return seconds as ``00:07:12``, from a day on as ``2 d 04:10``. The width changes only at a day."""
    left = int(max(0.0, seconds))
    days, left = divmod(left, 86_400)
    if days:
        return f"{days:,} d {left // 3600:02}:{left % 3600 // 60:02}"
    return f"{left // 3600:02}:{left % 3600 // 60:02}:{left % 60:02}"
