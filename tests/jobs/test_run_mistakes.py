"""What `jobs.run` says of mistakes in its use."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from aiogroq import AsyncGroq, Groq
from aiogroq.jobs import JobError, JobInputError, run

MODEL = "openai/gpt-oss-20b"


async def test_a_misspelt_option_is_named_with_the_closest_one(client: AsyncGroq) -> None:
    options: dict[str, Any] = {"promt": "Label {text}"}
    with pytest.raises(TypeError, match=r"jobs.run\(\) got an unexpected .*'promt'. Did you mean 'prompt'?"):
        run(client, ["a"], model=MODEL, **options)


async def test_a_type_as_response_format_is_rejected_before_anything_is_sent(client: AsyncGroq) -> None:
    with pytest.raises(JobInputError, match=r"response_format must be a dict such as .* not the type int"):
        run(client, ["a"], model=MODEL, response_format=int)


async def test_a_job_that_is_never_started_warns(client: AsyncGroq) -> None:
    with pytest.warns(RuntimeWarning, match=f"the job '{MODEL}' was never started: iterate it, or wait"):
        run(client, ["a"], model=MODEL)


def test_a_sync_job_that_is_never_started_warns() -> None:
    with pytest.warns(RuntimeWarning, match="was never started"):
        run(Groq(api_key="gsk_x"), ["a"], model=MODEL)


async def test_a_job_that_is_closed_before_its_start_does_not_warn(client: AsyncGroq) -> None:
    async with run(client, ["a"], model=MODEL):
        pass
    with pytest.raises(JobInputError, match="items is str, which is one item"):
        await run(client, "a", model=MODEL)
    gc.collect()


async def test_the_results_of_a_job_that_was_awaited_cannot_be_iterated_later(client: AsyncGroq) -> None:
    job = run(client, ["a"], model=MODEL)
    assert (await job).done == 1
    with pytest.raises(JobError, match="its results are in its journal only; iterate it instead"):
        await anext(job)
