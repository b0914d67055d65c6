"""``aiogroq limits``."""

from __future__ import annotations

import json

import pytest

from aiogroq.cli.defaults import CHAT_MODEL
from aiogroq.local import Fault, LocalGroq, RateLimit

from .conftest import Run

FREE = RateLimit(rpm=30, rpd=1_000, tpm=8_000, tpd=200_000)


@pytest.mark.local_groq(rate_limits={"*": FREE})
def test_the_limits_of_the_response_and_of_the_tier_that_fits_are_listed(
    run: Run, service: LocalGroq
) -> None:
    rows = [line.split("\t") for line in run("limits").out.splitlines()]
    by_kind = {row[0]: row for row in rows}
    assert list(by_kind) == ["RPM", "RPD", "TPM", "TPD"]
    assert by_kind["RPD"][1:3] == ["1000", "999"]
    assert by_kind["RPD"][4] == by_kind["TPM"][4] == "response"
    assert by_kind["RPM"] == ["RPM", "30", "", "", "tier free"]
    assert by_kind["TPD"] == ["TPD", "200000", "", "", "tier free"]


@pytest.mark.local_groq(rate_limits={"*": RateLimit(rpd=77, tpm=9_999)})
def test_limits_of_no_tier_are_listed_alone(run: Run, service: LocalGroq) -> None:
    found = json.loads(run("limits", "--json").out_bytes)
    assert found["model"] == CHAT_MODEL
    assert found["tier"] is None
    assert {row["kind"]: row["limit"] for row in found["limits"]} == {"RPD": 77, "TPM": 9_999}


@pytest.mark.local_groq(rate_limits={"*": FREE})
def test_at_a_terminal_limits_are_a_table_with_their_units(run: Run, service: LocalGroq) -> None:
    out = run("limits", terminal=True).out
    assert "limits of the tier free" in out
    assert "8,000 tokens a minute" in out


@pytest.mark.local_groq(rate_limits={"*": RateLimit(rpm=1, rpd=None, tpm=None)})
def test_a_limit_that_is_reached_is_listed_as_the_error_names_it(run: Run, service: LocalGroq) -> None:
    assert run("limits").code == 0
    rows = [line.split("\t") for line in run("limits").out.splitlines()]
    assert [row[:2] for row in rows] == [["RPM", "1"]]


def test_a_wrong_key_is_an_error_of_one_line(run: Run, service: LocalGroq) -> None:
    service.script(Fault(status=401))
    outcome = run("limits")
    assert outcome.code == 1
    assert len(outcome.err.splitlines()) == 1


@pytest.mark.local_groq(rate_limits={"*": RateLimit(rpd=2_000, tpm=None, ash=7_200)})
def test_a_model_for_audio_is_asked_with_a_recording(run: Run, service: LocalGroq) -> None:
    out = run("limits", "--audio").out
    assert "RPD\t2000\t1999" in out
    assert service.requests[-1].path.endswith("/audio/transcriptions")
