"""Plans of jobs: what they will use, cost and take."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aiogroq import AsyncGroq
from aiogroq.jobs.plan import Measured, Plan, make_plan, measure
from aiogroq.jobs.prices import Price
from aiogroq.jobs.requests import Requests
from aiogroq.jobs.run import run
from aiogroq.limits import Limits

MODEL = "openai/gpt-oss-20b"
OVERHEAD = 73  # tokens of the template of this model


def planned(items: Any, *, model: str = MODEL, params: dict[str, Any] | None = None, **options: Any) -> Plan:
    """A plan of chats."""
    return make_plan(items, Requests("chat", model, params=params or {}), **options)


def test_prompts_are_estimated_from_their_texts() -> None:
    plan = planned(["x" * 400] * 9 + ["x" * 4_000])
    assert plan.prompt_p50 == 100 + OVERHEAD
    assert plan.prompt_p95 == 1_000 + OVERHEAD
    assert plan.prompt_tokens == 9 * 100 + 1_000 + 10 * OVERHEAD


def test_other_scripts_have_more_tokens_than_english() -> None:
    assert planned(["語" * 300]).prompt_tokens == 200 + OVERHEAD
    assert planned(["é" * 400]).prompt_tokens == 100 + OVERHEAD


def test_the_system_message_and_a_schema_count() -> None:
    plain = planned(["hi"]).prompt_tokens
    requests = Requests("chat", MODEL, system="x" * 400, params={"response_format": {"type": "json_object"}})
    assert make_plan(["hi"], requests).prompt_tokens == plain + 100 + len('{"type":"json_object"}') // 4


def test_a_small_maximum_is_what_responses_use() -> None:
    plan = planned(["a"] * 3, params={"max_completion_tokens": 50})
    assert (plan.completion_tokens, plan.completion_source) == (150, "at most")


def test_a_large_maximum_is_no_estimate() -> None:
    plan = planned(["a"] * 3, params={"max_completion_tokens": 30_000})
    assert plan.completion_tokens == 600
    assert plan.completion_source == "assumed: 200 a row"


def test_cost_is_that_of_prompts_and_responses_and_half_in_a_batch() -> None:
    prices = {MODEL: Price(1.0, 2.0)}
    plan = planned(["x" * 400] * 1_000, params={"max_completion_tokens": 100}, prices=prices)
    assert plan.cost_usd == pytest.approx(1_000 * (173 * 1.0 + 100 * 2.0) / 1e6)
    assert plan.batch_cost_usd == pytest.approx((plan.cost_usd or 0) / 2)


def test_the_cost_of_an_unknown_model_is_not_known() -> None:
    assert planned(["a"], model="mine").cost_usd is None


def test_time_is_that_of_the_limit_that_takes_longest() -> None:
    plan = planned(["x" * 400] * 1_000, params={"max_completion_tokens": 100})  # 273,000 tokens
    assert plan.live_s(Limits(rpm=100)) == (pytest.approx(9 * 60), "RPM")
    assert plan.live_s(Limits(rpm=100, tpm=13_000)) == (pytest.approx(20 * 60), "TPM")
    assert plan.live_s(Limits(tpd=91_000)) == (pytest.approx(2 * 86_400), "TPD")
    assert plan.live_s(Limits(otpm=50_000)) == (pytest.approx(60), "OTPM")
    assert plan.live_s(Limits(rpm=1_000, tpm=273_000)) == (0.0, None)


def test_items_larger_than_a_limit_are_counted() -> None:
    plan = planned(["x" * 400, "x" * 40_000], limits=Limits(tpm=6_000))
    assert plan.too_large == 1
    assert planned(["a"], params={"max_completion_tokens": 2_000}, limits=Limits(otpm=1_000)).too_large == 1


def test_items_that_cannot_be_sent_are_counted_with_the_reason() -> None:
    requests = Requests("chat", MODEL, prompt="{text}")
    plan = make_plan([{"text": "a"}, {"txt": "b"}, {}], requests)
    assert (plan.items, plan.unsendable) == (1, 2)
    assert "no column 'text'" in (plan.problem or "")


def test_a_plan_of_nothing_is_nothing() -> None:
    plan = planned([])
    assert (plan.items, plan.prompt_tokens, plan.cost_usd, plan.prompt_p95) == (0, 0, 0.0, 0)
    assert plan.live_s(Limits(rpm=1)) == (0.0, None)


def test_a_plan_reads_no_more_than_the_limit_and_the_items_one_by_one() -> None:
    read = []

    def items() -> Any:
        for number in range(100):
            read.append(number)
            yield "a"

    assert planned(items(), limit=3).items == 3
    assert len(read) == 4


def test_recordings_are_at_least_ten_seconds(tmp_path: Path) -> None:
    (tmp_path / "a.mp3").write_bytes(bytes(16_000 * 60))
    (tmp_path / "b.mp3").write_bytes(bytes(10))
    paths = [str(tmp_path / name) for name in ("a.mp3", "b.mp3", "missing.mp3")]
    plan = make_plan(paths, Requests("transcription", "whisper-large-v3-turbo"))
    assert plan.audio_s == 80.0
    assert plan.cost_usd == pytest.approx(80 * 0.04 / 3_600)
    assert "URL" in (plan.batch_problem or "")


async def test_a_plan_learns_from_the_journal_of_a_few_items(client: AsyncGroq, tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    results = [result async for result in run(client, ["one", "two"], model=MODEL, journal=journal)]
    measured = measure(journal)
    assert measured is not None
    used = [result.usage for result in results]
    assert measured == Measured(
        2, sum(each.prompt_tokens for each in used) / 2, sum(each.completion_tokens for each in used) / 2
    )
    plan = planned(["one", "two", "six", "ten"], measured=measured, prices={MODEL: Price(1e6, 1e6)})
    assert plan.completion_tokens == round(4 * measured.completion_tokens)
    assert plan.prompt_tokens == round(4 * measured.prompt_tokens)
    assert plan.left == 2
    assert plan.cost_usd == pytest.approx(2 * (measured.prompt_tokens + measured.completion_tokens), rel=0.01)


def test_a_file_that_is_no_journal_teaches_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x"
    assert measure(path) is None
    path.write_text(json.dumps({"usage": [1, 2], "status": "done"}) + "\n")
    assert measure(path) is None


def test_the_plan_of_a_sample_is_scaled_to_the_whole() -> None:
    prices = {MODEL: Price(1.0, 2.0)}
    whole = planned(["x" * 400] * 1_000, prices=prices)
    scaled = planned(["x" * 400] * 10, prices=prices).scaled(1_000)
    assert (scaled.items, scaled.left, scaled.prompt_tokens) == (1_000, 1_000, whole.prompt_tokens)
    assert scaled.cost_usd == pytest.approx(whole.cost_usd)
    assert scaled.live_s(Limits(tpm=13_000))[0] == pytest.approx(whole.live_s(Limits(tpm=13_000))[0])
    assert planned([]).scaled(1_000).items == 0
