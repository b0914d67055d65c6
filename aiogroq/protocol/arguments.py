"""Checks of arguments. Each error names the argument as the caller wrote it, and what to pass instead."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from ..errors import GroqError
from ..types._omit import is_omitted


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return ``". Did you mean 'x'?"`` for the known name closest to ``name``, or ``""``."""
    near = difflib.get_close_matches(name, known, n=1)
    return f". Did you mean {near[0]!r}?" if near else ""


def reject_unknown_kwargs(
    call: str, function: Callable[..., object], unknown: dict[str, Any], also: Iterable[str] = ()
) -> None:
    """Raise `TypeError` if ``unknown`` has keywords. All keywords of ``function`` must be optional.

    ``also`` has further names for the suggestion. ``unknown`` is emptied first: the value of a misspelt ``api_key``
    is a secret, which tracebacks with locals must not show.
    """
    if not unknown:
        return
    name = next(iter(unknown))
    unknown.clear()
    known = list(cast("Any", function).__kwdefaults__)
    hint = did_you_mean(name, [*known, *also]) or f"; it takes {', '.join(f'{each}=' for each in known)}"
    raise TypeError(f"{call}() got an unexpected keyword argument {name!r}{hint}")


def require_mapping(name: str, given: Any) -> Mapping[str, Any]:
    """Return ``given`` if it is a mapping with str keys, ``{}`` if it is None or omitted; else raise `TypeError`."""
    if not isinstance(given, (dict, Mapping)):  # dict first: the check for Mapping is slow
        if given is None or is_omitted(given):
            return {}
        raise TypeError(
            f"{name} must be a mapping, not {type(given).__name__}; write {name}={{'name': 'value'}}"
        )
    for key in cast("Any", given):
        if not isinstance(key, str):
            raise TypeError(f"{name} must be a mapping with str keys, not {key!r}")
    return cast("Mapping[str, Any]", given)


def require_int(name: str, given: Any, *, minimum: int = 0, hint: str = "") -> int:
    """Return ``given`` if it is an int >= ``minimum``; else raise `TypeError` or `ValueError`.

    ``hint`` is for the message, such as ``"0 for none"``.
    """
    is_int = isinstance(given, int) and not isinstance(given, bool)
    if is_int and given >= minimum:
        return cast("int", given)
    error = ValueError if is_int else TypeError
    raise error(f"{name} must be an int >= {minimum}{hint and f' ({hint})'}, not {given!r}")


def require_bool(name: str, given: Any) -> bool:
    """Return ``given`` if it is True or False; else raise `TypeError`: any text, also ``"false"``, would count as true."""
    if not isinstance(given, bool):
        raise TypeError(f"{name} must be True or False, not {given!r}")
    return given


def require_texts(name: str, given: Any) -> list[str]:
    """Return ``given`` as a list of texts. Raises `TypeError` for one text, and for anything else that is not texts."""
    values: Any = given  # the checks narrow the other name
    if isinstance(given, (str, bytes, Mapping)) or not isinstance(given, Iterable):
        kind = "one text" if isinstance(given, str) else type(cast("Any", given)).__name__
        raise TypeError(f"{name} must be a list of texts, not {kind}; write {name}=['a text']")
    texts: list[Any] = list(values)
    for position, each in enumerate(texts):
        if not isinstance(each, str):
            raise TypeError(f"{name}[{position}] must be a text, not {type(each).__name__}")
    return texts


def require_seconds(name: str, given: Any) -> float | None:
    """Return ``given`` as a float of seconds >= 0, or None (no timeout); else raise `TypeError` or `ValueError`."""
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, (int, float)):
        raise TypeError(f"{name} must be seconds or None, not {type(given).__name__}")
    try:
        seconds = float(given)
    except OverflowError:
        raise ValueError(f"{name} must be < 1e308 seconds; None means no timeout") from None
    if not seconds >= 0:  # NaN too
        raise ValueError(f"{name} must be >= 0 seconds, not {given!r}; None means no timeout")
    return seconds


def require_timeout(name: str, given: Any) -> float | None:
    """Return ``given`` as a float of seconds > 0, or None (no timeout); else raise `TypeError` or `ValueError`."""
    seconds = require_seconds(name, given)
    if seconds == 0:
        raise ValueError(f"{name} must be > 0 seconds, not {given!r}; None means no timeout")
    return seconds


def require_finite(name: str, value: Any) -> None:
    """Raise `GroqError` if ``value`` is NaN or infinite: a service would read its text as something else."""
    if isinstance(value, (str, int)) or not hasattr(value, "__float__"):
        return
    if not is_finite(value):
        raise GroqError(f"`{name}` must be a finite number, not {value}")


def is_finite(number: Any) -> bool:
    """Return whether a float or a Decimal is neither NaN nor infinite."""
    # Not math.isfinite for a Decimal: it fails for sNaN, and returns False for a Decimal that no float can hold.
    return number.is_finite() if isinstance(number, Decimal) else math.isfinite(number)
