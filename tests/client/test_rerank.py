"""Reranking, async and sync, over a real socket."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq import AsyncGroq, BadRequestError, Groq, NotFoundError
from aiogroq.local import Fault, LocalGroq
from aiogroq.types.rerank import RerankResponse

DOCS = ["The weather is nice today", "Machine learning is a part of AI", "Machine learning"]
CALL: dict[str, Any] = {"model": "qwen3-reranker-4b", "query": "machine learning", "docs": DOCS}


async def test_documents_are_ranked_with_their_positions(client: AsyncGroq, server: LocalGroq) -> None:
    response = await client.rerank.create(**CALL, instruction="Find what is about computers", timeout=9)
    assert [(result.index, result.doc) for result in response.results] == [(i, DOCS[i]) for i in (2, 1, 0)]
    scores = [result.score for result in response.results]
    assert scores == sorted(scores, reverse=True)
    assert (scores[0], scores[-1]) == (1.0, pytest.approx(0.0, abs=0.1))
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/openai/v1/reranking")
    assert request.json == {**CALL, "instruction": "Find what is about computers"}


async def test_equal_texts_have_their_positions_in_order(client: AsyncGroq, server: LocalGroq) -> None:
    results = [{"doc": text, "score": 0.5} for text in ("b", "a", "b", "c", "a", "b")]
    server.script(Fault(body={"results": results, "model": "m"}))
    response = await client.rerank.create(model="m", query="q", docs=["a", "b", "x", "b", "a"])
    assert [result.index for result in response.results] == [1, 0, 3, None, 4, None]
    assert response["model"] == "m"
    server.script(Fault(body={"results": [{"doc": "a", "score": 0.5, "index": 7}]}))
    sent = await client.rerank.create(model="m", query="q", docs=(text for text in "ab"))  # type: ignore[arg-type]
    assert [result.index for result in sent.results] == [7]  # the service may send it in future


async def test_a_raw_response_has_no_positions_until_it_is_given_the_documents(client: AsyncGroq) -> None:
    raw = await client.rerank.with_raw_response.create(**CALL)
    response = await raw.parse()
    assert [result.index for result in response.results] == [None, None, None]
    response.set_indexes(DOCS)
    assert [result.index for result in response.results] == [2, 1, 0]


def test_the_sync_client_ranks_too(groq_client: Groq) -> None:
    assert [result.index for result in groq_client.rerank.create(**CALL).results] == [2, 1, 0]
    assert isinstance(groq_client.rerank.with_raw_response.create(**CALL).parse(), RerankResponse)
    with groq_client.rerank.with_streaming_response.create(**CALL) as response:
        assert len(response.parse().results) == 3


@pytest.mark.parametrize(
    ("docs", "error"),
    [
        ("a text", r"docs must be a list of texts, not one text; write docs=\['a text'\]"),
        ({"a": 1}, "docs must be a list of texts, not dict"),
        (None, "docs must be a list of texts, not NoneType"),
        (["a", 5], r"docs\[1\] must be a text, not int"),
    ],
)
async def test_documents_that_are_no_texts_are_rejected_before_a_request(
    client: AsyncGroq, server: LocalGroq, docs: Any, error: str
) -> None:
    with pytest.raises(TypeError, match=error):
        await client.rerank.create(model="m", query="q", docs=docs)
    assert server.requests == []


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"docs": []}, "minimum number of items is 1"),
        ({"docs": ["a"] * 101}, "maximum number of items is 100"),
        ({"docs": [""]}, "minimum string length is 1"),
        ({"model": "openai/gpt-oss-20b"}, "does not support reranking"),
        ({"extra_body": {"top_n": 1}}, "property 'top_n' is unsupported"),
    ],
)
async def test_the_embedded_server_rejects_what_the_specification_excludes(
    client: AsyncGroq, changed: dict[str, Any], error: str
) -> None:
    with pytest.raises(BadRequestError, match=error):
        await client.rerank.create(**{**CALL, **changed})


@pytest.mark.local_groq(strict=True)
async def test_a_strict_server_has_no_model_that_reranks(client: AsyncGroq) -> None:
    with pytest.raises(NotFoundError, match="qwen3-reranker-4b"):
        await client.rerank.create(**CALL)


@pytest.mark.parametrize(
    ("results", "indexes"),
    [
        ([{"doc": "a"}, None], [0, None]),
        ([{"doc": {"text": "x"}}, {"doc": "a"}], [None, 0]),
        ("oops", []),
        ({"a": 1}, []),
    ],
    ids=["null", "object", "text", "no list"],
)
async def test_results_of_another_form_are_returned(
    client: AsyncGroq, server: LocalGroq, results: Any, indexes: list[int | None]
) -> None:
    server.script(Fault(status=200, body={"results": results}))
    response = await client.rerank.create(model="m", query="q", docs=["a"])
    given: Any = response.results
    if isinstance(results, list):
        assert [getattr(result, "doc", None) for result in given] == [
            each and each["doc"] for each in results
        ]
        assert [getattr(result, "index", None) for result in given] == indexes
    else:
        assert given == results
