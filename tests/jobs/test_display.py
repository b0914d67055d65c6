"""The panel of a job as text: exact at 80 columns, in narrow and wide terminals, and in ASCII."""

from __future__ import annotations

from dataclasses import replace

import pytest
from display_snapshots import AT_80, NARROW
from display_values import ALL, DAY_LIMIT, MILLION, USUAL

from aiogroq.jobs import Progress
from aiogroq.jobs.display.rows import MAX_WIDTH, panel_rows, plain_text
from aiogroq.jobs.display.texts import Charset, cells, percent, price, short

UTF_8 = Charset("utf-8")


def panel(progress: Progress, width: int = 80, charset: Charset = UTF_8) -> list[str]:
    return plain_text(panel_rows(progress, width, charset)).splitlines()


@pytest.mark.parametrize("name", ALL)
def test_the_panel_has_this_text_at_80_columns(name: str) -> None:
    assert panel(ALL[name]) == AT_80[name].splitlines()


@pytest.mark.parametrize(("name", "width", "encoding"), NARROW)
def test_the_panel_fits_narrow_and_wide_terminals_and_ascii(name: str, width: int, encoding: str) -> None:
    assert panel(ALL[name], width, Charset(encoding)) == NARROW[name, width, encoding].splitlines()


@pytest.mark.parametrize("width", [26, 30, 37, 48, 63, 64, 79, 80, 81, 100, 300])
@pytest.mark.parametrize("name", ALL)
def test_no_row_is_wider_than_the_terminal(name: str, width: int) -> None:
    rows = panel(ALL[name], width)
    assert max(cells(row) for row in rows) <= min(width, MAX_WIDTH)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "no such encoding"])
@pytest.mark.parametrize("name", ALL)
def test_the_panel_can_be_written_in_every_encoding(name: str, encoding: str) -> None:
    text = "\n".join(panel(ALL[name], 80, Charset(encoding)))
    text.encode("ascii" if encoding.startswith("no") else encoding)


def test_nothing_moves_when_a_number_grows_or_another_limit_binds() -> None:
    early = replace(USUAL, done=9, failed=0, in_flight=1, cost_usd=0.01, limits=USUAL.limits[:3])
    first, second, third = early.limits
    late = replace(
        USUAL,
        failed=0,
        rate_limited=12,
        length=3,
        limits=(
            replace(first, used=1_000, is_binding=True),
            second,
            replace(third, used=9, is_binding=False),
        ),
    )
    before, after = panel(early), panel(late)
    places = ("/ 50,000", "of   1,000", "of 500,000", "of 250,000", "in flight", "cost ", "cached", "retried")
    for place in places:
        [column] = [row.index(place) for row in before if place in row]
        assert [row.index(place) for row in after if place in row] == [column], place


def test_limits_have_the_same_order_whenever_they_are_learned() -> None:
    assert panel(replace(USUAL, limits=USUAL.limits[::-1])) == AT_80["usual"].splitlines()


def test_control_characters_of_a_name_do_not_reach_the_terminal() -> None:
    title = panel(replace(USUAL, name="a\x1b[31m\nb\tc"))[0]
    assert title.startswith("a [31m b c   openai/gpt-oss-20b")


def test_a_long_message_is_wrapped_and_shortened() -> None:
    rows = panel(replace(DAY_LIMIT, message="word " * 200))
    assert len([row for row in rows if row.startswith(" word")]) == 4
    assert rows[-1].endswith("…")


def test_all_is_100_percent_and_almost_all_is_not() -> None:
    assert (percent(999, 1_000), percent(1_000, 1_000), percent(0, 0)) == ("99 %", "100 %", "100 %")


@pytest.mark.parametrize(
    ("usd", "text"),
    [
        (0, "$0.00"),
        (0.0042, "$0.0042"),
        (0.00005, "$0.000050"),
        (0.0000012, "$0.0000012"),
        (1.839, "$1.84"),
        (12_345.67, "$12,346"),
    ],
)
def test_prices_have_the_digits_that_matter(usd: float, text: str) -> None:
    assert price(usd) == text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1_000, "1K"),
        (81_204, "81.2K"),
        (250_000, "250K"),
        (500_000_123, "500M"),
        (2e9, "2G"),
    ],
)
def test_short_numbers_have_five_columns_at_most(number: float, text: str) -> None:
    assert short(number) == text


def test_the_bar_is_full_only_at_the_end() -> None:
    assert "╾" in panel(MILLION)[1]
    assert "─" not in panel(replace(MILLION, done=998_988))[1]
