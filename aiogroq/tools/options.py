"""`RunnerOptions`: the arguments of a tool runner that are not sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias, Union

from ..errors import ToolError
from ..protocol.arguments import require_bool, require_int, require_seconds
from .tool import ToolCall
from .turn import PlannedCall

Approval: TypeAlias = Union[bool, str]
"""True to run a call; False not to; a text not to, and to tell the model why."""
Approve: TypeAlias = Callable[[ToolCall], Union[Approval, Awaitable[Approval]]]
OnError: TypeAlias = Literal["tell", "raise"]


@dataclass(frozen=True)
class RunnerOptions:
    """How a runner runs. Raises `TypeError` or `ValueError`, which names the option."""

    max_iterations: int = 10
    """Most requests of a run."""
    max_rescues: int = 2
    """Most requests in a row that may fail with ``tool_use_failed``."""
    parallel: bool = True
    """Whether the calls of one message run at the same time."""
    tool_timeout_s: float | None = None
    """Seconds that a call may take; None for no timeout."""
    approve: Approve | None = None
    """Called before each call, one after another."""
    on_error: OnError = "tell"
    """Whether the model is told what a tool raises, or the run raises it."""

    def __post_init__(self) -> None:
        require_int("max_iterations", self.max_iterations, minimum=1)
        require_int("max_rescues", self.max_rescues)
        require_bool("parallel", self.parallel)
        require_seconds("tool_timeout_s", self.tool_timeout_s)
        if self.approve is not None and not callable(self.approve):
            raise TypeError(f"approve must be a function of a ToolCall, not {type(self.approve).__name__}")
        if self.on_error not in ("tell", "raise"):
            raise ValueError(f"on_error must be 'tell' or 'raise', not {self.on_error!r}")

    def timeout_of(self, call: PlannedCall) -> float | None:
        """Return the seconds that a planned call may take."""
        own = None if call.tool is None else call.tool.timeout_s
        return self.tool_timeout_s if own is None else own

    def record(self, call: PlannedCall, error: Exception) -> None:
        """Answer a planned call with what its tool raised, or raise that."""
        if self.on_error == "raise" and not isinstance(error, ToolError):
            raise error
        call.fail(error)


REJECTED = "Error: the user rejected this call."


def refusal(approval: object) -> str | None:
    """Return what the model is told instead of the result; None if the call may run. Raises `TypeError` for what ``approve``
    must not return."""
    if isinstance(approval, str):
        return approval or REJECTED
    if not isinstance(approval, bool):
        raise TypeError(
            f"approve must return True, False or a text for the model, not {type(approval).__name__}"
        )
    return None if approval else REJECTED
