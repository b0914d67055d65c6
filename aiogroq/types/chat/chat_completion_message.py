"""The message of a chat response."""

from __future__ import annotations

from typing import Any, Final

from .._model import BaseModel
from .chat_completion_message_tool_call import ChatCompletionMessageToolCall, Function
from .executed_tools import (
    Annotation,
    AnnotationDocumentCitation,
    AnnotationFunctionCitation,
    ExecutedTool,
    ExecutedToolBrowserResult,
    ExecutedToolCodeResult,
    ExecutedToolCodeResultChart,
    ExecutedToolCodeResultChartElement,
    ExecutedToolSearchResults,
    ExecutedToolSearchResultsResult,
)

__all__ = [
    "Annotation",
    "AnnotationDocumentCitation",
    "AnnotationFunctionCitation",
    "ChatCompletionMessage",
    "ChatCompletionMessageToolCall",
    "ExecutedTool",
    "ExecutedToolBrowserResult",
    "ExecutedToolCodeResult",
    "ExecutedToolCodeResultChart",
    "ExecutedToolCodeResultChartElement",
    "ExecutedToolSearchResults",
    "ExecutedToolSearchResultsResult",
    "Function",
    "FunctionCall",
]

REQUEST_FIELDS: Final[dict[str, frozenset[str]]] = {
    "system": frozenset({"role", "content"}),
    "developer": frozenset({"role", "content"}),
    "user": frozenset({"role", "content"}),
    "assistant": frozenset({"role", "content", "reasoning", "tool_calls", "function_call"}),
    "tool": frozenset({"role", "content", "tool_call_id"}),
    "function": frozenset({"role", "content", "name"}),
}
"""The role of a message to the fields that it may have in a request. The service rejects other fields (400).

So the message of a response, which has more fields, cannot be sent back unchanged. ``name`` is allowed for ``function``
only: the service documents a 400 for it elsewhere.
"""


class FunctionCall(BaseModel):
    """Deprecated: a call in the form that ``tool_calls`` replaced."""

    name: str = ""
    """The function's name."""
    arguments: str = ""
    """The arguments as JSON text, not parsed."""


class ChatCompletionMessage(BaseModel):
    """The message of the model. It can be passed in the ``messages`` of the next request unchanged."""

    role: str = ""
    """Always ``assistant``."""
    content: str | None = None
    """The text. None if the model called tools instead."""
    reasoning: str | None = None
    """The model's reasoning, if ``reasoning_format`` or ``include_reasoning`` requested it."""
    tool_calls: list[ChatCompletionMessageToolCall] | None = None
    """The tool calls of the model. None if there are none."""
    executed_tools: list[ExecutedTool] | None = None
    """Tools that the service executed itself."""
    annotations: list[Annotation] | None = None
    """Citations in the content."""
    function_call: FunctionCall | None = None
    """Deprecated: use ``tool_calls``."""

    def to_param(self) -> dict[str, Any]:
        """Return the message as a dict for ``messages``: the fields that the service accepts in a request,
        without nulls.

        It includes the reasoning, because models continue from it after tool calls. It leaves out
        ``executed_tools``, ``annotations`` and unknown fields, which the service would reject.
        """
        role = self.role or "assistant"
        param: dict[str, Any] = {"role": role}
        for name in ("content", "reasoning", "tool_calls", "function_call"):
            value = getattr(self, name)
            if value is None or name not in REQUEST_FIELDS.get(role, REQUEST_FIELDS["assistant"]):
                continue
            if name == "tool_calls":
                if not value:
                    continue
                value = [_call_param(call) for call in value]
            elif name == "function_call":
                value = {"name": value.name, "arguments": value.arguments}
            param[name] = value
        return param


def _call_param(call: ChatCompletionMessageToolCall) -> dict[str, Any]:
    function = {"name": call.function.name, "arguments": call.function.arguments}
    return {"id": call.id, "type": call.type or "function", "function": function}
