"""What jobs cost."""

from __future__ import annotations

import pytest

from aiogroq.jobs.errors import JobInputError
from aiogroq.jobs.outcome import ItemUsage
from aiogroq.jobs.prices import PRICES, Price, cost_usd, price_of

MILLION = 1_000_000


def test_prompt_and_completion_tokens_have_their_own_price() -> None:
    price = Price(0.15, 0.60)
    assert price.cost_usd(ItemUsage(2 * MILLION, MILLION)) == pytest.approx(0.90)


def test_a_cached_token_costs_half() -> None:
    assert Price(1.0, 0.0).cost_usd(ItemUsage(MILLION, 0, MILLION // 2)) == pytest.approx(0.75)


def test_a_batch_costs_half_and_cached_tokens_get_no_second_discount() -> None:
    price = Price(1.0, 0.0)
    assert price.cost_usd(ItemUsage(MILLION, 0, MILLION), is_batch=True) == pytest.approx(0.5)


def test_a_short_recording_is_billed_as_ten_seconds() -> None:
    price = Price(audio_usd=3.6)
    assert price.cost_usd(ItemUsage(audio_s=1.0)) == pytest.approx(0.01)
    assert price.cost_usd(ItemUsage(audio_s=3600.0)) == pytest.approx(3.6)


def test_the_cost_of_a_model_without_a_price_is_not_known() -> None:
    assert cost_usd("of-nobody", ItemUsage(MILLION, MILLION)) is None


def test_a_price_that_the_user_gives_goes_first() -> None:
    own = {"openai/gpt-oss-20b": Price(1.0, 1.0)}
    assert cost_usd("openai/gpt-oss-20b", ItemUsage(MILLION), prices=own) == pytest.approx(1.0)
    assert price_of("openai/gpt-oss-120b", own) == PRICES["openai/gpt-oss-120b"]


@pytest.mark.parametrize(
    ("text", "price"),
    [("0.15/0.60", Price(0.15, 0.60)), ("$0.04/h", Price(audio_usd=0.04)), (" 1 / 2 ", Price(1.0, 2.0))],
)
def test_a_price_is_read_from_a_text(text: str, price: Price) -> None:
    assert Price.parse(text) == price


@pytest.mark.parametrize("text", ["", "0.15", "0.15/", "/0.2", "a/b", "-1/2", "nan/1", "1/inf", "1/2/3"])
def test_a_text_that_is_no_price_is_rejected_with_an_example(text: str) -> None:
    with pytest.raises(JobInputError, match=r"0\.15/0\.60"):
        Price.parse(text)
