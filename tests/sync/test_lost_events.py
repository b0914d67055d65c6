"""No event of a stream is lost without a word, wherever an exception of a signal's handler comes."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

import pytest

from aiogroq import APIConnectionError, Groq, Stream

pytestmark = pytest.mark.timeout(30)

MODEL = "openai/gpt-oss-20b"
QUESTION: list[Any] = [{"role": "user", "content": "What is 2+2?"}]


class Late(Exception):
    """What a handler raises."""


def raise_at(moment: str) -> None:
    """Raise `Late` in the next `Stream.__next__`, before or after its first call: there Python looks for signals."""

    def profile(frame: FrameType, event: str, _: object) -> None:
        if event == moment and frame.f_code is Stream.__next__.__code__:
            sys.setprofile(None)
            raise Late

    sys.setprofile(profile)


@pytest.mark.parametrize("moment", ["c_call", "c_return"])
def test_a_stream_that_an_event_may_be_missing_from_says_what_interrupted_it(
    groq_client: Groq, moment: str
) -> None:
    stream = groq_client.chat.completions.create(model=MODEL, messages=QUESTION, stream=True)
    next(stream)
    raise_at(moment)
    try:
        with pytest.raises(Late):
            next(stream)
    finally:
        sys.setprofile(None)
    with pytest.raises(APIConnectionError, match="closed before its end, by Late"):
        list(stream)
