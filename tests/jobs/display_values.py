"""Values of `Progress` for the tests of displays."""

from __future__ import annotations

from dataclasses import replace

from aiogroq.jobs import LimitState, Progress

MINUTE, HOUR, DAY = 60.0, 3_600.0, 86_400.0

USUAL = Progress(
    name="classify.csv -> labels.csv",
    model="openai/gpt-oss-20b",
    via="live",
    total=50_000,
    done=30_508,
    length=0,
    failed=4,
    resumed=0,
    in_flight=18,
    attempts=30_533,
    retries=3,
    rate_limited=1,
    prompt_tokens=12_204_112,
    completion_tokens=3_004_120,
    cached_tokens=2_700_000,
    audio_s=0.0,
    cost_usd=1.84,
    expected_cost_usd=3.02,
    elapsed_s=432.0,
    remaining_s=276.0,
    limits=(
        LimitState("RPM", 1_000, 412, MINUTE, is_learned=True, is_binding=False),
        LimitState("RPD", 500_000, 81_204, DAY, is_learned=False, is_binding=False),
        LimitState("TPM", 250_000, 248_900, MINUTE, is_learned=False, is_binding=True),
    ),
)

START = replace(
    USUAL,
    done=0,
    failed=0,
    in_flight=1,
    attempts=1,
    retries=0,
    rate_limited=0,
    prompt_tokens=0,
    completion_tokens=0,
    cached_tokens=0,
    cost_usd=0.0,
    expected_cost_usd=None,
    elapsed_s=0.2,
    remaining_s=None,
    limits=(),
)

MILLION = replace(
    USUAL,
    name="s3://a-bucket-with-a-long-name/and/a/long/path/reviews-2026-11.parquet -> s3://labels/out.parquet",
    total=1_000_000,
    done=998_900,
    length=12,
    failed=1_000,
    resumed=400_000,
    elapsed_s=190_000.0,
    remaining_s=200_000.0,
    cost_usd=1_234.5,
    expected_cost_usd=12_345.67,
    limits=(
        *USUAL.limits,
        LimitState("TPD", 500_000_000, 500_000_123, DAY, is_learned=True, is_binding=False),
    ),
)

UNKNOWN_TOTAL = replace(USUAL, total=None, failed=0, remaining_s=None, expected_cost_usd=None)

NO_ITEMS = replace(START, total=0, in_flight=0, attempts=0, cost_usd=None, remaining_s=0.0)

DAY_LIMIT = replace(
    USUAL,
    remaining_s=187_200.0,
    limits=(
        LimitState("RPM", 30, 0, MINUTE, is_learned=True, is_binding=False),
        LimitState("TPM", 6_000, 400, MINUTE, is_learned=False, is_binding=False),
        LimitState("TPD", 100_000, 100_200, DAY, is_learned=True, is_binding=True),
    ),
    message="TPD of 100,000 is used up; continues at 69 tokens a minute, done in 2 d 4 h",
)

AUDIO = replace(
    USUAL,
    name="レビュー/*.mp3 -> 字幕.jsonl",
    model="whisper-large-v3-turbo",
    total=400,
    done=120,
    prompt_tokens=0,
    completion_tokens=0,
    cached_tokens=0,
    audio_s=7_000.0,
    limits=(
        LimitState("RPM", 20, 3, MINUTE, is_learned=False, is_binding=False),
        LimitState("ASPH", 7_200, 7_019, HOUR, is_learned=True, is_binding=True),
    ),
)

ALL = {
    "usual": USUAL,
    "start": START,
    "million": MILLION,
    "unknown_total": UNKNOWN_TOTAL,
    "no_items": NO_ITEMS,
    "day_limit": DAY_LIMIT,
    "audio": AUDIO,
}
