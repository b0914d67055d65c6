"""Arguments that cannot be right: each is refused by the name that its caller used, with what to pass instead."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, cast

from ..errors import GroqError
from ..types._omit import is_omitted


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The end of an error for a ``name`` that there is not: the nearest that there is, or nothing."""
    near = difflib.get_close_matches(name, known, n=1)
    return f". Did you mean {near[0]!r}?" if near else ""


def refuse_unknown(
    call: str, function: Callable[..., object], unknown: dict[str, Any], also: Iterable[str] = ()
) -> None:
    """Raise `TypeError` where there are keywords that ``function``, whose own are all optional, does not have.

    ``also`` are names that may have been meant besides its own. ``unknown`` is emptied first: the value of a misspelt ``api_key`` is a key, and stays out of tracebacks with locals.
    """
    if not unknown:
        return
    name = next(iter(unknown))
    unknown.clear()
    known = list(cast("Any", function).__kwdefaults__)
    hint = did_you_mean(name, [*known, *also]) or f"; it takes {', '.join(f'{each}=' for each in known)}"
    raise TypeError(f"{call}() got an unexpected keyword argument {name!r}{hint}")


def names_to_values(name: str, given: Any) -> Mapping[str, Any]:
    """``given``, which must be a mapping whose keys are texts. Nothing at all where it is None or omitted."""
    if not isinstance(given, (dict, Mapping)):  # a dict is told from others at once, a mapping is not
        if given is None or is_omitted(given):
            return {}
        raise TypeError(
            f"{name} must be a mapping, not {type(given).__name__}; write {name}={{'name': 'value'}}"
        )
    for key in cast("Any", given):
        if not isinstance(key, str):
            raise TypeError(f"{name} must be a mapping of texts to values, and has the key {key!r}")
    return cast("Mapping[str, Any]", given)


def whole_number(name: str, given: Any, *, least: int = 0, none: str = "") -> int:
    """``given``, which must be an int from ``least`` on. ``none`` says how to ask for none."""
    says = f"{name} must be a whole number{none and f' ({none})'}"
    if isinstance(given, bool) or not isinstance(given, int):
        raise TypeError(f"{says}, not {given!r}")
    if given < least:
        raise ValueError(f"{says} from {least} on, and is {given}")
    return given


def refuse_not_finite(name: str, value: Any) -> None:
    """Raise `GroqError` for a number that is none or has no bound: a service would read its text as something else."""
    if isinstance(value, (str, int)) or not hasattr(value, "__float__"):
        return
    if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
        raise GroqError(f"`{name}` is {value}, and the service takes finite numbers only")
