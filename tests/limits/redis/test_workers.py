"""Workers that end, and a state that is lost: what becomes of what they hold and know."""

from __future__ import annotations

import pytest
from shared_scope import SCOPE, SharedScope

from aiogroq.limits import Ask, Granted, Level, Seen
from aiogroq.limits.redis.values import Leave, Observe, Reserve, Seed, Settle


def test_workers_are_counted_while_they_are_seen() -> None:
    scope = SharedScope(TPM=6_000)
    scope.wait(31)
    a, b = scope.worker("a"), scope.worker("b")
    assert (a.run().workers, b.run().workers) == (1, 2)
    counts: list[int] = []
    for _ in range(4):
        scope.wait(9)
        counts.append(b.run().workers)
    assert counts == [2, 2, 2, 1]
    assert a.run().workers == 2
    assert a.run(Leave()).workers == 1


def test_what_a_worker_holds_that_was_not_seen_for_30_seconds_is_charged_in_full() -> None:
    scope = SharedScope(TPM=6_000, RPD=1_000)
    a, b = scope.worker("a"), scope.worker("b")
    assert a.is_granted("1a", TPM=3_000, RPD=1)
    assert b.is_granted("1b", TPM=1_000, RPD=1)
    for _ in range(2):
        scope.wait(14.9)
        b.run()
    assert scope.level("TPM").held == 4_000
    scope.wait(0.3)
    b.run()
    assert scope.level("TPM").held == 1_000
    assert scope.level("TPM").level == pytest.approx(3_000, abs=50)
    assert scope.level("RPD").level == pytest.approx(999, abs=0.5)


def test_a_worker_that_is_seen_keeps_what_it_holds() -> None:
    scope = SharedScope(TPM=6_000)
    a = scope.worker("a")
    assert a.is_granted("1a", TPM=3_000)
    for _ in range(20):
        scope.wait(10)
        a.run()
        scope.worker("b").run()
    a.settle("1a", TPM=100)
    assert scope.level("TPM") == Level("TPM", 6_000, 5_900, 0, is_given=True)


def test_a_reservation_that_has_ended_with_its_worker_is_not_charged_again() -> None:
    scope = SharedScope(TPM=6_000)
    a = scope.worker("a")
    assert a.is_granted("1a", TPM=3_000)
    scope.wait(31)
    scope.worker("b").run()
    level = scope.level("TPM").level
    a.run(Settle("1a", {"TPM": 3_000}, {"RPD": Seen(1_000, 7)}))
    assert scope.level("TPM").level == level
    assert scope.level("RPD").level == 7  # what the response says is true all the same


def test_a_reservation_is_settled_once() -> None:
    scope = SharedScope(TPM=6_000)
    a = scope.worker("a")
    assert a.is_granted("1a", TPM=3_000)
    for _ in range(3):
        a.settle("1a", TPM=1_000)
    a.settle("never reserved", TPM=1_000)
    assert scope.level("TPM") == Level("TPM", 6_000, 5_000, 0, is_given=True)


def test_a_reservation_that_is_made_twice_is_held_once() -> None:
    scope = SharedScope(TPM=6_000)
    a = scope.worker("a")
    assert a.is_granted("1a", TPM=1_000)
    assert a.is_granted("1a", TPM=1_000)  # its reply was lost
    assert scope.level("TPM").held == 1_000


def test_the_place_of_a_worker_that_ends_is_free() -> None:
    scope = SharedScope(TPM=6_000)
    scope.use_up(TPM=5_940)
    a, b, c = (scope.worker(name) for name in "abc")
    assert a.wait_s("1a", TPM=5_000) == 50
    assert b.wait_s("1b", TPM=100) == 51
    a.run(Leave())
    assert b.wait_s("1b", TPM=100) == 1
    assert c.wait_s("1c", TPM=5_000) == 51
    scope.wait(1)
    assert b.is_granted("1b", TPM=100)
    for _ in range(2):
        scope.wait(15)
        b.run()
    assert b.is_granted("2b", TPM=100)  # c was not seen for 30 s


def test_a_probe_of_a_worker_that_ends_raises_no_limit() -> None:
    scope = SharedScope()
    a, b = scope.worker("a"), scope.worker("b")
    a.run(Observe({"RPM": Seen(5, source="guess")}))
    for number in range(5):
        assert a.is_granted(str(number), RPM=1)
    scope.wait(31)
    b.run()
    assert scope.level("RPM").limit == 5
    assert [b.is_granted(f"b{number}", RPM=1) for number in range(3)] == [True, True, True]


# --------------------------------------------------------------------------------------------- a lost state


def test_a_state_that_nobody_knew_is_full() -> None:
    scope = SharedScope(TPM=6_000)
    assert scope.level("TPM").level == 6_000


def test_a_state_that_is_lost_is_seeded_before_anything_is_done() -> None:
    scope = SharedScope(TPM=6_000)
    a = scope.worker("a")
    scope.use_up(TPM=5_000)
    before = a.run()
    scope.scopes.lose_everything()
    operation = Reserve([Ask("1a", {"TPM": 2_000})])
    reply = a.run(operation, epoch=before.epoch)
    assert (reply.must_seed, reply.results) == (True, [])
    reply = a.run(operation, epoch=before.epoch, seed=Seed(before.levels))
    assert not reply.must_seed
    assert reply.epoch != before.epoch
    assert not isinstance(reply.results[0], Granted)
    assert scope.level("TPM") == Level("TPM", 6_000, 1_000, 0, is_given=True)
    assert not a.run(epoch=reply.epoch).must_seed


def test_of_several_seeds_the_lowest_level_and_limit_hold() -> None:
    scope = SharedScope(TPM=6_000)
    epoch = scope.worker("a").run().epoch
    scope.scopes.lose_everything()
    stranger = scope.worker("new").run(Observe({"TPM": Seen(6_000, source="given")}))
    assert stranger.levels[0].level == 6_000
    for name, limit, level in (("a", 6_000, 2_000), ("b", 5_000, 3_000), ("c", 9_000, 9_000)):
        seed = Seed([Level("TPM", limit, level, 0, is_given=True)])
        assert scope.worker(name).run(epoch=epoch).must_seed
        scope.worker(name).run(epoch=epoch, seed=seed)
    assert scope.level("TPM") == Level("TPM", 5_000, 2_000, 0, is_given=True)


def test_a_seed_knows_what_was_learned_given_and_guessed() -> None:
    scope = SharedScope(TPM=6_000)
    a = scope.worker("a")
    a.run(Observe({"RPD": Seen(1_000, 600), "RPM": Seen(30, source="guess")}))
    before = a.run()
    scope.scopes.lose_everything()
    after = a.run(epoch=before.epoch, seed=Seed(before.levels))
    assert after.levels == before.levels
    a.run(Observe({"RPM": Seen(100, source="guess"), "TPM": Seen(9_000, 9_000)}))
    assert (scope.level("RPM").limit, scope.level("TPM").limit) == (30, 6_000)


def test_requests_in_flight_when_the_state_is_lost_are_held_again_and_settled() -> None:
    scope = SharedScope(TPM=6_000)
    a, b = scope.worker("a"), scope.worker("b")
    asks = [Ask("1a", {"TPM": 1_000}), Ask("2a", {"TPM": 500})]
    before = a.run(Reserve(asks))
    scope.scopes.lose_everything()
    a.run(epoch=before.epoch, seed=Seed(before.levels, asks))
    b.run(epoch=before.epoch, seed=Seed(before.levels))
    assert scope.level("TPM").held == 1_500
    a.settle("1a", TPM=300)
    assert scope.level("TPM") == Level("TPM", 6_000, 5_700, 500, is_given=True)


def test_a_worker_with_a_new_epoch_leaves_other_scopes_alone() -> None:
    scope = SharedScope(TPM=6_000)
    other = scope.scopes.run("another account", "a", "", [])
    assert other.levels == []
    assert other.epoch
    assert scope.scopes.run(SCOPE, "a", "", []).levels != []
