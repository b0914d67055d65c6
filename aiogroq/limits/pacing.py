"""`Pacing`: the options of pacing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, TypeAlias, cast

from ..protocol.arguments import did_you_mean, require_int, require_seconds
from ..protocol.retry import MAX_RETRY_AFTER_S
from .kinds import Limits
from .store import LimitStore
from .store_urls import check_store_url, redacted_url
from .tiers import TIERS

GivenLimits: TypeAlias = "Limits | Mapping[str, Limits | str] | str"
PacingTypes: TypeAlias = "Pacing | Limits | Mapping[str, Limits | str] | str | bool"
"""What the ``pacing`` option of a client may be."""
_LIKE_AN_ADDRESS = re.compile(r"^\s*(rediss?|valkeys?|unix)\b|^[^=,]*[:/@]", re.IGNORECASE)
_STORE_METHODS = ("reserve", "settle", "observe", "block", "levels")


@dataclass(frozen=True, eq=False)
class Pacing:
    """How requests are held back so that no rate limit is reached: ``AsyncGroq(pacing=Pacing(...))``.

    Clients of one key, base URL and model in a process share the limits. An object is equal to itself only: two with the same
    options have ``max_in_flight`` each. Raises `ValueError` or `TypeError` for options that
    cannot be.
    """

    limits: GivenLimits | None = None
    """The limits of the account: `Limits`, a text such as ``rpm=30,tpm=6000``, a tier, ``free`` or ``developer``, or a mapping
    of model ids to any of these. What is not given is learned from responses."""
    store: LimitStore | str | None = None
    """Where the levels are stored: None for the store of the process, in memory; the URL of a Redis server that many processes
    share, such as ``redis://localhost:6379/0``; or a store. A process has one store for each URL."""
    priority: Literal["interactive", "batch"] = "interactive"
    """Interactive requests go before those of batches. Among themselves small ones may pass a large one that waits, by no
    more than its own size; those of batches keep their order."""
    share: float = 1.0
    """The part of each limit that may be used up; the rest is left to other clients."""
    max_in_flight: int | None = None
    """How many requests may be in flight; None for as many as the limits and the service allow."""
    max_wait_s: float | None = MAX_RETRY_AFTER_S
    """A request that would wait longer fails at once with `PacingError`; None for no bound. The total timeout of a call is
    a bound too. Waiting for requests in flight to end counts: with 0, requests beyond their number fail too."""
    organization: str | None = None
    """A name for the organisation at the service. Limits are counted by organisation: keys that are given the same name share
    the limits. None for limits of each key."""

    def __post_init__(self) -> None:
        self.limits_of("")
        if self.priority not in ("interactive", "batch"):
            raise ValueError(f"priority must be 'interactive' or 'batch', not {self.priority!r}")
        share: Any = self.share
        if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share <= 1:
            raise ValueError(f"share must be > 0 and <= 1, not {share!r}")
        if self.max_in_flight is not None:
            require_int("max_in_flight", self.max_in_flight, minimum=1, hint="None for no bound of your own")
        require_seconds("max_wait_s", self.max_wait_s)
        _check_store(self.store)
        organization: Any = self.organization
        if organization is not None and (not isinstance(organization, str) or not organization.strip()):
            raise TypeError(f"organization must be a text that is not empty, or None, not {organization!r}")

    def __repr__(self) -> str:
        """Show the options, without the password in the URL of a store."""
        shown = {each.name: getattr(self, each.name) for each in fields(self)}
        if isinstance(self.store, str):
            shown["store"] = redacted_url(self.store)
        return f"Pacing({', '.join(f'{name}={value!r}' for name, value in shown.items())})"

    @classmethod
    def of(cls, option: Any) -> Pacing | None:
        """Return the ``pacing`` option of a client as a `Pacing`, None for none. Raises `TypeError` for another value."""
        if option is None or option is False:
            return None
        if option is True:
            return cls()
        if isinstance(option, Pacing):
            return option
        if isinstance(option, str) and "://" in option:
            return cls(store=option)
        if isinstance(option, (Limits, str, Mapping)):
            return cls(cast("GivenLimits", option))
        raise TypeError(
            "pacing must be True, Limits, a text such as 'developer', 'rpm=30,tpm=6000' or 'redis://localhost:6379/0', a "
            f"mapping of models to limits, a Pacing, or False for none, not {option!r}"
        )

    def limits_of(self, model: str) -> Limits | None:
        """Return the limits that were given for ``model``, or None. Raises `ValueError` for a text that names none."""
        limits: Any = self.limits
        if limits is None:
            return None
        if not isinstance(limits, Mapping):
            return _limits_in(
                limits, model, "limits must be Limits, a mapping of models to Limits, or a text"
            )
        found = None
        for name, each in cast("Mapping[str, Any]", limits).items():
            of_model = _limits_in(each, name, f"limits[{name!r}] must be Limits or a text")
            found = of_model if name == model else found
        return found


def _limits_in(value: Any, model: str, expected: str) -> Limits | None:
    """Return the limits of ``model`` that a value names, or None. Raises `TypeError`, saying what was ``expected``."""
    if isinstance(value, Limits):
        return value
    if not isinstance(value, str):
        raise TypeError(f"{expected}, not {value!r}")
    return TIERS[value].get(model) if value in TIERS else _parsed(value)


def _parsed(text: str) -> Limits:
    """Return the limits in a text that is no tier. Raises `ValueError` for a text that names none."""
    if "://" in text:
        shown = redacted_url(text)
        raise ValueError(f"{shown!r} names no limits; a store is another option, store={shown!r}")
    if _LIKE_AN_ADDRESS.search(text):
        shown = "[redacted]" if "@" in text else repr(text)
        raise ValueError(
            f"{shown} is no tier and no URL; write a store as redis://localhost:6379/0, limits as rpm=30,tpm=6000"
        )
    if "=" in text:
        return Limits.parse(text)
    hint = did_you_mean(text, TIERS) or f"; tiers are {', '.join(TIERS)}."
    raise ValueError(f"{text!r} is no tier{hint} Or write limits as rpm=30,tpm=6000")


def _check_store(store: Any) -> None:
    if store is None:
        return
    if isinstance(store, str):
        check_store_url(store)
        if "?" in store:
            from .stores import store_of

            store_of(store)  # only redis-py knows which parameters there are
        return
    missing = [name for name in _STORE_METHODS if not callable(getattr(store, name, None))]
    if isinstance(store, type) or missing:
        lacks = "a class" if isinstance(store, type) else f"without {', '.join(missing)}"
        raise TypeError(
            "store must be a URL such as redis://localhost:6379/0, or an object with the methods of LimitStore, such as "
            f"MemoryStore(), not {store!r} ({lacks})"
        )
