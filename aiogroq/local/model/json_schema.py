"""Validates a value against a JSON schema, with the messages of the service."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

from ..json_values import JsonObject, as_list, as_object, is_number
from .regex import PatternError, search
from .work_limit import WorkLimit

_MAX_DEPTH = 40
_MAX_SHOWN = 20
_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and value.is_integer())
    ),
    "number": lambda value: is_number(value),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def type_name(value: Any) -> str:
    """Return the JSON type of a value."""
    if is_number(value):
        return "integer" if isinstance(value, int) else "number"
    return next(name for name, fits in _TYPES.items() if fits(value))


def types_of(node: JsonObject) -> list[str]:
    """Return the types in `type`, or an empty list."""
    given = node.get("type")
    return [given] if isinstance(given, str) else [name for name in as_list(given) if isinstance(name, str)]


def resolve(node: Any, root: Any, work: WorkLimit) -> JsonObject:
    """Return *node* with its `$ref` resolved in *root*. A dangling or circular reference allows anything."""
    current = as_object(node)
    for _ in range(_MAX_DEPTH):
        work.spend(1)
        pointer = current.get("$ref")
        if not isinstance(pointer, str):
            return current
        target = root
        for step in pointer.removeprefix("#").split("/")[1:]:
            target = as_object(target).get(step.replace("~1", "/").replace("~0", "~"))
        if len(current) == 1:
            # No copy: thousands of references may point to one large definition.
            current = as_object(target)
        else:
            work.spend(len(current) + len(as_object(target)))
            current = {key: value for key, value in current.items() if key != "$ref"} | as_object(target)
    return {}


def matches(pattern: Any, text: str, work: WorkLimit) -> bool:
    """Whether *text* matches *pattern*. Invalid and unsupported patterns match anything."""
    if not isinstance(pattern, str):
        return True
    try:
        return search(pattern, text, work)
    except PatternError:
        return True


def same(left: Any, right: Any) -> bool:
    """Whether two JSON values are equal. `true` is not `1`."""
    if type(left) is not type(right) and not (is_number(left) and is_number(right)):
        return False
    if isinstance(left, list | dict):
        return json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)
    return bool(left == right)


def problems(node: Any, value: Any, root: Any = None, work: WorkLimit | None = None) -> list[str]:
    """Return the errors of *value* against the schema *node* of the document *root*.

    Raises: `ApiError` 400 at the work limit.
    """
    return _Validator(node if root is None else root, work or WorkLimit()).problems(node, value, "", 0)


def _at(where: str) -> str:
    return f"`{where}`: " if where else ""


class _Validator:
    """Validates one value."""

    def __init__(self, root: Any, work: WorkLimit) -> None:
        self._root = root
        self._work = work

    def problems(self, node: Any, value: Any, where: str, depth: int) -> list[str]:
        self._work.spend(4)
        if node is False:
            return [f"{_at(where)}not allowed"]
        schema = resolve(node, self._root, self._work)
        if depth > _MAX_DEPTH or not schema:
            return []
        types = [name for name in types_of(schema) if name in _TYPES]
        if types and not any(_TYPES[name](value) for name in types):
            return [f"{_at(where)}expected {' or '.join(types)}, but got {type_name(value)}"]
        if "const" in schema and not same(schema["const"], value):
            return [f"{_at(where)}value must be {json.dumps(schema['const'])}"]
        choices = schema.get("enum")
        if isinstance(choices, list):
            self._work.spend(len(as_list(choices)))
            if not any(same(choice, value) for choice in as_list(choices)):
                shown = ", ".join(json.dumps(choice) for choice in as_list(choices)[:_MAX_SHOWN])
                return [f"{_at(where)}value must be one of {shown}"]
        found = self._combined(schema, value, where, depth)
        if isinstance(value, str):
            found += _text_problems(schema, value, where, self._work)
        elif is_number(value):
            found += _number_problems(schema, value, where)
        elif isinstance(value, list):
            found += self._array(schema, as_list(value), where, depth)
        elif isinstance(value, dict):
            found += self._object(schema, as_object(value), where, depth)
        return found

    def _combined(self, schema: JsonObject, value: Any, where: str, depth: int) -> list[str]:
        found: list[str] = []
        for part in as_list(schema.get("allOf")):
            found += self.problems(part, value, where, depth + 1)
        for word in ("anyOf", "oneOf"):
            options = as_list(schema.get(word))
            fitting = sum(not self.problems(option, value, where, depth + 1) for option in options)
            if options and (fitting == 0 or (word == "oneOf" and fitting > 1)):
                found.append(f"{_at(where)}{word} failed")
        if "not" in schema and not self.problems(schema["not"], value, where, depth + 1):
            found.append(f"{_at(where)}not failed")
        return found

    def _array(self, schema: JsonObject, value: list[Any], where: str, depth: int) -> list[str]:
        found: list[str] = []
        low, high = schema.get("minItems"), schema.get("maxItems")
        if is_number(low) and len(value) < cast(int, low):
            found.append(f"{_at(where)}minimum {low} items required, but found {len(value)} items")
        if is_number(high) and len(value) > cast(int, high):
            found.append(f"{_at(where)}maximum {high} items required, but found {len(value)} items")
        if schema.get("uniqueItems") is True and len({json.dumps(v, sort_keys=True) for v in value}) < len(
            value
        ):
            found.append(f"{_at(where)}items must be unique")
        first = as_list(schema.get("prefixItems"))
        for position, element in enumerate(value):
            node = first[position] if position < len(first) else schema.get("items", True)
            found += self.problems(node, element, f"{where}/{position}", depth + 1)
        return found

    def _object(self, schema: JsonObject, value: JsonObject, where: str, depth: int) -> list[str]:
        found: list[str] = []
        required = [name for name in as_list(schema.get("required")) if isinstance(name, str)]
        missing = [repr(name) for name in required if name not in value]
        if missing:
            found.append(f"{_at(where)}missing properties: {', '.join(missing)}")
        known, rest = as_object(schema.get("properties")), schema.get("additionalProperties", True)
        for name, element in value.items():
            if name in known:
                found += self.problems(known[name], element, f"{where}/{name}", depth + 1)
            elif rest is False:
                found.append(f"{_at(where)}additionalProperties {name!r} not allowed")
            else:
                found += self.problems(rest, element, f"{where}/{name}", depth + 1)
        return found


def _text_problems(schema: JsonObject, value: str, where: str, work: WorkLimit) -> list[str]:
    found: list[str] = []
    low, high = schema.get("minLength"), schema.get("maxLength")
    if is_number(low) and len(value) < cast(int, low):
        found.append(f"{_at(where)}length must be >= {low}, but got {len(value)}")
    if is_number(high) and len(value) > cast(int, high):
        found.append(f"{_at(where)}length must be <= {high}, but got {len(value)}")
    if "pattern" in schema and not matches(schema["pattern"], value, work):
        found.append(f"{_at(where)}does not match pattern {schema['pattern']!r}")
    return found


def _number_problems(schema: JsonObject, value: float, where: str) -> list[str]:
    rules: tuple[tuple[str, str, Callable[[float, float], bool]], ...] = (
        ("minimum", ">=", lambda v, limit: v >= limit),
        ("maximum", "<=", lambda v, limit: v <= limit),
        ("exclusiveMinimum", ">", lambda v, limit: v > limit),
        ("exclusiveMaximum", "<", lambda v, limit: v < limit),
        ("multipleOf", "multiple of", _is_multiple),
    )
    found: list[str] = []
    for word, sign, fits in rules:
        limit = schema.get(word)
        if is_number(limit) and not fits(value, cast(float, limit)):
            found.append(f"{_at(where)}must be {sign} {limit} but found {value}")
    return found


def _is_multiple(value: float, unit: float) -> bool:
    if unit <= 0:
        return True
    try:
        return abs(value / unit - round(value / unit)) < 1e-9
    except OverflowError:
        return True
