"""The repr of a client's objects: their public names, base URL and state."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq import APIStatusError, AsyncGroq, Groq
from aiogroq.local import Fault, LocalGroq

CHAT: dict[str, Any] = {"model": "openai/gpt-oss-20b", "messages": [{"role": "user", "content": "Hello"}]}
SPEECH = {"model": "canopylabs/orpheus-v1-english", "voice": "austin", "input": "Hello"}


def test_a_group_of_endpoints_says_where_they_are() -> None:
    for cls, name in ((AsyncGroq, "AsyncCompletions"), (Groq, "Completions")):
        client = cls(api_key="gsk_secret", base_url="https://api.example.com")
        assert repr(client.chat.completions) == f"<{name} of https://api.example.com/openai/v1>"


def test_a_sync_binary_response_says_so(server: LocalGroq) -> None:
    with Groq(api_key="k", base_url=server.base_url) as client:
        assert repr(client.audio.speech.create(**SPEECH)) == "<BinaryAPIResponse [200] type=bytes>"


async def test_a_stream_says_what_it_is_of_and_how_it_stands(server: LocalGroq) -> None:
    async with AsyncGroq(api_key="k", base_url=server.base_url) as client:
        stream = await client.chat.completions.create(**CHAT, stream=True)
        assert repr(stream) == "<AsyncStream of ChatCompletionChunk, open>"
        await stream.collect()
        assert repr(stream) == "<AsyncStream of ChatCompletionChunk, at its end>"
        left = await client.chat.completions.create(**CHAT, stream=True)
        await left.close()
        assert repr(left) == "<AsyncStream of ChatCompletionChunk, closed>"
        server.script(Fault(error_event={"message": "broken"}, after_events=2))
        cut = await client.chat.completions.create(**CHAT, stream=True)
        with pytest.raises(APIStatusError):
            await cut.collect()
        assert repr(cut) == "<AsyncStream of ChatCompletionChunk, broken off>"


def test_a_sync_stream_says_the_same(server: LocalGroq) -> None:
    with Groq(api_key="k", base_url=server.base_url) as client:
        stream = client.chat.completions.create(**CHAT, stream=True)
        assert repr(stream) == "<Stream of ChatCompletionChunk, open>"
        stream.collect()
        assert repr(stream) == "<Stream of ChatCompletionChunk, at its end>"
