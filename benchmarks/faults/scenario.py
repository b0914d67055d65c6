"""A scenario: what the server does, what the caller does, and the judge of the outcome."""

from __future__ import annotations

from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

from aiogroq.local import Fault


@dataclass
class ServerLog:
    """The requests that a raw server received in one run."""

    heads: list[str] = field(default_factory=list[str])
    """The heads of the requests."""
    connections: int = 0
    """How many connections `raw_server.closes_connections` accepted."""


RawServer = Callable[[ServerLog, StreamReader, StreamWriter], Awaitable[None]]
"""The callback of `asyncio.start_server`, preceded by the log of the run."""
Action = Callable[["Package"], Union[Any, Awaitable[Any]]]


@dataclass
class Package:
    """One of the two packages, in the child process, and the URL of the server."""

    sdk: Any
    url: str
    key: str = "gsk_secret"

    @property
    def is_aiogroq(self) -> bool:
        """Whether it is aiogroq, for arguments with different names."""
        return bool(self.sdk.__name__ == "aiogroq")

    def client(self, **options: Any) -> Any:
        """Return an async client without retries."""
        return self.sdk.AsyncGroq(**{"api_key": self.key, "base_url": self.url, "max_retries": 0, **options})

    def sync_client(self, **options: Any) -> Any:
        """Return a sync client without retries."""
        return self.sdk.Groq(**{"api_key": self.key, "base_url": self.url, "max_retries": 0, **options})


@dataclass
class Outcome:
    """The outcome of one run."""

    value: Any = None
    error: list[str] = field(default_factory=list[str])
    """The names of the error's classes in MRO order; empty without an error."""
    message: str = ""
    facts: dict[str, Any] = field(default_factory=dict[str, Any])
    """Simple attributes of the error."""
    elapsed_s: float = 0.0
    stderr: str = ""
    is_hang: bool = False
    exit_code: int | None = 0
    has_report: bool = False
    requests: int = 0
    """Requests that the server received."""
    disconnects: int = 0
    """Responses that the client disconnected from before their end."""
    authorizations: list[str] = field(default_factory=list[str])
    """The `Authorization` headers that the server received."""


Judge = Callable[[Outcome], str]
"""Returns the verdict. It starts with ``right`` if the outcome is right."""


@dataclass(frozen=True)
class Scenario:
    """One failure, with the action and the judge of its outcome."""

    name: str
    group: str
    action: Action
    judge: Judge
    faults: tuple[Fault | None, ...] = ()
    server: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Options of `LocalGroq`."""
    raw: RawServer | None = None
    """A raw server instead of `LocalGroq`."""
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    """Environment variables of the child; ``{url}`` is the server's."""
    dev: bool = False
    """Whether the child runs with ``-X dev``, which reports unclosed resources."""
    expects: str = ""
    """Why the right outcome is right for any package; empty if the name says it."""
    tls_name: str = ""
    """If set, the raw server uses TLS with a certificate for this name that the child trusts."""
    timeout_s: float = 15.0
    """Seconds after which the child is killed and the verdict is ``hang``."""
    alone: bool = False
    """Whether it runs without other scenarios, because its verdict depends on times of about a second."""


SCENARIOS: dict[str, Scenario] = {}


def scenario(group: str, name: str, judge: Judge, **options: Any) -> Callable[[Action], Action]:
    """Register the decorated action as a scenario."""

    def register(action: Action) -> Action:
        assert name not in SCENARIOS, name
        SCENARIOS[name] = Scenario(name, group, action, judge, **options)
        return action

    return register


def returns(expected: Any, *, requests: int | None = None) -> Judge:
    """Judge that the call returns *expected* (and sends *requests* requests)."""

    def judge(outcome: Outcome) -> str:
        if outcome.error:
            return f"error: {outcome.error[0]}"
        if outcome.value != expected:
            is_part = isinstance(outcome.value, str) and str(expected).startswith(outcome.value)
            return "silent loss" if is_part else f"wrong value: {str(outcome.value)[:60]!r}"
        return _check_requests("right value", outcome, requests)

    return judge


def raises(
    *names: str,
    requests: int | None = None,
    within_s: float | None = None,
    says: str = "",
    **facts: Any,
) -> Judge:
    """Judge that the call raises one of these classes, with a message and these attributes."""

    def judge(outcome: Outcome) -> str:
        if not outcome.error:
            return (
                "silent loss" if isinstance(outcome.value, str) else f"no error: {str(outcome.value)[:60]!r}"
            )
        if not any(name in outcome.error for name in names):
            return f"wrong error: {outcome.error[0]}"
        if not outcome.message.strip():
            return "error without a message"
        missing = [name for name, value in facts.items() if outcome.facts.get(name) != value]
        if missing:
            return f"error without {', '.join(missing)}"
        if says and says not in outcome.message:
            return f"error that does not contain {says!r}"
        if within_s is not None and outcome.elapsed_s > within_s:
            return f"late: after {outcome.elapsed_s:.1f} s"
        return _check_requests("right error", outcome, requests)

    return judge


def _check_requests(verdict: str, outcome: Outcome, requests: int | None) -> str:
    if requests is not None and outcome.requests != requests:
        return f"{outcome.requests} requests instead of {requests}"
    return verdict


API_ERROR = ("APIError",)
"""The root of the errors of both packages."""
CONNECTION_ERROR = ("APIConnectionError",)
TIMEOUT_ERROR = ("APITimeoutError",)
