"""Makes a value that fits a JSON schema, from values found elsewhere where they fit and made up where not."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any, cast

from ..json_values import JsonObject, as_list, as_object, is_number
from .json_schema import matches, problems, resolve, same, types_of
from .regex import PatternError, example_of
from .work_limit import Effort

Finder = Callable[[str, JsonObject, int], Any]
"""(property name, its schema, how many such values were taken before) -> a value, or `None` where there is none."""

_SHALLOW = 6
_DEEPEST = 24
_MOST_ITEMS = 1000
_MOST_VALUES = 5000
_MOST_LETTERS = 10_000
_LARGEST = 1e100
_FORMATS = {
    "email": "jane.doe@example.com",
    "idn-email": "jane.doe@example.com",
    "date": "2026-01-15",
    "time": "09:30:00Z",
    "date-time": "2026-01-15T09:30:00Z",
    "duration": "PT1H",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "hostname": "example.com",
}


class Maker:
    """Makes instances of one schema document. *optional* also fills properties that are neither required nor found."""

    def __init__(self, root: Any, find: Finder, *, optional: bool, effort: Effort | None = None) -> None:
        self._root = root
        self._effort = effort or Effort()
        self._find = find
        self._optional = optional
        # Schemas may refer to themselves many times over.
        self._left = _MOST_VALUES

    def make(self) -> Any:
        """A value for the whole document; it fits wherever the schema can be satisfied by the means of this module.

        Raises: `ApiError` 400 where the request's effort ends.
        """
        return self._make(self._root, "", 0, 0)

    def _make(self, given: Any, name: str, index: int, depth: int) -> Any:
        self._left -= 1
        self._effort.spend(8)
        node = self._merged(self._resolve(given))
        if depth > _DEEPEST or self._left < 0:
            return None
        if "const" in node:
            return node["const"]
        choices = as_list(node.get("enum"))
        self._effort.spend(len(choices))
        found = self._find(name, node, index) if name else None
        if choices:
            return next((c for c in choices if found is not None and same(c, found)), choices[0])
        if found is not None and not isinstance(found, dict | list) and self._fits(node, found):
            return found
        options = self._options(node)
        if options:
            return self._first_fitting(node, options, name, index, depth)
        types = types_of(node)
        if len(types) > 1:
            options = [{**node, "type": kind} for kind in sorted(types, key=lambda kind: kind == "null")]
            return self._first_fitting(node, options, name, index, depth)
        return self._of_type(types[0] if types else _implied(node), node, name, index, depth)

    def _of_type(self, kind: str, node: JsonObject, name: str, index: int, depth: int) -> Any:
        if kind == "object":
            return self._object(node, index, depth)
        if kind == "array":
            return self._array(node, name, depth)
        if kind in ("integer", "number"):
            return _number(node, whole=kind == "integer")
        if kind == "boolean":
            return True
        return None if kind == "null" else self._text(node, name)

    def _fits(self, node: JsonObject, value: Any) -> bool:
        return not problems(node, value, self._root, self._effort)

    def _resolve(self, node: Any) -> JsonObject:
        return resolve(node, self._root, self._effort)

    def _merged(self, node: JsonObject) -> JsonObject:
        """*node* with its `allOf` parts folded into it."""
        parts = as_list(node.get("allOf"))
        if not parts:
            return node
        merged = {key: value for key, value in node.items() if key != "allOf"}
        for part in parts:
            given = self._resolve(part)
            self._effort.spend(
                len(given) + len(as_object(merged.get("properties"))) + len(as_list(merged.get("required")))
            )
            for key, value in given.items():
                if key == "properties":
                    value = {**as_object(merged.get(key)), **as_object(value)}
                elif key == "required":
                    value = [*as_list(merged.get(key)), *as_list(value)]
                merged[key] = value
        return merged

    def _options(self, node: JsonObject) -> list[Any]:
        options = as_list(node.get("anyOf")) or as_list(node.get("oneOf"))
        rest = {key: value for key, value in node.items() if key not in ("anyOf", "oneOf")}
        resolved: list[JsonObject] = []
        for option in options:
            given = self._resolve(option)
            self._effort.spend(len(rest) + len(given))
            resolved.append({**rest, **given})
        return sorted(resolved, key=lambda option: types_of(option) == ["null"])

    def _first_fitting(self, node: JsonObject, options: list[Any], name: str, index: int, depth: int) -> Any:
        # Deep down the smallest way out is taken first, so that recursive schemas come to an end.
        if depth >= _SHALLOW:
            options = sorted(options, key=lambda option: types_of(option)[:1] in (["object"], ["array"], []))
            options.sort(key=lambda option: types_of(option) != ["null"])
        first: Any = None
        for position, option in enumerate(options):
            value = self._make(option, name, index, depth + 1)
            if position == 0:
                first = value
            if self._fits(node, value):
                return value
        return first

    def _object(self, node: JsonObject, index: int, depth: int) -> JsonObject:
        required = [name for name in as_list(node.get("required")) if isinstance(name, str)]
        properties = as_object(node.get("properties"))
        made: JsonObject = {}
        for name, inner in properties.items():
            wanted = name in required or (self._optional and depth < _SHALLOW)
            if wanted or self._find(name, self._resolve(inner), index) is not None:
                made[name] = self._make(inner, name, index, depth + 1)
        rest = node.get("additionalProperties", True)
        for name in required:
            if name not in made and rest is not False:
                made[name] = self._make(rest, name, index, depth + 1)
        return made

    def _array(self, node: JsonObject, name: str, depth: int) -> list[Any]:
        first = as_list(node.get("prefixItems"))
        items = node.get("items", True)
        low, high = _bound(node, "minItems", 0), _bound(node, "maxItems", _MOST_ITEMS)
        made = [self._make(inner, name, 0, depth + 1) for inner in first[:high]]
        if items is False:
            return made
        found = self._find(name, node, 0)
        for value in as_list(found):
            if len(made) < high and self._fits(as_object(items), value):
                made.append(value)
        wanted = min(high, max(low, 0 if depth >= _SHALLOW else 1))
        if not as_list(found) and depth < _SHALLOW and types_of(self._resolve(items)) == ["object"]:
            wanted = max(wanted, min(high, self._count_found(items)))
        for index in range(len(made), wanted):
            made.append(self._make(items, name, index, depth + 1))
            if node.get("uniqueItems") is True:
                self._effort.spend(4 * len(made))
                made[-1] = _varied(made[-1], made[:-1])
        return made

    def _text(self, node: JsonObject, name: str) -> str:
        form = node.get("format")
        if isinstance(form, str) and form in _FORMATS:
            return _FORMATS[form]
        if isinstance(node.get("pattern"), str):
            try:
                example = example_of(node["pattern"])
            except PatternError:
                example = ""
            if example and matches(node["pattern"], example, self._effort):
                return example
        low, high = _length(node, "minLength", 0), _length(node, "maxLength", _MOST_LETTERS)
        text = name.replace("_", " ") or "text"
        if len(text) < low:
            text = ((text + " ") * (low // (len(text) + 1) + 1))[:low]
        self._effort.spend(min(len(text), high) // 16)
        return text[:high]

    def _count_found(self, items: Any) -> int:
        """How many objects of a list the found values are enough for."""
        properties = as_object(self._resolve(items).get("properties"))
        count = 0
        while count < 10 and any(
            self._find(name, self._resolve(inner), count) is not None for name, inner in properties.items()
        ):
            count += 1
        return count


def _implied(node: JsonObject) -> str:
    if "properties" in node or "required" in node or "additionalProperties" in node:
        return "object"
    if "items" in node or "prefixItems" in node or "minItems" in node:
        return "array"
    numeric = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    return "number" if any(word in node for word in numeric) else "string"


def _limit(node: JsonObject, word: str) -> float | None:
    """The limit *word* as a number that can be calculated with: JSON integers have no largest one."""
    value = node.get(word)
    return max(-_LARGEST, min(_LARGEST, cast(float, value))) if is_number(value) else None


def _bound(node: JsonObject, word: str, fallback: int) -> int:
    value = node.get(word)
    return max(0, int(min(cast(float, value), _MOST_ITEMS))) if is_number(value) else fallback


def _number(node: JsonObject, *, whole: bool) -> float | int:
    step = _limit(node, "multipleOf")
    unit = step if step is not None and step > 0 else 1
    low = max(
        (limit for word in ("minimum", "exclusiveMinimum") if (limit := _limit(node, word)) is not None),
        default=None,
    )
    high = min(
        (limit for word in ("maximum", "exclusiveMaximum") if (limit := _limit(node, word)) is not None),
        default=None,
    )
    start = low if low is not None else (high - unit if high is not None and high <= 1 else 1)
    count = math.ceil(start / unit) if abs(start / unit) < _LARGEST else start / unit
    tries = [(count + shift) * unit for shift in (0, 1, -1, 2)] + [start]
    if low is not None and high is not None:
        tries.append((low + high) / 2)
    tries = [value for value in tries if abs(value) <= _LARGEST] or [0]
    kind = "integer" if whole else "number"
    for value in tries:
        candidate = int(value) if float(value).is_integer() else value
        if not problems({**node, "type": kind}, candidate, {}):
            return candidate
    return int(tries[0]) if whole else tries[0]


def _length(node: JsonObject, word: str, fallback: int) -> int:
    value = node.get(word)
    return max(0, int(min(cast(float, value), _MOST_LETTERS))) if is_number(value) else fallback


def _varied(value: Any, taken: list[Any]) -> Any:
    """*value* changed until it is none of *taken*."""
    known = {json.dumps(element, sort_keys=True) for element in taken}
    for number in range(2, _MOST_ITEMS):
        if json.dumps(value, sort_keys=True) not in known:
            break
        if isinstance(value, str):
            value = f"{value.rstrip('0123456789')}{number}"
        elif is_number(value):
            value = value + 1
    return value
