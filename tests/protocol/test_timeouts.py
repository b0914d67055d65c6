"""`Timeout` and the objects that are accepted as one."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import aiohttp
import httpx
import pytest

from aiogroq.protocol.timeouts import DEFAULT_TIMEOUT, Timeout

PHASES = ("connect", "read", "write", "pool", "first_byte", "idle", "total")


def limits(timeout: Timeout) -> tuple[float | None, ...]:
    return tuple(timeout.limit(phase) for phase in PHASES)


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [
        (Timeout(60.0, connect=5.0), (5.0, 60.0, 60.0, 60.0, 60.0, 60.0, None)),
        (Timeout(60, read=5, write=6, connect=7, pool=8), (7.0, 5.0, 6.0, 8.0, 5.0, 5.0, None)),
        (Timeout(timeout=3), (3.0, 3.0, 3.0, 3.0, 3.0, 3.0, None)),
        (Timeout(None), (None,) * 7),
        (Timeout(), (None,) * 7),
        (Timeout(None, connect=5.0), (5.0, None, None, None, None, None, None)),
        (Timeout(10, read=None), (10.0, None, 10.0, 10.0, None, None, None)),
        (Timeout(10, first_byte=30), (10.0, 10.0, 10.0, 10.0, 30.0, 10.0, None)),
        (Timeout(10, idle=None, total=90), (10.0, 10.0, 10.0, 10.0, 10.0, None, 90.0)),
        (Timeout(0), (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, None)),
        (DEFAULT_TIMEOUT, (5.0, 60.0, 60.0, 60.0, 60.0, 60.0, None)),
    ],
)
def test_missing_phases_default_to_the_first_argument_and_to_read(
    timeout: Timeout, expected: tuple[float | None, ...]
) -> None:
    assert limits(timeout) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (30, (30.0,) * 6 + (None,)),
        (2.5, (2.5,) * 6 + (None,)),
        (None, (None,) * 7),
        (Timeout(1, total=2), (1.0,) * 6 + (2.0,)),
        (httpx.Timeout(10.0), (10.0,) * 6 + (None,)),
        (httpx.Timeout(10.0, connect=2.0, read=3.0, pool=None), (2.0, 3.0, 10.0, None, 3.0, 3.0, None)),
        (httpx.Timeout(None), (None,) * 7),
        (aiohttp.ClientTimeout(total=30), (None, None, None, None, None, None, 30.0)),
        (
            aiohttp.ClientTimeout(total=30, connect=4, sock_connect=3, sock_read=5),
            (3.0, 5.0, None, 4.0, 5.0, 5.0, 30.0),
        ),
        (aiohttp.ClientTimeout(total=None, connect=4), (4.0, None, None, 4.0, None, None, None)),
    ],
)
def test_timeouts_of_other_libraries_are_accepted(value: Any, expected: tuple[float | None, ...]) -> None:
    assert limits(Timeout.of(value)) == expected
    assert limits(Timeout(value)) == expected


def test_a_timeout_is_returned_unchanged() -> None:
    assert Timeout.of(DEFAULT_TIMEOUT) is DEFAULT_TIMEOUT


class OnlyPool:
    """Has a timeout attribute, but is not a timeout of any library."""

    connect = read = pool = 1.0


class OnlyWrite:
    connect = read = write = 1.0


@pytest.mark.parametrize(
    "value", ["30", True, False, (1.0, 2.0), [1], {"connect": 1}, object(), b"1", 3j, OnlyPool(), OnlyWrite()]
)
def test_an_object_that_is_no_timeout_is_rejected_by_its_type(value: Any) -> None:
    name = type(value).__name__
    with pytest.raises(TypeError, match=rf"timeout must be seconds.* not {name}"):
        Timeout.of(value)
    with pytest.raises(TypeError, match=rf"timeout must be seconds.* not {name}"):
        Timeout(value)


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("value", ["30", True, [1], (1, 2)])
def test_a_phase_that_is_not_a_number_is_rejected_by_its_name(phase: str, value: Any) -> None:
    with pytest.raises(TypeError, match=rf"{phase} must be seconds or None, not {type(value).__name__}"):
        Timeout(1, **{phase: value})


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("value", [-1, -0.001, float("nan"), float("-inf")])
def test_negative_seconds_and_nan_are_rejected_by_the_name_of_the_phase(phase: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"{phase} must be >= 0 seconds, not {value}"):
        Timeout(1, **{phase: value})


@pytest.mark.parametrize("value", [-1, float("nan"), httpx.Timeout(-1.0)])
def test_negative_seconds_are_rejected_from_any_source(value: Any) -> None:
    with pytest.raises(ValueError, match="must be >= 0 seconds"):
        Timeout.of(value)


@pytest.mark.parametrize(
    ("timeout", "expected"),
    [
        (Timeout(Timeout(60, connect=5), read=9), (5.0, 9.0, 60.0, 60.0, 9.0, 9.0, None)),
        (Timeout(Timeout(60, first_byte=5), read=9), (60.0, 9.0, 60.0, 60.0, 5.0, 9.0, None)),
        (Timeout(Timeout(60, idle=5, total=8), connect=1), (1.0, 60.0, 60.0, 60.0, 60.0, 5.0, 8.0)),
        (Timeout(Timeout(60), total=9, pool=None), (60.0, 60.0, 60.0, None, 60.0, 60.0, 9.0)),
        (Timeout(httpx.Timeout(10.0, connect=2.0), total=3), (2.0, 10.0, 10.0, 10.0, 10.0, 10.0, 3.0)),
    ],
)
def test_keywords_override_the_values_of_another_timeout(
    timeout: Timeout, expected: tuple[float | None, ...]
) -> None:
    assert limits(timeout) == expected


@pytest.mark.parametrize(
    ("timeout", "shortest"),
    [
        (Timeout(60, connect=5), 5.0),
        (Timeout(60, total=1), 1.0),
        (Timeout(None), None),
        (Timeout(None, idle=0), 0.0),
    ],
)
def test_shortest_is_the_smallest_timeout(timeout: Timeout, shortest: float | None) -> None:
    assert timeout.shortest == shortest


def test_an_empty_phase_name_has_no_timeout() -> None:
    assert DEFAULT_TIMEOUT.limit("") is None


def test_timeouts_are_comparable_and_hashable() -> None:
    timeout = Timeout(60, connect=5)
    assert timeout == DEFAULT_TIMEOUT != Timeout(60)
    assert hash(timeout) == hash(DEFAULT_TIMEOUT)
    assert copy.copy(timeout) == copy.deepcopy(timeout) == pickle.loads(pickle.dumps(timeout)) == timeout
    with pytest.raises(AttributeError):
        timeout.connect = 1.0  # type: ignore[misc]
    assert "connect=5.0" in repr(timeout)
