"""What a bucket leaves to others who use the same limit."""

from __future__ import annotations

import pytest

from aiogroq.limits import Seen
from aiogroq.limits.bucket import Bucket
from aiogroq.limits.kinds import KINDS

TPM = 60_000.0
OTHERS_A_SECOND = 500.0


def bucket_beside_others(spacing_s: float) -> tuple[Bucket, float]:
    """A bucket that has seen 200 responses, between which others charged half of what flowed in."""
    bucket = Bucket(KINDS["TPM"], TPM, 0.0)
    bucket.level = 5_000.0
    now_s = 0.0
    for _ in range(200):
        now_s += spacing_s
        see(bucket, now_s, spacing_s)
    return bucket, now_s


def see(bucket: Bucket, now_s: float, spacing_s: float) -> None:
    """Take over the level of the service after ``spacing_s`` seconds."""
    bucket.refill(now_s)
    bucket.observe(Seen(TPM, bucket.level - OTHERS_A_SECOND * spacing_s))


def test_what_others_charge_between_two_responses_is_left_to_them() -> None:
    alone = Bucket(KINDS["TPM"], TPM, 0.0).margin
    bucket, _ = bucket_beside_others(1.0)
    assert bucket.margin - alone == pytest.approx(6 * OTHERS_A_SECOND)


def test_a_small_charge_that_the_time_of_a_response_explains_leaves_nothing_to_others() -> None:
    bucket = Bucket(KINDS["TPM"], TPM, 0.0)
    alone = bucket.margin
    for number in range(1, 100):
        bucket.refill(number)
        bucket.observe(Seen(TPM, bucket.level - 190.0))
    assert bucket.margin == alone


def test_a_long_wait_does_not_make_the_next_one_longer() -> None:
    bucket, now_s = bucket_beside_others(1.0)
    see(bucket, now_s + 60.0, 60.0)
    assert (
        bucket.margin < 0.25 * TPM
    )  # others charged half of the limit meanwhile, of which six times is left to them at most


def test_the_usual_time_between_two_responses_is_learned_in_a_few() -> None:
    """After a full bucket was used up in quick responses, they are rare on a small account."""
    bucket, now_s = bucket_beside_others(0.1)
    before = bucket.margin
    for _ in range(25):
        now_s += 2.0
        see(bucket, now_s, 2.0)
    assert bucket.margin - before > 5 * OTHERS_A_SECOND * 2.0
