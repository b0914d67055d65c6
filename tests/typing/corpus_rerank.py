"""Reranking and fine-tunings, async and sync, and their views."""

from __future__ import annotations

from typing_extensions import assert_type

from aiogroq import APIResponse, AsyncAPIResponse, AsyncGroq, AsyncPaginator, Groq, omit
from aiogroq.types.fine_tunings import (
    FineTuning,
    FineTuningDeleteResponse,
    FineTuningListResponse,
    FineTuningResponse,
)
from aiogroq.types.rerank import RerankResponse, RerankResult


async def awaited(client: AsyncGroq, docs: tuple[str, ...]) -> None:
    response = await client.rerank.create(model="m", query="q", docs=docs, instruction=None, timeout=5)
    assert_type(response, RerankResponse)
    assert_type(response.results, list[RerankResult])
    assert_type(response.results[0].index, int | None)
    assert_type(response.results[0].score, float)
    raw = await client.rerank.with_raw_response.create(model="m", query="q", docs=docs, instruction=omit)
    assert_type(raw, AsyncAPIResponse[RerankResponse])
    created = await client.fine_tunings.create(base_model="m", input_file_id="f", name="n", type="lora")
    assert_type(created, FineTuningResponse)
    assert_type(created.data, FineTuning | None)
    assert_type(client.fine_tunings.list(), AsyncPaginator[FineTuning, FineTuningListResponse])
    assert_type([each.fine_tuned_model async for each in client.fine_tunings.list()], list[str])
    assert_type(await client.fine_tunings.delete("ft_1"), FineTuningDeleteResponse)
    async with client.fine_tunings.with_streaming_response.retrieve("ft_1") as streamed:
        assert_type(streamed, AsyncAPIResponse[FineTuningResponse])


def blocking(client: Groq) -> None:
    assert_type(client.rerank.create(model="m", query="q", docs=["a"]), RerankResponse)
    assert_type(client.fine_tunings.retrieve("ft_1"), FineTuningResponse)
    for tuning in client.fine_tunings.list():
        assert_type(tuning, FineTuning)
    raw = client.fine_tunings.with_raw_response.list()
    assert_type(raw, APIResponse[FineTuningListResponse])
    assert_type(client.fine_tunings.delete("ft_1").deleted, bool)
