"""`RunnerOptions`: the arguments of a tool runner that are not sent."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields
from typing import Any, Literal

from ..errors import ToolError
from ..protocol.arguments import require_bool, require_int, require_timeout
from ..transport import threads
from ..types._omit import is_omitted
from ..types.tool_call import ToolCall
from ..types.tool_runner_params import Approval
from .turn import PlannedCall

_log = logging.getLogger("aiogroq")

REJECTED = "Error: the user rejected this call."


@dataclass(frozen=True)
class RunnerOptions:
    """How a runner runs; `ToolRunnerParams` describes the fields. Raises `TypeError` or `ValueError`, which names the
    option."""

    max_iterations: int = 10
    max_rescues: int = 2
    parallel: bool = True
    tool_timeout_s: float | None = None
    approve: Callable[[ToolCall], Approval | Awaitable[Approval]] | None = None
    on_error: Literal["tell", "raise"] = "tell"

    def __post_init__(self) -> None:
        require_int("max_iterations", self.max_iterations, minimum=1)
        require_int("max_rescues", self.max_rescues)
        require_bool("parallel", self.parallel)
        require_timeout("tool_timeout_s", self.tool_timeout_s)
        if self.approve is not None and not callable(self.approve):
            raise TypeError(f"approve must be a function of a ToolCall, not {type(self.approve).__name__}")
        if self.on_error not in ("tell", "raise"):
            raise ValueError(f"on_error must be 'tell' or 'raise', not {self.on_error!r}")

    @classmethod
    def taken_from(cls, params: dict[str, Any]) -> RunnerOptions:
        """Take the options out of the parameters of a runner."""
        given = {each.name: params.pop(each.name) for each in fields(cls) if each.name in params}
        return cls(**{name: value for name, value in given.items() if not is_omitted(value)})

    def timeout_of(self, planned: PlannedCall) -> float | None:
        """Return the seconds that a call may take."""
        own = None if planned.tool is None else planned.tool.timeout_s
        return self.tool_timeout_s if own is None else own

    def record(self, planned: PlannedCall, error: Exception) -> None:
        """Answer a call with what its tool raised, or raise that. What the model is told is logged with its traceback, unless
        it is a `ToolError`, which is meant for the model."""
        if isinstance(error, (StopIteration, StopAsyncIteration)):
            # Raised, it would end the iteration of the runner.
            cause, error = error, threads.stopped(error)
            error.__cause__ = cause
        if self.raises(error):
            raise error
        # Before the logging, which Ctrl-C may interrupt: a call that has ended is not run again.
        planned.fail(error)
        if not isinstance(error, ToolError):
            _log.warning("the tool %s raised an error, which the model is told", planned.name, exc_info=error)

    def raises(self, error: BaseException) -> bool:
        """Return whether an error of a tool ends the run."""
        if not isinstance(error, Exception):
            return True
        return self.on_error == "raise" and not isinstance(error, ToolError)


def wants_stream(stream: object) -> bool:
    """Return whether the responses of a runner are streams. Raises `TypeError` for what is not True or False."""
    return stream is not None and not is_omitted(stream) and require_bool("stream", stream)


OPTION_FIELDS = frozenset(each.name for each in fields(RunnerOptions))
"""The names of the options."""


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
