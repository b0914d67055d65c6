"""Validators of request bodies, composed from small functions, with the error messages of the service.

A check is called with a JSON value and its path (`messages.0.content`). It raises `ApiError` 400 for an invalid value.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

import msgspec

from ..json_values import as_list, as_object, is_number
from ..response import reject

Check = Callable[[Any, str], None]


def _fail(where: str, rule: str) -> NoReturn:
    reject(f"'{where}' : {rule}" if where else rule)


def parse_json(body: bytes) -> Any:
    """Return the JSON value of *body*. Raises `ApiError` 400 for invalid JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        detail = str(error) or "invalid JSON"
    reject(f"could not parse JSON body: {detail[:200]}")


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object of *body*. Raises `ApiError` 400 for any other value."""
    value = parse_json(body)
    if not isinstance(value, dict):
        reject("request body must be a JSON object")
    return as_object(value)


def unsupported_property(name: str, known: Iterable[str]) -> str:
    """Return `property 'X' is unsupported, did you mean 'Y'?`, without the question if no known name is similar."""
    similar = difflib.get_close_matches(name[:64], list(known), n=1, cutoff=0.4)
    return f"property '{name}' is unsupported" + (f", did you mean '{similar[0]}'?" if similar else "")


def text(*, nonempty: bool = False, choices: Iterable[str] | None = None) -> Check:
    """A string, or one of *choices*."""
    allowed = None if choices is None else list(choices)

    def check(value: Any, where: str) -> None:
        if not isinstance(value, str):
            _fail(where, "value must be a string")
        if nonempty and not value:
            _fail(where, "minimum string length is 1")
        if allowed is not None and value not in allowed:
            _fail(where, f"value must be one of [{' '.join(allowed)}]")

    return check


def number(low: float | None = None, high: float | None = None, *, integral: bool = False) -> Check:
    """A number between *low* and *high*, both included; *integral* rejects fractions."""

    def check(value: Any, where: str) -> None:
        if not is_number(value) or (integral and value != int(value)):
            _fail(where, "value must be an integer" if integral else "value must be a number")
        if low is not None and value < low:
            _fail(where, f"number must be at least {low:g}")
        if high is not None and value > high:
            _fail(where, f"number must be at most {high:g}")

    return check


def integer(low: float | None = None, high: float | None = None) -> Check:
    """An integer between *low* and *high*, both included."""
    return number(low, high, integral=True)


def boolean(value: Any, where: str) -> None:
    """`true` or `false`."""
    if not isinstance(value, bool):
        _fail(where, "value must be a boolean")


def anything(value: Any, where: str) -> None:
    """Any JSON value."""


def nullable(inner: Check) -> Check:
    """`null` or a value that passes *inner*."""

    def check(value: Any, where: str) -> None:
        if value is not None:
            inner(value, where)

    return check


def array(item: Check, low: int = 0, high: int | None = None) -> Check:
    """A list of *low* to *high* items."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, list):
            _fail(where, "value must be an array")
        items = as_list(value)
        if len(items) < low:
            _fail(where, f"minimum number of items is {low}")
        if high is not None and len(items) > high:
            _fail(where, f"maximum number of items is {high}")
        for position, element in enumerate(items):
            item(element, f"{where}.{position}")

    return check


def either(*options: tuple[type, Check], rule: str) -> Check:
    """A value that passes the check of the first option with its type. *rule* is the message for other types."""

    def check(value: Any, where: str) -> None:
        for kind, inner in options:
            if isinstance(value, kind):
                return inner(value, where)
        _fail(where, rule)

    return check


def mapping(item: Check) -> Check:
    """An object with any keys, whose values pass *item*."""

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            _fail(where, "value must be an object")
        for key, element in as_object(value).items():
            item(element, f"{where}.{key}")

    return check


def fields(known: Mapping[str, Check], required: Iterable[str] = (), *, closed: bool = True) -> Check:
    """An object with all *required* keys, valid known keys and, if *closed*, no other keys."""
    required_names = tuple(required)

    def check(value: Any, where: str) -> None:
        if not isinstance(value, dict):
            _fail(where, "value must be an object")
        prefix = f"{where}." if where else ""
        properties = as_object(value)
        for name in required_names:
            if name not in properties:
                _fail(prefix + name, f"property '{name}' is missing")
        for name, element in properties.items():
            inner = known.get(name)
            if inner is not None:
                inner(element, prefix + name)
            elif closed:
                _fail(where, unsupported_property(name, known))

    return check
