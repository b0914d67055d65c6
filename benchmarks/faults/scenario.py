"""What a scenario is: what the server does, what the user's code does, and which outcome is right."""

from __future__ import annotations

from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from aiogroq.local import Fault


@dataclass
class Served:
    """What a scenario's own server has seen in one run."""

    heads: list[str] = field(default_factory=list[str])
    """The heads of the requests."""
    connections: int = 0
    """How many connections `wire.drops` has had."""


Raw = Callable[[Served, StreamReader, StreamWriter], Awaitable[None]]
"""A server of a scenario's own: `asyncio.start_server`'s callback, and what it has seen before."""
Action = Callable[["Side"], Union[Any, Awaitable[Any]]]


@dataclass
class Side:
    """One of the two packages, in the child: the module and where the server is."""

    sdk: Any
    url: str
    key: str = "gsk_secret"

    @property
    def is_ours(self) -> bool:
        """Whether it is aiogroq; for what the two do not spell alike."""
        return bool(self.sdk.__name__ == "aiogroq")

    def client(self, **options: Any) -> Any:
        """An async client."""
        return self.sdk.AsyncGroq(**{"api_key": self.key, "base_url": self.url, "max_retries": 0, **options})

    def blocking(self, **options: Any) -> Any:
        """A blocking client."""
        return self.sdk.Groq(**{"api_key": self.key, "base_url": self.url, "max_retries": 0, **options})


@dataclass
class Outcome:
    """What became of it."""

    value: Any = None
    error: list[str] = field(default_factory=list[str])
    """The classes of the error, the nearest first; empty where there was none."""
    message: str = ""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """Attributes of the error that are plain."""
    elapsed_s: float = 0.0
    stderr: str = ""
    is_hang: bool = False
    exit_code: int | None = 0
    has_report: bool = False
    requests: int = 0
    """Requests that the server saw."""
    disconnects: int = 0
    """Answers that the client left before their end."""
    authorizations: list[str] = field(default_factory=list[str])
    """The keys that the server was shown."""


Judge = Callable[[Outcome], str]
"""The verdict; it begins with ``right`` where the outcome is right."""


@dataclass(frozen=True)
class Scenario:
    """One misfortune."""

    name: str
    group: str
    action: Action
    judge: Judge
    faults: tuple[Fault | None, ...] = ()
    server: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Options of `LocalGroq`."""
    raw: Raw | None = None
    """A server of its own instead of `LocalGroq`."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Variables of the child; ``{url}`` is the server's."""
    dev: bool = False
    """With ``-X dev``, which shows what was left open."""
    expects: str = ""
    """Why the right outcome is right, whichever the package; empty where the name says it."""
    tls_name: str = ""
    """The raw server is over TLS, with a certificate for this name that the child trusts."""
    limit_s: float = 15.0
    """After so many seconds the child is ended, and the verdict is ``hang``."""
    alone: bool = False
    """Whether nothing else runs meanwhile: where the verdict is about a time of a second or so."""


SCENARIOS: dict[str, Scenario] = {}


def scenario(group: str, name: str, judge: Judge, **options: Any) -> Callable[[Action], Action]:
    """Register the decorated action as a scenario."""

    def register(action: Action) -> Action:
        assert name not in SCENARIOS, name
        SCENARIOS[name] = Scenario(name, group, action, judge, **options)
        return action

    return register


def gives(expected: Any, *, requests: int | None = None) -> Judge:
    """The call has this value (and cost so many requests)."""

    def judge(outcome: Outcome) -> str:
        if outcome.error:
            return f"error: {outcome.error[0]}"
        if outcome.value != expected:
            is_part = isinstance(outcome.value, str) and str(expected).startswith(outcome.value)
            return "silent loss" if is_part else f"wrong value: {str(outcome.value)[:60]!r}"
        return _counted("right value", outcome, requests)

    return judge


def fails(
    *names: str,
    requests: int | None = None,
    within_s: float | None = None,
    says: str = "",
    **facts: Any,
) -> Judge:
    """The call raises one of these classes, with a message, and with these facts in it."""

    def judge(outcome: Outcome) -> str:
        if not outcome.error:
            return (
                "silent loss" if isinstance(outcome.value, str) else f"no error: {str(outcome.value)[:60]!r}"
            )
        if not any(name in outcome.error for name in names):
            return f"wrong error: {outcome.error[0]}"
        if not outcome.message.strip():
            return "right error without a message"[6:]
        missing = [name for name, value in facts.items() if outcome.facts.get(name) != value]
        if missing:
            return f"error without {', '.join(missing)}"
        if says and says not in outcome.message:
            return f"error that does not say {says!r}"
        if within_s is not None and outcome.elapsed_s > within_s:
            return f"late: after {outcome.elapsed_s:.1f} s"
        return _counted("right error", outcome, requests)

    return judge


def _counted(verdict: str, outcome: Outcome, requests: int | None) -> str:
    if requests is not None and outcome.requests != requests:
        return f"{outcome.requests} requests instead of {requests}"
    return verdict


OWN = ("APIError",)
"""The root of both packages' errors."""
BROKEN = ("APIConnectionError",)
LATE = ("APITimeoutError",)
