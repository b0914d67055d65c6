"""The line of the workers that wait for one limit: who is granted next, and when each is told to come again."""

from __future__ import annotations

from collections import Counter

import pytest
from shared_scope import SharedScope, Worker

from aiogroq.limits import Ask, Granted, Seen, Wait
from aiogroq.limits.redis.values import Block, Observe, Reserve

SECOND = 100.0
"""The tokens that flow in each second."""
MARGIN = 60.0
"""What is left in the bucket."""


@pytest.fixture
def scope() -> SharedScope:
    """A scope with 6,000 tokens a minute, whose bucket has only the margin left."""
    scope = SharedScope(TPM=6_000)
    scope.use_up(TPM=6_000 - MARGIN)
    return scope


@pytest.fixture
def workers(scope: SharedScope) -> list[Worker]:
    return [scope.worker(name) for name in "abcde"]


def test_workers_are_granted_in_the_order_of_their_arrival(scope: SharedScope, workers: list[Worker]) -> None:
    a, b, c, *_ = workers
    assert [each.wait_s("1" + each.name, TPM=SECOND) for each in (a, b, c)] == [1, 2, 3]
    scope.wait(1)
    assert c.wait_s("1c", TPM=SECOND) == 2
    assert b.wait_s("1b", TPM=SECOND) == 1  # there is room for one, and that is for a
    assert a.is_granted("1a", TPM=SECOND)
    scope.wait(1)
    assert not c.is_granted("1c", TPM=SECOND)
    assert b.is_granted("1b", TPM=SECOND)


def test_a_worker_that_was_granted_goes_to_the_end(scope: SharedScope, workers: list[Worker]) -> None:
    a, b, *_ = workers
    assert (a.wait_s("1a", TPM=SECOND), b.wait_s("1b", TPM=SECOND)) == (1, 2)
    scope.wait(1)
    assert a.is_granted("1a", TPM=SECOND)
    a.settle("1a", TPM=SECOND)
    assert a.wait_s("2a", TPM=SECOND) == 2
    scope.wait(1)
    assert not a.is_granted("2a", TPM=SECOND)
    assert b.is_granted("1b", TPM=SECOND)


def test_a_list_of_requests_leaves_room_for_the_workers_that_wait(
    scope: SharedScope, workers: list[Worker]
) -> None:
    a, b, *_ = workers
    assert (a.wait_s("1a", TPM=SECOND), b.wait_s("1b", TPM=SECOND)) == (1, 2)
    scope.wait(2)
    found = a.one(Reserve([Ask(f"{number}a", {"TPM": SECOND}, priority="batch") for number in range(1, 4)]))
    assert isinstance(found, Granted)
    assert (found.count, type(found.obstacle)) == (1, Wait)
    assert b.is_granted("1b", TPM=SECOND)
    scope.wait(1)
    assert b.wait_s("2b", TPM=SECOND) == 1  # behind the second request of a, which has a place already
    assert a.is_granted("2a", TPM=SECOND)


def test_interactive_requests_go_before_batches(scope: SharedScope, workers: list[Worker]) -> None:
    a, b, *_ = workers
    assert a.wait_s("1a", TPM=SECOND) == 1
    assert b.wait_s("1b", priority="interactive", TPM=SECOND) == 1
    scope.wait(1)
    assert a.wait_s("1a", TPM=SECOND) == 1
    assert b.is_granted("1b", priority="interactive", TPM=SECOND)


def test_nobody_waits_for_a_worker_that_does_not_come(scope: SharedScope, workers: list[Worker]) -> None:
    a, b, c, *_ = workers
    assert (a.wait_s("1a", TPM=SECOND), b.wait_s("1b", TPM=SECOND)) == (1, 2)
    scope.wait(2)
    assert b.is_granted("1b", TPM=SECOND)  # a has not come, and what it needs is left to it
    assert c.wait_s("1c", TPM=SECOND) == 1
    scope.wait(1)
    assert c.is_granted("1c", TPM=SECOND)
    scope.wait(0.1)
    assert b.is_granted("2b", TPM=SECOND)  # a has missed its turn, by two seconds


def test_a_worker_that_missed_its_turn_goes_to_the_end(scope: SharedScope, workers: list[Worker]) -> None:
    a, b, c, *_ = workers
    for each, seconds in ((a, 1), (b, 6), (c, 7)):
        assert each.wait_s("1" + each.name, TPM=500 if each is b else SECOND) == seconds
    scope.wait(4)
    assert a.wait_s("1a", TPM=SECOND) == 3


def test_a_large_request_is_granted_in_time_however_many_small_ones_come(
    scope: SharedScope, workers: list[Worker]
) -> None:
    large, *others = workers
    assert large.wait_s("large", TPM=3_000) == 30
    for second in range(29):
        scope.wait(1)
        assert not any(each.is_granted(f"{second}{each.name}", TPM=10) for each in others)
    scope.wait(1)
    assert large.is_granted("large", TPM=3_000)


@pytest.mark.parametrize("need", [100.0, 400.0, 900.0])
def test_small_interactive_requests_pass_a_large_one_by_at_most_its_size(
    scope: SharedScope, workers: list[Worker], need: float
) -> None:
    large, *others = workers
    options = {"priority": "interactive"}
    assert large.wait_s("large", TPM=1_000, **options) == 10
    passed = 0.0
    for tenth in range(1_000):
        scope.wait(0.1)
        if large.is_granted("large", TPM=1_000, **options):
            break
        for each in others:
            if each.is_granted(f"{tenth}{each.name}", TPM=need, **options):
                each.settle(f"{tenth}{each.name}", TPM=need)
                passed += need
    else:
        pytest.fail("the large request is never granted")
    assert 0 < passed <= 1_000


def test_small_batches_pass_nothing(scope: SharedScope, workers: list[Worker]) -> None:
    large, small, *_ = workers
    assert large.wait_s("large", TPM=1_000) == 10
    scope.wait(5)
    assert not small.is_granted("small", TPM=1)


def test_requests_of_another_kind_of_limit_do_not_wait(scope: SharedScope, workers: list[Worker]) -> None:
    a, b, *_ = workers
    b.give(ASPH=7_200)
    assert not a.is_granted("1a", TPM=SECOND)
    assert b.is_granted("1b", ASPH=10)


def test_a_request_that_passes_another_of_its_worker_takes_no_place(
    scope: SharedScope, workers: list[Worker]
) -> None:
    a, b, *_ = workers
    assert a.wait_s("large", priority="interactive", TPM=500) == 5
    assert a.wait_s("small", priority="interactive", is_passing=True, TPM=SECOND) == 1
    assert b.wait_s("1b", priority="interactive", TPM=500) == 10  # behind the large one
    scope.wait(1)
    assert a.is_granted("small", priority="interactive", is_passing=True, TPM=SECOND)
    assert b.wait_s("1b", priority="interactive", TPM=500) == 10
    a.settle("small", TPM=SECOND)
    scope.wait(5)
    assert a.is_granted("large", priority="interactive", TPM=500)


def test_a_worker_gives_its_place_up(scope: SharedScope, workers: list[Worker]) -> None:
    a, b, *_ = workers
    assert (a.wait_s("1a", TPM=SECOND), b.wait_s("1b", TPM=SECOND)) == (1, 2)
    assert a.one(Reserve([])) == Granted(0)
    assert b.wait_s("1b", TPM=SECOND) == 1


def test_the_request_behind_one_that_was_cancelled_has_its_place_unless_it_is_larger(
    scope: SharedScope, workers: list[Worker]
) -> None:
    a, b, *_ = workers
    assert (a.wait_s("1a", TPM=SECOND), b.wait_s("1b", TPM=SECOND)) == (1, 2)
    assert a.wait_s("2a", TPM=SECOND - 10) == 0.9
    assert a.wait_s("3a", TPM=200) == 3
    assert b.wait_s("1b", TPM=SECOND) == 1


def test_who_waits_behind_others_is_told_of_the_time_that_they_really_need(
    scope: SharedScope, workers: list[Worker]
) -> None:
    a, b, *_ = workers
    scope.wait(50)
    for number in range(40):
        assert a.is_granted(f"used {number}", TPM=SECOND)
        a.settle(f"used {number}", TPM=SECOND / 2)
    scope.use_up(TPM=round(scope.level("TPM").level - MARGIN, 3))
    assert a.wait_s("1a", TPM=1_000) == 10
    assert 10 < b.wait_s("1b", TPM=500) < 11  # half of what is reserved is used


def test_a_worker_looks_again_while_requests_of_others_are_in_flight(
    scope: SharedScope, workers: list[Worker]
) -> None:
    a, b, *_ = workers
    scope.wait(10)
    assert a.is_granted("1a", TPM=400)
    assert a.wait_s("2a", TPM=900) == 3  # its own is in flight, and it knows when that ends
    a.one(Reserve([]))
    a.settle("1a", TPM=200)
    assert b.is_granted("1b", TPM=600)
    assert a.reserve("2a", TPM=900) == Wait(pytest.approx(6.7), "TPM", pytest.approx(1.0))


def test_limits_of_requests_are_waited_for_without_looking_again() -> None:
    scope = SharedScope(RPM=60)
    a, b, c = (scope.worker(name) for name in "abc")
    for number in range(59):
        assert a.is_granted(str(number), RPM=1)
    scope.wait(2)  # after one second they have surely come to the service, and one more flows in
    assert a.is_granted("60", RPM=1)
    assert b.wait_s("b", RPM=1) == pytest.approx(0.2, abs=0.001)
    assert c.wait_s("c", RPM=1) == pytest.approx(
        1.2, abs=0.001
    )  # they have been counted; their end frees nothing


def test_after_a_block_the_order_is_that_of_arrival(scope: SharedScope, workers: list[Worker]) -> None:
    a, b, *_ = workers
    a.run(Block(10))
    assert (a.wait_s("1a", TPM=800), b.wait_s("1b", TPM=800)) == (10, 10)
    scope.wait(10)
    assert not b.is_granted("1b", TPM=800)
    assert a.is_granted("1a", TPM=800)


def test_a_request_beyond_a_guess_is_that_of_the_first_in_the_line() -> None:
    scope = SharedScope()
    a, b, c = (scope.worker(name) for name in "abc")
    a.run(Observe({"RPM": Seen(5, source="guess")}))
    for number in range(4):
        assert a.is_granted(str(number), RPM=1)
    assert a.is_granted("probe", RPM=1)
    assert b.wait_s("b", RPM=1) <= 0.25  # the probe may end at any time
    assert c.wait_s("c", RPM=1) > 0
    a.settle("probe", RPM=1)
    assert not c.is_granted("c", RPM=1)
    assert b.is_granted("b", RPM=1)


@pytest.mark.parametrize("at_once", [1, 16])
def test_workers_with_much_to_do_have_equal_shares(at_once: int) -> None:
    scope = SharedScope(RPM=1_200)
    scope.use_up(RPM=1_196)
    due = {scope.worker(str(number)): 0.0 for number in range(4)}
    granted: Counter[str] = Counter()
    now_s = 0.0
    while sum(granted.values()) < 400:
        worker = min(due, key=lambda each: due[each])
        scope.wait(max(due[worker] + 0.001 - now_s, 0))
        now_s = max(due[worker] + 0.001, now_s)
        first = granted[worker.name]
        ids = [f"{worker.name}-{first + number}" for number in range(at_once)]
        found = worker.one(Reserve([Ask(id, {"RPM": 1.0}, priority="batch") for id in ids]))
        if isinstance(found, Granted):
            granted[worker.name] += found.count
            found = found.obstacle
        due[worker] = now_s + (found.wait_s if isinstance(found, Wait) else 0.0)
    assert {name: pytest.approx(0.25, abs=0.01) for name in granted} == {
        name: count / 400 for name, count in granted.items()
    }
    assert now_s < 400 / 20 * 1.01
