"""`JobResult`, what a job yields for each item, and `JobReport`, what it says at its end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar, cast

from .outcome import Endpoint, ItemError, ItemUsage, Outcome, Status
from .progress import JobCounts
from .values import decode_value, text_of

if TYPE_CHECKING:
    from ..schemas import TypedFormat

V = TypeVar("V")

StopReason = Literal[
    "complete", "interrupted", "cancelled", "max_failures", "max_cost", "deadline", "day limit", "error"
]
"""Why a job ended. All but ``complete`` can be resumed. ``cancelled``: batches of it were; ``error``: the job raises it."""

EXIT_CODES: Mapping[StopReason, int] = {
    "complete": 0,
    "interrupted": 130,
    "cancelled": 75,
    "max_failures": 1,
    "max_cost": 75,
    "deadline": 75,
    "day limit": 75,
    "error": 1,
}


class JobResult(Generic[V]):
    """What became of one item. ``V`` is the type of its value: that of ``response_format``, or `ChatCompletion` and the like."""

    __slots__ = ("_endpoint", "_outcome", "_typed", "_value", "item")

    item: Any
    """The item as the caller gave it."""

    def __init__(
        self, outcome: Outcome, endpoint: Endpoint, item: Any = None, typed: TypedFormat[Any] | None = None
    ) -> None:
        self._outcome = outcome
        self._endpoint: Endpoint = endpoint
        self._typed = typed
        self._value: V | None = None
        self.item = item

    @property
    def outcome(self) -> Outcome:
        """The outcome as the journal has it."""
        return self._outcome

    @property
    def index(self) -> int:
        """The position of the item in the input, from 0."""
        return self._outcome.index

    @property
    def id(self) -> str:
        """The id of the item, or its index as text."""
        return self._outcome.id

    @property
    def status(self) -> Status:
        """``done``, ``length`` (the response ended at its maximum of tokens) or ``failed``."""
        return self._outcome.status

    @property
    def value(self) -> V | None:
        """The response, decoded when it is first asked for; for speech the path of the file. None where it failed.

        In a job with a type as ``response_format`` it is the value of the type, and None too where the response is truncated.
        Raises `StructuredOutputError` for a response of an earlier run that the type no longer accepts.
        """
        body = self._outcome.body
        is_whole = self._typed is None or self._outcome.status == "done"
        if self._value is None and body is not None and is_whole:
            self._value = cast("V", decode_value(self._endpoint, body, self._typed))
        return self._value

    @property
    def text(self) -> str:
        """The text of the response: the message, the transcription, the path of speech. Empty where there is none."""
        body = self._outcome.body
        if self._typed is not None and body is not None:
            return text_of(self._endpoint, decode_value(self._endpoint, body))
        return text_of(self._endpoint, self.value)

    @property
    def error(self) -> ItemError | None:
        """Why it failed."""
        return self._outcome.error

    @property
    def attempts(self) -> int:
        """How often it was sent. 0 for an item that could not be sent."""
        return self._outcome.attempts

    @property
    def usage(self) -> ItemUsage:
        """The tokens, or seconds of audio, of the response."""
        return self._outcome.usage

    @property
    def is_resumed(self) -> bool:
        """Whether it comes from the journal of an earlier run."""
        return self._outcome.is_resumed

    def __repr__(self) -> str:
        error = self._outcome.error
        what = repr(self.text[:60]) if error is None else f"{error.type}: {error.message[:60]}"
        return f"<JobResult {self.id} {self.status} {what}>"


@dataclass(frozen=True, kw_only=True)
class JobReport(JobCounts):
    """The result of a job as a whole. Counts are of items unless they say otherwise."""

    name: str
    model: str
    via: str
    reason: StopReason
    """Why the job ended."""
    elapsed_s: float
    journal: str | None = None
    """The path of the journal; None for a temporary one."""
    message: str = ""
    """What the user should know: why it stopped, and how to go on."""

    @property
    def is_complete(self) -> bool:
        """Whether every item of the input has an outcome."""
        return self.reason == "complete"

    @property
    def exit_code(self) -> int:
        """The exit code of a command: 0 all succeeded, 1 some failed (or too many, ``max_failures``), 75 stopped before
        the end and to be resumed, 130 interrupted."""
        code = EXIT_CODES[self.reason]
        return 1 if code == 0 and self.failed else code
