"""How numbers are shown: durations, counts, prices, bars."""

from __future__ import annotations

from ..progress import LimitState, Progress

_EIGHTHS = " ▏▎▍▌▋▊▉"
_DAY_S = 86_400.0
_WINDOWS = {60.0: "a minute", 3_600.0: "an hour", _DAY_S: "a day"}
_UNITS = {"R": "requests", "T": "tokens", "I": "prompt tokens", "O": "completion tokens", "A": "audio s"}


def clock_time(seconds: float) -> str:
    """Return seconds as ``00:07:12``, from two days on as ``2 d 04 h``."""
    left = max(0, round(seconds))
    if left >= 2 * _DAY_S:
        return f"{left // 86_400} d {left % 86_400 // 3_600:02} h"
    return f"{left // 3_600:02}:{left % 3_600 // 60:02}:{left % 60:02}"


def count(number: float) -> str:
    """Return a number without decimals, with commas."""
    return f"{number:,.0f}"


def price(usd: float) -> str:
    """Return a price in US dollars: cents, and below a dollar two significant digits."""
    if usd >= 1 or usd == 0:
        return f"${usd:,.2f}"
    if usd < 0.0001:
        return "<$0.0001"
    return f"${usd:.4f}" if usd < 0.01 else f"${usd:.3f}"


def percent(part: float, whole: float) -> str:
    """Return a share in whole percent. Only what is complete is 100 %."""
    if whole <= 0:
        return "0 %"
    share = int(100 * part / whole)
    return f"{min(share, 99) if part < whole else 100} %"


def bar(fraction: float, width: int, *, is_ascii: bool) -> str:
    """Return a bar of ``width`` characters, padded with blanks."""
    filled = max(0.0, min(1.0, fraction)) * width
    if is_ascii:
        return ("#" * round(filled)).ljust(width, ".")
    whole = int(filled)
    rest = _EIGHTHS[int((filled - whole) * 8)] if whole < width else ""
    return ("█" * whole + rest.strip()).ljust(width)


def shorten(text: str, width: int) -> str:
    """Return a text of at most ``width`` characters, its middle left out where it is longer."""
    if len(text) <= width:
        return text
    if width < 5:
        return text[: max(0, width)]
    head = (width - 2) // 2
    return f"{text[:head]}..{text[len(text) - (width - 2 - head) :]}"


def window(limit: LimitState) -> str:
    """Return the window of a limit in words."""
    return _WINDOWS.get(limit.window_s, f"in {limit.window_s:g} s")


def limit_text(limit: LimitState) -> str:
    """Return how much of a limit is used: ``248,900 of 250,000 a minute``."""
    unit = "" if limit.window_s == 60.0 else f" {_UNITS.get(limit.kind[:1], '')}"
    # More than the limit can be used: the service lets an account run into debt.
    return f"{count(max(0.0, limit.used))} of {count(limit.limit)}{unit} {window(limit)}"


def left_text(progress: Progress) -> str | None:
    """Return the time that is left, or None where it is not known."""
    return None if progress.remaining_s is None else clock_time(progress.remaining_s)


def details(progress: Progress) -> list[str]:
    """Return the smaller figures of a job, the more important first; only those that say something."""
    found = [f"in flight {count(progress.in_flight)}"]
    if progress.cost_usd is not None:
        expected = progress.expected_cost_usd
        of = "" if expected is None else f" of {price(max(expected, progress.cost_usd))}"
        found.append(f"cost {price(progress.cost_usd)}{of}")
    found.append(f"429s {count(progress.rate_limited)}")
    if progress.retries:
        found.append(f"retried {count(progress.retries)}")
    if progress.length:
        found.append(f"truncated {count(progress.length)}")
    if progress.cached_tokens and progress.prompt_tokens:
        found.append(f"cached tokens {percent(progress.cached_tokens, progress.prompt_tokens)}")
    if progress.resumed:
        found.append(f"resumed {count(progress.resumed)}")
    return found


def binding(progress: Progress) -> LimitState | None:
    """Return the limit that the job waits for, or None."""
    return next((limit for limit in progress.limits if limit.is_binding), None)


def can_encode(encoding: str | None) -> bool:
    """Return whether a stream of this encoding can write the characters of bars."""
    try:
        "█▏━╸".encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
