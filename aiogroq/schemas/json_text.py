"""The JSON in a text that a model wrote."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_FENCE = re.compile(r"```[A-Za-z0-9_+-]*[ \t]*\r?\n(.*?)```", re.DOTALL)
_START = re.compile(r"[{\[]")


def json_values(text: str) -> list[str]:
    """Return the JSON values of a text, the likeliest first: all of it; or those in code fences, then those in prose.

    Of several the last comes first: models write drafts and examples before the value. A string, a number, ``true`` and the
    like count only where they are the whole text or the whole fence. What is truncated does not count.
    """
    whole = text.strip()
    if whole and _is_json(whole):
        return [whole]
    fenced = [part for found in _FENCE.finditer(text) if (part := found[1].strip()) and _is_json(part)]
    return list(dict.fromkeys([*reversed(fenced), *reversed(list(_in_prose(text)))]))


def _in_prose(text: str) -> Iterator[str]:
    """Yield the objects and lists of a text that are in no other."""
    decoder = json.JSONDecoder()
    start = _START.search(text)
    while start is not None:
        try:
            _, end = decoder.raw_decode(text, start.start())
        except RecursionError:
            return
        except json.JSONDecodeError as error:
            if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
                return  # truncated: what is inside is not what was meant
            end = max(error.pos, start.start() + 1)
        else:
            yield text[start.start() : end]
        start = _START.search(text, end)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
