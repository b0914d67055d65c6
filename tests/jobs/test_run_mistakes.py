"""What `jobs.run` says of mistakes in its use."""

from __future__ import annotations

import gc
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aiogroq import AsyncGroq, Groq
from aiogroq.jobs import JobError, JobInputError, Progress, run
from aiogroq.local import Fault, LocalGroq

MODEL = "openai/gpt-oss-20b"
TEXTS = [f"What is {number}+{number}?" for number in range(20)]


async def test_a_misspelt_option_is_named_with_the_closest_one(client: AsyncGroq) -> None:
    options: dict[str, Any] = {"promt": "Label {text}"}
    with pytest.raises(TypeError, match=r"jobs.run\(\) got an unexpected .*'promt'. Did you mean 'prompt'?"):
        run(client, ["a"], model=MODEL, **options)


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


async def test_a_client_that_is_closed_ends_the_job_and_fails_no_item(
    server: LocalGroq, tmp_path: Path
) -> None:
    server.script(Fault(latency_s=0.3, skip=3, times=None))
    path = tmp_path / "a.journal"
    async with AsyncGroq(api_key="gsk_x", base_url=server.base_url) as closed:
        job = run(closed, TEXTS, model=MODEL, journal=path)
        assert [(await anext(job)).status for _ in range(3)] == ["done"] * 3
    with pytest.raises(JobError, match=r"because its client was closed\. Run it again to go on"):
        [result async for result in job]
    server.clear()
    async with AsyncGroq(api_key="gsk_x", base_url=server.base_url) as client:
        report = await run(client, TEXTS, model=MODEL, journal=path)
    assert (report.done, report.failed) == (20, 0)
    assert 3 <= report.resumed < 20


async def test_an_on_progress_that_is_no_function_is_rejected_at_once(client: AsyncGroq) -> None:
    with pytest.raises(TypeError, match="on_progress must be a function of a Progress, not 5"):
        run(client, ["a"], model=MODEL, on_progress=5)  # type: ignore[arg-type]


async def shows(progress: Progress) -> None:
    """Not a plain function."""


class Shows:
    """Not a plain function either."""

    async def __call__(self, progress: Progress) -> None: ...


@pytest.mark.parametrize("on_progress", [shows, partial(shows), Shows(), Shows().__call__])
async def test_an_async_on_progress_is_rejected_at_once(client: AsyncGroq, on_progress: Any) -> None:
    with pytest.raises(TypeError, match="on_progress must be a plain function, not an async one"):
        run(client, ["a"], model=MODEL, on_progress=on_progress)


@pytest.mark.parametrize("name", ["concurrency", "max_in_flight"])
async def test_a_bound_of_requests_in_flight_is_said_to_be_of_pacing(client: AsyncGroq, name: str) -> None:
    options: dict[str, Any] = {name: 5}
    with pytest.raises(TypeError, match=rf"'{name}': .* pass pacing=Pacing\(max_in_flight=\.\.\.\)"):
        run(client, ["a"], model=MODEL, **options)


MESSAGES: dict[str, Any] = {"messages": [{"role": "user", "content": "Hello"}]}


async def test_messages_in_params_that_would_not_be_sent_are_rejected(client: AsyncGroq) -> None:
    with pytest.raises(
        JobInputError, match=r"params has messages, which .* made of the prompt: leave messages"
    ):
        run(client, ["a"], model=MODEL, prompt="Say {text}", params=MESSAGES)
    with pytest.raises(
        JobInputError, match=r"params has messages, .* each item is a text: leave messages out"
    ):
        await run(client, ["a"], model=MODEL, params={"messages": []})
    with pytest.raises(JobInputError, match=r"params has url, .* each item is a recording"):
        await run(client, ["a.wav"], model="m", endpoint="transcription", params={"url": "https://x/a.wav"})


async def test_messages_in_params_are_sent_for_items_that_have_other_arguments(client: AsyncGroq) -> None:
    report = await run(client, [{"temperature": 0.1}, {"temperature": 0.9}], model=MODEL, params=MESSAGES)
    assert report.done == 2


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"deadline_s": 0}, "deadline_s must be > 0 seconds, not 0"),
        ({"deadline_s": -1}, "deadline_s must be >= 0 seconds, not -1"),
        ({"max_cost_usd": "5"}, "max_cost_usd must be a number of dollars or None, not '5'"),
        ({"max_cost_usd": -1}, "max_cost_usd must be >= 0 dollars, not -1"),
        ({"prices": {MODEL: 5}}, f"prices must have a Price for '{MODEL}'"),
        ({"prices": 5}, "prices must be a mapping, not int"),
        ({"params": [1]}, "params must be a mapping, not list"),
        ({"params": {"response_format": dict}}, "params has a type as response_format; .* response_format="),
        ({"params": {"response_format": list[int]}}, "params has a type as response_format"),
        ({"prompt": 5}, "prompt must be a str or None, not int"),
        ({"system": 5}, "system must be a str or None, not int"),
        ({"model": 5}, "model must be a str or None, not int"),
        ({"journal": ""}, "a path must not be empty"),
        (
            {"pacing": "rpm=5"},
            "pacing must be a Pacing, not 'rpm=5'; for the limits of the account pass limits=",
        ),
    ],
)
async def test_an_option_of_a_wrong_type_is_named_with_what_to_pass(
    client: AsyncGroq, options: dict[str, Any], error: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=error):
        run(client, ["a"], **{"model": MODEL, **options})


async def test_a_client_that_is_closed_before_the_start_is_named(server: LocalGroq) -> None:
    async with AsyncGroq(api_key="gsk_x", base_url=server.base_url) as closed:
        pass
    with pytest.raises(JobError, match="cannot start, because its client is closed"):
        await run(closed, TEXTS, model=MODEL)
