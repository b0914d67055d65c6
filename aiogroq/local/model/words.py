"""Splits text into tokens and words, and finds the topic of a text."""

from __future__ import annotations

import hashlib
import re

_TOKEN = re.compile(r"\s*(?:[^\W\d_]{1,8}|\d{1,3}|[^\w\s]|_)|\s+")
_WORD = re.compile(r"[^\W\d_][\w'-]*")

MAX_READ = 10_000
"""Only this many characters of a message are analyzed. A prompt may have megabytes."""

STOPWORDS = frozenset(
    [
        "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been",
        "before", "being", "between", "both", "but", "by", "can", "could", "did", "do", "does", "each",
        "every", "for", "from", "get", "give", "had", "has", "have", "he", "her", "here", "him", "his",
        "how", "i", "if", "in", "into", "is", "it", "its", "just", "let", "like", "make", "many", "may",
        "me", "might", "more", "most", "much", "must", "my", "no", "nor", "not", "now", "of", "on", "one",
        "only", "or", "other", "our", "out", "over", "please", "shall", "she", "should", "so", "some",
        "such", "tell", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
        "those", "to", "too", "two", "up", "us", "use", "using", "very", "was", "we", "were", "what",
        "what's", "when", "where", "where's", "which", "while", "who", "who's", "whose", "why", "will",
        "with", "would", "you", "your",
    ]
)  # fmt: skip

_LEAD = re.compile(
    r"^(?:please|can you|could you|would you|will you|i want you to|i need you to|i'd like you to|hey|hi|hello)[,\s]+",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"^(?:explain|describe|summari[sz]e|discuss|define|list|write|tell|give|show|teach|compare|translate|name|help|"
    r"create|generate|compose|draft|outline|analy[sz]e|what(?:'s| is| are| was| were)|who(?:'s| is| are| was)|"
    r"how (?:do|does|can|should|to|would)|why (?:is|are|do|does|did)|when (?:is|did|was)|where (?:is|are)|is|are|do|does)\b"
    r"(?:\s+(?:me|us|to me|you|i|we|one))?(?:\s+(?:about|with|how|what|why))?\s*",
    re.IGNORECASE,
)


def tokens(text: str) -> list[str]:
    """Return the tokens of *text*, as a stream sends them. Joined, they are the text."""
    return _TOKEN.findall(text)


def count_tokens(text: str) -> int:
    """Estimate the number of tokens of *text* from its length only, because prompts may have megabytes."""
    return (len(text) + 3) // 4


def words(text: str) -> list[str]:
    """Return the words of *text* as written."""
    return _WORD.findall(text)


def keywords(text: str) -> list[str]:
    """Return the distinct words without stopwords, in lower case and in order."""
    found = dict.fromkeys(word.lower().removesuffix("'s") for word in words(text))
    return [word for word in found if word not in STOPWORDS and len(word) > 1]


def stem(word: str) -> str:
    """Return a word without common endings, so that `cities` equals `city` and `searching` equals `search`."""
    word = word.lower()
    for ending, instead in (("ies", "y"), ("ing", ""), ("es", ""), ("ed", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)] + instead
    return word


def topic(text: str) -> str:
    """Return the topic of *text*: its first sentence without the request (`Explain the tides!` -> `the tides`)."""
    sentence = re.split(r"[.?!\n]", text.strip(), maxsplit=1)[0][:300].strip()
    sentence = _LEAD.sub("", sentence)
    about = _TASK.sub("", sentence).strip(" ,:;\"'") or sentence or "your message"
    return about if len(about) <= 160 else about[:160].rpartition(" ")[0] or about[:160]


def number_from(text: str) -> int:
    """Return a 64-bit hash of *text*, the same in every process."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
