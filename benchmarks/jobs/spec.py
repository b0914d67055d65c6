"""The messages between the runner and the process of a client. Standard library only: a client's environment has no more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

KEY = "gsk_benchmark"
MAX_TOKENS = 64
"""``max_completion_tokens`` of every request, ``max_tokens`` where a library has only that name."""


@dataclass(frozen=True)
class JobSpec:
    """One job for one client."""

    client: str
    """A module of `benchmarks.jobs.clients`."""
    url: str
    """The URL of the server, without a path."""
    count: int
    """Items."""
    model: str = "openai/gpt-oss-20b"
    concurrent: int = 50
    """Requests at a time, for clients that need the number."""
    rpm: int | None = None
    """The limit of the server, requests per minute; None is unlimited."""
    options: dict[str, Any] = field(default_factory=dict[str, Any])
    """Options of the client."""
    folder: str = ""
    """An empty directory for journals and caches."""
    core: int | None = None
    """The core to bind to."""
    reply: str = ""
    """The text of every response; empty if it is `reply_to` of the prompt."""


@dataclass
class JobResult:
    """The result of one job."""

    seconds: float
    """From the start of the job to its end, without imports."""
    cpu_s: float
    """CPU time of the process and its children in that time."""
    rss_mib: float
    """The greatest resident memory of the process, imports included."""
    grown_mib: float
    """The part of it that was added in the job."""
    done: int
    """Items with the right text."""
    wrong: int
    """Items with the text of another item, or with two texts."""
    note: str = ""
    """What the client said at the end, if it did not say that all is well."""
    versions: dict[str, str] = field(default_factory=dict[str, str])
    """Versions of the client's packages."""


class Tally:
    """Counts the texts that a client brings, each when it brings it, so that none are held in memory."""

    def __init__(self, spec: JobSpec) -> None:
        self._reply = spec.reply
        self._seen = bytearray(spec.count)
        self.done = 0
        self.wrong = 0

    def add(self, index: int, text: str | None) -> None:
        """Count the text of an item. None is a lost item."""
        if text is None:
            return
        is_right = text == (self._reply or reply_to(prompt(index))) and not self._seen[index]
        self._seen[index] = 1
        self.done += is_right
        self.wrong += not is_right

    def add_all(self, texts: Iterable[str | None]) -> None:
        """Count the texts of all items, in the order of the items."""
        for index, text in enumerate(texts):
            self.add(index, text)


def prompt(index: int) -> str:
    """Return the prompt of an item."""
    return f"Item {index}: label this review as good or bad. It arrived late and works well."


def reply_to(text: str) -> str:
    """Return the server's reply to a prompt, from which the item can be known."""
    return f"the label of {text.split(':', 1)[0].lower()} is good"


def ideal_s(count: int, rpm: int) -> float:
    """Return the shortest time for *count* items: the limit is full at the start and refills evenly."""
    return max(0.0, count - rpm) * 60 / rpm
