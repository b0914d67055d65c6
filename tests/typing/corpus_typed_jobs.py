"""Jobs with a type as response format: both type checkers know the type of each value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from typing_extensions import assert_type

from aiogroq import AsyncGroq, Groq, jobs
from aiogroq.types import ChatCompletion

TEXTS = ["a", "b"]


@dataclass
class Person:
    name: str


async def in_async_code(client: AsyncGroq) -> None:
    job = jobs.run(client, TEXTS, model="m", response_format=Person, journal="a.journal")
    assert_type(job, jobs.AsyncJob[Person])
    async for result in job:
        assert_type(result.value, Person | None)
        assert_type(result.text, str)
    plain = jobs.run(client, TEXTS, model="m")
    assert_type(plain, jobs.AsyncJob[ChatCompletion])
    assert_type(
        jobs.run(client, TEXTS, model="m", response_format={"type": "json_object"}),
        jobs.AsyncJob[ChatCompletion],
    )
    assert_type(jobs.run(client, TEXTS, model="m", response_format=None), jobs.AsyncJob[ChatCompletion])


def in_sync_code(client: Groq, form: dict[str, Any]) -> None:
    assert_type(jobs.run(client, TEXTS, model="m", response_format=list[Person]), jobs.Job[list[Person]])
    assert_type(
        jobs.run(client, TEXTS, model="m", response_format=Literal["good", "bad"]),
        jobs.Job[Literal["good", "bad"]],
    )
    assert_type(jobs.run(client, TEXTS, model="m", response_format=form), jobs.Job[ChatCompletion])
    for result in jobs.run(client, TEXTS, model="m", response_format=Person | int):
        assert_type(result.value, Person | int | None)
