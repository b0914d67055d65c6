"""Finds the values for the properties of a schema, or for a list of keys, in the user's messages."""

from __future__ import annotations

import re
from typing import Any

from ..json_values import JsonObject, as_list, as_object
from .arithmetic import find_expression
from .entity_search import NAME, SEARCHES
from .facts import place_facts
from .json_schema import types_of
from .words import MAX_READ, topic
from .work_limit import WorkLimit

_SOURCE = re.compile(r"\b(?:from|following|text|below|here|input|sentence|of)\b[^:\n]{0,60}:\s*(?=\S)", re.I)
_WORDS_OF_NAME = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_PLACES = frozenset(
    [
        "location", "city", "place", "town", "destination", "origin", "address", "area", "region", "where",
        "departure", "arrival",
    ]
)  # fmt: skip
_PEOPLE = frozenset(
    ["name", "person", "author", "customer", "who", "fullname", "user", "contact", "employee", "patient"]
)
_QUERIES = frozenset(
    [
        "query", "question", "prompt", "text", "message", "topic", "search", "input", "keyword",
        "keywords", "content", "term", "subject", "title", "q", "about",
    ]
)  # fmt: skip


class TextFinder:
    """Finds values in one text by name, type and format. Searches for each kind of value at most once."""

    def __init__(self, text: str, request: str = "", work: WorkLimit | None = None) -> None:
        text = text[:MAX_READ]
        source = _SOURCE.search(text)
        self._text = text[source.end() :] if source else text
        self._request = (request or text)[:MAX_READ]
        self._work = work or WorkLimit()
        self._cost = 20 + (len(self._text) + len(self._request)) // 50
        self._facts = place_facts(self._request)
        self._cache: dict[str, list[str]] = {}
        self._numbered: dict[str, int] = {}

    def __call__(self, name: str, schema: JsonObject, index: int = 0) -> Any:
        """Return the value number *index* for property *name*, or `None`. For an array, return a list."""
        self._work.spend(self._cost)
        if types_of(schema) == ["array"]:
            return self._many(name, schema) or None
        if types_of(schema) == ["object"] or "properties" in schema:
            return None
        choices = as_list(schema.get("enum"))
        if choices:
            return next((c for c in choices if isinstance(c, str) and self._mentions(c)), None)
        kinds = types_of(schema)
        if kinds and kinds[0] in ("integer", "number"):
            return self._number(name, index, integral=kinds[0] == "integer")
        if kinds and kinds[0] == "boolean":
            return self._boolean(name)
        if not kinds and _is_numeric(name):
            number = self._number(name, index, integral=False)
            if number is not None:
                return number
        values = self.texts(name, schema)
        return values[index] if index < len(values) else None

    def texts(self, name: str, schema: JsonObject) -> list[str]:
        """Return all texts that may be values of *name*, in the order of the text."""
        parts = name_parts(name)
        form = schema.get("format")
        known = self._facts.get(parts[-1] if parts else "")
        if known:
            return [known]
        labelled = self._labelled(parts)
        kind = _kind(parts, form if isinstance(form, str) else "")
        if kind == "person" and parts[0] in ("first", "last", "given", "family", "sur"):
            return [n.split()[0 if parts[0] in ("first", "given") else -1] for n in self._of("person")]
        if kind == "place":
            return self.places(parts)
        if kind == "query":
            return labelled or [topic(self._request)]
        if kind == "expression":
            found = find_expression(self._request)
            return [found] if found else []
        return (self._of(kind) if kind else []) or labelled

    def places(self, parts: list[str] | None = None) -> list[str]:
        """Return the places in the text. For a journey, return only the end that *parts* name."""
        for words, ends in (
            (("origin", "from", "departure", "source"), "from"),
            (("destination", "to", "arrival"), "to"),
        ):
            if parts and any(word in parts for word in words):
                found = re.search(rf"\b{ends}\s+({NAME}(?:\s+{NAME})*)", self._text)
                if found:
                    return [found[1]]
        return self._of("place")

    def _of(self, kind: str) -> list[str]:
        if kind not in self._cache:
            self._cache[kind] = list(dict.fromkeys(SEARCHES[kind](self._text)))
        return self._cache[kind]

    def _labelled(self, parts: list[str]) -> list[str]:
        """Return the values that the text labels: `subject: Hello`, `her job is pilot`."""
        label = r"[\s_-]{0,3}".join(re.escape(part) for part in parts[:6])
        if not label:
            return []
        found = re.findall(
            rf"\b{label}\s{{0,9}}(?:is|was|=|:)\s{{0,9}}[\"'“]?([^,;.\n\"”]{{1,120}})", self._text, re.I
        )
        return [value.strip().removesuffix("'") for value in found]

    def _mentions(self, word: str) -> bool:
        return (
            re.search(
                rf"(?<!\w){re.escape(word.replace('_', ' '))}(?!\w)", self._request.replace("_", " "), re.I
            )
            is not None
        )

    def _many(self, name: str, schema: JsonObject) -> list[Any]:
        inner = as_object(schema.get("items"))
        kinds = types_of(inner)
        if kinds == ["object"] or "properties" in inner or "$ref" in inner:
            return []
        if kinds and kinds[0] in ("integer", "number"):
            return [
                value
                for text in self._of("number")
                if (value := _to_number(text, kinds[0] == "integer")) is not None
            ]
        parts = name_parts(name)
        singular = (
            "_".join([*parts[:-1], re.sub(r"ies$", "y", parts[-1]).removesuffix("s")]) if parts else name
        )
        choices = [
            choice
            for choice in as_list(inner.get("enum"))
            if isinstance(choice, str) and self._mentions(choice)
        ]
        return choices or list(self.texts(singular, inner))

    def _number(self, name: str, index: int, *, integral: bool) -> float | int | None:
        parts = name_parts(name)
        label = r"[\s_-]{0,3}".join(re.escape(part) for part in parts[:6])
        kind = (
            "age"
            if "age" in parts
            else "money"
            if {"price", "cost", "amount", "total", "salary"} & set(parts)
            else ""
        )
        near = (
            re.findall(
                rf"\b{label}\s{{0,9}}(?:is|was|of|=|:)?\s{{0,9}}[$€£]?(-?\d[\d,]{{0,20}}(?:\.\d{{1,9}})?)",
                self._text,
                re.I,
            )
            if label
            else []
        )
        found = list(self._of(kind) if kind else []) or near
        if not found and kind != "age":
            found = self._of("number")
            # For "add 3 and 4" the first property gets 3 and the second gets 4.
            position = index + self._numbered.setdefault(name, len(self._numbered))
            index = position if position < len(found) else index
        return _to_number(found[index], integral) if index < len(found) else None

    def _boolean(self, name: str) -> bool | None:
        parts = [part for part in name_parts(name) if part not in ("is", "has", "should", "include")]
        label = r"[\s_-]{0,3}".join(re.escape(part) for part in parts[:6])
        found = (
            re.search(
                rf"(?<!\w)(?=\w)(?:(not|no|without|isn't|never)\s{{1,9}})?(?:\w{{1,40}}\s{{1,9}})?{label}\b",
                self._request,
                re.I,
            )
            if label
            else None
        )
        return None if found is None else not found[1]


def name_parts(name: str) -> list[str]:
    """Return `["first", "name"]` for `firstName`, `first_name` and `First name`."""
    return [part.lower() for part in _WORDS_OF_NAME.findall(name[:80])]


def _kind(parts: list[str], form: str) -> str:
    words = set(parts)
    if form in ("email", "date", "uri", "url") or words & {
        "email",
        "mail",
        "url",
        "link",
        "website",
        "uri",
        "date",
        "time",
        "phone",
    }:
        for kind, names in _BY_NAME.items():
            if form in names or words & names:
                return kind
    if words & {"expression", "formula", "calculation", "equation"}:
        return "expression"
    if words & _PLACES:
        return "place"
    if words & {"country"}:
        return "country"
    if words & _PEOPLE and not words & {"company", "file", "product", "event", "function", "model"}:
        return "person"
    return "query" if words & _QUERIES else ""


_BY_NAME = {
    "email": {"email", "mail"},
    "url": {"url", "link", "website", "uri"},
    "date": {"date"},
    "time": {"time"},
    "phone": {"phone"},
}


def _is_numeric(name: str) -> bool:
    return bool(
        set(name_parts(name))
        & {"age", "count", "number", "quantity", "price", "amount", "total", "year", "score"}
    )


def _to_number(text: str, integral: bool) -> float | int | None:
    value = float(text.replace(",", "")[:40])
    if value.is_integer():
        return int(value)
    return None if integral else value
