"""The JSON in a text that a model wrote."""

from __future__ import annotations

import json
import re

_FENCE = re.compile(r"```[A-Za-z0-9_+-]*[ \t]*\r?\n(.*?)```", re.DOTALL)
_START = re.compile(r"[{\[]")


def first_json(text: str) -> str | None:
    """Return the first JSON value of a text: all of it, that in a code fence, or the first object or list in prose.

    Of two values the first is returned. A string, a number, ``true`` and the like count only where they are the whole text
    or the whole fence. None if there is none, or if it is truncated.
    """
    for candidate in [text, *(found[1] for found in _FENCE.finditer(text))]:
        candidate = candidate.strip()
        if candidate and _is_json(candidate):
            return candidate
    decoder = json.JSONDecoder()
    start = _START.search(text)
    while start is not None:
        try:
            _, end = decoder.raw_decode(text, start.start())
        except RecursionError:
            return None
        except json.JSONDecodeError as error:
            if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
                return None  # truncated: what is inside is not what was meant
            start = _START.search(text, max(error.pos, start.start() + 1))
        else:
            return text[start.start() : end]
    return None


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
