"""Makes a text that a regular expression matches, for the plain patterns that schemas hold; a best effort."""

from __future__ import annotations

import re

_CLASSES = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
_QUANTIFIER = re.compile(r"\*\??|\+\??|\?\??|\{(\d{1,3})(?:,(\d{0,3}))?\}\??")
_MAX_LENGTH = 200


def example_of(pattern: str) -> str:
    """A text for *pattern*; not sure to match, so check it."""
    text, _ = _alternative(pattern[:256], 0, 0)
    return text[:_MAX_LENGTH]


def _alternative(pattern: str, at: int, depth: int) -> tuple[str, int]:
    """The text of the first alternative from *at* on, and the position of what ends it."""
    made, at = _sequence(pattern, at, depth)
    while at < len(pattern) and pattern[at] == "|":
        _, at = _sequence(pattern, at + 1, depth)
    return made, at


def _sequence(pattern: str, at: int, depth: int) -> tuple[str, int]:
    made: list[str] = []
    while at < len(pattern) and pattern[at] not in "|)":
        piece, at = _atom(pattern, at, depth)
        quantifier = _QUANTIFIER.match(pattern, at)
        count = 1
        if quantifier:
            at = quantifier.end()
            count = int(quantifier[1]) if quantifier[1] else int(quantifier[0][0] == "+")
        made.append(piece * min(count, _MAX_LENGTH))
    return "".join(made), at


def _atom(pattern: str, at: int, depth: int) -> tuple[str, int]:
    sign = pattern[at]
    if sign in "^$":
        return "", at + 1
    if sign == ".":
        return "a", at + 1
    if sign == "\\" and at + 1 < len(pattern):
        escaped = pattern[at + 1]
        return ("" if escaped in "bBAZ" else _CLASSES.get(escaped, escaped)), at + 2
    if sign == "[":
        return _char_class(pattern, at + 1)
    if sign == "(" and depth < 20:
        lookaround = re.compile(r"\?(?:[=!]|<[=!])").match(pattern, at + 1)
        named = re.compile(r"\?(?::|P?<\w+>)").match(pattern, at + 1)
        made, stop = _alternative(pattern, named.end() if named else at + 1, depth + 1)
        return ("" if lookaround else made), stop + 1
    return sign, at + 1


def _char_class(pattern: str, at: int) -> tuple[str, int]:
    negated = pattern[at : at + 1] == "^"
    at += negated
    stop = at
    while stop < len(pattern) and (pattern[stop] != "]" or stop == at):
        stop += 2 if pattern[stop] == "\\" else 1
    inside = pattern[at:stop]
    if negated:
        return next((letter for letter in "a1-_ Z" if not _in_class(inside, letter)), "~"), stop + 1
    if inside.startswith("\\") and len(inside) > 1:
        return _CLASSES.get(inside[1], inside[1]), stop + 1
    return inside[:1], stop + 1


def _in_class(inside: str, letter: str) -> bool:
    try:
        return re.match(f"[{inside}]", letter) is not None
    except re.error:
        return False
