"""Checks of request bodies, put together from small functions and worded as the service words its 400s.

A check takes a JSON value and its place (`messages.0.content`) and raises `ApiError` 400 where it does not fit.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

import msgspec

from ..json_values import as_list, as_object
from ..response import refuse

Check = Callable[[Any, str], None]


def _misfit(where: str, rule: str) -> NoReturn:
    refuse(f"'{where}' : {rule}" if where else rule)


def parse_json(body: bytes) -> Any:
    """The JSON value of *body*; raises `ApiError` 400 for anything that is not JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        detail = str(error) or "invalid JSON"
    refuse(f"could not parse JSON body: {detail[:200]}")


def parse_object(body: bytes) -> dict[str, Any]:
    """The JSON object of *body*; raises `ApiError` 400 for anything else."""
    value = parse_json(body)
    if not isinstance(value, dict):
        refuse("request body must be a JSON object")
    return as_object(value)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`property 'X' is unsupported, did you mean 'Y'?`, without the question where nothing is near."""
    near = difflib.get_close_matches(name[:64], list(known), n=1, cutoff=0.4)
    return f"property '{name}' is unsupported" + (f", did you mean '{near[0]}'?" if near else "")


def text(*, nonempty: bool = False, choices: Iterable[str] | None = None) -> Check:
    """A string, perhaps one of *choices*."""
    allowed = None if choices is None else list(choices)

    def check(value: Any, where: str) -> None:
        if not isinstance(value, str):
            _misfit(where, "value must be a string")
        if nonempty and not value:
            _misfit(where, "minimum string length is 1")
        if allowed is not None and value not in allowed:
            _misfit(where, f"value must be one of [{' '.join(allowed)}]")

    return check


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def number(low: float | None = None, high: float | None = None, *, whole: bool = False) -> Check:
    """A number between *low* and *high*, both included; *whole* refuses fractions."""

    def check(value: Any, where: str) -> None:
        if not _is_number(value) or (whole and value != int(value)):
            _misfit(where, "value must be an integer" if whole else "value must be a number")
        if low is not None and value < low:
            _misfit(where, f"number must be at least {low:g}")
        if high is not None and value > high:
            _misfit(where, f"number must be at most {high:g}")

    return check


def integer(low: float | None = None, high: float | None = None) -> Check:
    """A whole number between *low* and *high*, both included."""
    return number(low, high, whole=True)


def boolean(value: Any, where: str) -> None:
    """`true` or `false`."""
    if not isinstance(value, bool):
        _misfit(where, "value must be a boolean")


def anything(value: Any, where: str) -> None:
    """Any JSON value."""


def nullable(inner: Check) -> Check:
    """`null`, or what *inner* takes."""

    def check(value: Any, where: str) -> None:
        if value is not None:
            inner(value, where)

    return check


def array(item: Check, low: int = 0, high: int | None = None) -> Check:
    """A list of *low* to *high* items."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, list):
            _misfit(where, "value must be an array")
        items = as_list(value)
        if len(items) < low:
            _misfit(where, f"minimum number of items is {low}")
        if high is not None and len(items) > high:
            _misfit(where, f"maximum number of items is {high}")
        for position, element in enumerate(items):
            item(element, f"{where}.{position}")

    return check


def either(*options: tuple[type, Check], rule: str) -> Check:
    """What the first option of the value's own type takes; *rule* words the refusal of every other type."""

    def check(value: Any, where: str) -> None:
        for kind, inner in options:
            if isinstance(value, kind):
                return inner(value, where)
        _misfit(where, rule)

    return check


def mapping(item: Check) -> Check:
    """An object with any keys whose values fit *item*."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            _misfit(where, "value must be an object")
        for key, element in as_object(value).items():
            item(element, f"{where}.{key}")

    return check


def fields(known: Mapping[str, Check], required: Iterable[str] = (), *, closed: bool = True) -> Check:
    """An object: *required* keys present, known keys checked, and where *closed* no other keys."""
    needed = tuple(required)

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            _misfit(where, "value must be an object")
        prefix = f"{where}." if where else ""
        given = as_object(value)
        for name in needed:
            if name not in given:
                _misfit(prefix + name, f"property '{name}' is missing")
        for name, element in given.items():
            inner = known.get(name)
            if inner is not None:
                inner(element, prefix + name)
            elif closed:
                _misfit(where, did_you_mean(name, known))

    return check
