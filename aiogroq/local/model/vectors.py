"""Embeds text without a model. Each word has a pseudo-random vector; a text has the normalized sum of its words' vectors.

Texts that share words are similar, others are nearly orthogonal, and the same text always has the same vector.
"""

from __future__ import annotations

import base64
import hashlib
import math
import sys
from array import array
from collections import Counter
from functools import lru_cache
from operator import add

from .words import STOPWORDS, stem, words

DIMENSIONS = 768
_STOPWORD_WEIGHT = 0.25
_MAX_WORDS = 20_000


@lru_cache(maxsize=4096)
def _direction(word: str) -> tuple[float, ...]:
    digest = hashlib.shake_128(word.encode("utf-8", "replace")).digest(DIMENSIONS)
    # Signed bytes plus 0.5 have a mean of 0, so that two words are orthogonal on average.
    return tuple([value + 0.5 for value in array("b", digest)])


@lru_cache(maxsize=512)
def embed(text: str) -> tuple[float, ...]:
    """Return the unit vector of *text*, `DIMENSIONS` numbers."""
    counts = Counter(word.lower() for word in words(text)[:_MAX_WORDS]) or Counter([text])
    total: list[float] = [0.0] * DIMENSIONS
    for word, count in counts.items():
        weight = (_STOPWORD_WEIGHT if word in STOPWORDS else 1.0) * (1 + math.log(count))
        direction = _direction(stem(word))
        total = list(map(add, total, direction if weight == 1.0 else [weight * value for value in direction]))
    norm = math.sqrt(sum([value * value for value in total])) or 1.0
    return tuple([value / norm for value in total])


def as_floats(text: str) -> list[float]:
    """Return the vector as numbers, rounded to single precision."""
    return [round(value, 8) for value in embed(text)]


def as_base64(text: str) -> str:
    """Return the vector as base64 of little-endian single-precision numbers."""
    packed = array("f", embed(text))
    if sys.byteorder == "big":
        packed.byteswap()
    return base64.b64encode(packed.tobytes()).decode("ascii")
