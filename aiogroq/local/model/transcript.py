"""Makes transcripts: the text of an audio file, its segments and words with times inside the file's length."""

from __future__ import annotations

import re
from typing import Any

from .words import number_from

_SENTENCES = (
    "The meeting began a little late because the train from the north was held up by snow.",
    "We talked about the plan for the spring and about the people who would carry it out.",
    "Nobody expected the numbers to be this good, and so there was time for a few questions.",
    "The next step is to try it with a small group and to listen to what they say.",
    "After that we can decide, without any hurry, whether it is worth doing for everybody.",
    "Thank you all for coming, and please send me your notes before the end of the week.",
)
_WORDS_PER_SECOND = 2.5
_MAX_WORDS = 20_000
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")


def fake_transcript(audio: bytes, duration_s: float) -> str:
    """Return a transcript of audio that our speech endpoint did not make. The same bytes give the same text."""
    word_count = min(_MAX_WORDS, max(4, int(duration_s * _WORDS_PER_SECOND)))
    spoken: list[str] = []
    step = number_from(f"{len(audio)}:{audio[:4096].hex()}:{audio[-4096:].hex()}")
    while len(spoken) < word_count:
        spoken += _SENTENCES[step % len(_SENTENCES)].split()
        step += 1
    text = " ".join(spoken[:word_count]).rstrip(",.")
    return f"{text}."


def segments(text: str, duration_s: float) -> list[dict[str, Any]]:
    """Return one segment per sentence, with times in seconds from 0 to *duration_s*."""
    sentences = [sentence for sentence in _SENTENCE_END.split(text) if sentence]
    found: list[dict[str, Any]] = []
    for index, (sentence, start_s, end_s) in enumerate(_spread(sentences, duration_s)):
        found.append(
            {
                "id": index,
                "seek": int(start_s * 100),
                "start": start_s,
                "end": end_s,
                "text": sentence,
                "tokens": [50365, *(number_from(word) % 50_000 for word in sentence.split()[:200])],
                "temperature": 0,
                "avg_logprob": -0.1 - number_from(sentence) % 200 / 1000,
                "compression_ratio": round(1 + len(sentence) % 90 / 100, 4),
                "no_speech_prob": round(number_from(sentence[::-1]) % 100 / 10_000, 6),
            }
        )
    return found


def timed_words(text: str, duration_s: float) -> list[dict[str, Any]]:
    """Return every word with its start and end in seconds."""
    return [
        {"word": word, "start": start_s, "end": end_s}
        for word, start_s, end_s in _spread(text.split(), duration_s)
    ]


def _spread(parts: list[str], duration_s: float) -> list[tuple[str, float, float]]:
    """Return each part with its start and end, proportional to its length."""
    total = sum(len(part) for part in parts) or 1
    end_of_all_s = _floor(duration_s)
    spread: list[tuple[str, float, float]] = []
    passed = 0
    for part in parts:
        start_s = _floor(duration_s * passed / total)
        passed += len(part)
        spread.append((part, start_s, min(end_of_all_s, _floor(duration_s * passed / total))))
    return spread


def _floor(time_s: float) -> float:
    # Rounded down, so that no part ends after the audio.
    return int(time_s * 1000) / 1000
