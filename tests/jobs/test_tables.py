"""Jobs over tables, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest

from aiogroq import AsyncGroq
from aiogroq.jobs.prices import Price
from aiogroq.jobs.run import run

MODEL = "openai/gpt-oss-20b"


class Frame:
    """An object with rows of Arrow data, like a data frame. To iterate it yields the names of its columns."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __iter__(self) -> Any:
        return iter(self._table.column_names)

    def __len__(self) -> int:
        return len(self._table)


async def test_the_rows_of_a_data_frame_are_items(client: AsyncGroq) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    frame = Frame(pyarrow.table({"text": ["one", "two"], "n": [1, 2]}))
    job = run(client, frame, model=MODEL, prompt="Repeat: {text}")
    assert [result.item async for result in job] == [{"text": "one", "n": 1}, {"text": "two", "n": 2}]
    assert job.progress().total == 2


async def test_a_report_has_the_cost_at_the_price_of_the_model(client: AsyncGroq) -> None:
    job = run(client, ["one"], model=MODEL)
    (result,) = [result async for result in job]
    report = await job.wait()
    usage = result.usage
    assert report.cost_usd == pytest.approx(
        (usage.prompt_tokens * 0.075 + usage.completion_tokens * 0.3) / 1e6
    )


async def test_a_price_of_the_user_goes_first(client: AsyncGroq) -> None:
    job = run(client, ["one"], model="of-mine", prices={"of-mine": Price(1e6, 0.0)})
    (result,) = [result async for result in job]
    assert (await job.wait()).cost_usd == pytest.approx(result.usage.prompt_tokens)


async def test_the_cost_of_an_unknown_model_is_not_known(client: AsyncGroq) -> None:
    assert (await run(client, ["one"], model="of-mine")).cost_usd is None
