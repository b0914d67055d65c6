"""Fine-tunings, async and sync, over a real socket."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq import AsyncGroq, BadRequestError, Groq, NotFoundError
from aiogroq.local import LocalGroq
from aiogroq.types.fine_tunings import FineTuning, FineTuningResponse

MADE = {"base_model": "llama-3.1-8b-instant", "type": "lora"}


async def uploaded(client: AsyncGroq) -> str:
    """The id of a new file."""
    return (await client.files.create(file=("adapter.zip", b"weights"), purpose="batch")).id


async def test_a_fine_tuning_from_its_creation_to_its_end(client: AsyncGroq, server: LocalGroq) -> None:
    file_id = await uploaded(client)
    created = await client.fine_tunings.create(input_file_id=file_id, name="test-1", **MADE)
    tuning = created.data
    assert isinstance(tuning, FineTuning)
    assert (created.id, created.object) == (tuning.id, "object")
    assert (tuning.name, tuning.base_model, tuning.type, tuning.input_file_id) == (
        "test-1",
        "llama-3.1-8b-instant",
        "lora",
        file_id,
    )
    assert tuning.created_at > 1.7e9
    assert (await client.models.delete(tuning.fine_tuned_model)).deleted
    assert (await client.fine_tunings.retrieve(created.id)).data == tuning
    assert [each.id async for each in client.fine_tunings.list()] == [created.id]
    gone = await client.fine_tunings.delete(created.id)
    assert (gone.id, gone.object, gone.deleted) == (created.id, "fine_tuning", True)
    with pytest.raises(NotFoundError, match="was not found"):
        await client.fine_tunings.retrieve(created.id)
    paths = {each.path.replace(created.id, "ID") for each in server.requests if "fine" in each.path}
    assert paths == {"/v1/fine_tunings", "/v1/fine_tunings/ID"}  # without /openai


async def test_fine_tunings_are_listed_in_pages(client: AsyncGroq) -> None:
    file_id = await uploaded(client)
    for number in range(3):
        await client.fine_tunings.create(input_file_id=file_id, name=f"n{number}", **MADE)
    page = await client.fine_tunings.list(extra_query={"limit": 2})
    assert ([each.name for each in page], page.has_next_page()) == (["n2", "n1"], True)
    names = [each.name async for each in client.fine_tunings.list(extra_query={"limit": 2})]
    assert names == ["n2", "n1", "n0"]


async def test_the_embedded_server_rejects_what_is_no_fine_tuning(
    client: AsyncGroq, server: LocalGroq
) -> None:
    file_id = await uploaded(client)
    with pytest.raises(NotFoundError, match="file_nope"):
        await client.fine_tunings.create(input_file_id="file_nope", name="n", **MADE)
    with pytest.raises(BadRequestError, match="minimum string length is 1"):
        await client.fine_tunings.create(input_file_id=file_id, name="", **MADE)
    with pytest.raises(NotFoundError, match="Unknown request URL"):
        await client.get("/openai/v1/fine_tunings", cast_to=dict)
    with pytest.raises(NotFoundError, match="Unknown request URL"):
        await client.get("/openai/v1/fine_tunings/ft_1", cast_to=dict)
    with pytest.raises(ValueError, match="`fine_tuning_id`"):
        await client.fine_tunings.delete("")


def test_the_sync_client_and_its_views_have_them_too(groq_client: Groq) -> None:
    file = groq_client.files.create(file=("adapter.zip", b"weights"), purpose="batch")
    options: Any = {"input_file_id": file.id, **MADE}
    made = groq_client.fine_tunings.create(name="a", **options)
    raw = groq_client.fine_tunings.with_raw_response.create(name="b", **options)
    assert isinstance(raw.parse(), FineTuningResponse)
    assert [each.name for each in groq_client.fine_tunings.list(extra_query={"limit": 1})] == ["b", "a"]
    with groq_client.fine_tunings.with_streaming_response.retrieve(made.id) as response:
        assert response.parse().data == made.data
    assert groq_client.fine_tunings.delete(made.id).deleted
    assert len(groq_client.fine_tunings.list()) == 1
