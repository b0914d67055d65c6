"""What headers and the texts of errors say of the limits; tiers, and limits as texts."""

from __future__ import annotations

import pytest
from simulated_service import error_of

from aiogroq.limits import KINDS, Limits, MemoryStore, Pacing, Seen
from aiogroq.limits.responses import seen_in_error, seen_in_headers
from aiogroq.limits.tiers import TIERS, guess_rpm


def headers(**values: str) -> dict[str, str]:
    return {f"x-ratelimit-{name.replace('_', '-')}": value for name, value in values.items()}


def test_requests_of_headers_count_a_day_and_tokens_a_minute() -> None:
    found = headers(
        limit_requests="14400", remaining_requests="14370", limit_tokens="18000", remaining_tokens="17997"
    )
    assert seen_in_headers(found, {"TPM": 5.0}, {"TPM": 7.0}) == {
        "RPD": Seen(14_400, 14_370),
        "TPM": Seen(18_000, 17_997, stale=5.0, unused=7.0),
    }


@pytest.mark.parametrize(
    "found",
    [{}, {"x-other": "1"}, headers(limit_tokens="many"), headers(limit_tokens="inf", limit_requests="0")],
)
def test_headers_without_limits_say_nothing(found: dict[str, str]) -> None:
    assert seen_in_headers(found, {}, {}) == {}


def test_the_limits_of_a_tier_show_its_requests_per_minute() -> None:
    free = headers(
        limit_requests="1000", remaining_requests="999", limit_tokens="8000", remaining_tokens="7900"
    )
    assert seen_in_headers(free, {}, {})["RPM"] == Seen(30, source="guess")
    developer = headers(limit_requests="500000", limit_tokens="250000")
    assert seen_in_headers(developer, {}, {})["RPM"] == Seen(1_000, source="guess")
    assert guess_rpm(1, 2) is None


# From texts that users of the service have published: kind, limit, used, requested, wait, and the level.
TEXTS = [
    (
        "tokens per minute (TPM)",
        "TPM",
        "7000",
        "0",
        "~1290",
        "50.597142857s",
        1_290 - 50.597142857 * 7_000 / 60,
    ),
    ("tokens per minute (TPM)", "TPM", "6000", "5034", "1443", "4.77s", 1_443 - 477),
    ("tokens per minute (TPM)", "TPM", "30000", "73124", "1877", "1m30.002s", 1_877 - 45_001),
    ("tokens per day (TPD)", "TPD", "100000", "97050", "3619", "9m38.016s", 2_950),
    ("requests per day (RPD)", "RPD", "1000", "1000", "1", "1m26.4s", 0),
    ("requests per minute (RPM)", "RPM", "30", "30", "1", "399ms", 1 - 0.1995),
    ("seconds of audio per hour (ASPH)", "ASPH", "7200", "7019", "600", "3m29.5s", 181),
    ("output tokens per minute (OTPM)", "OTPM", "1000", "900", "200", "6s", 100),
]


@pytest.mark.parametrize(("words", "kind", "limit", "used", "requested", "wait", "level"), TEXTS)
def test_the_text_of_a_429_gives_the_exact_level(
    words: str, kind: str, limit: str, used: str, requested: str, wait: str, level: float
) -> None:
    text = (
        f"Rate limit reached for model `m` in organization `org_x` service tier `on_demand` on {words}: Limit {limit}, "
        f"Used {used}, Requested {requested}. Please try again in {wait}. Need more tokens?"
    )
    error = error_of(429, text, {"type": "tokens", "code": "rate_limit_exceeded"}, {"retry-after": "999"})
    seen = seen_in_error(error)
    assert seen.keys() == {kind}
    assert (seen[kind].limit, seen[kind].is_exact) == (float(limit), True)
    assert seen[kind].level == pytest.approx(level, abs=1e-3)


@pytest.mark.parametrize(
    ("error_type", "kind"), [("tokens", "TPM"), ("requests", "RPM"), ("seconds", "ASPH")]
)
def test_a_text_without_a_kind_is_read_by_the_type_of_its_error(error_type: str, kind: str) -> None:
    text = "Rate limit reached for model `m` on : Limit 7000, Used 6000, Requested ~1500. Please try again in 4.2s."
    found = seen_in_error(error_of(429, text, {"type": error_type}, {}))
    assert found.keys() == {kind}
    assert found[kind].limit == 7_000
    assert found[kind].is_exact


def test_without_a_wait_the_level_is_what_is_not_used() -> None:
    text = "Rate limit reached on tokens per minute (TPM): Limit 6000, Used 5900"
    assert seen_in_error(error_of(429, text, {}, {})) == {"TPM": Seen(6_000, 100, is_exact=True)}


@pytest.mark.parametrize("status", [413, 429])
def test_a_request_that_is_too_large_shows_the_limit_and_no_level(status: int) -> None:
    text = "Request too large on output tokens per minute (OTPM): Limit 1000, Requested 1329, please reduce max_tokens"
    assert seen_in_error(error_of(status, text, {}, {})) == {"OTPM": Seen(1_000)}


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (429, "Too many requests"),
        (503, "on tokens per minute (TPM): Limit 6000"),
        (429, "on x (XYZ): Limit 5, Used 1"),
    ],
)
def test_other_errors_name_no_limit(status: int, text: str) -> None:
    assert seen_in_error(error_of(status, text, {}, {})) == {}


# ------------------------------------------------------------------------------------------------- given limits


def test_limits_are_read_from_a_text() -> None:
    assert Limits.parse("rpm=30, TPM=6K,tpd=1.5M") == Limits(rpm=30, tpm=6_000, tpd=1_500_000)
    assert Limits.parse("ASPH=7200,asd=1") == Limits(ash=7_200, asd=1)
    assert Limits.parse("rpm=30").by_kind() == {"RPM": 30}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", "names no limits"),
        ("rpn=5", "Did you mean 'rpm'"),
        ("rpm", "has no number; write it as rpm=6000"),
        ("rpm=fast", "has no number"),
        (
            "rpm=1000 tpm=250K",
            "'rpm=1000 tpm=250K' names several limits without a comma; write them as rpm=30,",
        ),
        ("rpm=0", "rpm must be > 0"),
        ("rpm=-1K", "rpm must be > 0"),
        ("rpm=nan", "rpm must be > 0"),
        ("what=1", "limits are rpm, rpd"),
        ("rpm=1,rpm=2", "names rpm twice"),
        ("aspd=1, ASD=2", "names asd twice"),
    ],
)
def test_a_text_that_names_no_limit_is_rejected(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=error):
        Limits.parse(text)


def test_a_limit_that_is_no_number_is_rejected() -> None:
    with pytest.raises(TypeError, match="rpm must be a number or None"):
        Limits(rpm="30")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="tpm must be a number or None"):
        Limits(tpm=True)


def test_a_tier_gives_the_limits_of_each_model() -> None:
    assert Pacing("developer").limits_of("openai/gpt-oss-20b") == Limits(rpm=1_000, rpd=500_000, tpm=250_000)
    assert Pacing("free").limits_of("whisper-large-v3") == Limits(rpm=20, rpd=2_000, ash=7_200, asd=28_800)
    assert Pacing("free").limits_of("a new model") is None
    assert all(limits.by_kind().keys() <= KINDS.keys() for tier in TIERS.values() for limits in tier.values())


def test_limits_may_be_given_by_model() -> None:
    pacing = Pacing({"a": Limits(rpm=1)})
    assert (pacing.limits_of("a"), pacing.limits_of("b")) == (Limits(rpm=1), None)
    texts = Pacing({"a": "rpm=1,tpm=6K", "whisper-large-v3": "free", "b": "free"})
    assert texts.limits_of("a") == Limits(rpm=1, tpm=6_000)
    assert texts.limits_of("whisper-large-v3") == Limits(rpm=20, rpd=2_000, ash=7_200, asd=28_800)
    assert (texts.limits_of("b"), texts.limits_of("c")) == (None, None)
    assert Pacing(Limits(rpm=2)).limits_of("b") == Limits(rpm=2)
    assert Pacing("rpm=3").limits_of("b") == Limits(rpm=3)


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"limits": "developr"}, ValueError, r"Did you mean 'developer'\? Or write limits as rpm=30"),
        ({"limits": "gold"}, ValueError, r"tiers are free, developer\. Or write"),
        ({"limits": 5}, TypeError, "limits must be Limits"),
        ({"limits": {"a": 5}}, TypeError, r"limits\['a'\] must be Limits or a text, not 5"),
        ({"limits": {"a": "developr"}}, ValueError, r"Did you mean 'developer'"),
        ({"priority": "high"}, ValueError, "priority must be 'interactive' or 'batch'"),
        ({"share": 0}, ValueError, "share must be > 0 and <= 1"),
        ({"share": 1.5}, ValueError, "share must be"),
        ({"share": True}, ValueError, "share must be"),
        ({"max_in_flight": 0}, ValueError, "max_in_flight must be an int >= 1"),
        ({"max_wait_s": -1}, ValueError, "max_wait_s must be >= 0"),
        ({"store": 5}, TypeError, "store must be .*LimitStore.* not 5 .without reserve, settle"),
        ({"store": MemoryStore}, TypeError, "store must be .*an object .*a class"),
    ],
)
def test_options_that_cannot_be_are_rejected(
    options: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        Pacing(**options)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_the_option_of_a_client_takes_several_forms() -> None:
    assert Pacing.of(None) is None
    assert Pacing.of(False) is None
    pacing = Pacing(share=0.5)
    assert Pacing.of(pacing) is pacing
    made = [Pacing.of(option) for option in (True, Limits(rpm=1), "free", {"m": Limits(rpm=1)})]
    assert [each.limits if each else "" for each in made] == [
        None,
        Limits(rpm=1),
        "free",
        {"m": Limits(rpm=1)},
    ]
    with pytest.raises(
        TypeError, match=r"pacing must be True, Limits, a text .*, a mapping .*, or False .* not 0"
    ):
        Pacing.of(0)
