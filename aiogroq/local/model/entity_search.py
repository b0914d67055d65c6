"""Finds places, people, dates, addresses and amounts in a text."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from .facts import CAPITALS

# All repetitions are bounded, so that the time of a search is linear in the length of the text.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_URL = re.compile(r"https?://[^\s\"'<>)]+")
_DATE = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_TIME = re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?:\s?[ap]m)?\b|\b(?:1[0-2]|[1-9])\s?[ap]m\b", re.I)
_PHONE = re.compile(r"\+?\d[\d\s().-]{6,30}\d")
_NUMBER = re.compile(r"(?<![\w.@])-?\d{1,15}(?:,\d{3}){0,5}(?:\.\d{1,9})?(?![\w@]{0,64}@)")
NAME = r"[A-Z][\w'’-]{0,40}"
_PLACE = re.compile(
    rf"\b(?:in|at|for|to|from|near|of|around|between)\s+((?:{NAME})(?:\s+{NAME})*(?:,\s*[A-Z]{{2}}\b)?"
    rf"(?:(?:,|,? and|,? or)\s+(?:in\s+|at\s+|for\s+)?{NAME}(?:\s+{NAME})*(?:,\s*[A-Z]{{2}}\b)?)*)"
)
_PLACE_PARTS = re.compile(r"\s*(?:,(?!\s*[A-Z]{2}\b)\s*(?:and|or)?|\band\b|\bor\b)\s*(?:(?:in|at|for)\s+)?")
_FULL_NAME = re.compile(rf"\b{NAME}(?:\s{{1,9}}{NAME})+\b")
_ONE_NAME = re.compile(
    rf"(?<![.!?:]\s)(?<!^)\b{NAME}\b|\b{NAME}(?=\s{{1,9}}(?:is|was|has|lives|works|and)\b)"
)
_NOT_NAMES = frozenset(
    [
        "Extract", "Please", "The", "This", "That", "These", "What", "Who", "How", "When", "Where", "Why",
        "Return", "Give", "From", "Json", "JSON", "I", "Name", "Age", "Email", "My", "His", "Her", "It",
        "He", "She", "They", "We", "You", "A", "An", "In", "On", "At", "Monday", "Tuesday", "Wednesday",
        "Thursday", "Friday", "Saturday", "Sunday", "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December", "Weather", "Is", "Are", "Can",
        "Tell", "Show", "Find",
    ]
)  # fmt: skip
_CITIES = {city.lower(): city for city in [*CAPITALS.values(), "New York", "San Francisco", "Los Angeles", "Chicago",
           "Boston", "Seattle", "Toronto", "Sydney", "Mumbai", "Shanghai", "Barcelona", "Munich", "Hamburg", "Milan"]}  # fmt: skip
_YEARS = re.compile(
    r"\b(?:aged?\s*:?\s*)(\d{1,3})\b|\b(\d{1,3})[\s-]years?[\s-]old\b|\b(\d{1,3})\s*(?:yo|y/o)\b", re.I
)
_MONEY = re.compile(
    r"[$€£]\s?(\d[\d,]{0,20}(?:\.\d{1,9})?)|(?<![\d,.])(\d[\d,]{0,20}(?:\.\d{1,9})?)\s?(?:dollars|euros|usd|eur|gbp)\b",
    re.I,
)


def _find_places(text: str) -> list[str]:
    found = [
        place
        for match in _PLACE.finditer(text)
        for place in _PLACE_PARTS.split(match[1])
        if place and place not in _NOT_NAMES
    ]
    if found:
        return found
    lowered = text.lower()
    known = [(at, city) for name, city in _CITIES.items() if (at := _word_at(name, lowered)) >= 0]
    if known:
        return [city for _, city in sorted(known)]
    last = re.search(
        r"\b(?:in|at|for|near)\s+(?!the\b|a\b|an\b|my\b|json\b)([a-z][a-z' -]{2,40}?)\s*[?.!]*$", text, re.I
    )
    return [last[1].strip()] if last else []


def _word_at(name: str, text: str) -> int:
    found = re.search(rf"\b{re.escape(name)}\b", text) if name in text else None
    return found.start() if found else -1


def _find_people(text: str) -> list[str]:
    def without_verbs(name: str) -> str:
        parts = name.split()
        while parts and parts[0] in _NOT_NAMES:
            parts.pop(0)
        return " ".join(parts)

    full = [name for found in _FULL_NAME.findall(text) if " " in (name := without_verbs(found))]
    return full or [name for name in _ONE_NAME.findall(text) if name not in _NOT_NAMES]


def _find_countries(text: str) -> list[str]:
    lowered = text.lower()
    return [country.title() for country in CAPITALS if _word_at(country, lowered) >= 0]


def _groups(pattern: re.Pattern[str], text: str) -> list[str]:
    return [next(group for group in found.groups() if group) for found in pattern.finditer(text)]


SEARCHES: dict[str, Callable[[str], list[str]]] = {
    "email": _EMAIL.findall,
    "url": _URL.findall,
    "date": _DATE.findall,
    "time": _TIME.findall,
    "phone": _PHONE.findall,
    "number": _NUMBER.findall,
    "age": partial(_groups, _YEARS),
    "money": partial(_groups, _MONEY),
    "place": _find_places,
    "person": _find_people,
    "country": _find_countries,
}
"""Kind of value -> function that returns all values of that kind in a text, in order."""
