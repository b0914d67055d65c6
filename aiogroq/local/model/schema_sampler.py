"""Generates a value that matches a JSON schema, from found values where they match and from placeholders elsewhere."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Any, cast

from ..json_values import JsonObject, as_list, as_object, is_number
from .json_schema import matches, problems, resolve, same, types_of
from .regex import PatternError, example_of
from .work_limit import WorkLimit

Finder = Callable[[str, JsonObject, int], Any]
"""(property name, its schema, index of the value) -> a value, or `None`."""

_OPTIONAL_DEPTH = 6
_MAX_DEPTH = 24
_MAX_ITEMS = 1000
_MAX_VALUES = 5000
_MAX_CHARS = 10_000
_MAX_NUMBER = 1e100
_MAX_NOTE_CHARS = 300
_NUMBER_NOTE = re.compile(
    r"\b((?:min|max)(?:Items|Length)|minimum|maximum|exclusiveM(?:in|ax)imum|multipleOf): (-?\d{1,15}(?:\.\d{1,15})?)\b"
)
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


class SchemaSampler:
    """Generates instances of one schema document. *optional* also fills properties that are neither required nor found."""

    def __init__(self, root: Any, find: Finder, *, optional: bool, work: WorkLimit | None = None) -> None:
        self._root = root
        self._work = work or WorkLimit()
        self._find = find
        self._optional = optional
        # Schemas can be recursive, many times over.
        self._left = _MAX_VALUES

    def sample(self) -> Any:
        """Return a value for the document. It may not match a schema with keywords that this module does not support.

        Raises: `ApiError` 400 when the work limit is reached.
        """
        return self._sample(self._root, "", 0, 0)

    def _sample(self, part_schema: Any, name: str, index: int, depth: int) -> Any:
        self._left -= 1
        self._work.spend(8)
        node = self._merged(self._resolve(part_schema))
        if depth > _MAX_DEPTH or self._left < 0:
            return None
        if "const" in node:
            return node["const"]
        choices = as_list(node.get("enum"))
        self._work.spend(len(choices))
        found = self._find(name, node, index) if name else None
        if choices:
            return next((c for c in choices if found is not None and same(c, found)), choices[0])
        if found is not None and not isinstance(found, dict | list) and self._matches(node, found):
            return found
        options = self._options(node)
        if options:
            return self._first_matching(node, options, name, index, depth)
        types = types_of(node)
        if len(types) > 1:
            options = [{**node, "type": kind} for kind in sorted(types, key=lambda kind: kind == "null")]
            return self._first_matching(node, options, name, index, depth)
        return self._of_type(types[0] if types else _implied(node), node, name, index, depth)

    def _of_type(self, kind: str, node: JsonObject, name: str, index: int, depth: int) -> Any:
        node = _with_notes(node)
        if kind == "object":
            return self._object(node, index, depth)
        if kind == "array":
            return self._array(node, name, depth)
        if kind in ("integer", "number"):
            return _number(node, integral=kind == "integer")
        if kind == "boolean":
            return True
        return None if kind == "null" else self._text(node, name)

    def _matches(self, node: JsonObject, value: Any) -> bool:
        return not problems(node, value, self._root, self._work)

    def _resolve(self, node: Any) -> JsonObject:
        return resolve(node, self._root, self._work)

    def _merged(self, node: JsonObject) -> JsonObject:
        """Return *node* with its `allOf` parts merged into it."""
        parts = as_list(node.get("allOf"))
        if not parts:
            return node
        merged = {key: value for key, value in node.items() if key != "allOf"}
        for part in parts:
            part_schema = self._resolve(part)
            self._work.spend(
                len(part_schema)
                + len(as_object(merged.get("properties")))
                + len(as_list(merged.get("required")))
            )
            for key, value in part_schema.items():
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
            part_schema = self._resolve(option)
            self._work.spend(len(rest) + len(part_schema))
            resolved.append({**rest, **part_schema})
        return sorted(resolved, key=lambda option: types_of(option) == ["null"])

    def _first_matching(self, node: JsonObject, options: list[Any], name: str, index: int, depth: int) -> Any:
        # At depth, prefer the smallest option, so that recursive schemas end.
        if depth >= _OPTIONAL_DEPTH:
            options = sorted(options, key=lambda option: types_of(option)[:1] in (["object"], ["array"], []))
            options.sort(key=lambda option: types_of(option) != ["null"])
        first: Any = None
        for position, option in enumerate(options):
            value = self._sample(option, name, index, depth + 1)
            if position == 0:
                first = value
            if self._matches(node, value):
                return value
        return first

    def _object(self, node: JsonObject, index: int, depth: int) -> JsonObject:
        required = [name for name in as_list(node.get("required")) if isinstance(name, str)]
        properties = as_object(node.get("properties"))
        result: JsonObject = {}
        for name, inner in properties.items():
            wanted = name in required or (self._optional and depth < _OPTIONAL_DEPTH)
            if wanted or self._find(name, self._resolve(inner), index) is not None:
                result[name] = self._sample(inner, name, index, depth + 1)
        rest = node.get("additionalProperties", True)
        for name in required:
            if name not in result and rest is not False:
                result[name] = self._sample(rest, name, index, depth + 1)
        return result

    def _array(self, node: JsonObject, name: str, depth: int) -> list[Any]:
        first = as_list(node.get("prefixItems"))
        items = node.get("items", True)
        low, high = _bound(node, "minItems", 0), _bound(node, "maxItems", _MAX_ITEMS)
        result = [self._sample(inner, name, 0, depth + 1) for inner in first[:high]]
        if items is False:
            return result
        found = self._find(name, node, 0)
        for value in as_list(found):
            if len(result) < high and self._matches(as_object(items), value):
                result.append(value)
        wanted = min(high, max(low, 0 if depth >= _OPTIONAL_DEPTH else 1))
        if not as_list(found) and depth < _OPTIONAL_DEPTH and types_of(self._resolve(items)) == ["object"]:
            wanted = max(wanted, min(high, self._count_found(items)))
        for index in range(len(result), wanted):
            result.append(self._sample(items, name, index, depth + 1))
            if node.get("uniqueItems") is True:
                self._work.spend(4 * len(result))
                result[-1] = _make_unique(result[-1], result[:-1])
        return result

    def _text(self, node: JsonObject, name: str) -> str:
        if node.get("contentEncoding") == "base64":
            return "dGV4dA=="
        form = node.get("format")
        if isinstance(form, str) and form in _FORMATS:
            return _FORMATS[form]
        if isinstance(node.get("pattern"), str):
            try:
                example = example_of(node["pattern"])
            except PatternError:
                example = ""
            if example and matches(node["pattern"], example, self._work):
                return example
        low, high = _length(node, "minLength", 0), _length(node, "maxLength", _MAX_CHARS)
        text = name.replace("_", " ") or "text"
        if len(text) < low:
            text = ((text + " ") * (low // (len(text) + 1) + 1))[:low]
        self._work.spend(min(len(text), high) // 16)
        return text[:high]

    def _count_found(self, items: Any) -> int:
        """Return for how many objects of a list there are found values."""
        properties = as_object(self._resolve(items).get("properties"))
        count = 0
        while count < 10 and any(
            self._find(name, self._resolve(inner), count) is not None for name, inner in properties.items()
        ):
            count += 1
        return count


def _with_notes(node: JsonObject) -> JsonObject:
    """Return *node* with the keywords in its description, as in `{minItems: 2}`.

    Strict schemas cannot have them, so clients put them there for the model to read.
    """
    description = node.get("description")
    if not isinstance(description, str) or not description.endswith("}"):
        return node
    notes = description[-_MAX_NOTE_CHARS:].rpartition("{")[2]
    found: JsonObject = {word: float(number) for word, number in _NUMBER_NOTE.findall(notes)}
    if "contentEncoding: base64" in notes:
        found["contentEncoding"] = "base64"
    return {**found, **node} if found else node


def _implied(node: JsonObject) -> str:
    if "properties" in node or "required" in node or "additionalProperties" in node:
        return "object"
    if "items" in node or "prefixItems" in node or "minItems" in node:
        return "array"
    numeric = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
    return "number" if any(word in node for word in numeric) else "string"


def _limit(node: JsonObject, word: str) -> float | None:
    """Return the limit *word*, clamped to a range that floats can hold: JSON integers are unbounded."""
    value = node.get(word)
    return max(-_MAX_NUMBER, min(_MAX_NUMBER, cast(float, value))) if is_number(value) else None


def _bound(node: JsonObject, word: str, fallback: int) -> int:
    value = node.get(word)
    return max(0, int(min(cast(float, value), _MAX_ITEMS))) if is_number(value) else fallback


def _number(node: JsonObject, *, integral: bool) -> float | int:
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
    count = math.ceil(start / unit) if abs(start / unit) < _MAX_NUMBER else start / unit
    candidates = [(count + shift) * unit for shift in (0, 1, -1, 2)] + [start]
    if low is not None and high is not None:
        candidates.append((low + high) / 2)
    candidates = [value for value in candidates if abs(value) <= _MAX_NUMBER] or [0]
    kind = "integer" if integral else "number"
    for value in candidates:
        candidate = int(value) if float(value).is_integer() else value
        if not problems({**node, "type": kind}, candidate, {}):
            return candidate
    return int(candidates[0]) if integral else candidates[0]


def _length(node: JsonObject, word: str, fallback: int) -> int:
    value = node.get(word)
    return max(0, int(min(cast(float, value), _MAX_CHARS))) if is_number(value) else fallback


def _make_unique(value: Any, taken: list[Any]) -> Any:
    """Return *value*, changed until it is not in *taken*."""
    known = {json.dumps(element, sort_keys=True) for element in taken}
    for number in range(2, _MAX_ITEMS):
        if json.dumps(value, sort_keys=True) not in known:
            break
        if isinstance(value, str):
            value = f"{value.rstrip('0123456789')}{number}"
        elif is_number(value):
            value = value + 1
    return value
