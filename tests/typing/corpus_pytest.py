"""Tests of users: the fixtures of the pytest plugin, and the embedded server."""

from __future__ import annotations

from typing import Any

import pytest
from typing_extensions import assert_type

from aiogroq import AsyncGroq, Groq
from aiogroq.local import Fault, LocalGroq, RateLimit, ReceivedRequest
from aiogroq.types.chat import ChatCompletion

MESSAGES = [{"role": "user", "content": "Hello"}]


def summarise(client: Groq, text: str) -> str:
    response = client.chat.completions.create(model="m", messages=[{"role": "user", "content": text}])
    return response.choices[0].message.content or ""


@pytest.mark.local_groq(reply=["Short."], latency_s=0.1)
def test_summary(local_groq: LocalGroq, groq_client: Groq) -> None:
    assert_type(summarise(groq_client, "a long text"), str)
    assert_type(local_groq.requests[0], ReceivedRequest)
    assert_type(local_groq.requests[0].headers, dict[str, str])
    assert local_groq.requests[0].json["model"] == "m"


async def test_async(local_groq: LocalGroq, async_groq_client: AsyncGroq) -> None:
    response = await async_groq_client.chat.completions.create(model="m", messages=MESSAGES)
    assert_type(response, ChatCompletion)
    assert_type(local_groq.base_url, str)


def reply(body: dict[str, Any]) -> str:
    return f"You said {body['messages'][-1]['content']}"


async def servers() -> None:
    with LocalGroq() as server:
        assert_type(server, LocalGroq)
        Groq(base_url=server.base_url, api_key="gsk_local")
    async with LocalGroq(reply=reply, faults=[Fault(status=503), None], tokens_per_second=500) as server:
        assert_type(server, LocalGroq)
        assert_type(server.port, int)
    LocalGroq(reply=["One.", {"content": "Two."}], rate_limits={"*": RateLimit(rpm=30)}, seed=7)
