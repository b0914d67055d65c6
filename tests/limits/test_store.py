"""The arithmetic of buckets, in `MemoryStore` and in the script of `RedisStore`, on a clock that the tests drive."""

from __future__ import annotations

import heapq
import random
import threading
from collections.abc import Coroutine
from typing import Any, Literal, TypeVar

import pytest
from lua_runtime import LuaScopes, LuaStore

from aiogroq.limits import Ask, Granted, Level, MemoryStore, Never, Seen, Wait
from aiogroq.limits.arrivals import PERIOD_S
from aiogroq.limits.bucket import FOR_A_RESPONSE_S, MARGIN_S, MAX_LEFT_S, REQUESTS_MARGIN_S

T = TypeVar("T")

SCOPE = "account:model"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


class Store:
    """A store as plain functions: its coroutines never suspend."""

    def __init__(self, in_redis: bool = False) -> None:
        self.clock = Clock()
        self.store: Any = LuaStore(LuaScopes(self.clock), "a worker") if in_redis else MemoryStore(self.clock)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine that never suspends."""
        with pytest.raises(StopIteration) as done:
            work.send(None)
        result: T = done.value.value
        return result

    def ask(
        self, id: str, *, share: float = 1.0, certain: float = 0.0, **needs: float
    ) -> Granted | Wait | Never:
        """Reserve for one request."""
        ask = Ask(id, needs, share, dict.fromkeys(needs, certain) if certain else {})
        return self.run(self.store.reserve(SCOPE, [ask]))

    def ask_for_completion(self, id: str, *, prompt: float, maximum: float) -> Granted | Wait | Never:
        """Reserve for a chat completion of at most ``maximum`` tokens."""
        tokens = prompt + maximum
        needs = {"RPM": 1.0, "TPM": tokens, "TPD": tokens, "ITPM": prompt, "OTPM": maximum}
        ask = Ask(id, needs, 1.0, dict.fromkeys(("TPM", "TPD", "OTPM"), maximum))
        return self.run(self.store.reserve(SCOPE, [ask]))

    def settle(self, id: str, **used: float) -> None:
        """End a reservation."""
        self.run(self.store.settle(SCOPE, id, used))

    def observe(self, **seen: Seen) -> None:
        """Take over what a response says."""
        self.run(self.store.observe(SCOPE, seen))

    def level(self, kind: str) -> Level:
        """The state of a kind."""
        levels = self.run(self.store.levels(SCOPE))
        return next(each for each in levels if each.kind == kind)

    def kinds(self) -> list[str]:
        """The known kinds."""
        return [each.kind for each in self.run(self.store.levels(SCOPE))]


@pytest.fixture(params=["in memory", "in Redis"])
def store(request: pytest.FixtureRequest) -> Store:
    return Store(in_redis=request.param == "in Redis")


def given(limit: float) -> Seen:
    return Seen(limit, source="given")


def test_a_kind_that_is_not_known_holds_nobody_back(store: Store) -> None:
    assert [store.ask(str(number), TPM=1e9) for number in range(3)] == [Granted(1)] * 3
    assert store.kinds() == []


def test_a_request_waits_until_its_need_and_the_margin_have_flowed_in(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 100))
    found = store.ask("a", TPM=300)
    assert isinstance(found, Wait)
    assert found.kind == "TPM"
    assert found.wait_s == pytest.approx(2 + MARGIN_S)
    store.clock.now_s += found.wait_s
    assert store.ask("a", TPM=300) == Granted(1)


@pytest.mark.parametrize("source", ["given", "guess"])
def test_a_higher_limit_that_is_given_has_room_less_what_is_used(
    store: Store, source: Literal["given", "guess"]
) -> None:
    store.observe(RPM=Seen(5, source=source))
    for number in range(4):
        store.ask(str(number), RPM=1)
        store.settle(str(number), RPM=1)
    store.observe(RPM=given(50))
    assert store.level("RPM").level == 46
    store.observe(RPM=given(50))
    assert store.level("RPM").level == 46


def test_a_limit_that_the_service_lowered_has_no_new_room_when_it_is_given_again(store: Store) -> None:
    store.observe(RPM=given(50))
    store.observe(RPM=Seen(5, 0, is_exact=True))
    store.observe(RPM=given(50))
    assert store.level("RPM").level == 0


def test_a_guessed_limit_grows_to_no_more_than_ten_times_the_guess(store: Store) -> None:
    store.observe(RPM=Seen(30, source="guess"))
    for number in range(200):  # the clock stands: from the 30th on, each is beyond the limit
        assert store.ask(str(number), RPM=1) == Granted(1)
        store.settle(str(number), RPM=1)
    assert store.level("RPM").limit == 300


def test_what_is_held_is_not_granted_again(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 6_000))
    assert store.ask("a", TPM=5_000) == Granted(1)
    found = store.ask("b", TPM=2_000)
    assert isinstance(found, Wait)
    assert found.wait_s == pytest.approx(10 + MARGIN_S)
    assert found.least_s == 0.0  # it fits if the first one uses nothing
    store.settle("a", TPM=10)
    assert store.ask("b", TPM=2_000) == Granted(1)


def test_a_request_that_waits_for_a_response_does_not_look_again_all_the_time(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 6_000))
    assert store.ask("a", TPM=3_000) == Granted(1)
    store.clock.now_s += 100
    # 0.1 tokens too many beside the first one, in a bucket that is full: no time makes room for it.
    found = store.ask("b", TPM=3_000 - 100 * MARGIN_S + 0.1)
    assert found == Wait(FOR_A_RESPONSE_S, "TPM", 0.0)
    store.settle("a", TPM=10)
    assert store.ask("b", TPM=3_000 - 100 * MARGIN_S + 0.1) == Granted(1)


def test_requests_in_flight_count_for_a_kind_that_becomes_known_later(store: Store) -> None:
    store.ask("a", TPM=5_000)
    store.observe(TPM=Seen(6_000, 6_000))
    assert store.level("TPM").held == 5_000
    assert isinstance(store.ask("b", TPM=2_000), Wait)


def test_a_request_that_has_come_to_the_service_keeps_the_limit_of_requests_from_being_full(
    store: Store,
) -> None:
    """The service counts it when it comes: what flows in after that is not lost."""
    store.observe(RPM=given(600), TPM=given(6_000))
    store.ask("a", RPM=1, TPM=100)
    store.clock.now_s += 2 * PERIOD_S + 0.1
    store.settle("a", RPM=1, TPM=100)
    assert store.level("RPM").level == 600
    assert store.level("TPM").level == 5_900


def test_a_request_that_may_be_on_the_way_lets_nothing_flow_into_a_full_limit(store: Store) -> None:
    """The connection may have to be opened first: the service is full until the request comes."""
    store.observe(RPM=given(600))
    store.ask("a", RPM=1)
    store.clock.now_s += 2 * PERIOD_S - 0.01
    store.settle("a", RPM=1)
    assert store.level("RPM").level == 599


def test_what_flows_in_counts_from_the_first_moment_at_which_requests_have_surely_come(store: Store) -> None:
    store.observe(RPM=given(600))
    store.ask("a", RPM=1)
    store.clock.now_s += 0.75 * PERIOD_S
    store.ask("b", RPM=1)
    store.clock.now_s += 0.5 * PERIOD_S
    store.ask("c", RPM=1)
    store.clock.now_s += 0.8 * PERIOD_S  # "a" and "b" have come for a twentieth of a period
    for id in ("a", "b", "c"):
        store.settle(id, RPM=1)
    assert store.level("RPM").level == pytest.approx(597 + 0.05 * PERIOD_S * 10)


def test_a_request_that_is_not_sent_leaves_a_full_limit_as_it_is(store: Store) -> None:
    store.observe(RPM=given(600))
    store.ask("a", RPM=1)
    store.clock.now_s += 0.1
    store.settle("a")
    store.clock.now_s += 0.1
    assert store.level("RPM").level == 600


def test_a_clock_that_goes_back_does_not_keep_requests_on_the_way(store: Store) -> None:
    store.observe(RPM=given(600))
    store.ask("a", RPM=1)
    store.ask("b", RPM=1)
    store.clock.now_s -= 3_600
    store.ask("c", RPM=1)
    store.clock.now_s += 2 * PERIOD_S + 0.2
    for id in ("a", "b", "c"):
        store.settle(id, RPM=1)
    assert store.level("RPM").level == pytest.approx(599)


def test_a_request_that_fits_only_after_others_have_come_is_not_asked_for_again_and_again(
    store: Store,
) -> None:
    store.observe(RPM=given(600))
    for number in range(598):
        assert isinstance(store.ask(str(number), RPM=1), Granted)
    assert store.ask("last", RPM=1) == Wait(FOR_A_RESPONSE_S, "RPM")


def test_bursts_are_not_rejected_however_late_their_first_requests_come(store: Store) -> None:
    """Each request comes to the service up to 1 s after it was granted, and has its response then."""
    store.observe(RPM=given(600))
    chance = random.Random(1)
    on_the_way: list[tuple[float, str]] = []
    level, came_at_s, granted = 600.0, store.clock.now_s, 0
    for step in range(3 * 4_000):
        # After 20 s of requests a pause, in which it becomes full.
        store.clock.now_s += 0.005 if step % 4_000 else 100
        while on_the_way and on_the_way[0][0] <= store.clock.now_s:
            at_s, id = heapq.heappop(on_the_way)
            level, came_at_s = min(600.0, level + (at_s - came_at_s) * 10) - 1, at_s
            assert level >= 0, "a 429"
            store.settle(id, RPM=1)
        if isinstance(store.ask(str(step), RPM=1), Granted):
            granted += 1
            late_s = chance.choice([0.001, 0.3, 0.999]) if step % 4_000 > 50 else 0.9
            heapq.heappush(on_the_way, (store.clock.now_s + late_s, str(step)))
    assert granted >= 3 * 0.99 * (600 + 190)  # 1 s of the 20 s nothing flows in


def test_the_exact_level_of_requests_has_those_in_flight_off_already(store: Store) -> None:
    store.observe(RPM=given(600))
    for id in ("a", "b", "c"):
        store.ask(id, RPM=1)
    store.settle("c")
    store.observe(RPM=Seen(600, 0.5, is_exact=True))
    store.settle("a", RPM=1)
    store.settle("b", RPM=1)
    assert store.level("RPM").level == 0.5


def test_the_kind_that_takes_longest_is_named(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 0), RPD=Seen(1_000, 0))
    found = store.ask("a", TPM=100, RPD=1)
    assert isinstance(found, Wait)
    assert found.kind == "RPD"
    assert found.wait_s == pytest.approx(86.4 + REQUESTS_MARGIN_S)


def test_a_settled_reservation_is_settled_once(store: Store) -> None:
    store.observe(TPM=given(6_000))
    store.ask("a", TPM=1_000)
    store.settle("a", TPM=400)
    store.settle("a", TPM=400)
    store.settle("never reserved", TPM=400)
    assert store.level("TPM") == Level("TPM", 6_000, 5_600, 0.0, is_given=True)


def test_the_end_of_a_reservation_takes_over_what_its_response_says(store: Store) -> None:
    store.observe(TPM=given(6_000))
    store.ask("a", TPM=1_000)
    store.run(store.store.settle(SCOPE, "a", {"TPM": 400}, {"TPM": Seen(6_000, 5_000)}))
    assert (store.level("TPM").level, store.level("TPM").held) == (5_000, 0)
    store.run(store.store.settle(SCOPE, "a", {"TPM": 400}, {"TPM": Seen(6_000, 4_000)}))
    assert store.level("TPM").level == 4_000


def test_a_bucket_may_go_below_zero(store: Store) -> None:
    store.observe(TPM=given(6_000))
    store.ask("a", TPM=1_000)
    store.settle("a", TPM=12_000)
    assert store.level("TPM").level == -6_000
    found = store.ask("b", TPM=1)
    assert isinstance(found, Wait)
    assert found.wait_s == pytest.approx(60.01 + MARGIN_S)


def test_a_bucket_is_never_fuller_than_its_limit(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 100))
    store.clock.now_s += 3_600
    assert store.level("TPM").level == 6_000


def test_a_header_lowers_the_level_at_once(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 5_000))
    store.observe(TPM=Seen(6_000, 10))
    assert store.level("TPM").level == 10


def test_a_header_raises_the_level_by_two_percent_of_the_limit_at_most(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 1_000))
    store.observe(TPM=Seen(6_000, 5_000))
    assert store.level("TPM").level == pytest.approx(1_120)
    store.observe(TPM=Seen(6_000, 1_150))
    assert store.level("TPM").level == pytest.approx(1_150)


def test_a_header_that_may_be_older_than_other_charges_does_not_undo_them(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 1_000))
    store.observe(TPM=Seen(6_000, 1_100, stale=500))
    assert store.level("TPM").level == 1_000


def test_the_text_of_an_error_sets_the_level_exactly(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 1_000))
    store.observe(TPM=Seen(6_000, 4_321.5, is_exact=True))
    assert store.level("TPM").level == 4_321.5


def test_a_given_limit_is_not_exceeded_by_what_the_service_has(store: Store) -> None:
    store.observe(TPM=given(1_000))
    store.ask("a", TPM=900)
    store.settle("a", TPM=900)
    store.observe(TPM=Seen(6_000, 5_000))
    assert store.level("TPM") == Level("TPM", 1_000, 100, 0.0, is_given=True)


def test_a_service_that_has_less_than_was_given_is_believed(store: Store) -> None:
    store.observe(TPM=given(10_000))
    store.observe(TPM=Seen(6_000, 5_900))
    assert store.level("TPM") == Level("TPM", 6_000, 5_900, 0, is_given=True)
    store.observe(TPM=Seen(20_000, 19_000))
    assert store.level("TPM").limit == 10_000


def test_a_request_that_is_larger_than_a_given_limit_is_never_granted(store: Store) -> None:
    store.observe(TPM=given(1_000))
    assert store.ask("a", TPM=2_500, certain=2_000) == Never("TPM", 1_000, 2_000)


def test_a_request_that_is_larger_than_a_learned_limit_is_sent_at_once_and_the_service_rejects_it(
    store: Store,
) -> None:
    store.observe(TPM=Seen(1_000, 0))
    assert store.ask("a", TPM=2_500, certain=2_000) == Granted(1)


def test_a_request_that_may_be_larger_than_the_limit_waits_for_a_full_bucket(store: Store) -> None:
    store.observe(TPM=given(1_000))
    store.ask("a", TPM=100)
    store.settle("a", TPM=500)
    found = store.ask("b", TPM=2_500)
    assert isinstance(found, Wait)
    assert found.wait_s == pytest.approx(30)
    store.clock.now_s += found.wait_s
    assert store.ask("b", TPM=2_500) == Granted(1)


def test_a_share_leaves_the_rest_of_the_bucket_to_others(store: Store) -> None:
    store.observe(TPM=given(6_000))
    assert store.ask("a", TPM=2_900, share=0.5) == Granted(1)
    assert isinstance(store.ask("b", TPM=100, share=0.5), Wait)
    assert store.ask("c", TPM=2_900) == Granted(1)


def test_charges_by_others_raise_the_margin_and_it_falls_again(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 6_000))
    store.observe(TPM=Seen(6_000, 5_000))
    found = store.ask("a", TPM=4_000)
    assert isinstance(found, Wait)
    assert found.wait_s == pytest.approx(MAX_LEFT_S + MARGIN_S - 10)
    for _ in range(500):
        store.observe(TPM=Seen(6_000, 5_000))
    assert store.ask("a", TPM=4_900) == Granted(1)


def test_the_first_level_that_is_seen_says_nothing_of_others(store: Store) -> None:
    store.observe(TPM=given(6_000))
    store.observe(TPM=Seen(6_000, 3_000), RPD=Seen(1_000, 500))
    assert store.ask("a", TPM=2_900, RPD=499) == Granted(1)


def test_what_is_left_of_a_limit_of_a_day_is_seconds_not_hours(store: Store) -> None:
    store.observe(RPD=Seen(1_000, 900))
    store.observe(RPD=Seen(1_000, 500))
    assert store.ask("a", RPD=499) == Granted(1)


@pytest.mark.parametrize("unused", [0.0, 500.0])
def test_what_a_service_that_keeps_reservations_charges_is_not_taken_for_others(
    store: Store, unused: float
) -> None:
    store.observe(TPM=Seen(6_000, 6_000))
    store.observe(TPM=Seen(6_000, 5_500, unused=unused))
    found = store.ask("a", TPM=5_400)
    assert isinstance(found, Granted) == (unused > 0)


def one_by_one(store: Store, kept: float, count: int = 3) -> None:
    """Responses to requests that come one after the other: each is charged its 400 tokens, and ``kept`` of the 500 that it
    did not use. Nothing is known of the limit of a day before them, and 10,000 tokens of it are left after them."""
    store.observe(TPM=Seen(60_000, 30_000))
    level = 30_000.0
    for number in range(count):
        store.ask_for_completion(f"a{number}", prompt=100, maximum=800)
        store.settle(f"a{number}", RPM=1, TPM=400, TPD=400, ITPM=100, OTPM=300)
        level -= 400 + kept
        store.observe(TPM=Seen(60_000, level, unused=500))
    store.observe(TPD=Seen(100_000, 10_000, is_exact=True))


def test_a_service_that_keeps_reservations_is_found_out_by_its_levels(store: Store) -> None:
    one_by_one(store, kept=500)
    assert store.level("TPD").is_kept
    store.ask_for_completion("b", prompt=100, maximum=800)
    store.settle("b", RPM=1, TPM=400, TPD=400, ITPM=100, OTPM=300)
    assert store.level("TPD").level == 9_100  # no header shows it
    assert store.level("TPM").level == 30_000 - 3 * 900 - 400  # the next header shows the rest


def test_a_service_that_gives_back_what_was_not_used_is_found_out_by_its_levels(store: Store) -> None:
    one_by_one(store, kept=0, count=10)
    assert not store.level("TPD").is_kept
    store.ask_for_completion("b", prompt=100, maximum=800)
    store.settle("b", RPM=1, TPM=400, TPD=400, ITPM=100, OTPM=300)
    assert store.level("TPD").level == 9_600
    others = Seen(60_000, store.level("TPM").level - 500, unused=500)
    store.observe(TPM=others)
    assert isinstance(store.ask("c", TPM=others.level - 700), Wait)  # type: ignore[operator]


def test_what_others_charge_is_not_taken_for_kept_reservations(store: Store) -> None:
    store.observe(TPM=Seen(60_000, 50_000))
    level = 50_000.0
    for number, others in enumerate([0, 2_000, 0, 0, 700, 3_000, 0, 0]):
        store.ask_for_completion(f"a{number}", prompt=100, maximum=800)
        store.settle(f"a{number}", RPM=1, TPM=400, TPD=400, ITPM=100, OTPM=300)
        level -= 400 + others
        store.observe(TPM=Seen(60_000, level))
        assert not store.level("TPM").is_kept


def test_a_level_that_a_rejection_names_has_what_is_in_flight_off_where_that_is_reserved(
    store: Store,
) -> None:
    one_by_one(store, kept=500)
    store.ask_for_completion("in flight", prompt=100, maximum=800)
    store.ask_for_completion("rejected", prompt=100, maximum=800)
    store.settle("rejected")
    store.observe(TPD=Seen(100_000, 500, is_exact=True))
    store.settle("in flight", RPM=1, TPM=400, TPD=400, ITPM=100, OTPM=300)
    assert store.level("TPD").level == 500


def test_a_guess_holds_until_the_service_accepts_more(store: Store) -> None:
    store.observe(RPM=Seen(100, source="guess"))
    for number in range(99):
        assert store.ask(f"a{number}", RPM=1) == Granted(1)
        store.settle(f"a{number}", RPM=1)
    assert store.ask("probe", RPM=1) == Granted(1)
    assert isinstance(store.ask("second", RPM=1), Wait)
    store.settle("probe", RPM=1)
    assert store.level("RPM").limit == pytest.approx(105)


def test_a_guess_becomes_exact_with_a_429(store: Store) -> None:
    store.observe(RPM=Seen(100, source="guess"))
    store.observe(RPM=Seen(30, 0.5, is_exact=True))
    store.observe(RPM=Seen(100, source="guess"))
    assert store.level("RPM") == Level("RPM", 30, 0.5, 0, is_given=False)
    assert isinstance(store.ask("a", RPM=1), Wait)


def test_a_learned_limit_without_a_header_is_scaled_with_one_that_has_a_header(store: Store) -> None:
    store.observe(RPD=Seen(1_000, 900), RPM=Seen(30, 5, is_exact=True))
    store.observe(RPD=Seen(4_000, 900))
    assert store.level("RPM").limit == 120


def test_unknown_kinds_and_limits_of_zero_are_ignored(store: Store) -> None:
    store.observe(XPM=Seen(100, 5), TPM=Seen(0, 0), RPD=Seen(None, 5))
    assert store.kinds() == []


def test_nothing_is_granted_while_the_scope_is_blocked(store: Store) -> None:
    store.run(store.store.block(SCOPE, 5))
    assert store.ask("a", TPM=1) == Wait(5, "retry-after", 5)
    store.clock.now_s += 5
    assert store.ask("a", TPM=1) == Granted(1)


def test_a_clock_that_goes_back_prolongs_no_wait(store: Store) -> None:
    store.observe(TPM=Seen(6_000, 0))
    store.run(store.store.block(SCOPE, 5))
    store.clock.now_s -= 10_000
    assert store.ask("a", TPM=1) == Wait(5, "retry-after", 5)
    assert store.level("TPM").level == 0
    store.clock.now_s += 6
    assert store.level("TPM").level == 600


def test_a_prefix_of_the_requests_is_granted(store: Store) -> None:
    store.observe(TPM=given(6_000))
    asks = [Ask(str(number), {"TPM": 2_500}) for number in range(4)]
    found = store.run(store.store.reserve(SCOPE, asks))
    assert isinstance(found, Granted)
    assert found.count == 2
    assert isinstance(found.obstacle, Wait)
    assert found.obstacle == store.ask("again", TPM=2_500)
    assert store.level("TPM").held == 5_000


def test_settle_takes_over_what_the_response_says_in_the_same_step(store: Store) -> None:
    store.observe(TPM=Seen(10_000, 10_000))
    store.ask("a", TPM=2_000)
    store.run(
        store.store.settle(SCOPE, "a", {"TPM": 1_000}, {"TPM": Seen(10_000, 8_500), "RPD": Seen(100, 7)})
    )
    assert (store.level("TPM").level, store.level("TPM").held, store.level("RPD").level) == (8_500, 0, 7)
    store.run(store.store.settle(SCOPE, "a", {"TPM": 1_000}, {"TPM": Seen(10_000, 8_000)}))
    assert store.level("TPM").level == 8_000  # charged once; a response that comes late is true all the same


def test_scopes_are_apart(store: Store) -> None:
    store.run(store.store.block("other", 100))
    assert store.ask("a", TPM=1) == Granted(1)


def test_the_number_of_scopes_in_memory_is_bounded() -> None:
    store = Store()
    assert store.ask("a", TPM=1) == Granted(1)
    for number in range(2_000):
        store.run(store.store.block(f"scope {number}", 1))
    assert len(vars(store.store)["_scopes"]) <= 1_024
    store.observe(TPM=Seen(100, 100))
    assert store.level("TPM").held == 1  # a scope with a reservation is not dropped


def test_threads_do_not_lose_reservations() -> None:
    store = Store()
    store.observe(RPD=given(1e9))

    def use(thread: int) -> None:
        for number in range(500):
            store.ask(f"{thread}-{number}", RPD=1)
            store.settle(f"{thread}-{number}", RPD=1)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.level("RPD").level == 1e9 - 2_000
    assert store.level("RPD").held == 0
