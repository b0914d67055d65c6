"""The lists of the embedded server, as the client of openai reads them."""

from __future__ import annotations

from openai import OpenAI

from aiogroq.local import LocalGroq


def test_the_client_of_openai_ends_on_the_lists_of_the_embedded_server() -> None:
    with (
        LocalGroq() as server,
        OpenAI(api_key="k", base_url=f"{server.base_url}/v1", max_retries=0) as client,
    ):
        assert list(client.batches.list()) == []
        line = b'{"custom_id": "1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "m"}}'
        files = [client.files.create(file=("in.jsonl", line), purpose="batch").id for _ in range(3)]
        assert [file.id for file in client.files.list()] == files[::-1]
        assert [file.id for file in client.files.list(limit=2)] == files[::-1]
        assert len(server.requests) == 7  # the two lists are one page, the last two
