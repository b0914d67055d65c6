"""`Turn`: a message of the model with tool calls, and what each call is answered with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..schemas.functions import decode_object
from ..schemas.mismatch import MismatchError
from ..types.chat.chat_completion_message import ChatCompletionMessage
from ..types.tool_call import ToolCall
from .final_result import RECEIVED, FinalResult
from .results import error_text, result_text
from .thread_call import ThreadCall
from .toolbox import RunnableTool, Toolbox

NOT_RUN = "Not run: the final result was given in the same message."


@dataclass
class PlannedCall:
    """A call of a turn. Without ``tool`` there is nothing to run, and the content says why."""

    id: str
    name: str
    tool: RunnableTool | None = None
    call: ToolCall | None = None
    content: str | None = None
    """What the model is told, once it is known."""
    running: ThreadCall | None = None
    """The call in a thread, whose result is not recorded yet. An interrupted run leaves it running, for the next run."""

    def still_runs(self) -> bool:
        """Return whether the call has begun in a thread, so that it must not be run again. One that has not is withdrawn."""
        return self.running is not None and not self.running.withdraw()

    def succeed(self, value: object) -> None:
        """Answer with what the tool returned. Raises `TypeError` for what cannot be told."""
        self.content = result_text(self.name, value)
        self.running = None

    def fail(self, error: BaseException) -> None:
        """Answer with an error."""
        self.content = error_text(error)
        self.running = None

    def to_param(self) -> dict[str, Any]:
        """Return the message with the result."""
        return {"role": "tool", "tool_call_id": self.id, "content": self.content or ""}


class Turn:
    """The calls of one message. It is part of the conversation once each is answered."""

    def __init__(
        self,
        message: ChatCompletionMessage,
        toolbox: Toolbox,
        messages: Sequence[dict[str, Any]],
        *,
        number: int,
        final: FinalResult | None = None,
    ) -> None:
        self.message: dict[str, Any] = message.to_param()
        """The message as it is sent back: with ids that differ, and with arguments that are JSON."""
        self.calls: list[PlannedCall] = []
        self.values: list[Any] = []
        """The final results among the calls."""
        used: set[str] = set()
        for index, sent in enumerate(self.message.get("tool_calls", ())):
            function: dict[str, Any] = sent["function"]
            sent["id"] = _unused_id(sent["id"] or f"call_{number}_{index}", used)
            function["name"] = function["name"] or "unknown"
            if final is not None and function["name"] == final.name:
                self.calls.append(self._final(sent["id"], function, final))
            else:
                self.calls.append(_planned(sent["id"], function, toolbox, messages))
            function["arguments"] = _object_text(function["arguments"])

        if self.values:
            for call in self.unanswered():
                call.content = NOT_RUN

    def _final(self, id_: str, function: dict[str, Any], final: FinalResult) -> PlannedCall:
        try:
            self.values.append(final.decode(function["arguments"]))
        except ValueError as error:
            return PlannedCall(id_, final.name, content=f"Error: {error}")
        return PlannedCall(id_, final.name, content=RECEIVED)

    def unanswered(self) -> list[PlannedCall]:
        """Return the calls that have no result yet."""
        return [call for call in self.calls if call.content is None]

    def results(self) -> list[dict[str, Any]]:
        """Return the messages with the results, in the order of the calls."""
        return [call.to_param() for call in self.calls]


def _planned(
    id_: str, function: dict[str, Any], toolbox: Toolbox, messages: Sequence[dict[str, Any]]
) -> PlannedCall:
    name: str = function["name"]
    tool = toolbox.by_name.get(name)
    if tool is None:
        return PlannedCall(id_, name, content=toolbox.unknown(name))
    try:
        arguments = tool.decode(function["arguments"])
    except ValueError as error:
        return PlannedCall(id_, name, content=f"Error: {error}")
    return PlannedCall(id_, name, tool, ToolCall(id_, name, arguments, tuple(messages)))


def _object_text(arguments: str) -> str:
    """Return arguments as they may be sent back: the service may reject what is no JSON object."""
    try:
        decode_object(arguments)
    except MismatchError:
        return "{}"
    text = arguments.strip()
    return text if text.startswith("{") else "{}"


def _unused_id(id_: str, used: set[str]) -> str:
    number, free = 2, id_
    while free in used:
        free = f"{id_}_{number}"
        number += 1
    used.add(free)
    return free
